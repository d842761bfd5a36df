"""Near-duplicates: the same text again with small changes, such as a viral joke or a chain post."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from miner.text.sketch import N_BANDS, plain_words

# one word changed in a sentence of fifteen leaves three quarters of its word pairs
THRESHOLD = 0.7
MIN_BANDS = 3
"""Bands that two texts must share to be compared: of pairs with a similarity of 0.7 one in 108 shares fewer, of those
with 0.75 one in 1,600; pairs that share a sentence alone, of which viral posts have millions, mostly do."""
# a thousand posts cut from one pattern share bands with one another and are all different: each is compared with the
# oldest of them only, or the time would grow with their square
MAX_COMPARED = 16

_ROWS_AT_ONCE = 2_000
# texts lie all over the disk: asked for many at a time, each part of it is read once
_PAIRS_AT_ONCE = 100_000
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Band = Callable[[int], NDArray[np.int32]]
Texts = Callable[[Numbers], Sequence[str]]


@dataclass(slots=True)
class Compared:
    """Pairs of texts that were compared; whether they are alike depends on nothing else.

    Attributes:
        keys: What stands for each pair, ascending, 64 bits.
        is_near: Whether its texts are near-duplicates.
        fresh: Pairs that are new since it was made, and whether they are.
    """

    keys: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    is_near: Flags = field(default_factory=lambda: np.zeros(0, bool))
    fresh: list[tuple[Numbers, Flags]] = field(default_factory=list)

    def look_up(self, keys: Numbers) -> tuple[Flags, Flags]:
        """Whether each pair was compared, and whether it is near, shape (n,) both."""
        at = np.searchsorted(self.keys, keys)
        is_known = np.zeros(len(keys), bool)
        inside = at < len(self.keys)
        is_known[inside] = self.keys[at[inside]] == keys[inside]
        is_near = np.zeros(len(keys), bool)
        is_near[is_known] = self.is_near[at[is_known]]
        return is_known, is_near


def originals(
    wholes: Numbers, band: Band, texts: Texts, *, threshold: float = THRESHOLD, compared: Compared | None = None
) -> Numbers:
    """For each text the row of the first text that it nearly repeats; its own row when it repeats none, shape (n,).

    Two texts are near-duplicates when the Jaccard similarity of their sets of word pairs (case, digits and links
    aside) is at least *threshold*; pairs are sought by :func:`miner.text.sketch.sketches`. Texts under five words
    never are: "who had this?" is what many people say for themselves. Exact repeats of longer texts always count. In
    each band a text is compared with the :data:`MAX_COMPARED` oldest alone that repeat nothing themselves.

    Args:
        wholes: :func:`miner.text.sketch.whole` of each text, oldest first: the first of a group is the original.
        band: Gives one row of :func:`miner.text.sketch.sketches` over all texts, by its number.
        texts: Gives the cleaned texts of some rows; asked only for those that are compared.
        threshold: Jaccard similarity 0-1.
        compared: Pairs that were compared with this threshold before; the new ones are added to it.
    """
    rows = np.arange(len(wholes))
    original = rows.copy()
    long = np.flatnonzero(wholes)
    _, first, back = np.unique(wholes[long], return_index=True, return_inverse=True)
    original[long] = long[first[back]]
    homes = _homes(np.sort(long[first]), band)
    pairs = _Pairs(homes.rows, wholes, texts, threshold, compared or Compared())
    for row, older in _near(homes, pairs):
        original[homes.rows[row]] = original[homes.rows[older]]
    # exact repeats of a near-duplicate follow it
    changed: Numbers = original[original]
    return changed


@dataclass(frozen=True, slots=True)
class _Homes:
    """Where texts meet: a home is a value of a band that several texts have.

    Attributes:
        rows: Texts that are in at least :data:`MIN_BANDS` homes, ascending, shape (n,).
        of_row: Homes of each, -1 for a value of its own, shape (n_bands, n).
        start: Place of each home's first member, shape (n_homes + 1,); it has room for :data:`MAX_COMPARED`.
    """

    rows: Numbers
    of_row: NDArray[np.int32]
    start: Numbers


def _homes(rows: Numbers, band: Band) -> _Homes:
    of_row = np.full((N_BANDS, len(rows)), -1, np.int32)
    sizes = [np.zeros(0, np.int64)]
    n_homes = 0
    for i in range(N_BANDS):
        _, back, count = np.unique(band(i)[rows], return_inverse=True, return_counts=True)
        number = np.full(len(count), -1, np.int32)
        is_shared = count > 1
        number[is_shared] = n_homes + np.arange(is_shared.sum())
        of_row[i] = number[back]
        sizes.append(np.minimum(count[is_shared], MAX_COMPARED))
        n_homes += int(is_shared.sum())
    is_met = (of_row >= 0).sum(axis=0) >= MIN_BANDS
    return _Homes(rows[is_met], of_row[:, is_met], np.concatenate([[0], np.cumsum(np.concatenate(sizes))]))


class _Pairs:
    """Which pairs are near-duplicates, as far as it has been asked; a pair is ``newer << 32 | older``."""

    def __init__(self, rows: Numbers, wholes: Numbers, texts: Texts, threshold: float, compared: Compared) -> None:
        self._rows, self._wholes, self._texts, self._threshold = rows, wholes, texts, threshold
        self._compared = compared
        self._asked = np.zeros(0, np.int64)
        self.near: set[int] = set()

    def settle(self, pairs: Numbers) -> bool:
        """Compare those of *pairs* that were not asked for yet; whether any of them is near."""
        new = np.setdiff1d(pairs, self._asked)
        self._asked = np.union1d(self._asked, new)
        newer, older = self._rows[new >> 32], self._rows[new & 0xFFFFFFFF]
        keys = _keys(self._wholes[newer], self._wholes[older])
        is_known, is_near = self._compared.look_up(keys)
        unknown = np.flatnonzero(~is_known)
        for start in range(0, len(unknown), _PAIRS_AT_ONCE):
            part = unknown[start : start + _PAIRS_AT_ONCE]
            is_near[part] = self._compare(newer[part], older[part])
            self._compared.fresh.append((keys[part], is_near[part]))
        self.near.update(new[is_near].tolist())
        return bool(is_near.any())

    def _compare(self, newer: Numbers, older: Numbers) -> Flags:
        needed, at = np.unique(np.concatenate([newer, older]), return_inverse=True)
        shingles = list(map(_shingles, self._texts(needed)))
        pairs = zip(at[: len(newer)].tolist(), at[len(newer) :].tolist(), strict=True)
        return np.array([_is_near(shingles[i], shingles[j], self._threshold) for i, j in pairs], bool)


def _near(homes: _Homes, pairs: _Pairs) -> list[tuple[int, int]]:
    """Texts that nearly repeat an older one, with that one, in their order; both as places in ``homes.rows``.

    Whom a text meets depends on who repeats what before it. So all are gone through with what is known of pairs, new
    pairs taken for different; then those are compared, all at once, and it is done again, until no new pair is near.
    """
    while True:
        found, met = _gone_through(homes, pairs.near)
        if not pairs.settle(np.frombuffer(met, np.int64)):
            return found


def _gone_through(homes: _Homes, near: set[int]) -> tuple[list[tuple[int, int]], array[int]]:
    """What repeats what if the pairs in *near* alone are near-duplicates; and all pairs that were looked at."""
    found, met = [], array("q")
    start = homes.start.tolist()
    end = start[:-1]
    members = array("i", bytes(4 * start[-1]))
    for row, mine in enumerate(_by_row(homes.of_row)):
        shared = Counter(chain.from_iterable([members[start[home] : end[home]] for home in mine]))
        others = sorted([older for older, n_bands in shared.items() if n_bands >= MIN_BANDS])
        is_repeat = False
        for older in others:
            pair = row << 32 | older
            met.append(pair)
            if pair in near:
                found.append((row, older))
                is_repeat = True
                break
        if not is_repeat:
            for home in mine:
                if end[home] < start[home + 1]:
                    members[end[home]] = row
                    end[home] += 1
    return found, met


def _by_row(of_row: NDArray[np.int32]) -> Iterator[list[int]]:
    for at in range(0, of_row.shape[1], _ROWS_AT_ONCE):
        for homes in of_row[:, at : at + _ROWS_AT_ONCE].T.tolist():
            yield [home for home in homes if home >= 0]


def _keys(newer: Numbers, older: Numbers) -> Numbers:
    """Sixty-three bits for each pair of texts, in its order (multiplicative hashes, Knuth, vol. 3, 6.4)."""
    mixed = newer.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) ^ older.astype(np.uint64)
    mixed = (mixed ^ mixed >> np.uint64(29)) * np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(1)).astype(np.int64)


def _shingles(text: str) -> NDArray[np.int64]:
    # Python's own hash differs from run to run, but here only equality counts and only within one
    return np.unique(np.array([hash(pair) for pair in pairwise(plain_words(text))], np.int64))


def _is_near(one: NDArray[np.int64], other: NDArray[np.int64], threshold: float) -> bool:
    small, big = sorted((len(one), len(other)))
    if small < threshold * big:
        # even if all of the smaller were in the bigger
        return False
    n_shared = len(np.intersect1d(one, other, assume_unique=True))
    n_all = small + big - n_shared
    return n_all > 0 and n_shared / n_all >= threshold
