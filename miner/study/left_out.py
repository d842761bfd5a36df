"""What leaving posts out did to the ranking, and what such posts look like: for the ledger."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from miner.ranking.seen import Sightings, order, seen_shares, source_counts
from miner.records import Evidence, FunnelStep, Move, Post
from miner.study.choose import Chosen
from miner.study.evidence import opening
from miner.study.identify import Identified
from miner.study.spotter import Spotter

MAX_EXAMPLES = 3
MAX_MOVES = 5


def told(steps: Sequence[FunnelStep], found: Identified, chosen: Chosen, *, top: int) -> list[FunnelStep]:
    """*steps* with examples of what each left out, and with the artifacts that it moved most.

    Each step is undone alone: its posts are counted for the artifacts of this run, by their spellings, and all are
    ranked again. What would have become an artifact only with those posts is not seen.

    Args:
        steps: Steps over posts.
        found: The artifacts of the run.
        chosen: The posts counted, and those left out by step.
        top: How far down the list a move is told.
    """
    spotter = Spotter(found.artifacts, found.ordinary)
    before = {(chosen.authors[m.post], i) for i, mentions in enumerate(found.mentions) for m in mentions}
    ranks = _ranks(before, chosen.source_of_author, found)
    result = []
    for step in steps:
        posts = chosen.left_out.get(step.name, ())
        after = _ranks(*_with(posts, before, chosen, spotter), found) if posts else ranks
        examples = tuple(_example(post) for post in posts[:: max(1, len(posts) // MAX_EXAMPLES)][:MAX_EXAMPLES])
        result.append(replace(step, examples=examples, moved=_moves(ranks, after, top)))
    return result


def _with(
    posts: Sequence[Post],
    before: set[tuple[int, int]],
    chosen: Chosen,
    spotter: Spotter,
) -> tuple[set[tuple[int, int]], list[int]]:
    """Who names what when *posts* are counted too, as pairs of author and artifact, and the source of each author."""
    numbers = {post.author: number for post, number in zip(chosen.posts, chosen.authors, strict=True) if post.author}
    sources, source_of = list(chosen.sources), list(chosen.source_of_author)
    authors = []
    for post in posts:
        number = numbers.get(post.author) if post.author else None
        if number is None:
            number = len(source_of)
            if post.source not in sources:
                sources.append(post.source)
            source_of.append(sources.index(post.source))
            if post.author:
                numbers[post.author] = number
        authors.append(number)
    named = {(authors[post], column) for post, column in spotter.pairs(posts)}
    return before | named, source_of


def _ranks(pairs: set[tuple[int, int]], source_of: Sequence[int], found: Identified) -> dict[str, int]:
    """Name of each artifact to its place."""
    names = [artifact.name for artifact in found.artifacts]
    sightings = Sightings.of(pairs, source_of, len(names))
    best = order(seen_shares(*source_counts(sightings)), names)
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
