"""Three ways to look at one ranking."""

from __future__ import annotations

from dataclasses import replace

import pytest
from counting import counted_of

from miner.artifacts.background import Background, load_background
from miner.artifacts.catalogue import Catalogue, KnownArtifact, YearClaim, load_catalogue
from miner.eras import load_era
from miner.errors import UnknownName
from miner.names import spelling_key
from miner.records import Artifact, PeriodFlag, Post, RankedArtifact, artifact_id
from miner.study.describe import of_other_times
from miner.study.lenses import Reference, beside, reference, through, weighed
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


EMPTY = Background(n_authors={}, named_by={})
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


def test_what_only_other_lists_have_stands_beside_by_rank() -> None:
    assert [found.artifact.name for found in beside(ROWS, "seen", 2)] == ["Cut", "Rare"]
    assert [found.lenses for found in beside(ROWS, "seen", 2)] == [("deep",), ("distinctive",)]
    assert {found.artifact.name for found in beside(ROWS, "deep", 2)} == {"Seen", "Both", "Rare"}


def test_what_is_named_less_here_is_never_distinctive() -> None:
    assert "Seen" not in names("distinctive", top=1000)


def test_what_of_other_times_the_era_is_seen_and_never_distinctive() -> None:
    elsewhen = frozenset({"a_Rare", "a_Cut"})
    assert [r.artifact.name for r in through(ROWS, "distinctive", 2, elsewhen)] == ["Both", "Late"]
    assert through(ROWS, "deep", 3, elsewhen) == []
    assert {"Rare", "Cut"} <= {r.artifact.name for r in through(ROWS, "seen", 200, elsewhen)}


def test_an_unknown_lens_is_refused() -> None:
    with pytest.raises(UnknownName, match="fisheye"):
        through(ROWS, "fisheye", 3)


def known(name: str, category: str, *years: tuple[str, int]) -> KnownArtifact:
    claims = tuple(YearClaim(region=region, year=year, source="W", licence="fact") for region, year in years)
    return KnownArtifact(
        name=name, names=(name,), ordinary=frozenset(), category=category, years=claims, keys=(spelling_key(name),)
    )


def test_what_of_other_times_the_era_is_later_wherever_it_came_first() -> None:
    catalogue = Catalogue(
        own=[
            known("Wii", "tech", ("US", 2006)),
            known("Gundam", "tech", ("US", 2001), ("JP", 1979)),
            known("Novelty", "tech", ("", 1989)),
            known("Undated", "tech"),
            replace(known("Jukebox", "tech"), heyday=(1940, 1975)),
            replace(known("Walkman", "tech"), heyday=(1980, 1992)),
        ]
    )
    rows = [row(name, 1) for name in ("Wii", "Gundam", "Novelty", "Undated", "Jukebox", "Walkman", "Unlisted")]
    assert of_other_times(rows, load_era("80s"), catalogue) == {"a_Wii", "a_Jukebox"}
    assert of_other_times(rows, load_era("70s"), catalogue) == {"a_Wii", "a_Novelty", "a_Walkman"}
    assert of_other_times(rows, None, catalogue) == frozenset()


def background(**named: int) -> Background:
    """A thousand authors who speak of the 90s, so many of whom name each artifact."""
    return Background(
        n_authors={"none": 0, "80s": 5000, "90s": 1000},
        named_by={f"a_{name}": {"80s": 4000, "90s": n} for name, n in named.items()},
    )


def against(posts: list[Post], shipped: Background = EMPTY) -> Reference:
    era = load_era("80s")
    found = counted_of([post(9999, "the 80s"), *posts], era)
    return reference(found.chosen, found.facts, era, shipped)


def z_of(rows: list[RankedArtifact], others: Reference) -> list[float | None]:
    spotter = Spotter([found.artifact for found in rows], frozenset())
    return [found.distinctive_z for found in weighed(rows, 100, others, spotter)]


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
    assert [p.id for p in against(posts).posts] == ["x:1", "x:7"]
    found = counted_of(posts)
    everything = reference(found.chosen, found.facts, None, background(Walkman=1))
    assert (everything.posts, everything.n_shipped) == ((), 0)


def test_what_others_name_as_often_is_not_distinctive() -> None:
    others = [post(i, "the 90s and my telephone" if i < 100 else "the 90s") for i in range(200)]
    walkman, telephone = z_of([row("Walkman", 1, n_authors=50), row("Telephone", 2, n_authors=50)], against(others))
    assert walkman is not None
    assert telephone is not None
    assert walkman > 4
    assert abs(telephone) < 0.5


def test_without_posts_of_others_the_shipped_counts_stand_in_for_what_they_know() -> None:
    rows = [row("Walkman", 1, n_authors=50), row("Telephone", 2, n_authors=50), row("Unknown", 3, n_authors=50)]
    others = against([post(i, "the 90s") for i in range(9)], background(Walkman=0, Telephone=500))
    walkman, telephone, unknown = z_of(rows, others)
    assert walkman is not None
    assert telephone is not None
    assert walkman > 4
    assert abs(telephone) < 0.5
    assert unknown is None
    assert "9 authors of this corpus" in str(others)
    assert "1,000 authors whose counts ship" in str(others)


def test_the_run_s_own_era_is_no_background() -> None:
    others = against([], background(Walkman=7))
    assert others.n_shipped == 1000
    assert others.background.count("a_Walkman", others.eras) == 7


def test_posts_of_the_corpus_go_before_the_shipped_counts() -> None:
    rows = [row("Walkman", 1, n_authors=50)]
    own = [post(i, "the 90s and my Walkman" if i < 50 else "the 90s") for i in range(100)]
    shipped = background(Walkman=0)
    (z,) = z_of(rows, against(own, shipped))
    assert z is not None
    assert abs(z) < 0.5
    assert str(against(own, shipped)) == "100 authors of this corpus who speak of other eras"


def test_without_anybody_nothing_is_said() -> None:
    few = Background(n_authors={"90s": 99}, named_by={"a_Walkman": {"90s": 1}})
    assert z_of([row("Walkman", 1)], against([post(i, "the 90s") for i in range(99)], few)) == [None]
    assert through([row("Walkman", 1)], "distinctive", 9) == []


def test_the_shipped_counts_know_the_catalogue() -> None:
    shipped = load_background()
    known = {artifact_id(spelling_key(entry.name)) for entry in load_catalogue()}
    assert len(known & shipped.named_by.keys()) > 0.9 * len(known)
    every = [*shipped.n_authors]
    assert shipped.authors(every) > 10_000
    assert all(0 <= n <= shipped.n_authors[era] for counts in shipped.named_by.values() for era, n in counts.items())
    assert (shipped.count(artifact_id("vinylrecord"), every) or 0) > 100
