"""Near-duplicates: the same text again with small changes, such as a viral joke or a chain post."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

NUM_PERM = 128
# one word changed in a sentence of fifteen leaves three quarters of its word pairs
THRESHOLD = 0.7
N_BANDS = 32
MIN_WORDS = 5


def near_duplicates(texts: Sequence[str], *, threshold: float = THRESHOLD) -> list[int]:
    """For each text the row of the first text that it nearly repeats; its own row when it repeats none.

    Two texts are near-duplicates when the estimated Jaccard similarity of their sets of word pairs (case, digits and
    links aside) is at least *threshold*; MinHash with 128 permutations, standard error about 0.04 there (Broder 1997).
    Pairs are sought with 32 bands of 4 rows. Texts under five words are never near-duplicates: "who had this?" is what
    many people say for themselves. Exact repeats of longer texts always count.

    Args:
        texts: Cleaned texts, oldest first: the first of a group is the original.
        threshold: Jaccard similarity 0-1.
    """
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=threshold, num_perm=NUM_PERM, num_bands=N_BANDS)
    first_exact: dict[str, int] = {}
    hashes: dict[int, RMinHash] = {}
    original: list[int] = []
    for row, text in enumerate(texts):
        words = re.findall(r"[^\W\d_]+", text.lower())
        if len(words) < MIN_WORDS:
            original.append(row)
            continue
        exact = first_exact.setdefault(" ".join(words), row)
        if exact != row:
            original.append(original[exact])
            continue
        sketch = RMinHash(num_perm=NUM_PERM, seed=42)
        sketch.update([f"{a} {b}" for a, b in pairwise(words)])
        near = [i for i in sorted(index.query(sketch)) if hashes[i].jaccard(sketch) >= threshold]
        original.append(original[near[0]] if near else row)
        if not near:
            index.insert(row, sketch)
            hashes[row] = sketch
    return original
