"""A few rounds of each fault of ``benchmarks/faults.py``: nothing lost, nothing doubled, no traceback."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from fault_commands import WORKS, Decide, Import, Rank, Scrape, Serve, is_there
from fault_damage import FAULTS, Round, rounds_of, spoil
from fault_program import Program
from fault_works import CorpusWork, Harm, Work
from faults import kill_often

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(tmp_path_factory.mktemp("words"))


@pytest.mark.parametrize("kind", [kind for kind in WORKS if kind is not Rank], ids=lambda kind: kind.name)
def test_what_was_acknowledged_outlives_kills(kind: type[Work], program: Program, tmp_path: Path) -> None:
    if not is_there(kind, program, tmp_path):
        pytest.skip(f"there is no miner {kind.name}")
    work = kind(tmp_path / "work", program)
    row = kill_often(work, n_kills=5, rng=random.Random(80), until=time.monotonic() + 30)  # noqa: S311 - moments
    assert (row.harm, row.notes) == (Harm(), [])
    assert row.rounds == 5


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_harm_nothing_for_good(fault: str, program: Program, tmp_path: Path) -> None:
    for at in rounds_of(fault, tmp_path, program, n=2, rng=random.Random(7)):  # noqa: S311 - places of damage
        assert at.notes == []


def test_the_bench_sees_what_is_lost_and_what_is_doubled(program: Program, tmp_path: Path) -> None:
    at = Round(folder=tmp_path, program=program, rng=random.Random(1))  # noqa: S311 - unused
    sent = at.imported()
    at.complete(sent | {"letters:absent"})
    assert at.harm == Harm(lost=1)
    table = tmp_path / "corpora" / "mine" / "posts"
    entry = table / "_delta_log" / f"{1:020}.json"
    first = next(table.glob(f"{1:020}-*.parquet"))
    (table / "again.parquet").write_bytes(first.read_bytes())
    n = len(list((table / "_delta_log").glob("*.json")))
    again = entry.read_text(encoding="utf-8").replace(first.name, "again.parquet")
    (table / "_delta_log" / f"{n:020}.json").write_text(again, encoding="utf-8")
    at.complete(sent)
    assert at.harm.doubled > 0


def test_the_bench_sees_a_corpus_that_cannot_be_read(program: Program, tmp_path: Path) -> None:
    work: CorpusWork = Import(tmp_path / "work", program)
    work.begin()
    work.start().end()
    assert not work.harm(has_ended=True)
    for path in (tmp_path / "work" / "corpora" / "mine" / "posts").glob("*.parquet"):
        path.write_bytes(b"")
    harm = work.harm(has_ended=True)
    assert (harm.lost, harm.unreadable) == (6_000, 1)


def test_damage_is_damage(tmp_path: Path) -> None:
    whole = bytes(range(1, 256)) * 8
    for seed in range(40):
        path = tmp_path / "file"
        path.write_bytes(whole)
        spoil(path, random.Random(seed))  # noqa: S311 - places of damage
        assert not path.exists() or path.read_bytes() != whole


def test_all_commands_that_write_are_killed() -> None:
    assert {Scrape, Import, Decide, Serve, Rank} <= set(WORKS)
