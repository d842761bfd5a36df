"""The distinctive lens: what more people name of one era than of the others, and the deep cuts among it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

PRIOR_SIZE = 100.0
MIN_Z = 2.0
MIN_AUTHORS = 8
OUTSIDE = 100
# nobody has named it elsewhere, and somebody might
_AT_LEAST = 0.5


def prior_from(background: Numbers, n_units: float, size: float) -> Numbers:
    """Pseudo-authors who name each artifact, out of *size* pseudo-authors, shape (n,), all above 0.

    Args:
        background: Authors who name each artifact anywhere, shape (n,).
        n_units: Authors there, above 0.
        size: Weight of the prior, in authors; above 0.

    Raises:
        ValueError: *n_units* or *size* is not above 0.
    """
    if n_units <= 0 or size <= 0:
        raise ValueError("a background needs authors, and a prior a size")
    prior: Numbers = size * np.maximum(np.asarray(background, np.float64), _AT_LEAST) / (n_units + 1)
    return prior


def log_odds(counts: Numbers, other: Numbers, prior: Numbers, *, n_units: tuple[float, float], size: float) -> Numbers:
    """z-scores of the log-odds ratio with an informative Dirichlet prior, shape (n,); above 0: more in the first.

    Monroe, Colaresi & Quinn, "Fightin' Words", *Political Analysis* 16(4), 2008, equations 16 and 20 to 22, on authors
    who name an artifact instead of uses of a word::

        delta = log((y1 + a) / (n1 + A - y1 - a)) - log((y2 + a) / (n2 + A - y2 - a))
        variance = 1 / (y1 + a) + 1 / (y2 + a)
        z = delta / sqrt(variance)

    Args:
        counts: y1, authors of this era who name each artifact, shape (n,).
        other: y2, authors of the other eras who do, shape (n,).
        prior: a, as :func:`prior_from` gives it, shape (n,).
        n_units: n1 and n2, authors of this era and of the others.
        size: A, the size of the prior.

    Raises:
        ValueError: Shapes differ, or more authors name an artifact than there are.
    """
    y1, y2, a = (np.asarray(x, np.float64) for x in (counts, other, prior))
    if not y1.shape == y2.shape == a.shape:
        raise ValueError("counts, other and prior must have one shape")
    if y1.size and (y1.max() > n_units[0] or y2.max() > n_units[1]):
        raise ValueError("more authors name an artifact than there are")
    odds = [np.log(y + a) - np.log(n + size - y - a) for y, n in ((y1, n_units[0]), (y2, n_units[1]))]
    z: Numbers = (odds[0] - odds[1]) / np.sqrt(1 / (y1 + a) + 1 / (y2 + a))
    return z


def deep_cuts(z: Numbers, n_authors: Numbers, ranks: Numbers, is_blocked: Flags) -> Flags:
    """Which artifacts are deep cuts: distinctive, named by enough people, and not what everybody names first.

    That is z of at least 2, at least 8 authors, outside the 100 most seen, and not blocked by the period check.

    Args:
        z: As :func:`log_odds` gives it, shape (n,).
        n_authors: Authors who name each artifact, shape (n,).
        ranks: Places in the most-seen list, 1 is best, shape (n,).
        is_blocked: Whether it was not there yet in the story's year, shape (n,).
    """
    found: Flags = (z >= MIN_Z) & (n_authors >= MIN_AUTHORS) & (ranks > OUTSIDE) & ~is_blocked
    return found
