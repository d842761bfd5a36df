"""Which of several names in one place is meant: the longest that is one thing."""

from __future__ import annotations

from collections.abc import Set

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


def resolve(mentions: pa.Table, accepted: Set[str]) -> pa.Table:
    """Mentions whose key is *accepted* and that lie in no longer accepted one of the same part of the same post.

    "old Sony Walkman" names Sony Walkman; its "Walkman" is not counted again. Mentions that overlap without one lying
    in the other keep the longer, then the earlier. Hashtags lie in nothing.

    Args:
        mentions: Mentions in the order of :func:`miner.artifacts.candidates.mention_table`.
        accepted: Keys that were judged to be artifacts.
    """
    wanted = among(mentions, accepted)
    post, part, start, end = (wanted.column(n).to_numpy().astype(np.int64) for n in ("post", "part", "start", "end"))
    begins = np.flatnonzero(np.diff(post, prepend=-1).astype(bool) | np.diff(part, prepend=-9).astype(bool))
    sizes = np.diff(begins, append=len(post))
    is_kept = np.ones(len(post), bool)
    for first, size in zip(begins.tolist(), sizes.tolist(), strict=True):
        if size == 1 or part[first] < 0:
            continue
        taken: list[tuple[int, int]] = []
        spans = zip(start[first : first + size].tolist(), end[first : first + size].tolist(), strict=True)
        for row, (begin, stop) in enumerate(spans, first):
            if all(stop <= other or begin >= until for other, until in taken):
                taken.append((begin, stop))
            else:
                is_kept[row] = False
    return wanted.filter(pa.array(is_kept))


def among(mentions: pa.Table, keys: Set[str]) -> pa.Table:
    """The mentions whose key is one of *keys*."""
    return mentions.filter(_are_among(mentions.column("key"), keys))


def believed(mentions: pa.Table, ordinary: Set[str], given: Set[str] = frozenset()) -> pa.Table:
    """*mentions* without those of names that are ordinary words and are not written as names there.

    "we watched Heat" names the film; "in this heat" and "Heat is bad for tapes" do not. "They Live" is a film, "They
    live next door" is not. A hashtag has no case to go by and is left out too. "Simon" is a game, but in "Simon
    Reynolds" and "Paul Simon" it is somebody's name.

    Args:
        mentions: Mentions of any number of posts.
        ordinary: Spelling keys of names that are ordinary words.
        given: Spelling keys of names that are people's given names too.
    """
    keys = mentions.column("key")
    is_somebody = _numpy(mentions, "is_inside") & _are_among(keys, given).to_numpy(zero_copy_only=False)
    is_ordinary = _are_among(keys, ordinary).to_numpy(zero_copy_only=False)
    return mentions.filter(pa.array(~is_somebody & (~is_ordinary | _are_written_as_names(mentions))))


def _are_written_as_names(mentions: pa.Table) -> Flags:
    surface = mentions.column("surface").combine_chunks()
    if not pa.types.is_dictionary(surface.type):
        surface = surface.dictionary_encode()
    words = [_long_words(text) for text in surface.dictionary.to_pylist()]
    has_capitals = np.array([all(any(map(str.isupper, word)) for word in some) for some in words], bool)
    has_many = np.array([len(some) > 1 for some in words], bool)
    codes = surface.indices.to_numpy(zero_copy_only=False)
    is_quote = pc.equal(mentions.column("origin").cast(pa.string()), "quote").to_numpy(zero_copy_only=False)
    is_told = has_many[codes] | ~_numpy(mentions, "is_initial") | is_quote
    found: Flags = (mentions.column("part").to_numpy() >= 0) & has_capitals[codes] & is_told
    return found


def _long_words(surface: str) -> list[str]:
    words = surface.split()
    return [word for word in words if len(word) > 3] or words


def _are_among(keys: pa.ChunkedArray, wanted: Set[str]) -> pa.Array:
    encoded = keys.combine_chunks()
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    is_wanted = np.array([key in wanted for key in encoded.dictionary.to_pylist()], bool)
    return pa.array(is_wanted[encoded.indices.to_numpy(zero_copy_only=False)])


def _numpy(mentions: pa.Table, column: str) -> Flags:
    return np.asarray(mentions.column(column).to_numpy(), bool)
