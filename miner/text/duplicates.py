"""Near-duplicates: the same text again with small changes, such as a viral joke or a chain post."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import chain, pairwise, repeat

import numpy as np
from numpy.typing import NDArray

NUM_PERM = 128
# one word changed in a sentence of fifteen leaves three quarters of its word pairs
THRESHOLD = 0.7
N_BANDS = 32
MIN_BANDS = 2
"""Bands that two texts must share to be compared: of pairs with a similarity of 0.7 one in 550 shares fewer."""
MIN_WORDS = 5
# a thousand posts cut from one pattern share bands with one another and are all different: each is compared with the
# oldest of them only, or the time would grow with their square
MAX_COMPARED = 16

_WORD = re.compile(r"[^\W\d_]+")
_ROWS_AT_ONCE = 2_000
Numbers = NDArray[np.int64]


def whole(text: str) -> int:
    """Sixty-three bits that equal texts share, case, digits and punctuation aside; 0 for texts under five words."""
    words = _WORD.findall(text.lower())
    return hash_of(" ".join(words)) if len(words) >= MIN_WORDS else 0


def sketches(texts: Sequence[str]) -> NDArray[np.int32]:
    """MinHash bands of *texts*, shape (n_bands, n): two that share some may be near-duplicates.

    128 permutations over pairs of words in 32 bands of 4 rows, each band hashed to 32 bits (Broder 1997; Leskovec,
    Rajaraman & Ullman, *Mining of Massive Datasets*, section 3.4): of pairs with a Jaccard similarity of 0.7 one in
    5,000 shares none. 0 for texts under five words.
    """
    from rensa import RMinHash

    found = np.zeros((N_BANDS, len(texts)), np.int32)
    pairs = {row: [f"{a} {b}" for a, b in pairwise(words)] for row, words in _long(texts)}
    if pairs:
        matrix = RMinHash.digest_matrix_from_token_sets(list(pairs.values()), num_perm=NUM_PERM, seed=42)
        rows = np.array(matrix.to_rows(), np.uint64).reshape(len(pairs), N_BANDS, NUM_PERM // N_BANDS)
        # a multiplicative hash of the four rows of a band (Knuth, vol. 3, 6.4)
        mixed = np.zeros(rows.shape[:2], np.uint64)
        for part in range(rows.shape[2]):
            mixed = (mixed ^ rows[:, :, part]) * np.uint64(0x9E3779B97F4A7C15)
        found[:, list(pairs)] = (mixed >> np.uint64(32)).astype(np.uint32).view(np.int32).T
    return found


def originals(
    wholes: Numbers,
    band: Callable[[int], NDArray[np.int32]],
    texts: Callable[[Numbers], Sequence[str]],
    *,
    threshold: float = THRESHOLD,
) -> Numbers:
    """For each text the row of the first text that it nearly repeats; its own row when it repeats none, shape (n,).

    Two texts are near-duplicates when the Jaccard similarity of their sets of word pairs (case, digits and links
    aside) is at least *threshold*; pairs are sought by :func:`sketches`. Texts under five words never are: "who had
    this?" is what many people say for themselves. Exact repeats of longer texts always count. In each band a text is
    compared with the :data:`MAX_COMPARED` oldest alone.

    Args:
        wholes: :func:`whole` of each text, oldest first: the first of a group is the original.
        band: Gives one row of :func:`sketches` over all texts, by its number.
        texts: Gives the cleaned texts of some rows; asked only for those that share a band with another.
        threshold: Jaccard similarity 0-1.
    """
    rows = np.arange(len(wholes))
    original = rows.copy()
    long = np.flatnonzero(wholes)
    _, first, back = np.unique(wholes[long], return_index=True, return_inverse=True)
    original[long] = long[first[back]]
    distinct = np.sort(long[first])
    crowded = _crowded(distinct, band)
    near = _first_near(crowded, [band(i)[crowded] for i in range(N_BANDS)], texts, threshold)
    for row, older in near:
        original[row] = original[older]
    # exact repeats of a near-duplicate follow it
    changed: Numbers = original[original]
    return changed


def _crowded(rows: Numbers, band: Callable[[int], NDArray[np.int32]]) -> Numbers:
    """Those of *rows* that share a band with another, ascending; most share none and are done with."""
    is_shared = np.zeros(len(rows), bool)
    for i in range(N_BANDS):
        values = band(i)[rows]
        order = np.argsort(values, kind="stable")
        same = np.diff(values[order]) == 0
        is_shared[order[1:][same]] = True
        is_shared[order[:-1][same]] = True
    return rows[is_shared]


def _first_near(
    rows: Numbers, bands: Sequence[NDArray[np.int32]], texts: Callable[[Numbers], Sequence[str]], threshold: float
) -> list[tuple[int, int]]:
    """Rows that nearly repeat an older one, with that one, in their order."""
    homes: list[dict[int, list[int]]] = [{} for _ in range(N_BANDS)]
    shingles: list[NDArray[np.uint64]] = []
    found = []
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        chunk = rows[start : start + _ROWS_AT_ONCE]
        columns = np.stack([b[start : start + _ROWS_AT_ONCE] for b in bands], axis=1).tolist()
        for i, (text, values) in enumerate(zip(texts(chunk), columns, strict=True), start):
            mine = _shingles(text)
            shingles.append(mine)
            shared = Counter(chain.from_iterable(map(dict.get, homes, values, repeat(()))))
            others = sorted(j for j, n_bands in shared.items() if n_bands >= MIN_BANDS)
            near = next((j for j in others if _jaccard(mine, shingles[j]) >= threshold), None)
            if near is not None:
                found.append((int(rows[i]), int(rows[near])))
                shingles[i] = np.zeros(0, np.uint64)
                continue
            for home, value in zip(homes, values, strict=True):
                if len(members := home.setdefault(value, [])) < MAX_COMPARED:
                    members.append(i)
    return found


def _long(texts: Sequence[str]) -> list[tuple[int, list[str]]]:
    worded = ((row, _WORD.findall(text.lower())) for row, text in enumerate(texts))
    return [(row, words) for row, words in worded if len(words) >= MIN_WORDS]


def _shingles(text: str) -> NDArray[np.uint64]:
    words = _WORD.findall(text.lower())
    # Python's own hash differs from run to run, but here only equality counts and only within one
    return np.unique(np.array([hash(pair) for pair in pairwise(words)], np.int64).view(np.uint64))


def _jaccard(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    total = len(one) + len(other) - shared
    return shared / total if total else 0.0


def hash_of(text: str) -> int:
    """Sixty-three bits of *text*, above 0."""
    return (int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big") >> 1) or 1
