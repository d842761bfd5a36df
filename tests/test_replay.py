"""A run done again from what it left behind: to the same bytes, and where not, it is said what differs."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from cli_program import ERA, call, write_posts

import miner
from miner.corpus import Corpus
from miner.errors import MinerError, NothingFound, UnknownName
from miner.study.inputs import files_of, read_inputs
from miner.study.replay import Changed, changes

pytestmark = pytest.mark.slow

LINKS = "name_a,name_b,same\nRubik's Cube,BMX,0\n"
OWN = "name,aliases,category,brand,years,heyday,source\nattic,,home_decor,,1900,,Letter of 2024\n"
DECISION = {
    "v": 1,
    "id": "0" * 32,
    "at": "2026-11-23T14:05:00Z",
    "by": "ann",
    "artifact": "a_2d5da65dfd",
    "name": "Walkman",
    "spellings": [],
    "what": "note",
    "value": "ask Ann for hers",
}
REPORTS = {f"report.{kind}" for kind in ("csv", "html", "json", "parquet", "xlsx")}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run that was asked with everything that can be asked; then all of it changed or went away."""
    folder = tmp_path_factory.mktemp("study")
    write_posts(folder / "posts.jsonl")
    era = ERA.replace('"cubeyears"', '"cubeyears", "80s"') + '[words]\nen = ["cube years"]\n'
    (folder / "cubes.toml").write_text(era, encoding="utf-8")
    (folder / "links.csv").write_text(LINKS, encoding="utf-8")
    (folder / "catalogue.csv").write_text(OWN, encoding="utf-8")
    assert call(folder, "import", "posts.jsonl", "--into", "mine").code == 0
    decisions = folder / "corpora" / "mine" / "decisions.jsonl"
    decisions.write_text(json.dumps(DECISION) + "\n", encoding="utf-8")
    asked = (
        "--era",
        "cubes.toml",
        "--links",
        "links.csv",
        "--keep",
        "duplicates",
        "--story-year",
        "1983",
        "--seed",
        "7",
    )
    ranked = call(folder, "rank", "mine", *asked, "--top", "9")
    assert ranked.code == 0, ranked.err
    for name in ("cubes.toml", "links.csv", "catalogue.csv"):
        (folder / name).unlink()
    decisions.unlink()
    write_posts(folder / "more.jsonl", ["My Walkman ate a cassette #80s"] * 3, name="later")
    assert call(folder, "import", "more.jsonl", "--into", "mine").code == 0
    return folder


@pytest.fixture
def run(study: Path, tmp_path: Path) -> Path:
    """A copy of the run, to do harm to; the corpus stands beside it."""
    (name,) = (path.name for path in (study / "output" / "mine").iterdir())
    shutil.copytree(study / "output", tmp_path / "output")
    (tmp_path / "corpora").symlink_to(study / "corpora")
    return tmp_path / "output" / "mine" / name


def test_a_run_is_repeated_to_the_byte_though_all_that_it_was_asked_with_is_gone(run: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    shown = call(tmp_path / "elsewhere", "replay", str(run), "--out", "again", "--json")
    assert shown.code == 0, shown.err + shown.out
    found = json.loads(shown.out)
    assert (found["is_identical"], found["manifest"]) == (True, [])
    inputs = {"inputs/asked.json", "inputs/catalogue.csv", "inputs/decisions.jsonl"}
    assert {file["name"] for file in found["files"]} == {*REPORTS, *inputs, "run.json"}
    again = tmp_path / "elsewhere" / "again"
    assert all((again / name).read_bytes() == (run / name).read_bytes() for name in REPORTS | inputs)


def test_what_differs_is_named_with_the_file_and_the_value(run: Path, tmp_path: Path) -> None:
    stamp = json.loads((run / "run.json").read_text(encoding="utf-8"))
    stamp["manifest"]["packages"]["numpy"] = "1.0"
    (run / "run.json").write_text(json.dumps(stamp), encoding="utf-8")
    report = run / "report.json"
    report.write_text(report.read_text(encoding="utf-8").replace('"seed": 7', '"seed": 8'), encoding="utf-8")
    (run / "report.csv").write_bytes((run / "report.csv").read_bytes().replace(b"Walkman", b"walkman", 1))
    (run / "report.xlsx").unlink()
    shown = call(tmp_path, "replay", run.name)
    assert shown.code == 1, shown.err
    lines = [" ".join(line.split()) for line in shown.out.splitlines()]
    text = " ".join(lines)
    assert "report.html the same" in lines
    assert "report.csv differs from byte" in text
    assert "report.json 1 value differs: report.manifest.settings.seed: 8 then, 7 now" in text
    assert "report.xlsx was not written then" in text
    assert "manifest.packages.numpy: 1.0 then" in text
    assert "settings.seed 8 then, 7 now" in lines
    assert "5 of 9 files" in text
    assert not any(path.name.startswith("again") for path in tmp_path.iterdir())


def test_the_posts_of_another_time_are_told_from_those_of_then(run: Path, tmp_path: Path) -> None:
    asked = run / "inputs" / "asked.json"
    before = json.loads(asked.read_text(encoding="utf-8"))
    before["asked"]["version"] = 2
    asked.write_text(json.dumps(before), encoding="utf-8")
    found = json.loads(call(tmp_path, "replay", run.name, "--json").out)
    assert {"corpus.posts", "corpus.version"} <= {changed["key"] for changed in found["manifest"]}
    assert not found["is_identical"]


def test_a_run_of_an_earlier_version_says_what_it_lacks(run: Path, tmp_path: Path) -> None:
    shutil.rmtree(run / "inputs")
    shown = call(tmp_path, "replay", run.name)
    assert shown.code == MinerError.exit_code
    assert "does not say what it was asked with" in shown.err
    assert "miner rank" in shown.err


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "x", "version": 1}', '{"format": "nostalgia-miner inputs"}'])
def test_inputs_that_are_none_are_refused(run: Path, text: str) -> None:
    (run / "inputs" / "asked.json").write_text(text, encoding="utf-8")
    with pytest.raises(MinerError, match=r"asked\.json"):
        read_inputs(run)


def test_a_run_is_never_replayed_over_itself(run: Path, tmp_path: Path) -> None:
    before = (run / "report.csv").read_bytes()
    shown = call(tmp_path, "replay", run.name, "--out", str(run))
    assert shown.code == MinerError.exit_code
    assert "--out" in shown.err
    assert (run / "report.csv").read_bytes() == before


def test_inputs_survive_the_disk(run: Path) -> None:
    inputs = read_inputs(run)
    assert files_of(inputs) == {path.name: path.read_bytes() for path in (run / "inputs").iterdir()}
    assert inputs.question.era is not None
    assert (inputs.question.era.words["en"][0], inputs.question.seed) == ("cube years", 7)
    assert inputs.question.links.apart
    assert [line.by for line in inputs.decisions.lines] == ["ann"]
    assert inputs.catalogue == OWN.encode()


def test_changes_are_told_leaf_by_leaf() -> None:
    then = {"a": {"b": 1, "gone": True}, "list": [1, {"x": "y"}], "long": [1]}
    now = {"a": {"b": 2, "new": None}, "list": [1, {"x": "z"}], "long": [1, 2]}
    assert list(changes(then, now)) == [
        Changed(key="a.b", then="1", now="2"),
        Changed(key="a.gone", then="true", now=""),
        Changed(key="a.new", then="", now="null"),
        Changed(key="list[1].x", then="y", now="z"),
        Changed(key="long", then="[1]", now="[1, 2]"),
    ]
    assert list(changes(now, now)) == []


def test_a_notebook_writes_what_the_command_writes(study: Path, tmp_path: Path) -> None:
    settings = miner.Settings(corpora=tmp_path / "corpora", output=tmp_path / "output")
    corpus = miner.open_corpus("mine", files=[study / "posts.jsonl"], settings=settings)
    made = miner.rank(corpus, "80s", settings=settings, top=3, keep=["bots"])
    folder = miner.write_report(made, settings=settings)
    assert folder == tmp_path / "output" / "mine" / made.report.run_id
    assert made.table().num_rows == len(made.rows) == 3
    shown = call(tmp_path, "rank", "mine", "--top", "3", "--keep", "bots", "--output", "command")
    assert shown.code == 0, shown.err
    for path in (path for path in folder.rglob("*") if path.is_file() and path.name != "run.json"):
        other = tmp_path / "command" / path.relative_to(tmp_path / "output")
        assert path.read_bytes() == other.read_bytes(), path.name


def test_a_notebook_is_told_what_is_wrong(tmp_path: Path) -> None:
    settings = miner.Settings(corpora=tmp_path / "corpora")
    with pytest.raises(UnknownName, match="no corpus called 'mine'"):
        miner.open_corpus("mine", settings=settings)
    with pytest.raises(MinerError, match=r"nowhere\.jsonl"):
        miner.open_corpus("mine", files=[tmp_path / "nowhere.jsonl"], settings=settings)
    assert not settings.corpora.exists()
    corpus = Corpus.create(settings.corpora / "mine")
    with pytest.raises(UnknownName, match="no era called '81s'"):
        miner.rank(corpus, "81s", settings=settings)
    with pytest.raises(NothingFound):
        miner.rank(corpus, None, settings=settings)


def packed(run: Path, cwd: Path, name: str, *by: str) -> Path:
    shown = call(cwd, "study", "pack", run.name, "--out", name, *by)
    assert shown.code == 0, shown.err
    return cwd / name


def test_a_pack_by_value_is_repeated_to_the_byte_elsewhere(
    study: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (run,) = (study / "output" / "mine").iterdir()
    file = packed(run, study, "value.zip", "--by", "value")
    there = tmp_path_factory.mktemp("there")
    opened = call(there, "study", "open", str(file), "--into", "study")
    assert opened.code == 0, opened.err
    assert f"Next: miner replay study/output/mine/{run.name}" in opened.out
    shown = call(there, "replay", f"study/output/mine/{run.name}", "--json")
    assert shown.code == 0, shown.out + shown.err
    assert json.loads(shown.out)["is_identical"]
    # nothing but the run is in a pack's bytes: packed again from what came out of it, it is the same
    again = packed(run, there / "study", "again.zip", "--by", "value")
    assert again.read_bytes() == file.read_bytes()
    with zipfile.ZipFile(file) as pack:
        assert not any("key" in name for name in pack.namelist())
        assert b"person1" not in b"".join(pack.read(name) for name in pack.namelist())


def test_a_pack_by_ids_holds_no_word_of_a_post_and_no_name_of_a_person(study: Path, tmp_path: Path) -> None:
    (run,) = (study / "output" / "mine").iterdir()
    file = packed(run, study, "ids.zip")
    with zipfile.ZipFile(file) as pack:
        names = pack.namelist()
        said = b"".join(pack.read(name) for name in names if not name.endswith((".xlsx", ".parquet")))
        ids = pack.read("data/posts.csv").decode().splitlines()
    assert names == sorted(names)
    assert not any("data/posts.parquet" in name or name.endswith(f"{run.name}/report.html") for name in names)
    for secret in (b"attic and the headphones", b"ask Ann", b'"ann"', str(study).encode()):
        assert secret not in said, secret
    assert ids[0] == "id,source"
    assert len(ids) == 21
    opened = call(tmp_path, "study", "open", str(file), "--into", "study", "--json")
    assert json.loads(opened.out)["corpus"] is None


def test_a_corpus_that_lost_posts_cannot_be_packed_as_if_it_had_them(run: Path, tmp_path: Path) -> None:
    report = run / "report.json"
    text = report.read_text(encoding="utf-8")
    digest = json.loads(text)["report"]["manifest"]["corpus"]["posts"]
    report.write_text(text.replace(digest, "0" * 12), encoding="utf-8")
    shown = call(tmp_path, "study", "pack", run.name, "--out", "x.zip")
    assert shown.code == 1
    assert "does not hold the posts any more" in shown.err
    assert not (tmp_path / "x.zip").exists()
    assert call(tmp_path, "study", "pack", run.name, "--out", "x.zip", "--by", "name").code == UnknownName.exit_code
