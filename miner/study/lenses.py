"""Three ways to look at one ranking: most seen, distinctive of the era, deep cuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from miner.artifacts.background import NO_ERA, Background
from miner.eras import Era
from miner.errors import UnknownName
from miner.ranking.distinctive import PRIOR_SIZE, deep_cuts, log_odds, prior_from
from miner.records import Post, RankedArtifact
from miner.study.choose import Chosen
from miner.study.left_out import sample
from miner.study.read import Facts
from miner.study.spotter import Spotter

LENSES: Final = ("seen", "distinctive", "deep")
MIN_OTHERS: Final = 100
MAX_OTHERS: Final = 20_000
"""Posts of other eras that are looked at; more would tell an artifact's share there no better than a row needs."""

Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a run's artifacts are weighed against: posts of the same corpus, or counts that ship where it has too few.

    Attributes:
        posts: Posts of the corpus that speak of other eras.
        background: Counts of the catalogue's artifacts in posts that somebody else collected.
        eras: The eras of *background* that do not overlap with the run's.
    """

    posts: Sequence[Post]
    background: Background
    eras: frozenset[str]

    @property
    def n_own(self) -> int:
        """Authors of :attr:`posts`; a post without an author has its own."""
        return len({post.author or post.id for post in self.posts})

    @property
    def is_own(self) -> bool:
        """Whether the corpus has enough posts of other eras."""
        return self.n_own >= MIN_OTHERS

    @property
    def n_shipped(self) -> int:
        """Authors of the background who speak of other eras or of none."""
        return self.background.authors(self.eras)

    def __str__(self) -> str:
        if self.is_own:
            return f"{self.n_own:,} authors of this corpus who speak of other eras"
        return (
            f"{self.n_shipped:,} authors whose counts ship with the program (posts about old things, 2008 to 2023, "
            f"mostly Reddit, English), since only {self.n_own:,} authors of this corpus speak of other eras; what the "
            "catalogue does not know has no score"
        )


def reference(chosen: Chosen, facts: Facts, era: Era | None, background: Background) -> Reference:
    """What to weigh the *chosen* posts of *era* against; nothing when all eras are counted.

    Of more posts of other eras than :data:`MAX_OTHERS` an even sample is taken.
    """
    if era is None:
        return Reference(posts=(), background=background, eras=frozenset())
    others = [other.name for other in facts.eras if not _overlap(other, era)]
    posts = chosen.posts
    speak = facts.names(*others) & ~facts.names(era.name) & ~posts.is_bot & ~posts.is_repost
    speak[chosen.rows] = False
    return Reference(
        posts=posts.read(sample(np.flatnonzero(speak), MAX_OTHERS)),
        background=background,
        eras=frozenset((NO_ERA, *others)),
    )


def _overlap(one: Era, other: Era) -> bool:
    return one.start <= other.end and other.start <= one.end


def weighed(
    rows: Sequence[RankedArtifact], n_authors: int, others: Reference, spotter: Spotter
) -> list[RankedArtifact]:
    """*rows* with the z-score of their log-odds against *others*.

    The prior is what everybody names: the run's posts, those of other eras, and the background. Where the corpus has no
    hundred authors of other eras, the background stands in for them, and artifacts that it does not know get no score.

    Args:
        rows: All artifacts of a run, in the order in which *spotter* knows them.
        n_authors: Authors counted for them.
        others: Whom to weigh against.
        spotter: Finds the artifacts of *rows* in posts.
    """
    counted = [others.background.count(row.artifact.artifact_id, others.eras) for row in rows]
    here = np.array([row.n_authors for row in rows], np.float64)
    shipped = np.array([count or 0 for count in counted], np.float64)
    own = _named(rows, others.posts, spotter)
    there, n_there = (own, others.n_own) if others.is_own else (shipped, others.n_shipped)
    if n_there < MIN_OTHERS:
        return list(rows)
    prior = prior_from(here + own + shipped, n_authors + others.n_own + others.n_shipped, PRIOR_SIZE)
    z = log_odds(here, there, prior, n_units=(n_authors, n_there), size=PRIOR_SIZE)
    return [
        row if count is None and not others.is_own else replace(row, distinctive_z=round(float(value), 3))
        for row, value, count in zip(rows, z, counted, strict=True)
    ]


def _named(rows: Sequence[RankedArtifact], posts: Sequence[Post], spotter: Spotter) -> Counts:
    """Authors of *posts* who name each artifact, shape (n,)."""
    authors = [post.author or post.id for post in posts]
    named = {(authors[post], column) for post, column in spotter.pairs(posts)}
    return np.bincount([column for _, column in named], minlength=len(rows)).astype(np.float64)


def through(
    rows: Sequence[RankedArtifact], lens: str, top: int, elsewhen: Set[str] = frozenset()
) -> list[RankedArtifact]:
    """The best *top* of *rows* through a lens, each with the lenses through which it is in such a list.

    Args:
        rows: All artifacts of a run, most seen first.
        lens: One of :data:`LENSES`.
        top: How many.
        elsewhen: Ids of artifacts of other times. People may name them most of all; they do not set the era apart.

    Raises:
        UnknownName: There is no such lens.
    """
    if lens not in LENSES:
        raise UnknownName("lens", lens, LENSES)
    lists = _lists(rows, top, elsewhen)
    return [_marked(rows, lists, i) for i in lists[lens]]


def beside(
    rows: Sequence[RankedArtifact], lens: str, top: int, elsewhen: Set[str] = frozenset()
) -> list[RankedArtifact]:
    """Those that only the other lenses list, by rank, marked as :func:`through` marks them; arguments as there."""
    lists = _lists(rows, top, elsewhen)
    others = {i for name in LENSES for i in lists[name]} - set(lists[lens])
    return [_marked(rows, lists, i) for i in sorted(others)]


def _lists(rows: Sequence[RankedArtifact], top: int, elsewhen: Set[str]) -> dict[str, list[int]]:
    """Rows of each lens's list, best first."""
    is_out = [row.distinctive_z is None or row.artifact.artifact_id in elsewhen for row in rows]
    z = np.array([-np.inf if out else row.distinctive_z for row, out in zip(rows, is_out, strict=True)], np.float64)
    cuts = deep_cuts(
        z,
        np.array([row.n_authors for row in rows], np.float64),
        np.array([row.rank for row in rows], np.float64),
        np.array([row.period is not None and row.period.level == "block" for row in rows], bool),
    )
    by_z = sorted(range(len(rows)), key=lambda i: (-z[i], rows[i].rank))
    return {
        "seen": list(range(len(rows)))[:top],
        "distinctive": [i for i in by_z if z[i] > 0][:top],
        "deep": [i for i in by_z if cuts[i]][:top],
    }


def _marked(rows: Sequence[RankedArtifact], lists: Mapping[str, list[int]], i: int) -> RankedArtifact:
    return replace(rows[i], lenses=tuple(name for name in LENSES if i in lists[name]))
