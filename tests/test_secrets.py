"""Canaries: values that must not come out of any door — no file, no line of stdout or stderr, no log."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
import stat
import urllib.parse
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cli_program import ERA, Outcome, call, process, write_posts
from cli_server import Server, serving

from miner.sources import SOURCES, get_source

TOKEN = "canary-token-4f1b9c27ae"  # noqa: S105 - of nobody
KEY = "canary-key-81d20e6bb3"
FILE_KEY = "canary-file-key-c5a9f0"
FILE_TOKEN = "canary-file-token-77e1"  # noqa: S105 - of nobody
ACCOUNT = "canary.person.zebra"
CANARIES = (TOKEN, KEY, FILE_KEY, FILE_TOKEN, ACCOUNT)


class Telltale(Server):
    """Repeats in its answers whatever it was sent, as careless servers do.

    Attributes:
        status: What it answers timelines with; 200 with posts.
        heard: Tokens that came.
    """

    def __init__(self, status: int = 200) -> None:
        super().__init__(45)
        self.status_code = status
        self.heard: set[str] = set()

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, object]:
        if path == "/api/v2/instance" or self.status_code == 200:
            return super().answer(path, query)
        return self.status_code, {"error": f"bad token {TOKEN}, bad key {KEY}", "you": f"{FILE_TOKEN} {ACCOUNT}"}

    def status(self, i: int) -> dict[str, object]:
        return super().status(i) | {"account": {"acct": f"{ACCOUNT}{i}", "display_name": ACCOUNT, "note": ACCOUNT}}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with an era, and a file of keys outside it."""
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "cubes.toml").write_text(ERA, encoding="utf-8")
    lines = [f'{key.name.lower()} = "{FILE_KEY}"' for name in SOURCES for key in get_source(name).info.keys]
    keys = tmp_path / "keys.toml"
    keys.write_text("\n".join([*dict.fromkeys(lines), "[tokens]", f'"127.0.0.1" = "{FILE_TOKEN}"', ""]), "utf-8")
    keys.chmod(0o600)
    (folder / "miner.toml").write_text(f'keys = "{keys}"\nmax_tries = 2\nmax_wait_s = 2\n', encoding="utf-8")
    return folder


def environment() -> dict[str, str]:
    """All keys of all sources, and a server's token."""
    keys = {key.name: KEY for name in SOURCES for key in get_source(name).info.keys}
    return {**keys, "CANARY_TOKEN": TOKEN}


def forms(canary: str) -> Iterator[bytes]:
    """A canary as it may be written."""
    yield canary.encode()
    yield canary.encode("utf-16-le")
    yield urllib.parse.quote(canary, safe="").encode()
    yield base64.b64encode(canary.encode()).rstrip(b"=")[:-1]


def betrayed(data: bytes) -> list[str]:
    """The canaries that *data* holds."""
    lower = data.lower()
    return [canary for canary in CANARIES if any(form.lower() in lower for form in forms(canary))]


def written(folder: Path) -> Mapping[Path, bytes]:
    """All that was written into *folder*, Parquet and gzip unpacked too; the author key must be nobody's but ours."""
    found = {}
    for path in (path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        if path.suffix == ".parquet":
            data += repr(pq.read_table(path).to_pylist()).encode() + repr(pq.read_schema(path).metadata).encode()
        found[path] = data + (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else b"")
    return found


def assert_kept(study: Path, *outcomes: Outcome) -> None:
    """No canary in what was printed or written, and no key of the pseudonyms in it either."""
    for ended in outcomes:
        assert betrayed((ended.out + ended.err).encode()) == []
    key_file = study / "corpora" / ".author-key"
    secret = key_file.read_bytes().strip() if key_file.exists() else b"\0no key was made\0"
    for path, data in written(study).items():
        assert betrayed(data) == [], path
        assert path == key_file or secret not in data, path
    for ended in outcomes:
        assert secret.decode() not in ended.out + ended.err


def scrape(study: Path, server: Server, *more: str) -> Outcome:
    where = ("--source", "mastodon", "--instance", server.url)
    return process(study, "scrape", "./cubes.toml", *where, "--into", "mine", "-v", *more, env=environment())


def test_the_search_finds_a_canary_in_all_its_forms(tmp_path: Path) -> None:
    for form in forms(TOKEN):
        assert betrayed(b"x" + form + b"y") == [TOKEN]
    assert betrayed(TOKEN.upper().encode()) == [TOKEN]
    (tmp_path / "a").write_bytes(gzip.compress(KEY.encode()))
    (leak,) = written(tmp_path).values()
    assert betrayed(leak) == [KEY]


def test_a_scrape_with_a_token_keeps_it_and_the_accounts_to_itself(study: Path) -> None:
    with serving(Telltale()) as server:
        first = scrape(study, server, "--token-env", "CANARY_TOKEN")
        again = scrape(study, server, "--token-env", "CANARY_TOKEN", "--json")
        plan = scrape(study, server, "--token-env", "CANARY_TOKEN", "--dry-run")
    assert (first.code, again.code, plan.code) == (0, 0, 0), first.err
    assert "45 new posts" in first.out
    info = call(study, "corpus", "info", "mine", env=environment())
    check = call(study, "corpus", "check", "mine", "--json", env=environment())
    assert (info.code, check.code) == (0, 0)
    assert_kept(study, first, again, plan, info, check)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 503])
def test_a_server_that_repeats_the_token_in_its_error_is_not_quoted(study: Path, status: int) -> None:
    with serving(Telltale(status)) as server:
        given = scrape(study, server, "--token-env", "CANARY_TOKEN")
        from_file = scrape(study, server)
    assert given.code in {3, 4, 5, 6}
    assert from_file.code in {3, 4, 5, 6}
    assert "127.0.0.1" in given.err
    assert_quiet(study, given, token=TOKEN)
    assert_quiet(study, from_file, token=FILE_TOKEN)


def assert_quiet(study: Path, ended: Outcome, *, token: str) -> None:
    """The secret that was sent is nowhere; others that this server makes up are its own words."""
    said = (ended.out + ended.err).encode()
    assert token not in betrayed(said)
    for path, data in written(study).items():
        assert token not in betrayed(data), path


@pytest.mark.parametrize("typed", [TOKEN, f"-{TOKEN}", f"127.0.0.1={TOKEN}", f"a={TOKEN}=b"])
def test_a_token_typed_in_place_of_a_name_is_not_repeated(study: Path, typed: str) -> None:
    with serving(Telltale()) as server:
        ended = scrape(study, server, f"--token-env={typed}")
    assert ended.code in {2, 3}
    assert_kept(study, ended)


def test_doctor_sources_and_settings_say_that_there_are_keys_and_not_which(study: Path) -> None:
    ended = [
        call(study, *args, env=environment())
        for args in (("doctor",), ("doctor", "--json"), ("doctor", "-v"), ("sources",), ("sources", "tumblr"))
    ]
    assert_kept(study, *ended)
    keys = study.parent / "keys.toml"
    keys.chmod(0o644)
    open_file = call(study, "doctor", "-v", env=environment())
    keys.chmod(0o600)
    keys.write_text(f'tumblr_api_key = "{FILE_KEY}\n', encoding="utf-8")
    broken = call(study, "doctor", "-v", env=environment())
    assert_kept(study, open_file, broken)


def test_all_sources_plan_with_their_keys_and_show_none(study: Path) -> None:
    args = [word for name in SOURCES for word in ("--source", name)]
    with serving(Telltale()):
        ended = process(study, "scrape", "80s", *args, "--into", "mine", "--dry-run", "-v", env=environment())
    assert_kept(study, ended)


def test_a_traceback_of_a_bug_quotes_no_key(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object, **named: object) -> None:
        secret = TOKEN  # a traceback shows lines of source, and no values
        raise RuntimeError(len(secret))

    monkeypatch.setattr(import_module("miner.study.scrape"), "scrape", broken)
    where = ("--source", "mastodon", "--instance", "https://example.social", "--token-env", "CANARY_TOKEN")
    ended = call(study, "scrape", "80s", *where, "--into", "mine", "-v", env=environment())
    assert ended.code == 1
    assert "RuntimeError" in ended.err
    assert_kept(study, ended)


def test_what_is_imported_keeps_its_accounts_out_of_corpus_and_messages(study: Path) -> None:
    rows = [json.loads(line) for line in write_posts(study.parent / "posts.jsonl").read_text("utf-8").splitlines()]
    for row in rows:
        row["author"] = f"{ACCOUNT}{row['id']}"
    given = study.parent / "theirs.jsonl"
    given.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"author": ACCOUNT}]), encoding="utf-8")
    ended = call(study, "import", str(given), "--into", "mine", "-v", env=environment())
    assert ended.code == 0, ended.err
    assert_kept(study, ended)


@pytest.mark.slow
def test_a_report_holds_no_account_and_no_key(study: Path) -> None:
    test_what_is_imported_keeps_its_accounts_out_of_corpus_and_messages(study)
    ended = process(study, "rank", "mine", "--era", "80s", "-v", env=environment())
    assert ended.code == 0, ended.err
    assert len(list((study / "output").rglob("report.*"))) >= 5
    assert_kept(study, ended)


def test_a_damaged_corpus_and_its_repair_keep_the_key_of_the_pseudonyms(study: Path) -> None:
    test_what_is_imported_keeps_its_accounts_out_of_corpus_and_messages(study)
    key = study / "corpora" / ".author-key"
    kept = study.parent / "key"
    shutil.copy2(key, kept)
    key.write_bytes(kept.read_bytes()[:40])
    ended = [call(study, "corpus", "check", "mine", "-v"), call(study, "import", "nothing", "--into", "mine", "-v")]
    for outcome in ended:
        assert outcome.code != 0
        assert kept.read_text(encoding="ascii")[:16] not in outcome.out + outcome.err
    shutil.copy2(kept, key)
    key.chmod(0o644)
    opened = call(study, "corpus", "check", "mine", "-v")
    mended = call(study, "corpus", "check", "mine", "--repair")
    assert (opened.code, mended.code) == (1, 0)
    assert_kept(study, opened, mended)


def test_files_with_keys_and_decisions_are_their_owners_alone(study: Path) -> None:
    test_what_is_imported_keeps_its_accounts_out_of_corpus_and_messages(study)
    assert stat.S_IMODE((study / "corpora" / ".author-key").stat().st_mode) == 0o600
    assert [path.name for path in (study / "corpora").iterdir() if path.name.startswith(".author-key")] == [
        ".author-key"
    ]
