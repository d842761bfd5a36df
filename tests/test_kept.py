"""What stages made of posts is kept: only what is new is worked out, and a run gives the same bytes either way."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from report_text import text_of
from sample_truth import SAMPLE

from miner.corpus import Corpus
from miner.corpus.kept import Kept, forget_kept, vacuum_kept
from miner.engine import Stage
from miner.eras import load_era
from miner.report import write_report
from miner.settings import Settings
from miner.study.gather import gather
from miner.study.imports import import_files
from miner.study.models import Models, load_models
from miner.study.rank import rank
from miner.study.stages import version_of

SCHEMA = pa.schema([("fingerprint", pa.int64()), ("word", pa.string())])


def rows(**words: str) -> pa.Table:
    return pa.table([pa.array([int(k[1:]) for k in words]), pa.array(list(words.values()))], schema=SCHEMA)


def kept(folder: Path) -> Kept:
    return Kept(folder, "words", "v1", SCHEMA)


def test_a_row_is_kept_once_and_found_by_the_next_run(tmp_path: Path) -> None:
    kept(tmp_path).add(rows(k1="a", k2="b"))
    kept(tmp_path).add(rows(k2="b", k3="c"))
    assert kept(tmp_path).keys().tolist() == [1, 2, 3]
    assert kept(tmp_path).missing(np.array([3, 9, 9, 4])).tolist() == [4, 9]


def test_two_runs_at_once_do_not_keep_a_row_twice(tmp_path: Path) -> None:
    one, other = kept(tmp_path), kept(tmp_path)
    one.add(rows(k1="a"))
    other.add(rows(k1="a", k2="b"))
    one.add(rows(k2="b", k3="c"))
    assert sorted(one.column("fingerprint").tolist()) == [1, 2, 3]


def test_another_version_knows_nothing(tmp_path: Path) -> None:
    kept(tmp_path).add(rows(k1="a"))
    assert len(Kept(tmp_path, "words", "v2", SCHEMA).keys()) == 0
    assert vacuum_kept(tmp_path, used=["words-v2"]) > 0
    assert [path.name for path in sorted((tmp_path / "kept").glob("*-*"))] == ["words-v2"]


@pytest.mark.parametrize("harm", ["data", "log"])
def test_damaged_results_are_worked_out_again(tmp_path: Path, harm: str) -> None:
    kept(tmp_path).add(rows(k1="a"))
    folder = kept(tmp_path).folder
    pattern = "*.parquet" if harm == "data" else "_delta_log/*1.json"
    next(folder.glob(pattern)).write_bytes(b"")
    assert len(kept(tmp_path).keys()) == 0


def test_what_is_gone_from_the_corpus_goes_with_all_that_was_made_of_it(tmp_path: Path) -> None:
    kept(tmp_path).add(rows(k1="a", k2="a secret"))
    kept(tmp_path).add(rows(k3="c"))
    assert forget_kept(tmp_path, np.array([1, 3])) == 1
    assert kept(tmp_path).keys().tolist() == [3]
    assert not any(b"a secret" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_version_says_what_it_was_made_with() -> None:
    same = version_of("80s", code=["miner.names"], packages=["numpy"])
    assert same == version_of("80s", code=["miner.names"], packages=["numpy"])
    assert same != version_of("70s", code=["miner.names"], packages=["numpy"])
    assert same != version_of("80s", code=["miner.text.clean"], packages=["numpy"])
    assert same != version_of("80s", code=["miner.names"], packages=["pyarrow"])


class Counting:
    """The serial engine, with the number of posts that went through each stage."""

    name = "serial"

    def __init__(self) -> None:
        self.n_posts: dict[str, int] = {}

    def map(self, stage: Stage, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        for table in tables:
            name = type(stage).__name__
            self.n_posts[name] = self.n_posts.get(name, 0) + table.num_rows
            yield stage(table)


@pytest.fixture(scope="module")
def models() -> Models:
    return load_models(Settings())


def imported(lines: list[str], corpus: Corpus, folder: Path) -> None:
    file = folder / f"{len(lines)}.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert import_files([file], corpus).rejected == {}


@pytest.mark.slow
def test_a_run_touches_only_what_is_new_and_gives_the_bytes_of_a_run_from_nothing(
    tmp_path: Path, models: Models
) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    (tmp_path / "corpora").mkdir()
    corpus = Corpus.create(tmp_path / "corpora" / "sample")
    first, again, more = Counting(), Counting(), Counting()

    def written(name: str, engine: Counting) -> dict[str, str]:
        report = rank(corpus, era=load_era("80s"), settings=Settings(), models=models, engine=engine)
        return {kind: text_of(path) for kind, path in write_report(report, tmp_path / name).items()}

    imported(lines[:-14], corpus, tmp_path)
    before = written("first", first)
    assert first.n_posts["ExtractMentions"] > 1000
    assert written("again", again) == before
    assert again.n_posts == {}
    imported(lines[-14:], corpus, tmp_path)
    after = written("more", more)
    assert 0 < more.n_posts["ReadFacts"] <= 14
    assert more.n_posts["ExtractMentions"] <= 14
    shutil.rmtree(corpus.folder / "kept")
    assert written("nothing", Counting()) == after


def test_posts_come_oldest_first_whatever_their_order_of_storage(tmp_path: Path) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()[:200]
    orders = []
    for name, order in (("one", lines), ("other", lines[::-1])):
        corpus = Corpus.create(tmp_path / name)
        imported(order, corpus, tmp_path)
        posts = gather(corpus.view(corpus.version))
        orders.append([post.id for post in posts.read(np.arange(len(posts)))])
        dates = {json.loads(line)["id"]: json.loads(line)["created_at"] for line in lines}
        told = [dates[identity.partition(":")[2]] for identity in orders[-1]]
        assert told == sorted(told, key=lambda date: (date is None, date or ""))
    assert orders[0] == orders[1]
