"""What is typed wrongly, is missing or is broken: the exit code, the facts and the next step."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cli_program import ERA, Outcome, call, command, environment, n_posts_in, rows, write_posts

import miner.study.info
from miner.corpus import Corpus

SECRET = "kQ3xV9sLw7"  # noqa: S105 - made up


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with a corpus of twenty posts of the 80s."""
    write_posts(tmp_path / "posts.jsonl")
    assert call(tmp_path, "import", "posts.jsonl", "--into", "mine").code == 0
    return tmp_path


def failure(outcome: Outcome, code: int) -> tuple[str, str]:
    """What happened and the advice, after making sure that these two lines are all there is."""
    assert outcome.code == code, outcome
    assert outcome.out == ""
    happened, advice = outcome.err.splitlines()[-2:]
    assert happened.startswith("Error: ")
    assert "Traceback" not in outcome.err
    return happened.removeprefix("Error: "), advice


def test_a_wrong_era_lists_the_eras_nearest_first(study: Path) -> None:
    happened, advice = failure(call(study, "rank", "mine", "--era", "80ss"), 2)
    assert happened.startswith("There is no era called '80ss'; there are: 80s, ")
    assert advice == "Did you mean 80s?"
    assert failure(call(study, "eras", "show", "80ss"), 2)[1] == advice


def test_a_missing_corpus_names_those_there_are_and_the_import(study: Path) -> None:
    for args in (["rank", "mime"], ["corpus", "info", "mime"]):
        happened, advice = failure(call(study, *args), 2)
        assert happened == "There is no corpus called 'mime'; there are: mine."
        assert advice.startswith("`miner import FILE --into mime`")


def test_a_missing_run_says_how_to_make_one(study: Path) -> None:
    happened, advice = failure(call(study, "report", "80s-00000000"), 2)
    assert happened == "There is no run called '80s-00000000'; there are: none yet."
    assert "`miner rank" in advice


def test_an_empty_corpus_is_nothing_found(tmp_path: Path) -> None:
    Corpus.create(tmp_path / "corpora" / "empty")
    happened, advice = failure(call(tmp_path, "rank", "empty"), 6)
    assert happened == "The corpus 'empty' is empty."
    assert "miner import FILE --into empty" in advice
    assert n_posts_in(tmp_path, "empty") == 0


def test_an_era_without_posts_is_nothing_found(study: Path) -> None:
    happened, advice = failure(call(study, "rank", "mine", "--era", "1920s"), 6)
    assert happened.startswith("Of 20 posts in 'mine'")
    assert "1920s" in happened
    assert "miner corpus info" in advice


def test_a_missing_file_makes_no_corpus(tmp_path: Path) -> None:
    happened, advice = failure(call(tmp_path, "import", "posts.jsonl", "--into", "mine"), 2)
    assert happened == "There is no file posts.jsonl."
    assert advice == "Check the name; `-` reads standard input."
    assert not (tmp_path / "corpora").exists()


def test_a_web_page_is_no_file_of_posts_and_makes_no_corpus(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text("<!DOCTYPE html><title>Log in</title>", encoding="utf-8")
    happened, _ = failure(call(tmp_path, "import", "posts.jsonl", "--into", "mine"), 2)
    assert happened == "posts.jsonl is a web page or XML, not a file of posts."
    assert not (tmp_path / "corpora").exists()


def test_a_broken_line_in_the_middle_is_counted_and_passed_over(tmp_path: Path) -> None:
    lines = [json.dumps(row) for row in rows()]
    lines[10] = lines[10][:25]
    (tmp_path / "posts.jsonl").write_text("\n".join(lines), encoding="utf-8")
    shown = call(tmp_path, "import", "posts.jsonl", "--into", "mine")
    assert shown.code == 0, shown.err
    first, second, last = shown.out.splitlines()
    assert first == "posts.jsonl: 20 read, 19 new, 0 known before."
    assert second.strip().startswith("1 rejected: ")
    assert last == "19 posts in mine. Next: miner rank mine --era 80s"
    assert call(tmp_path, "import", "posts.jsonl", "--into", "mine", "--json").code == 0


def test_a_file_without_a_post_is_nothing_found(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text('{"id": "a", "text": ""}\n', encoding="utf-8")
    shown = call(tmp_path, "import", "posts.jsonl", "--into", "mine")
    assert shown.code == 6
    assert shown.out.splitlines()[-1] == "0 posts in mine."
    assert shown.err.splitlines()[-2:] == [
        "Error: None of the 1 records is a post.",
        "Say which field is which with --mapping FILE.",
    ]


def test_of_two_files_one_may_fail(tmp_path: Path) -> None:
    write_posts(tmp_path / "good.jsonl")
    (tmp_path / "bad.jsonl").write_text("<html>", encoding="utf-8")
    shown = call(tmp_path, "import", "bad.jsonl", "good.jsonl", "--into", "mine", "--json")
    assert shown.code == 4
    facts = json.loads(shown.out)
    assert facts["n_posts"] == 20
    assert [file["error"] is None for file in facts["files"]] == [False, True]
    assert "Error: bad.jsonl is a web page" in shown.err


@pytest.mark.parametrize(
    "args",
    [["rank", "mine", "--frob"], ["frob"], ["rank"], ["rank", "mine", "--top", "0"], ["rank", "mine", "--top", "many"]],
    ids=" ".join,
)
def test_what_the_parser_refuses_points_at_the_help(args: list[str], tmp_path: Path) -> None:
    shown = call(tmp_path, *args)
    assert (shown.code, shown.out) == (2, "")
    assert "--help' for help." in shown.err


@pytest.mark.parametrize(
    ("name", "value"), [("colour", '"red"'), ("threshold", '"high"'), ("threshold", "7"), ("max_tries", "0")]
)
def test_settings_that_do_not_fit_are_named(name: str, value: str, study: Path) -> None:
    (study / "miner.toml").write_text(f"{name} = {value}\n", encoding="utf-8")
    happened, _ = failure(call(study, "rank", "mine"), 3)
    assert name in happened


def test_flags_win_over_the_environment_which_wins_over_the_file(study: Path) -> None:
    (study / "miner.toml").write_text("threshold = 0.9\n", encoding="utf-8")
    bad = {"MINER_THRESHOLD": "8"}
    assert "threshold is 8.0" in failure(call(study, "rank", "mine", env=bad), 3)[0]
    assert "threshold is 9.0" in failure(call(study, "rank", "mine", "--threshold", "9", env=bad), 3)[0]


def scrape(cwd: Path, *args: str, env: dict[str, str] | None = None) -> Outcome:
    return call(cwd, "scrape", "80s", "--source", "mastodon", "--into", "mine", "--dry-run", *args, env=env)


@pytest.mark.parametrize(
    ("args", "happened"),
    [
        (["--since", "yesterday"], "--since is 'yesterday', which is no date."),
        (["--until", "2024-02-30"], "--until is '2024-02-30', which is no date."),
        (["--since", "0001-01-01T00:00+23:00"], "--since is '0001-01-01T00:00+23:00', which is no date."),
        (["--since", "2024-02-01", "--until", "2024-01-01"], "No day lies from 2024-02-01 on and before 2024-01-01."),
        (["--lang", "xx"], "There is no language of the era 80s called 'xx'; there are: "),
        (["--instance", "http://example.org"], "'http://example.org' asks for plain HTTP over a network."),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_scrape_that_cannot_be_meant_is_refused(args: list[str], happened: str, tmp_path: Path) -> None:
    assert failure(scrape(tmp_path, *args), 2)[0].startswith(happened)
    assert not (tmp_path / "corpora").exists()


def test_a_wrong_source_lists_the_sources(tmp_path: Path) -> None:
    happened, advice = failure(call(tmp_path, "scrape", "80s", "--source", "mastodn", "--into", "mine"), 2)
    assert happened.startswith("There is no source called 'mastodn'; there are: mastodon")
    assert advice == "Did you mean mastodon?"


def test_a_token_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    happened, advice = failure(scrape(tmp_path, "--instance", "a.example", "--token-env", "MASTODON_TOKEN"), 3)
    assert happened == "The environment variable MASTODON_TOKEN is not set."
    assert "export MASTODON_TOKEN=" in advice


@pytest.mark.parametrize("typed", [SECRET, f"{SECRET}==", f"a.example={SECRET}", f"-{SECRET}", f"b.example={SECRET}"])
def test_a_token_typed_in_place_of_its_name_is_not_repeated(typed: str, tmp_path: Path) -> None:
    shown = scrape(tmp_path, "--instance", "a.example", f"--token-env={typed}")
    assert shown.code in {2, 3}
    assert SECRET not in shown.out + shown.err
    assert "Error: " in shown.err


def test_the_value_of_a_token_is_never_printed(tmp_path: Path) -> None:
    args = ("--instance", "a.example", "--token-env", "MASTODON_TOKEN", "-v")
    shown = scrape(tmp_path, *args, env={"MASTODON_TOKEN": SECRET})
    assert shown.code == 0
    assert "a login, which is set" in shown.out
    assert SECRET not in shown.out + shown.err


def test_with_several_servers_a_token_needs_its_host(tmp_path: Path) -> None:
    hosts = ("--instance", "a.example", "--instance", "b.example")
    env = {"MASTODON_TOKEN": SECRET}
    assert "for which server" in failure(scrape(tmp_path, *hosts, "--token-env", "MASTODON_TOKEN", env=env), 2)[0]
    for_b = scrape(tmp_path, *hosts, "--token-env", "https://B.example/=MASTODON_TOKEN", "--json", env=env)
    assert [host["needs"] for host in json.loads(for_b.out)] == ["", "a login, which is set"]
    elsewhere = failure(scrape(tmp_path, *hosts, "--token-env", "c.example=MASTODON_TOKEN", env=env), 2)[0]
    assert elsewhere == "A --token-env names a server that is not asked; asked are: a.example, b.example."


def test_a_bug_is_one_line_and_a_traceback_only_with_v(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ValueError(f"cannot parse {SECRET}")

    monkeypatch.setattr(miner.study.info, "corpus_facts", broken)
    happened, advice = failure(call(study, "corpus", "info", "mine"), 1)
    assert happened.startswith("This is a bug in nostalgia miner ")
    assert ": ValueError in miner/cli/inspect.py, line " in happened
    assert SECRET not in happened + advice
    assert "again with -v" in advice
    told = call(study, "corpus", "info", "mine", "-v")
    assert told.code == 1
    assert f"ValueError: cannot parse {SECRET}" in told.err
    assert "Report it with the traceback above" in told.err.splitlines()[-1]


def test_an_error_of_the_machine_is_not_called_a_bug(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: Exception) -> None:
        def broken(*_: Any) -> None:
            raise error

        monkeypatch.setattr(miner.study.info, "corpus_facts", broken)

    fail(PermissionError(13, "Permission denied", "corpora"))
    assert failure(call(study, "corpus", "info", "mine"), 1)[0] == "corpora cannot be used: Permission denied."
    fail(OSError(28, "No space left on device", "x"))
    assert failure(call(study, "corpus", "info", "mine"), 1)[0] == "There is no room left on the disk for x."
    fail(MemoryError())
    assert failure(call(study, "corpus", "info", "mine"), 1)[0] == "There is not enough memory."


def test_what_a_terminal_obeys_is_not_printed(study: Path) -> None:
    shown = call(study, "rank", "mine", "--era", "\x1b[2J80s\u202e.toml")
    assert shown.code == 2
    assert "\x1b" not in shown.err
    assert "\u202e" not in shown.err


def test_an_era_file_of_ones_own_is_named_with_its_fault(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(ERA.replace("end = 1989", "end = 1970"), encoding="utf-8")
    happened, _ = failure(call(tmp_path, "eras", "show", "./mine.toml"), 2)
    assert "mine.toml" in happened


@pytest.fixture
def stopped() -> list[str]:
    """What to put before a command so that permissions stop it: root is stopped by none while it may override them."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root is stopped by no permission, and there is no setpriv to give that up")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@pytest.mark.parametrize("locked", ["corpora", "corpora/mine/posts", "posts.jsonl"])
def test_without_permission_the_place_is_named(locked: str, stopped: list[str], study: Path) -> None:
    mode = (study / locked).stat().st_mode
    (study / locked).chmod(0)
    try:
        done = subprocess.run(
            [*stopped, *command(["import", "posts.jsonl", "--into", "mine"])],
            cwd=study,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        (study / locked).chmod(mode)
    happened, advice = failure(Outcome(done.returncode, done.stdout, done.stderr), 1)
    assert "Permission denied" in happened
    assert Path(locked).name in happened + advice
    assert "`ls -l" in advice
    assert n_posts_in(study, "mine") == 20
