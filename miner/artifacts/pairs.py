"""Two names, one thing? Numbers about a pair of names, for the model that judges them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from miner.names import words_of

FEATURES = (
    "cosine",
    "ratio",
    "partial_ratio",
    "token_set",
    "joined_ratio",
    "numbers_differ",
    "one_has_number",
    "extra_words",
    "all_words_shared",
    "no_words_shared",
    "initials",
    "first_letter",
    "length_gap",
    "shared_rarity",
    "extra_rarity",
)
_COMMON = frozenset({"the", "a", "an", "of", "and", "n", "in", "to", "for"})
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7"}


def pair_features(names: Sequence[str], pairs: NDArray[np.int64], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Features of pairs of names, shape (n_pairs, len(FEATURES)); ratios and shares 0-1, rarity 0 (common) to 1.

    Args:
        names: Names as people write them.
        pairs: Rows of *names*, shape (n_pairs, 2).
        vectors: Vectors of *names*, shape (n, d), each of length 1.
    """
    words = [_words(name) for name in names]
    cosine = np.einsum("ij,ij->i", vectors[pairs[:, 0]], vectors[pairs[:, 1]]) if len(pairs) else np.zeros(0)
    rows = [_features(words[a], words[b], float(c)) for (a, b), c in zip(pairs.tolist(), cosine, strict=True)]
    return np.array(rows, np.float64).reshape(len(pairs), len(FEATURES))


def _words(name: str) -> list[str]:
    return [_ROMAN.get(w, w) for w in words_of(name)]


def _features(a: list[str], b: list[str], cosine: float) -> list[float]:
    from rapidfuzz import fuzz

    left, right = " ".join(a), " ".join(b)
    joined_left, joined_right = "".join(a), "".join(b)
    numbers_a, numbers_b = _numbers(a), _numbers(b)
    content_a, content_b = set(a) - _COMMON, set(b) - _COMMON
    shared = {w for w in content_a if any(_alike(w, v) for v in content_b)}
    extra = {w for w in content_a ^ content_b if w not in shared and not any(_alike(w, v) for v in shared)}
    smaller = min(len(content_a), len(content_b))
    return [
        cosine,
        fuzz.ratio(left, right) / 100,
        fuzz.partial_ratio(joined_left, joined_right) / 100,
        fuzz.token_set_ratio(left, right) / 100,
        fuzz.ratio(joined_left, joined_right) / 100,
        float(bool(numbers_a and numbers_b) and numbers_a != numbers_b),
        float(bool(numbers_a) != bool(numbers_b)),
        min(4.0, len(extra)) / 4,
        float(smaller > 0 and len(shared) >= smaller),
        float(not shared),
        float(_is_initials(a, joined_right) or _is_initials(b, joined_left)),
        float(left[:1] == right[:1]),
        abs(len(joined_left) - len(joined_right)) / max(1, len(joined_left), len(joined_right)),
        max((_rarity(w) for w in shared), default=0.0),
        max((_rarity(w) for w in extra), default=0.0),
    ]


def _alike(a: str, b: str) -> bool:
    """Equal but for a plural s or one slip in a long word: "rubix" and "rubiks", "keepers" and "keeper"."""
    from rapidfuzz.distance import Levenshtein

    a, b = _sound(a), _sound(b)
    if a == b or a + "s" == b or b + "s" == a:
        return True
    return min(len(a), len(b)) >= 5 and Levenshtein.distance(a, b, score_cutoff=2) <= (
        2 if min(len(a), len(b)) >= 8 else 1
    )


def _sound(word: str) -> str:
    """*word* with letters that people swap made one: "rubix" and "rubiks", "lazer" and "laser"."""
    return word.replace("x", "ks").replace("ph", "f").replace("z", "s").replace("ck", "k")


def _numbers(words: list[str]) -> set[str]:
    return {n for w in words for n in re.findall(r"\d+", w)}


def _is_initials(words: list[str], joined: str) -> bool:
    """Whether *joined* is made of the first letters of *words*: NES, D&D."""
    if len(words) < 2 or len(joined) > len(words) + 2:
        return False
    initials = "".join(w[0] for w in words)
    without = "".join(w[0] for w in words if w not in _COMMON)
    return joined in {initials, without}


def _rarity(word: str) -> float:
    """0 for a word that stands everywhere, 1 for one that wordfreq does not know (zipf scale 0-8)."""
    import wordfreq

    return 1 - min(7.0, float(wordfreq.zipf_frequency(word, "en"))) / 7
