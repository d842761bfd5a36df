"""Two names, one thing? Numbers about a pair of names, for the model that judges them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from miner.artifacts.catalogue import KnownArtifact
from miner.artifacts.profiles import COMMON, Profile, profile, rarity

FEATURES = (
    "cosine",
    "centred_cosine",
    "ratio",
    "partial_ratio",
    "token_set",
    "token_sort",
    "joined_ratio",
    "full_set",
    "full_sort",
    "number_inside",
    "begun_words",
    "numbers_differ",
    "one_has_number",
    "n_extra",
    "n_extra_fewer",
    "all_words_shared",
    "no_words_shared",
    "initials",
    "first_letter",
    "length_gap",
    "shared_of_smaller",
    "shared_of_larger",
    "shared_rarity",
    "extra_rarity",
    "extra_rarity_both",
    "usual_extra",
    "known_same",
    "known_same_inside",
    "known_other",
    "known_other_inside",
    "known_one",
    "known_none",
    "known_spelling",
    "other_category",
)


def pair_features(
    names: Sequence[str],
    pairs: NDArray[np.int64],
    vectors: NDArray[np.float32],
    *,
    centre: NDArray[np.float32],
    catalogue: Mapping[str, KnownArtifact],
    hidden: Sequence[Collection[str]] | None = None,
) -> NDArray[np.float64]:
    """Features of pairs of names, shape (n_pairs, len(FEATURES)); ratios, shares and rarities 0-1.

    Args:
        names: Names as people write them.
        pairs: Rows of *names*, shape (n_pairs, 2).
        vectors: Vectors of *names*, shape (n, d), each of length 1.
        centre: Mean vector of artifacts' names, shape (d,): what all of them share says nothing about two of them.
        catalogue: Spelling key to artifact.
        hidden: For each pair, artifacts to take for unknown; only training has a use for it.
    """
    if hidden is None:
        profiles = {row: profile(names[row], catalogue) for row in np.unique(pairs).tolist()}
        left, right = ([profiles[row] for row in side] for side in pairs.T.tolist())
    else:
        left, right = (
            [profile(names[row], catalogue, unknown) for row, unknown in zip(side, hidden, strict=True)]
            for side in pairs.T.tolist()
        )
    return features_of(left, right, vectors[pairs[:, 0]], vectors[pairs[:, 1]], centre)


def features_of(
    left: Sequence[Profile],
    right: Sequence[Profile],
    left_vectors: NDArray[np.float32],
    right_vectors: NDArray[np.float32],
    centre: NDArray[np.float32],
) -> NDArray[np.float64]:
    """As :func:`pair_features`, of names that were taken apart, side by side; vectors of shape (n_pairs, d) each."""
    if not left:
        return np.zeros((0, len(FEATURES)))
    cosines = [
        np.einsum("ij,ij->i", left_vectors, right_vectors),
        np.einsum("ij,ij->i", _unit(left_vectors - centre), _unit(right_vectors - centre)),
    ]
    told = [[*_spelling(a, b), *_words(a, b), *_knowledge(a, b)] for a, b in zip(left, right, strict=True)]
    return np.column_stack([*cosines, *_ratios(left, right), np.array(told)])


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return vectors


def _ratios(left: Sequence[Profile], right: Sequence[Profile]) -> Iterator[NDArray[np.float64]]:
    """How alike the letters are, 0-1: the columns from "ratio" to "full_sort", shape (n_pairs,) each."""
    from rapidfuzz import fuzz
    from rapidfuzz.process import cpdist

    asked = (
        (fuzz.ratio, "text"),
        (fuzz.partial_ratio, "joined"),
        (fuzz.token_set_ratio, "text"),
        (fuzz.token_sort_ratio, "content_text"),
        (fuzz.ratio, "joined"),
        (fuzz.token_set_ratio, "full"),
        (fuzz.token_sort_ratio, "full"),
    )
    for scorer, part in asked:
        texts = [[getattr(p, part) for p in side] for side in (left, right)]
        found: NDArray[np.float64] = cpdist(*texts, scorer=scorer, dtype=np.float64) / 100
        yield found


def _spelling(a: Profile, b: Profile) -> list[float]:
    return [
        float(_is_model_inside(a, b) or _is_model_inside(b, a)),
        _begun(a.full_words, b.full_words),
        float(bool(a.numbers and b.numbers) and a.numbers != b.numbers),
        float(bool(a.numbers) != bool(b.numbers)),
    ]


def _is_model_inside(short: Profile, long: Profile) -> bool:
    """Whether a model's number stands in a longer name: "wm8" in "sonywalkmanwm8"."""
    return short.is_model and short.joined != long.joined and short.joined in long.joined


def _begun(one: Sequence[str], other: Sequence[str]) -> float:
    """Share (0-1) of the words of the shorter name that begin a word of the longer, or the other way round."""
    shorter, longer = sorted((one, other), key=len)
    near = sum(any(v == w or _begins(v, w) or _begins(w, v) for v in longer) for w in shorter if len(w) >= 3)
    return near / max(1, len(shorter))


def _begins(start: str, word: str) -> bool:
    return len(start) >= 3 and word.startswith(start)


def _words(a: Profile, b: Profile) -> list[float]:
    alike = [(s, t) for s in a.stems for t in b.stems if s == t or _alike(s, t)]
    shared, matched = list(dict.fromkeys(s for s, _ in alike)), {t for _, t in alike}
    extra = [[p.stems[s] for s in p.stems if s not in found] for p, found in ((a, shared), (b, matched))]
    weight = sum(rarity(a.stems[s]) for s in shared)
    weights = sorted((a.weight, b.weight))
    rarest = [max(map(rarity, words), default=0.0) for words in extra]
    lengths = sorted(map(len, extra))
    return [
        min(4, sum(lengths)) / 4,
        min(4, lengths[0]) / 4,
        float(not lengths[0]),
        float(not shared),
        float(_is_initials(a.words, b.joined) or _is_initials(b.words, a.joined)),
        float(a.joined[:1] == b.joined[:1]),
        abs(len(a.joined) - len(b.joined)) / max(1, len(a.joined), len(b.joined)),
        min(1.0, weight / weights[0]),
        min(1.0, weight / weights[1]),
        max((rarity(a.stems[s]) for s in shared), default=0.0),
        max(rarest),
        min(rarest),
        max((_usualness(word) for words in extra for word in words), default=0.0),
    ]


def _knowledge(a: Profile, b: Profile) -> list[float]:
    if not a.known and not b.known:
        return [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    from rapidfuzz import fuzz

    is_same = bool(a.known & b.known)
    is_other = bool(a.known and b.known) and not is_same
    are_whole = a.is_whole and b.is_whole
    spelt = [fuzz.ratio(name, q.joined) / 100 for p, q in ((a, b), (b, a)) for name in p.others]
    return [
        float(is_same and are_whole),
        float(is_same and not are_whole),
        float(is_other and are_whole),
        float(is_other and not are_whole),
        float(bool(a.known) != bool(b.known)),
        float(not a.known and not b.known),
        max(spelt, default=0.0),
        float(bool(a.categories and b.categories) and not a.categories & b.categories),
    ]


def _alike(a: str, b: str) -> bool:
    """Stems of two words that are equal but for a plural s or one slip in a long word: "rubiks" and "rubik"."""
    shorter, gap = min(len(a), len(b)), abs(len(a) - len(b))
    if gap == 1 and (a + "s" == b or b + "s" == a):
        return True
    if gap > 2 or shorter < 5:
        return False
    return _levenshtein()(a, b, score_cutoff=2) <= (2 if shorter >= 8 else 1)


@cache
def _levenshtein() -> Callable[..., int]:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance


def _is_initials(words: Sequence[str], joined: str) -> bool:
    """Whether *joined* is made of the first letters of *words*: NES, D&D."""
    if len(words) < 2 or len(joined) > len(words) + 2:
        return False
    initials = "".join(w[0] for w in words)
    return joined in {initials, "".join(w[0] for w in words if w not in COMMON)}


@lru_cache(maxsize=100_000)
def _usualness(word: str) -> float:
    """1 for a word that stands everywhere, 0 for one that wordfreq does not know (zipf scale 0-8)."""
    import wordfreq

    return min(7.0, float(wordfreq.zipf_frequency(word, "en"))) / 7
