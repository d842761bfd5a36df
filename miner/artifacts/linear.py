"""Logistic models as plain numbers: trained with scikit-learn, shipped as arrays, read without running any code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """A logistic regression on standardised features.

    Attributes:
        mean, scale: Of each feature in training, shape (n_features,).
        weights: Shape (n_classes, n_features); one row for two classes.
        bias: Shape (n_classes,).
    """

    mean: Matrix
    scale: Matrix
    weights: Matrix
    bias: Matrix

    def logits(self, features: Matrix) -> Matrix:
        """Log-odds, shape (n,) for two classes, else unnormalised scores of shape (n, n_classes).

        Rounded to nine decimals: the last bits depend on how many rows are multiplied at once.
        """
        scores: Matrix = np.round(((features - self.mean) / self.scale) @ self.weights.T + self.bias, 9)
        return scores[:, 0] if self.weights.shape[0] == 1 else scores

    def probability(self, features: Matrix) -> Matrix:
        """Probability 0-1 of the second of two classes, shape (n,)."""
        probability: Matrix = 1 / (1 + np.exp(-np.clip(self.logits(features), -40, 40)))
        return probability

    def arrays(self, prefix: str) -> dict[str, Matrix]:
        """The arrays under names that :meth:`from_arrays` reads."""
        return {f"{prefix}_{part}": getattr(self, part) for part in ("mean", "scale", "weights", "bias")}

    @classmethod
    def from_arrays(cls, arrays: dict[str, Matrix], prefix: str) -> Logistic:
        """The model stored under *prefix*; KeyError when there is none."""
        return cls(**{p: np.asarray(arrays[f"{prefix}_{p}"], np.float64) for p in ("mean", "scale", "weights", "bias")})

    @classmethod
    def fit(
        cls, features: Matrix, labels: Sequence[int] | NDArray[np.int64], *, c: float, weights: Matrix | None = None
    ) -> Logistic:
        """Fit with L2 penalty 1/*c* (scikit-learn's ``C``), optionally weighting the samples."""
        from sklearn.linear_model import LogisticRegression

        mean, scale = features.mean(axis=0), features.std(axis=0)
        scale[scale < 1e-9] = 1.0
        model = LogisticRegression(C=c, max_iter=5000).fit((features - mean) / scale, labels, sample_weight=weights)
        return cls(mean=mean, scale=scale, weights=model.coef_, bias=model.intercept_)
