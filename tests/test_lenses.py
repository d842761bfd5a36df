"""Three ways to look at one ranking."""

from __future__ import annotations

import pytest

from miner.eras import load_era
from miner.errors import UnknownName
from miner.records import Artifact, PeriodFlag, Post, RankedArtifact
from miner.study.lenses import of_other_eras, through, weighed
from miner.study.spotter import Spotter


def row(name: str, rank: int, n_authors: int = 10, z: float | None = None, level: str = "ok") -> RankedArtifact:
    return RankedArtifact(
        rank=rank,
        rank_low=rank,
        rank_high=rank,
        artifact=Artifact(
            artifact_id=f"a_{name}", name=name, also_called=(), keys=(name.lower(),), category="tech", probability=1.0
        ),
        n_authors=n_authors,
        n_posts=n_authors,
        n_sources=1,
        share=0.1,
        distinctive_z=z,
        period=PeriodFlag(level=level, reason=""),  # type: ignore[arg-type]
    )


def post(number: int, text: str, *, is_bot: bool = False, repost_of: str | None = None) -> Post:
    return Post(
        id=f"x:{number}",
        source="x",
        text=text,
        created_at=None,
        author=f"p{number}",
        is_bot=is_bot,
        repost_of=repost_of,
    )


ROWS = [
    row("Seen", 1, z=-3.0),
    row("Both", 2, z=4.0),
    *(row(f"Filler{i}", i, z=0.0) for i in range(3, 101)),
    row("Cut", 101, n_authors=8, z=2.5),
    row("Rare", 102, n_authors=7, z=9.0),
    row("Late", 103, n_authors=9, z=3.0, level="block"),
]


def names(lens: str, top: int = 3) -> list[str]:
    return [found.artifact.name for found in through(ROWS, lens, top)]


def test_each_lens_orders_by_its_own_number() -> None:
    assert names("seen") == ["Seen", "Both", "Filler3"]
    assert names("distinctive") == ["Rare", "Both", "Late"]
    assert names("deep") == ["Cut"]


def test_a_row_says_in_which_lists_it_is() -> None:
    assert {found.artifact.name: found.lenses for found in through(ROWS, "distinctive", 4)} == {
        "Rare": ("distinctive",),
        "Both": ("seen", "distinctive"),
        "Late": ("distinctive",),
        "Cut": ("distinctive", "deep"),
    }


def test_what_is_named_less_here_is_never_distinctive() -> None:
    assert "Seen" not in names("distinctive", top=1000)


def test_an_unknown_lens_is_refused() -> None:
    with pytest.raises(UnknownName, match="fisheye"):
        through(ROWS, "fisheye", 3)


def test_posts_of_other_eras_are_by_people_and_not_of_this_one() -> None:
    posts = [
        post(1, "the 90s"),
        post(2, "the 80s"),
        post(3, "from the 80s to the 90s"),
        post(4, "no year at all"),
        post(5, "the 70s", is_bot=True),
        post(6, "the 70s", repost_of="x:9"),
        post(7, "the 70s"),
    ]
    assert [p.id for p in of_other_eras(posts, posts[1:2], load_era("80s"))] == ["x:1", "x:7"]
    assert of_other_eras(posts, [], None) == []


def test_what_others_name_as_often_is_not_distinctive() -> None:
    rows = [row("Walkman", 1, n_authors=50), row("Telephone", 2, n_authors=50)]
    others = [post(i, "the 90s and my telephone" if i < 100 else "the 90s") for i in range(200)]
    spotter = Spotter([found.artifact for found in rows], frozenset())
    walkman, telephone = weighed(rows, 100, others, spotter)
    assert walkman.distinctive_z is not None
    assert telephone.distinctive_z is not None
    assert walkman.distinctive_z > 4
    assert abs(telephone.distinctive_z) < 0.5


def test_without_posts_of_others_nothing_is_said() -> None:
    rows = [row("Walkman", 1)]
    spotter = Spotter([found.artifact for found in rows], frozenset())
    assert weighed(rows, 100, [post(i, "the 90s") for i in range(99)], spotter)[0].distinctive_z is None
    assert through(weighed(rows, 100, [], spotter), "distinctive", 9) == []
