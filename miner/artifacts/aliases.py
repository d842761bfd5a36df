"""Names that mean one thing, joined: known aliases first, then a judged probability, then agreement inside each group.

Works on unique names, never on raw mentions: exact repeats have distance zero and wreck density clustering.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from miner.artifacts.catalogue import KnownArtifact
from miner.artifacts.forest import Forest
from miner.artifacts.neighbours import Pairs, near_by_letters, near_by_vector
from miner.artifacts.pairs import FEATURES, features_of
from miner.artifacts.profiles import profile

THRESHOLD = 0.9
# of 35,331 pairs among the ten nearest of 2,962 names one in ten is nearer than one of these, and with them 99 in 100
# of those that the model then calls one thing; of the others all were two ("Daxter", "Dexter")
LETTERS_NEAR, VECTORS_NEAR = 0.35, 0.6
# two names that stand in one post this often, as a share of the rarer one's posts, are two things: people list
# Pac-Man and Donkey Kong side by side, but do not write "boombox, ghetto blaster"
SIDE_BY_SIDE = 0.25
MIN_TOGETHER = 2
# below both, two names without a common word are about different things
ALIKE, NEAR = 0.8, 0.45
_AT_ONCE = 50_000


def alias_groups(
    names: Sequence[str],
    vectors: NDArray[np.float32],
    *,
    model: Forest,
    centre: NDArray[np.float32],
    catalogue: Mapping[str, KnownArtifact],
    known: Mapping[int, str],
    together: Callable[[NDArray[np.int64]], NDArray[np.int64]],
    n_posts: Sequence[int],
    threshold: float = THRESHOLD,
) -> list[list[int]]:
    """Rows of *names*, grouped by the thing that they mean; every row in exactly one group.

    Args:
        names: Unique names.
        vectors: Their vectors, shape (n, d), each of length 1.
        model: Probability that two names mean one thing, from :data:`miner.artifacts.pairs.FEATURES`.
        centre: Mean vector of artifacts' names, shape (d,), as the model was trained with.
        catalogue: Spelling key to artifact.
        known: Row to the id of the known artifact it names: rows of one id are joined, rows of two ids never.
        together: Gives the number of posts that name both, shape (n_pairs,), for pairs of rows, shape (n_pairs, 2).
        n_posts: Posts that use each name.
        threshold: Probability from which two names are joined, 0-1.

    Returns:
        Groups in order of their first row; rows in a group ascending.
    """
    pairs = _candidate_pairs(names, vectors, known)
    pairs = pairs[~_are_rivals(together(pairs), np.asarray(n_posts, np.int64)[pairs].min(axis=1, initial=1 << 62))]
    profiles = {row: profile(names[row], catalogue) for row in np.unique(pairs).tolist()}

    def judged(pairs: Pairs, judge: Callable[[NDArray[np.float64]], NDArray[Any]]) -> NDArray[Any]:
        parts = [np.zeros(0)]
        for start in range(0, len(pairs), _AT_ONCE):
            one, other = pairs[start : start + _AT_ONCE].T
            left, right = ([profiles[row] for row in side.tolist()] for side in (one, other))
            features = features_of(left, right, vectors[one], vectors[other], centre)
            parts.append(np.where(_is_ruled_out(features), 0, judge(features)))
        return np.concatenate(parts)

    by_id = _by_id(known)
    is_strong = judged(pairs, lambda features: model.reaches(features, threshold)) > 0
    component = _components(len(names), np.concatenate([pairs[is_strong], by_id]))
    # of the weak ones those alone matter that strong ones bring into one group
    inside = pairs[component[pairs[:, 0]] == component[pairs[:, 1]]]
    distances = 1 - judged(inside, model.probability)
    near: dict[int, dict[int, float]] = {row: {} for row in range(len(names))}
    for (a, b), distance in zip(inside.tolist(), distances.tolist(), strict=True):
        near[a][b] = near[b][a] = distance
    for a, b in by_id.tolist():
        near[a][b] = near[b][a] = 0.0
    return sorted(part for group in _members(component) for part in _consistent(group, near, threshold, known))


def _is_ruled_out(features: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Pairs that are two things whatever the model says, shape (n,).

    Two numbers are, however alike the names (Atari 2600 and Atari 7800); and the model learnt from names that are
    alike, so that it knows nothing of others.
    """
    found: NDArray[np.bool_] = (features[:, FEATURES.index("numbers_differ")] > 0) | _have_nothing_in_common(features)
    return found


def _by_id(known: Mapping[int, str]) -> Pairs:
    """All pairs of rows that name one known artifact, shape (n, 2)."""
    rows: dict[str, list[int]] = {}
    for row, artifact in sorted(known.items()):
        rows.setdefault(artifact, []).append(row)
    return np.array([pair for same in rows.values() for pair in combinations(same, 2)], np.int64).reshape(-1, 2)


def _components(n: int, pairs: Pairs) -> NDArray[np.int32]:
    """The number of the group that *pairs* connect each of *n* rows to, shape (n,)."""
    from scipy.sparse.csgraph import connected_components

    graph = sparse.coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    found: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return found


def _members(component: NDArray[np.int32]) -> Iterable[list[int]]:
    members: dict[int, list[int]] = {}
    for row, label in enumerate(component.tolist()):
        members.setdefault(label, []).append(row)
    return members.values()


def _are_rivals(n_together: NDArray[np.int64], n_rarer: NDArray[np.int64]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (n_together >= MIN_TOGETHER) & (n_together >= SIDE_BY_SIDE * n_rarer)
    return found


def _candidate_pairs(names: Sequence[str], vectors: NDArray[np.float32], known: Mapping[int, str]) -> NDArray[np.int64]:
    """Pairs worth judging, smaller row first, sorted: near by vector, by letters, or by initials.

    Of two known names the catalogue tells, and nobody else is asked.
    """
    initials = np.array(sorted(_initials(names)), np.int64).reshape(-1, 2)
    near = near_by_vector(vectors, VECTORS_NEAR), near_by_letters(names, LETTERS_NEAR)
    pairs = np.unique(np.concatenate([*near, initials]), axis=0)
    is_known = np.zeros(len(names), bool)
    is_known[list(known)] = True
    found: NDArray[np.int64] = pairs[~is_known[pairs].all(axis=1)]
    return found


def _initials(names: Sequence[str]) -> set[tuple[int, int]]:
    short = {name.replace(".", "").replace("&", "").lower(): i for i, name in enumerate(names) if len(name) <= 6}
    found = set()
    for i, name in enumerate(names):
        words = [w for w in name.lower().replace("-", " ").split() if w[0].isalnum()]
        for text in {"".join(w[0] for w in words), "".join(w[0] for w in words if w not in {"the", "of", "and"})}:
            j = short.get(text)
            if len(words) >= 2 and j is not None and j != i:
                found.add((min(i, j), max(i, j)))
    return found


def _consistent(
    group: list[int], near: Mapping[int, Mapping[int, float]], threshold: float, known: Mapping[int, str]
) -> list[list[int]]:
    """*group* in parts, without members that most of their part speaks against, and never with two known artifacts.

    Connections alone chain: "Atari joystick" joins "Atari" by one neighbour and "Commodore joystick" by another.
    HDBSCAN over the distances would not part them: below 1 - *threshold* single linkage connects the group, and with
    that as the distance below which nothing is parted it came back whole 4,243 times of 4,243.

    Args:
        group: Rows, ascending.
        near: Distance (0-1) of those of its pairs that were judged; that of others is 1.
        threshold: As in :func:`alias_groups`.
        known: Likewise.
    """
    if len(group) == 1 or (len(group) == 2 and not all(row in known for row in group)):
        return [group]
    # the name with the closest company leads
    order = sorted(group, key=lambda row: (sum(near[row].values()) + len(group) - 1 - len(near[row]), row))
    parts: list[list[int]] = []
    home: dict[int, int] = {}
    for row in order:
        known_here = sorted({home[other] for other in near[row] if other in home})
        fitting = (at for at in known_here if _fits(row, parts[at], near[row], threshold, known))
        home[row] = next(fitting, len(parts))
        if home[row] == len(parts):
            parts.append([])
        parts[home[row]].append(row)
    return sorted(map(sorted, parts))


def _fits(row: int, part: list[int], near: Mapping[int, float], threshold: float, known: Mapping[int, str]) -> bool:
    if len({known[other] for other in [*part, row] if other in known}) > 1:
        return False
    distances = [near.get(other, 1.0) for other in part]
    return min(distances) == 0 or sum(distances) / len(part) <= 2 * (1 - threshold)


def _have_nothing_in_common(features: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether two names share neither a word nor letters nor a meaning, nor a place in the catalogue, shape (n,)."""
    column = {name: features[:, i] for i, name in enumerate(FEATURES)}
    is_told = (column["initials"] > 0) | (column["known_same"] > 0) | (column["known_same_inside"] > 0)
    is_alike = (column["partial_ratio"] >= ALIKE) | (column["full_set"] >= ALIKE) | (column["cosine"] >= NEAR)
    return (column["no_words_shared"] > 0) & ~is_told & ~is_alike
