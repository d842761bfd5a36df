"""Artifacts that belong together, by HDBSCAN over their vectors. Most artifacts are in no theme, and that is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from miner.records import Artifact, Theme

NOISE = -1
MIN_SIZE = 4
N_NAMES = 3


def themes(artifacts: Sequence[Artifact], vectors: NDArray[np.float32]) -> list[Theme]:
    """Themes of *artifacts*, largest first, ties by name; an artifact is in one or in none.

    HDBSCAN (Campello, Moulavi & Sander 2013) on unit vectors, where Euclidean distance orders pairs as cosine does;
    at least four artifacts a theme, leaves of the cluster tree, since its trunk is "things" and tells nothing. A theme
    is named by its three most typical artifacts: those nearest to its mean.

    Args:
        artifacts: Most seen first.
        vectors: Their vectors, shape (n, d), each of length 1.
    """
    from hdbscan import HDBSCAN

    if len(artifacts) < 2 * MIN_SIZE:
        return []
    labels = HDBSCAN(min_cluster_size=MIN_SIZE, min_samples=2, cluster_selection_method="leaf").fit_predict(
        np.asarray(vectors, np.float64)
    )
    members: defaultdict[int, list[int]] = defaultdict(list)
    for row, label in enumerate(labels):
        if label != NOISE:
            members[int(label)].append(row)
    found = [
        Theme(
            name=_name([artifacts[i] for i in rows], vectors[rows]),
            artifact_ids=tuple(artifacts[i].artifact_id for i in rows),
        )
        for rows in members.values()
    ]
    return sorted(found, key=lambda t: (-len(t.artifact_ids), t.name))


def _name(artifacts: Sequence[Artifact], vectors: NDArray[np.float32]) -> str:
    typical = np.round(vectors @ vectors.mean(axis=0), 6)
    nearest = sorted(range(len(artifacts)), key=lambda i: (-float(typical[i]), artifacts[i].name))[:N_NAMES]
    return " · ".join(artifacts[i].name for i in nearest)


def places_on_a_map(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """A place on a square for each artifact, shape (n, 2), 0 to 1: what is alike in meaning lies near.

    The first two principal components, each spread evenly by rank: less telling than a non-linear layout, and the same
    on every machine, which those are not.

    Args:
        vectors: Shape (n, d).
    """
    from scipy.stats import rankdata
    from sklearn.decomposition import PCA

    n = len(vectors)
    if n < 3:
        return np.full((n, 2), 0.5)
    flat = PCA(n_components=2, svd_solver="full").fit_transform(np.asarray(vectors, np.float64))
    even: NDArray[np.float64] = (rankdata(np.round(flat, 4), method="average", axis=0) - 0.5) / n
    return np.round(even, 3)
