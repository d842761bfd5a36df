"""Decision trees as plain numbers: trained with scikit-learn, shipped as arrays, read without running any code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from miner.artifacts.linear import Matrix

_PARTS = {"feature": np.int16, "threshold": np.float32, "left": np.int32, "right": np.int32, "value": np.float32}
_TREES = 10  # rows that have lost are looked for after so many trees
_ROWS = 4096  # rows that go down the trees together: their places stay in the processor's cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Trees whose leaves hold probabilities; the forest's is their mean.

    All trees lie one behind the other in the same arrays, shape (n_nodes,).

    Attributes:
        feature: Column that a node asks for; -1 for a leaf.
        threshold: A row with at most this value goes left.
        left, right: Nodes below.
        value: Probability (0-1) of a leaf.
        roots: Node where each tree begins, shape (n_trees,).
    """

    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float32]
    roots: NDArray[np.int32]

    def probability(self, features: Matrix) -> Matrix:
        """Probability 0-1 of the second of two classes, shape (n,), for features of shape (n, n_features)."""
        rows = np.asarray(features, np.float32)
        found = [self._total(rows[i : i + _ROWS], 0.0) / len(self.roots) for i in range(0, len(rows), _ROWS)]
        return np.concatenate(found) if found else np.zeros(0)

    def reaches(self, features: Matrix, threshold: float) -> NDArray[np.bool_]:
        """Whether :meth:`probability` is at least *threshold*, shape (n,).

        Rows that can no longer reach it after some trees are spared the others.
        """
        rows, n_trees = np.asarray(features, np.float32), len(self.roots)
        found = [self._total(rows[i : i + _ROWS], threshold) / n_trees for i in range(0, len(rows), _ROWS)]
        return np.concatenate(found) >= threshold if found else np.zeros(0, bool)

    def _total(self, rows: NDArray[np.float32], threshold: float) -> Matrix:
        """Sum of the trees' probabilities; of rows whose mean must stay below *threshold*, of the first trees alone."""
        total, n_trees = np.zeros(len(rows)), len(self.roots)
        living = np.arange(len(rows))
        for i, root in enumerate(self.roots.tolist()):
            if threshold and i % _TREES == 0:
                # a hair is left for sums that round
                living = living[total[living] + n_trees - i >= threshold * n_trees - 1e-6]
            total[living] += self.value[self._leaves(rows[living] if threshold else rows, root)]
        return total

    def _leaves(self, rows: NDArray[np.float32], root: int) -> NDArray[np.int32]:
        node = np.full(len(rows), root, np.int32)
        walking = np.arange(len(rows)) if self.feature[root] >= 0 else np.zeros(0, np.int64)
        while len(walking):
            here = node[walking]
            goes_left = rows[walking, self.feature[here]] <= self.threshold[here]
            below = np.where(goes_left, self.left[here], self.right[here])
            node[walking] = below
            walking = walking[self.feature[below] >= 0]
        return node

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """The arrays under names that :meth:`from_arrays` reads."""
        return {f"{prefix}_{part}": getattr(self, part) for part in (*_PARTS, "roots")}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> Forest:
        """The forest stored under *prefix*; KeyError when there is none."""
        parts = {part: np.asarray(arrays[f"{prefix}_{part}"], kind) for part, kind in _PARTS.items()}
        return cls(roots=np.asarray(arrays[f"{prefix}_roots"], np.int32), **parts)

    @classmethod
    def fit(
        cls,
        features: Matrix,
        labels: NDArray[np.int64],
        *,
        n_trees: int,
        min_leaf: int,
        weights: Matrix | None = None,
        seed: int = 0,
    ) -> Forest:
        """Extremely randomised trees (Geurts, Ernst & Wehenkel, *Machine Learning* 63, 2006) on labels 0 and 1.

        Args:
            features: Shape (n, n_features), without gaps.
            labels: Shape (n,).
            n_trees: Trees.
            min_leaf: Fewest samples in a leaf.
            weights: Of the samples, shape (n,).
            seed: Of the random splits.
        """
        from sklearn.ensemble import ExtraTreesClassifier

        model = ExtraTreesClassifier(n_trees, min_samples_leaf=min_leaf, random_state=seed)
        model.fit(features.astype(np.float32), labels, sample_weight=weights)
        trees = [estimator.tree_ for estimator in model.estimators_]
        starts = np.cumsum([0, *(tree.node_count for tree in trees[:-1])])
        shares = [tree.value[:, 0, :] for tree in trees]
        return cls(
            feature=np.concatenate([np.maximum(tree.feature, -1) for tree in trees]).astype(np.int16),
            threshold=np.concatenate([tree.threshold for tree in trees]).astype(np.float32),
            left=np.concatenate([t.children_left + s for t, s in zip(trees, starts, strict=True)]).astype(np.int32),
            right=np.concatenate([t.children_right + s for t, s in zip(trees, starts, strict=True)]).astype(np.int32),
            value=np.concatenate([share[:, 1] / share.sum(axis=1) for share in shares]).astype(np.float32),
            roots=starts.astype(np.int32),
        )
