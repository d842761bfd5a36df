"""Engines: where the map stages run changes nothing but the time."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pytest
from report_text import text_of
from sample_truth import SAMPLE

from miner.corpus import Corpus
from miner.engine import ENGINES, Engine, engine_of
from miner.eras import load_era
from miner.errors import EngineError, SettingsError, UnknownName, UsageError
from miner.report import write_report
from miner.settings import Settings
from miner.study.imports import import_files
from miner.study.models import Models, load_models
from miner.study.rank import rank

has_ray = importlib.util.find_spec("ray") is not None
SEVERAL = ["processes", pytest.param("ray", marks=pytest.mark.skipif(not has_ray, reason="the extra ray is missing"))]


@dataclass(frozen=True)
class Doubled:
    """Twice the number; dies at *deadly* until it has left *mark*, or always where there is none to leave."""

    deadly: int = -1
    mark: Path | None = None

    def __call__(self, rows: pa.Table) -> pa.Table:
        numbers = rows.column("n").to_pylist()
        if self.deadly in numbers and not (self.mark and self.mark.exists()):
            if self.mark:
                self.mark.touch()
            os._exit(9)
        return pa.table({"n": [2 * n for n in numbers]})


@pytest.fixture(scope="module", autouse=True)
def workers_find_this_file() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)]))
        yield
        if has_ray:
            import ray

            ray.shutdown()


def tables(n: int) -> Iterator[pa.Table]:
    return (pa.table({"n": [i, i + 1000]}) for i in range(n))


def doubled(engine: Engine, stage: Doubled, n: int = 20) -> list[int]:
    return [table.column("n")[0].as_py() for table in engine.map(stage, tables(n))]


@pytest.mark.parametrize("name", ["serial", *SEVERAL])
def test_results_come_in_the_order_of_the_tables(name: str) -> None:
    assert doubled(engine_of(name), Doubled()) == [2 * i for i in range(20)]


@pytest.mark.parametrize("name", SEVERAL)
def test_a_worker_that_dies_costs_nothing_but_time(name: str, tmp_path: Path) -> None:
    stage = Doubled(deadly=7, mark=tmp_path / "died")
    assert doubled(engine_of(name), stage) == [2 * i for i in range(20)]
    assert (tmp_path / "died").exists()


def test_what_is_finished_is_not_done_again_when_a_worker_dies(tmp_path: Path) -> None:
    (tmp_path / "done").mkdir()
    assert len(doubled(engine_of("processes"), Counting(deadly=19, mark=tmp_path / "died"))) == 20
    again = [table.name for table in (tmp_path / "done").iterdir() if len(list(table.iterdir())) > 1]
    # at most what the two workers had been given when one of them died
    assert len(again) <= 4
    assert "0" not in again


class Counting(Doubled):
    """As its parent; leaves a file for each time that a table is worked on."""

    def __call__(self, rows: pa.Table) -> pa.Table:
        assert self.mark is not None
        folder = self.mark.parent / "done" / str(rows.column("n")[0].as_py())
        folder.mkdir(exist_ok=True)
        (folder / os.urandom(8).hex()).touch()
        return super().__call__(rows)


def test_workers_that_always_die_end_the_run_with_advice() -> None:
    with pytest.raises(EngineError, match="died 5 times") as failed:
        doubled(engine_of("processes"), Doubled(deadly=3))
    assert "--engine serial" in str(failed.value)


def test_what_cannot_be_meant_is_said() -> None:
    with pytest.raises(UnknownName, match="serial"):
        engine_of("seriel")
    with pytest.raises(UsageError, match="cannot work"):
        engine_of("processes", n_workers=0)
    with pytest.raises(UsageError, match="no address"):
        engine_of("serial", address="ray://head:10001")


def test_without_ray_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("miner.engine.on_ray.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"nostalgia-miner\[ray\]"):
        engine_of("ray")


@pytest.mark.skipif(not has_ray, reason="the extra ray is missing")
def test_a_cluster_that_does_not_answer_is_named() -> None:
    import ray

    ray.shutdown()
    with pytest.raises(EngineError, match=r"127\.0\.0\.1:1"):
        doubled(engine_of("ray", address="127.0.0.1:1"), Doubled())


@pytest.fixture(scope="module")
def models() -> Models:
    return load_models(Settings())


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpora")
    with SAMPLE.open(encoding="utf-8") as lines:
        (folder / "posts.jsonl").write_text("".join(islice(lines, 300)), encoding="utf-8")
    corpus = Corpus.create(folder / "sample")
    import_files([folder / "posts.jsonl"], corpus)
    return corpus


def files_of(corpus: Corpus, engine: str, models: Models, folder: Path) -> dict[str, str]:
    shutil.rmtree(corpus.folder / "kept", ignore_errors=True)
    report = rank(corpus, era=load_era("80s"), settings=Settings(engine=engine), models=models)
    write_report(report, folder)
    return {path.name: text_of(path) for path in sorted(folder.iterdir())}


@pytest.mark.slow
def test_every_engine_writes_the_same_report(sample: Corpus, models: Models, tmp_path: Path) -> None:
    names = [name for name in ENGINES if name != "ray" or has_ray]
    one, *others = [files_of(sample, name, models, tmp_path / name) for name in names]
    assert len(one) > 3
    assert all(other == one for other in others)
