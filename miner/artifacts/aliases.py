"""Names that mean one thing, joined: known aliases first, then a judged probability, then HDBSCAN inside small groups.

Works on unique names, never on raw mentions: exact repeats have distance zero and wreck density clustering.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from miner.artifacts.catalogue import KnownArtifact
from miner.artifacts.forest import Forest
from miner.artifacts.pairs import FEATURES, pair_features

THRESHOLD = 0.9
NEIGHBOURS = 10
# two names that stand in one post this often, as a share of the rarer one's posts, are two things: people list
# Pac-Man and Donkey Kong side by side, but do not write "boombox, ghetto blaster"
SIDE_BY_SIDE = 0.25
MIN_TOGETHER = 2
# below both, two names without a common word are about different things
ALIKE, NEAR = 0.8, 0.45


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
    pairs = _candidate_pairs(names, vectors)
    features = pair_features(names, pairs, vectors, centre=centre, catalogue=catalogue)
    # two numbers are two things, however alike the names (Atari 2600 and Atari 7800); and the model learnt from names
    # that are alike, so that it knows nothing of others
    is_ruled_out = (features[:, FEATURES.index("numbers_differ")] > 0) | _have_nothing_in_common(features)
    is_ruled_out |= _are_rivals(together(pairs), np.asarray(n_posts, np.int64)[pairs].min(axis=1, initial=1 << 62))
    probability = np.where(is_ruled_out, 0.0, model.probability(features))
    weights: dict[tuple[int, int], float] = {
        (a, b): p
        for (a, b), p in zip(pairs.tolist(), probability.tolist(), strict=True)
        if not (a in known and b in known)
    }
    by_id: dict[str, int] = {}
    for row, artifact in known.items():
        first = by_id.setdefault(artifact, row)
        if first != row:
            weights[min(first, row), max(first, row)] = 1.0
    return _clusters(len(names), weights, threshold, known)


def _are_rivals(n_together: NDArray[np.int64], n_rarer: NDArray[np.int64]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (n_together >= MIN_TOGETHER) & (n_together >= SIDE_BY_SIDE * n_rarer)
    return found


def _candidate_pairs(names: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """Pairs worth judging, smaller row first, sorted: near by vector, by letters, or by initials."""
    if len(names) < 2:
        return np.zeros((0, 2), np.int64)
    from sklearn.feature_extraction.text import TfidfVectorizer

    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True).fit_transform(names)
    found = _neighbours(vectors) | _neighbours(letters) | _initials(names)
    return np.array(sorted(found), np.int64).reshape(-1, 2)


def _neighbours(points: NDArray[np.float32] | sparse.csr_matrix) -> set[tuple[int, int]]:
    from sklearn.neighbors import NearestNeighbors

    n = min(NEIGHBOURS + 1, points.shape[0])
    near = (
        NearestNeighbors(n_neighbors=n, metric="cosine", algorithm="brute")
        .fit(points)
        .kneighbors(points, return_distance=False)
    )
    return {(min(i, j), max(i, j)) for i, row in enumerate(near.tolist()) for j in row if i != j}


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


def _clusters(
    n: int, weights: Mapping[tuple[int, int], float], threshold: float, known: Mapping[int, str]
) -> list[list[int]]:
    """HDBSCAN over 1 - p inside each group that pairs above *threshold* connect."""
    from scipy.sparse.csgraph import connected_components

    strong = sorted(pair for pair, p in weights.items() if p >= threshold)
    rows, columns = [a for a, _ in strong], [b for _, b in strong]
    graph = sparse.coo_array((np.ones(len(strong)), (rows, columns)), shape=(n, n))
    _, component = connected_components(graph, directed=False)
    members: dict[int, list[int]] = {}
    for row, label in enumerate(component.tolist()):
        members.setdefault(label, []).append(row)
    groups = [part for group in members.values() for part in _split(group, weights, threshold, known)]
    return sorted(groups)


def _split(
    group: list[int], weights: Mapping[tuple[int, int], float], threshold: float, known: Mapping[int, str]
) -> list[list[int]]:
    ids = {known[i] for i in group if i in known}
    if len(group) <= 2 and len(ids) <= 1:
        return [group]
    from hdbscan import HDBSCAN

    distance = np.ones((len(group), len(group)))
    np.fill_diagonal(distance, 0.0)
    for i, a in enumerate(group):
        for j in range(i + 1, len(group)):
            distance[i, j] = distance[j, i] = 1 - weights.get((a, group[j]), 0.0)
            if a in known and known.get(group[j]) == known[a]:
                distance[i, j] = distance[j, i] = 0.0
    labels = HDBSCAN(
        metric="precomputed",
        min_cluster_size=2,
        min_samples=1,
        cluster_selection_epsilon=1 - threshold,
        allow_single_cluster=True,
    ).fit_predict(distance)
    return _consistent(group, labels.tolist(), distance, threshold, known)


def _consistent(
    group: list[int], labels: list[int], distance: NDArray[np.float64], threshold: float, known: Mapping[int, str]
) -> list[list[int]]:
    """The clusters, without members that most of their cluster speaks against, and never with two known artifacts.

    Density alone chains: "Atari joystick" joins "Atari" by one neighbour and "Commodore joystick" by another.
    """
    # within a cluster the name with the closest company leads; noise is every name for itself
    order = sorted(range(len(group)), key=lambda i: (distance[i].sum(), group[i]))
    parts: list[list[int]] = []
    for i in order:
        home = next(
            (
                part
                for part in parts
                if labels[i] >= 0 and labels[part[0]] == labels[i] and _fits(i, part, distance, threshold, group, known)
            ),
            None,
        )
        if home is None:
            parts.append([i])
        else:
            home.append(i)
    return sorted(sorted(group[i] for i in part) for part in parts)


def _fits(
    i: int, part: list[int], distance: NDArray[np.float64], threshold: float, group: list[int], known: Mapping[int, str]
) -> bool:
    ids = {known[group[j]] for j in [*part, i] if group[j] in known}
    if len(ids) > 1:
        return False
    return any(distance[i, j] == 0 for j in part) or float(distance[i, part].mean()) <= 2 * (1 - threshold)


def _have_nothing_in_common(features: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether two names share neither a word nor letters nor a meaning, nor a place in the catalogue, shape (n,)."""
    column = {name: features[:, i] for i, name in enumerate(FEATURES)}
    is_told = (column["initials"] > 0) | (column["known_same"] > 0) | (column["known_same_inside"] > 0)
    is_alike = (column["partial_ratio"] >= ALIKE) | (column["full_set"] >= ALIKE) | (column["cosine"] >= NEAR)
    return (column["no_words_shared"] > 0) & ~is_told & ~is_alike
