"""Rank and report with the real models. Which artifacts they find is not asked: the judge is trained anew at times."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from dataclasses import dataclass
from functools import partialmethod
from pathlib import Path

import pytest
from cli_program import Outcome, call, end, n_posts_in, start, write_posts

import miner.study
from miner.cli import results
from miner.cli.failures import insistent
from miner.cli.layout import cells
from miner.errors import StorageFull
from miner.records import Artifact, FunnelStep, RankedArtifact
from miner.report import Report

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Study:
    """A ranked corpus, and what two runs said: one with words on stdout, one quiet and with JSON."""

    folder: Path
    words: Outcome
    quiet: Outcome
    interrupted: Outcome

    @property
    def run(self) -> Path:
        (found,) = (self.folder / "output" / "mine").iterdir()
        return found


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("study")
    write_posts(folder / "posts.jsonl")
    assert call(folder, "import", "posts.jsonl", "--into", "mine").code == 0
    stopped = interrupted(folder)
    # side by side, into the same folder
    words = start(folder, "rank", "mine", env={"PYTHONHASHSEED": "1"})
    quiet = start(folder, "rank", "mine", "--json", "--quiet", env={"PYTHONHASHSEED": "2"})
    return Study(folder=folder, interrupted=stopped, words=end(words), quiet=end(quiet))


def interrupted(folder: Path) -> Outcome:
    """A run that is interrupted while it loads its models."""
    program = start(folder, "rank", "mine")
    assert program.stderr is not None
    assert program.stderr.readline() == "reading: 20 of 20\n"
    program.send_signal(signal.SIGINT)
    ended = end(program, timeout_s=30)
    assert n_posts_in(folder, "mine") == 20
    assert not (folder / "output").exists()
    return ended


def test_an_interrupted_rank_says_how_to_go_on(study: Study) -> None:
    assert (study.interrupted.code, study.interrupted.out) == (130, "")
    assert study.interrupted.err.splitlines()[-1] == (
        "Interrupted. The corpus is as it was and no report was begun; the same command goes on to make it."
    )


def test_rank_prints_the_ledger_the_list_and_the_files(study: Study) -> None:
    assert study.words.code == 0, study.words.err
    lines = study.words.out.splitlines()
    assert max(map(cells, lines)) <= 80
    assert lines[0] == "The 1980s, as people remember them"
    assert lines[2].split() == ["20", "posts"]
    assert " rank  90 % interval  authors  artifact" in lines
    paths = {kind: study.folder / path for kind, path in (line.split(maxsplit=1) for line in lines[-5:])}
    assert paths == {kind: study.run / f"report.{kind}" for kind in ("csv", "html", "json", "parquet", "xlsx")}
    assert all(path.is_file() for path in paths.values())
    assert "extracting: " in study.words.err


def test_json_is_pure_and_quiet_is_silent(study: Study) -> None:
    assert (study.quiet.code, study.quiet.err) == (0, "")
    assert json.loads(study.quiet.out)["report"]["rows"]


def test_two_runs_in_two_processes_say_the_same(study: Study) -> None:
    # one run folder: its name is made of all that the run was made with
    assert study.quiet.out == (study.run / "report.json").read_text(encoding="utf-8")
    again = call(study.folder, "report", str(study.run.relative_to(study.folder)))
    assert again.code == 0, again.err
    assert again.out == study.words.out
    assert again.err == ""
    assert call(study.folder, "report", study.run.name).out == study.words.out


def test_a_public_report_stands_beside_the_internal_one(study: Study) -> None:
    shown = call(study.folder, "report", study.run.name, "--public", "--json")
    assert shown.code == 0, shown.err
    report = json.loads(shown.out)["report"]
    assert report["mode"] == "public"
    assert (study.run / "public" / "report.html").is_file()
    assert json.loads((study.run / "report.json").read_text(encoding="utf-8"))["report"]["mode"] == "internal"
    shutil.rmtree(study.run / "public")


def test_output_names_the_folder_of_the_reports(study: Study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    report = miner.study.load_report(study.run)
    monkeypatch.setattr(miner.study, "rank", lambda corpus, **options: report)
    shown = call(study.folder, "rank", "mine", "--output", str(tmp_path / "there"), "--top", "3")
    assert shown.code == 0, shown.err
    assert (tmp_path / "there" / "mine" / study.run.name / "report.csv").is_file()
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused = call(study.folder, "rank", "mine", "--output", str(tmp_path / "file"))
    assert refused.code == 1
    assert "Name another folder with --output." in refused.err


def test_a_disk_that_is_full_keeps_the_report_of_before(
    study: Study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(study.run, tmp_path / "output" / "mine" / "r")
    folder = tmp_path / "output" / "mine" / "r"
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    write = Path.write_bytes

    def full(path: Path, data: bytes, needle: str) -> int:
        if needle not in path.name:
            return write(path, data)
        path.touch()
        raise OSError(28, "No space left on device", str(path))

    for needle in ("report", "run.json"):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "write_bytes", partialmethod(full, needle=needle))
            shown = call(tmp_path, "report", "r")
        assert (shown.code, shown.out) == (StorageFull.exit_code, "")
        assert shown.err.startswith("Error: There is no room for ")
        assert {path.name for path in folder.iterdir() if path.is_file()} == before.keys()
    assert (tmp_path / "output" / "mine" / "r" / "run.json").read_bytes() == before["run.json"]
    assert call(tmp_path, "report", "r").code == 0


def row(rank: int, name: str) -> RankedArtifact:
    artifact = Artifact(artifact_id=f"a_{rank}", name=name, also_called=(), keys=(), category="toy", probability=0.9)
    return RankedArtifact(
        rank=rank, rank_low=rank, rank_high=rank + 9, artifact=artifact, n_authors=7, n_posts=7, n_sources=1, share=0.5
    )


def test_a_hostile_or_endless_name_stays_on_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = Report(
        title="T",
        corpus="mine",
        run_id="r",
        n_posts=9,
        n_authors=9,
        funnel=(
            FunnelStep(name="posts that do not name the era", n_out=1, n_left=9),
            FunnelStep(name="names joined with another spelling or lying inside a longer name", n_out=900, n_left=1200),
        ),
        rows=tuple(row(i, name) for i, name in enumerate(["\x1b[2Jcube\n\u202e", "W" * 300, "年代" * 60], 1)),
    )
    results.finish(made, tmp_path, as_json=False, is_public=False)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(cells, lines[:-5])) <= 80
    at = lines.index(" rank  90 % interval  authors  artifact")
    assert lines[at + 1] == "    1  1-10                 7  [2Jcube"
    assert lines[at + 2].endswith("WWW…")
    assert cells(lines[at + 3]) == 80
    assert "     10 posts" in lines
    assert "  2,100 names in them" in lines


def test_an_interrupt_is_one_whatever_a_library_makes_of_it() -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted_query()
    with pytest.raises(RuntimeError), insistent():
        raise RuntimeError("of its own accord")


@insistent()
def interrupted_query() -> None:
    """As DuckDB does it: the signal comes out as an error of the library's own."""
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(2)
    except KeyboardInterrupt:
        raise RuntimeError("Query interrupted") from None
