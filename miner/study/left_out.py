"""What leaving posts out did to the ranking, and what such posts look like: for the ledger."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from miner.ranking.seen import Sightings, order, seen_shares, source_counts
from miner.records import Evidence, FunnelStep, LeftOut, Move, Post
from miner.study.choose import Chosen
from miner.study.evidence import opening
from miner.study.gather import Rows, by_appearance
from miner.study.identify import Identified
from miner.study.spotter import Spotter

MAX_EXAMPLES = 3
MAX_MOVES = 5
MAX_POSTS = 20_000
"""Of more posts than these an even sample is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The funnel's steps in full, and for the id of each artifact the posts that name it and were left out."""

    steps: Sequence[FunnelStep]
    of: Mapping[str, tuple[LeftOut, ...]]


def told(steps: Sequence[FunnelStep], found: Identified, chosen: Chosen, *, top: int) -> Told:
    """*steps* with examples of what each left out and the artifacts that it moved most, and what it took of each.

    Each step is undone alone: its posts, or an even sample of :data:`MAX_POSTS` of them, are counted for the artifacts
    of this run, by their spellings, and all are ranked again. What would have become an artifact only with those posts
    is not seen.

    Args:
        steps: Steps over posts.
        found: The artifacts of the run.
        chosen: The posts counted, and those left out by step.
        top: How far down the list a move is told.
    """
    spotter = Spotter(found.artifacts, found.ordinary)
    before = found.mentions.pairs()
    ranks = _ranks(before, chosen.source_of_author, found)
    result: list[FunnelStep] = []
    of: dict[str, list[LeftOut]] = {}
    for step in steps:
        every = chosen.left_out.get(step.name, np.zeros(0, np.int64))
        rows = sample(every, MAX_POSTS)
        posts = chosen.posts.read(rows)
        named = spotter.pairs(posts)
        after = _ranks(*_with(posts, rows, before, chosen, named), found) if posts else ranks
        examples = tuple(_example(post) for post in posts[:: max(1, len(posts) // MAX_EXAMPLES)][:MAX_EXAMPLES])
        result.append(replace(step, examples=examples, moved=_moves(ranks, after, top)))
        for column, n in sorted(Counter(column for _, column in named).items()):
            left_out = LeftOut(step=step.name, n_posts=n, is_sample=len(rows) < len(every))
            of.setdefault(found.artifacts[column].artifact_id, []).append(left_out)
    return Told(steps=result, of={identity: tuple(lines) for identity, lines in of.items()})


def sample(rows: Rows, n: int) -> Rows:
    """*n* of *rows*, evenly spread; all when there are no more."""
    if len(rows) <= n:
        return rows
    found: Rows = rows[np.linspace(0, len(rows) - 1, n).astype(np.int64)]
    return found


def _with(
    posts: Sequence[Post], rows: Rows, before: NDArray[np.int64], chosen: Chosen, seen: Set[tuple[int, int]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Who names what when *posts* are counted too, as pairs of author and artifact, and the source of each author."""
    every = chosen.posts
    number = np.full(int(every.authors.max(initial=-1)) + 1, -1, np.int64)
    number[every.authors[chosen.rows]] = chosen.authors
    authors = number[every.authors[rows]]
    new = np.flatnonzero(authors < 0)
    authors[new] = chosen.n_authors + by_appearance(every.authors[rows[new]])
    _, first = np.unique(authors[new], return_index=True)
    # a source that only such posts have gets a number behind the others
    names = dict.fromkeys([*chosen.sources, *every.sources])
    places = {name: place for place, name in enumerate(names)}
    sources = [places[posts[i].source] for i in new[first].tolist()]
    named = np.array([(authors[post], column) for post, column in seen], np.int64).reshape(-1, 2)
    return np.concatenate([before, named]), np.concatenate([chosen.source_of_author, np.array(sources, np.int64)])


def _ranks(pairs: NDArray[np.int64], source_of: NDArray[np.int64], found: Identified) -> dict[str, int]:
    """Name of each artifact to its place."""
    names = [artifact.name for artifact in found.artifacts]
    # numbers without a gap: a source of which nobody is there has no share
    _, source_of = np.unique(source_of, return_inverse=True)
    best = order(seen_shares(*source_counts(Sightings.of(pairs, source_of, len(names)))), names)
    return {names[i]: place for place, i in enumerate(best.tolist(), 1)}


def _moves(ranks: Mapping[str, int], after: Mapping[str, int], top: int) -> tuple[Move, ...]:
    moved = [
        Move(name=name, rank=rank, rank_with=after[name])
        for name, rank in ranks.items()
        if after[name] != rank and min(rank, after[name]) <= top
    ]
    # ten places are little at the end of the list and much at its beginning
    return tuple(sorted(moved, key=lambda m: (-abs(math.log(m.rank_with / m.rank)), m.rank))[:MAX_MOVES])


def _example(post: Post) -> Evidence:
    return Evidence(post_id=post.id, quote=opening(post), url=post.url, source=post.source, created_at=post.created_at)
