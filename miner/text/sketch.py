"""Texts as numbers that near-duplicates share: all its words in one, and the bands of a MinHash."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

NUM_PERM = 128
N_BANDS = 32
MIN_WORDS = 5

_WORD = re.compile(r"[^\W\d_]+")


def plain_words(text: str) -> list[str]:
    """The words of *text* in small letters, without digits and punctuation."""
    return _WORD.findall(text.lower())


def whole(text: str) -> int:
    """Sixty-three bits that equal texts share, case, digits and punctuation aside; 0 for texts under five words."""
    words = plain_words(text)
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


def _long(texts: Sequence[str]) -> list[tuple[int, list[str]]]:
    worded = ((row, plain_words(text)) for row, text in enumerate(texts))
    return [(row, words) for row, words in worded if len(words) >= MIN_WORDS]


def hash_of(text: str) -> int:
    """Sixty-three bits of *text*, above 0."""
    return (int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big") >> 1) or 1
