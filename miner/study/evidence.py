"""The posts that show why an artifact is in the list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from miner.records import Evidence, Post, RankedArtifact
from miner.study.choose import Chosen
from miner.study.gather import UNDATED, Rows
from miner.study.grouped import Grouped
from miner.text.clean import clean

MAX_QUOTES = 3
MAX_CHARS = 200
# a quote of this length tells a story and fits two lines of the report
BEST_CHARS = 120


def with_evidence(
    rows: Sequence[RankedArtifact], mentions: Grouped, chosen: Chosen, group_of: Sequence[int]
) -> list[RankedArtifact]:
    """*rows*, each with up to three posts of different authors that name it, those that quote best first.

    A link and a date count most, then a quote of about 120 characters, then the post's age: no chance is involved.

    Args:
        rows: Ranked artifacts.
        mentions: Mentions of artifacts, one an artifact and post.
        chosen: The posts.
        group_of: Group in *mentions* of each row.
    """
    picked = [_picked(mentions, chosen, group) for group in group_of]
    numbers = np.unique(np.concatenate([*(mentions.posts[some] for some in picked), np.zeros(0, np.int64)]))
    posts = dict(zip(numbers.tolist(), chosen.posts.read(chosen.rows[numbers]), strict=True))
    return [
        replace(row, evidence=tuple(_evidence(mentions, some, posts))) for row, some in zip(rows, picked, strict=True)
    ]


def _picked(mentions: Grouped, chosen: Chosen, group: int) -> Rows:
    """The mentions of a group to quote."""
    low, high = np.searchsorted(mentions.group, [group, group + 1])
    table = mentions.table.slice(low, high - low)
    posts, part, length = (np.asarray(table.column(n).to_numpy(), np.int64) for n in ("post", "part", "length"))
    rows = chosen.rows[posts]
    fit = np.abs(np.minimum(length, MAX_CHARS) - BEST_CHARS) // 40
    undated = chosen.posts.created[rows] == UNDATED
    best = np.lexsort((posts, fit, part < 0, undated, ~chosen.posts.has_url[rows]))
    _, first = np.unique(mentions.authors[posts][best], return_index=True)
    found: Rows = low + best[np.sort(first)[:MAX_QUOTES]]
    return found


def _evidence(mentions: Grouped, rows: Rows, posts: dict[int, Post]) -> Iterator[Evidence]:
    for mention in mentions.table.select(["post", "part", "start", "end"]).take(rows).to_pylist():
        post = posts[mention["post"]]
        yield Evidence(
            post_id=post.id,
            quote=quote(post, mention["part"], mention["start"], mention["end"]),
            url=post.url,
            source=post.source,
            created_at=post.created_at,
        )


def quote(post: Post, part: int, start: int, end: int) -> str:
    """At most 200 characters of *post* around a mention, cut at blanks, cuts marked with an ellipsis.

    Args:
        post: The post.
        part: Where the mention stands, as in :class:`miner.records.Mention`.
        start: Likewise.
        end: Likewise.
    """
    if part > 0:
        return "Picture: " + _window(clean(post.alt_texts[part - 1]), start, end, MAX_CHARS - 9)
    return _window(clean(post.text), max(0, start), max(0, end), MAX_CHARS)


def opening(post: Post) -> str:
    """At most 200 characters of the beginning of *post*, as it was written, on one line."""
    return _window(" ".join((post.text or " ".join(post.alt_texts)).split()), 0, 0, MAX_CHARS)


def _window(text: str, start: int, end: int, size: int) -> str:
    flat = text.replace("\n", " ")
    if len(flat) <= size:
        return flat
    first = max(0, min(start - (size - (end - start)) // 2, len(flat) - size + 2))
    last = min(len(flat), first + size - 2)
    if first:
        first = flat.find(" ", first, start) + 1 or first
    if last < len(flat):
        last = flat.rfind(" ", end, last) if flat.rfind(" ", end, last) > 0 else last
    return ("…" if first else "") + flat[first:last].strip() + ("…" if last < len(flat) else "")
