"""Two names, one thing? Numbers about a pair of names, for the model that judges them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

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
    if not len(pairs):
        return np.zeros((0, len(FEATURES)))
    centred = vectors - centre
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    cosines = [np.einsum("ij,ij->i", v[pairs[:, 0]], v[pairs[:, 1]]) for v in (vectors, centred)]
    whole = {row: profile(names[row], catalogue) for row in np.unique(pairs).tolist()} if hidden is None else {}
    rows = []
    for i, (a, b) in enumerate(pairs.tolist()):
        if hidden is None:
            one, other = whole[a], whole[b]
        else:
            one, other = (profile(names[row], catalogue, hidden[i]) for row in (a, b))
        rows.append([float(cosines[0][i]), float(cosines[1][i]), *_spelling(one, other), *_words(one, other)])
        rows[-1] += _knowledge(one, other)
    return np.array(rows, np.float64)


def _spelling(a: Profile, b: Profile) -> list[float]:
    from rapidfuzz import fuzz

    left, right = " ".join(a.words), " ".join(b.words)
    return [
        fuzz.ratio(left, right) / 100,
        fuzz.partial_ratio(a.joined, b.joined) / 100,
        fuzz.token_set_ratio(left, right) / 100,
        fuzz.token_sort_ratio(" ".join(a.content), " ".join(b.content)) / 100,
        fuzz.ratio(a.joined, b.joined) / 100,
        fuzz.token_set_ratio(a.full, b.full) / 100,
        fuzz.token_sort_ratio(a.full, b.full) / 100,
        float(_is_model_inside(a.joined, b.joined) or _is_model_inside(b.joined, a.joined)),
        _begun(a.full.split(), b.full.split()),
        float(bool(a.numbers and b.numbers) and a.numbers != b.numbers),
        float(bool(a.numbers) != bool(b.numbers)),
    ]


def _is_model_inside(short: str, long: str) -> bool:
    """Whether *short* is letters and digits, a model's number, that stand in *long*: "wm8" of "sonywalkmanwm8"."""
    is_model = len(short) >= 3 and any(c.isdigit() for c in short) and any(c.isalpha() for c in short)
    return is_model and short != long and short in long


def _begun(one: Sequence[str], other: Sequence[str]) -> float:
    """Share (0-1) of the words of the shorter name that begin a word of the longer, or the other way round."""
    shorter, longer = sorted((one, other), key=len)
    near = [
        w for w in shorter if any(min(len(w), len(v)) >= 3 and (w.startswith(v) or v.startswith(w)) for v in longer)
    ]
    return len(near) / max(1, len(shorter))


def _begins(start: str, word: str) -> bool:
    return len(start) >= 3 and word.startswith(start)


def _words(a: Profile, b: Profile) -> list[float]:
    shared = [s for s in a.stems if any(_alike(s, t) for t in b.stems)]
    matched = [t for t in b.stems if any(_alike(s, t) for s in a.stems)]
    extra = [[p.stems[s] for s in p.stems if s not in found] for p, found in ((a, shared), (b, matched))]
    weight = sum(rarity(a.stems[s]) for s in shared)
    weights = sorted(max(0.1, sum(map(rarity, p.stems.values()))) for p in (a, b))
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
    """Stems that are equal but for a plural s or one slip in a long word: "rubiks" and "rubik"."""
    from rapidfuzz.distance import Levenshtein

    if a == b or a + "s" == b or b + "s" == a:
        return True
    shorter = min(len(a), len(b))
    return shorter >= 5 and Levenshtein.distance(a, b, score_cutoff=2) <= (2 if shorter >= 8 else 1)


def _is_initials(words: Sequence[str], joined: str) -> bool:
    """Whether *joined* is made of the first letters of *words*: NES, D&D."""
    if len(words) < 2 or len(joined) > len(words) + 2:
        return False
    initials = "".join(w[0] for w in words)
    return joined in {initials, "".join(w[0] for w in words if w not in COMMON)}


def _usualness(word: str) -> float:
    """1 for a word that stands everywhere, 0 for one that wordfreq does not know (zipf scale 0-8)."""
    import wordfreq

    return min(7.0, float(wordfreq.zipf_frequency(word, "en"))) / 7
