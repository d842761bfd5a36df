"""Three ways to look at one ranking: most seen, distinctive of the era, deep cuts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from miner.eras import Era, EraReader, era_names, load_era
from miner.errors import UnknownName
from miner.ranking.distinctive import deep_cuts, log_odds, prior_from
from miner.records import Post, RankedArtifact
from miner.study.spotter import Spotter

LENSES: Final = ("seen", "distinctive", "deep")
PRIOR_SIZE: Final = 100.0
MIN_OTHERS: Final = 100


def of_other_eras(posts: Sequence[Post], chosen: Sequence[Post], era: Era | None) -> list[Post]:
    """Posts by people that name another of the shipped eras, and not *era*; none when all eras are counted."""
    if era is None:
        return []
    here = {post.id for post in chosen}
    others = [other for name in era_names() if not _overlap(other := load_era(name), era)]
    reader, own = EraReader(others), EraReader([era])
    found = []
    for post in posts:
        if post.id in here or post.is_bot or post.repost_of is not None:
            continue
        text = " \n".join((post.text, *post.alt_texts))
        if reader.read(text, post.tags) and not own.read(text, post.tags):
            found.append(post)
    return found


def _overlap(one: Era, other: Era) -> bool:
    return one.start <= other.end and other.start <= one.end


def weighed(
    rows: Sequence[RankedArtifact], n_authors: int, others: Sequence[Post], spotter: Spotter
) -> list[RankedArtifact]:
    """*rows* with the z-score of their log-odds against *others*; without a hundred authors there, as they are.

    Args:
        rows: All artifacts of a run, in the order in which *spotter* knows them.
        n_authors: Authors counted for them.
        others: Posts of other eras.
        spotter: Finds the artifacts of *rows* in posts.
    """
    authors = [post.author or post.id for post in others]
    n_others = len(set(authors))
    if n_others < MIN_OTHERS:
        return list(rows)
    named = {(authors[post], column) for post, column in spotter.pairs(others)}
    here = np.array([row.n_authors for row in rows], np.float64)
    there = np.bincount([column for _, column in named], minlength=len(rows)).astype(np.float64)
    prior = prior_from(here + there, n_authors + n_others, PRIOR_SIZE)
    z = log_odds(here, there, prior, n_units=(n_authors, n_others), size=PRIOR_SIZE)
    return [replace(row, distinctive_z=round(float(value), 3)) for row, value in zip(rows, z, strict=True)]


def through(rows: Sequence[RankedArtifact], lens: str, top: int) -> list[RankedArtifact]:
    """The best *top* of *rows* through a lens, each with the lenses through which it is in such a list.

    Args:
        rows: All artifacts of a run, most seen first.
        lens: One of :data:`LENSES`.
        top: How many.

    Raises:
        UnknownName: There is no such lens.
    """
    if lens not in LENSES:
        raise UnknownName("lens", lens, LENSES)
    z = np.array([-np.inf if row.distinctive_z is None else row.distinctive_z for row in rows])
    cuts = deep_cuts(
        z,
        np.array([row.n_authors for row in rows], np.float64),
        np.array([row.rank for row in rows], np.float64),
        np.array([row.period is not None and row.period.level == "block" for row in rows], bool),
    )
    by_z = sorted(range(len(rows)), key=lambda i: (-z[i], rows[i].rank))
    lists = {
        "seen": list(range(len(rows)))[:top],
        "distinctive": [i for i in by_z if z[i] > 0][:top],
        "deep": [i for i in by_z if cuts[i]][:top],
    }
    members = {name: set(listed) for name, listed in lists.items()}
    return [replace(rows[i], lenses=tuple(n for n in LENSES if i in members[n])) for i in lists[lens]]
