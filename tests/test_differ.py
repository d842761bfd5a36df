"""Two runs side by side, and an artifact over the months."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from miner.artifacts.catalogue import Catalogue, KnownArtifact
from miner.errors import NothingFound
from miner.records import Artifact, Post, RankedArtifact, artifact_id
from miner.report.model import Report
from miner.study.differ import difference
from miner.study.trend import trend


def row(name: str, rank: int, low: int, high: int, *keys: str) -> RankedArtifact:
    artifact = Artifact(
        artifact_id=artifact_id(name.lower()),
        name=name,
        also_called=(),
        keys=(name.lower(), *keys),
        category="tech",
        probability=1.0,
    )
    return RankedArtifact(
        rank=rank, rank_low=low, rank_high=high, artifact=artifact, n_authors=9, n_posts=9, n_sources=1, share=0.1
    )


def report(*rows: RankedArtifact) -> Report:
    return Report(title="", corpus="c", run_id="r", n_posts=1, n_authors=1, rows=rows)


def test_new_gone_and_moved_are_told_apart() -> None:
    before = report(row("walkman", 1, 1, 2), row("atari", 2, 1, 4), row("simon", 9, 8, 10))
    after = report(row("simon", 1, 1, 2), row("atari", 4, 2, 6), row("betamax", 5, 3, 7))
    found = difference(before, after)
    assert [r.artifact.name for r in found.new] == ["betamax"]
    assert [r.artifact.name for r in found.gone] == ["walkman"]
    assert [(m.before.rank, m.after.rank) for m in found.moved] == [(9, 1)]
    assert found.n_same == 1


def test_an_artifact_whose_name_changed_is_the_same() -> None:
    before = report(row("rubik cube", 1, 1, 2, "rubik's cube"))
    after = report(row("rubik's cube", 1, 1, 2, "rubik cube"))
    found = difference(before, after)
    assert (found.new, found.gone, found.moved, found.n_same) == ((), (), (), 1)


def test_a_run_differs_from_itself_in_nothing() -> None:
    same = report(row("walkman", 1, 1, 2), row("atari", 2, 1, 4))
    assert difference(same, same).n_same == 2


def post(number: int, text: str, month: int, author: str | None = None, *, is_bot: bool = False) -> Post:
    return Post(
        id=f"x:{number}",
        source="x",
        text=text,
        created_at=datetime(2024, month, 1, tzinfo=UTC),
        author=author or f"p{number}",
        is_bot=is_bot,
    )


CATALOGUE = Catalogue(
    own=[
        KnownArtifact(
            name="Walkman",
            names=("Walkman", "personal stereo"),
            ordinary=frozenset(),
            category="tech",
            keys=("walkman", "personalstereo"),
        )
    ]
)


def test_a_trend_counts_the_authors_of_each_month() -> None:
    naming = [post(i, "my walkman", 1 + i // 8) for i in range(12)]
    others = [post(100 + i, "rain", 1) for i in range(8)] + [post(200, "a personal stereo", 2, author="p11")]
    bots = [post(300, "walkman", 3, is_bot=True)]
    months = trend(naming + others + bots, "Walkman", CATALOGUE)
    assert [(m.month, m.n_naming, m.n_authors) for m in months] == [("2024-01", 8, 16), ("2024-02", 4, 4)]
    assert months[0].share == 0.5


def test_no_line_is_drawn_through_fewer_than_twelve_posts() -> None:
    with pytest.raises(NothingFound, match="11 dated posts"):
        trend([post(i, "my walkman", 1) for i in range(11)], "Walkman", CATALOGUE)


def test_what_the_catalogue_does_not_know_is_counted_by_its_name() -> None:
    posts = [post(i, "the Quux 3000 again", 1) for i in range(12)]
    assert trend(posts, "quux 3000", Catalogue())[0].n_naming == 12
