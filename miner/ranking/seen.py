"""The most-seen lens: the share of authors who name an artifact, averaged over sources, with intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Counts = NDArray[np.int64]
Shares = NDArray[np.float64]

PRIOR_AUTHORS = 100.0
LEVEL = 0.90
N_DRAWS = 1000
DRAWS_AT_ONCE = 64
# weights of 64 draws of 200,000 kinds of authors are 100 MB
_CELLS_AT_ONCE = 64 * 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightings:
    """Who named what.

    Attributes:
        named: 0/1 matrix, shape (n_authors, n_artifacts): the author named the artifact in an original post.
        source: Number of each author's source, shape (n_authors,), 0 to n_sources - 1. Somebody on two sources is two
            authors.
    """

    named: sparse.csr_array
    source: NDArray[np.int64]

    @classmethod
    def of(cls, pairs: NDArray[np.int64], source_of_author: NDArray[np.int64], n_artifacts: int) -> Sightings:
        """From an author's and an artifact's number in each row of *pairs*, shape (n, 2); a pair counts once."""
        named = sparse.csr_array(
            (np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(source_of_author), n_artifacts)
        )
        named.sum_duplicates()
        named.data[:] = 1
        return cls(named=named, source=np.asarray(source_of_author, np.int64))

    def by_source(self) -> Iterator[sparse.csr_array]:
        """The rows of each source, in the order of the sources' numbers."""
        for number in range(int(self.source.max(initial=-1)) + 1):
            yield self.named[np.flatnonzero(self.source == number)]


def seen_shares(counts: Shares, n_authors: Shares, *, prior_authors: float = PRIOR_AUTHORS) -> Shares:
    """Mean over sources of the share of a source's authors who name each artifact, small sources steadied.

    A source's share is ``(authors(i, s) + k q(i)) / (authors(s) + k)``, where ``q(i)`` is the share over all sources
    together and ``k`` is *prior_authors*: as if each source had *k* more authors who name things as all do. Without it
    one voice in a source of ten weighs as much as a tenth of a large one. This is the posterior mean of a beta-binomial
    with prior mean *q* and prior size *k* (Gelman et al., *Bayesian Data Analysis*, 3rd ed., section 2.4).

    Args:
        counts: Authors who name each artifact, shape (n_sources, n_artifacts) or (n_draws, n_sources, n_artifacts).
        n_authors: Authors of each source, shape (n_sources,), all above 0.
        prior_authors: *k*, at least 0; 0 is the plain mean of shares.

    Returns:
        Shares 0-1, shape (n_artifacts,) or (n_draws, n_artifacts). All 0 without sources.
    """
    total = float(n_authors.sum())
    pooled = counts.sum(axis=-2, keepdims=True) / total if total else counts.sum(axis=-2, keepdims=True)
    shares = (counts + prior_authors * pooled) / (n_authors[:, None] + prior_authors)
    result: Shares = shares.mean(axis=-2) if len(n_authors) else pooled[..., 0, :]
    return result


def ranks(shares: Shares) -> Shares:
    """Rank of each artifact along the last axis, 1 for the largest share; equal shares get the mean of their ranks.

    >>> ranks(np.array([0.2, 0.5, 0.2])).tolist()
    [2.5, 1.0, 2.5]
    """
    from scipy.stats import rankdata

    return np.asarray(rankdata(-np.round(shares, 12), method="average", axis=-1))


def order(shares: Shares, names: list[str]) -> NDArray[np.int64]:
    """Artifacts from most to least seen; ties broken by name, so that no order of the input shows.

    >>> order(np.array([0.2, 0.5, 0.2]), ["b", "c", "a"]).tolist()
    [1, 2, 0]
    """
    return np.array(sorted(range(len(names)), key=lambda i: (-round(float(shares[i]), 12), names[i])), np.int64)


def tiers(shares: Shares) -> NDArray[np.int64]:
    """Rank of the first of all artifacts with the same share, shape (n,): places as a sports table gives them.

    >>> tiers(np.array([0.2, 0.5, 0.2, 0.1])).tolist()
    [2, 1, 2, 4]
    """
    from scipy.stats import rankdata

    return np.asarray(rankdata(-np.round(shares, 12), method="min"), np.int64)


def source_counts(sightings: Sightings) -> tuple[Shares, Shares]:
    """Authors who name each artifact, shape (n_sources, n_artifacts), and authors in all, shape (n_sources,)."""
    rows = list(sightings.by_source())
    width = sightings.named.shape[1]
    counts = np.array([np.asarray(r.sum(axis=0)).reshape(-1) for r in rows], np.float64).reshape(len(rows), width)
    return counts, np.array([r.shape[0] for r in rows], np.float64)


def rank_intervals(
    sightings: Sightings, *, seed: int, n_draws: int = N_DRAWS, level: float = LEVEL
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Interval of each artifact's rank by the bootstrap over authors, within sources.

    Authors of a source are drawn with replacement as often as there are authors (Efron & Tibshirani, *An Introduction
    to the Bootstrap*, ch. 13: percentile intervals); each draw is ranked as the data are. The same *seed* gives the
    same interval whatever the order of the artifacts' columns, not of the authors' rows: sort those first.

    Args:
        sightings: Who named what.
        seed: Seed of the draws.
        n_draws: Number of draws, at least 1.
        level: Share of draws inside the interval, 0-1.

    Returns:
        Low and high ranks, each of shape (n_artifacts,), low at most high; 1 is best.
    """
    sources = [_kinds(rows) for rows in sightings.by_source()]
    n_authors = np.array([n_of_kind.sum() for _, n_of_kind in sources], np.float64)
    rng = np.random.default_rng(seed)
    drawn = np.empty((n_draws, sightings.named.shape[1]), np.float32)
    at_once = max(1, min(DRAWS_AT_ONCE, _CELLS_AT_ONCE // max((len(n) for _, n in sources), default=1)))
    for start in range(0, n_draws, at_once):
        n_now = min(at_once, n_draws - start)
        counts = np.stack([_resample(kinds, n_of_kind, n_now, rng) for kinds, n_of_kind in sources], axis=1)
        drawn[start : start + n_now] = ranks(seen_shares(counts, n_authors))
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return np.floor(low).astype(np.int64), np.ceil(high).astype(np.int64)


def _kinds(rows: sparse.csr_array) -> tuple[sparse.csr_array, NDArray[np.int64]]:
    """The different rows, in order of appearance, and how many authors each stands for.

    Authors who name the same things are one cell of the multinomial, those who name nothing among them: draws cost by
    what is said, and not by how many say it.
    """
    # rows are told apart by a sum of 64 random bits a column, which two different ones share once in 10^19
    bits = np.random.default_rng(0).integers(0, 1 << 63, rows.shape[1], dtype=np.int64)
    marks = sparse.csr_array((rows.data.astype(np.int64), rows.indices, rows.indptr), shape=rows.shape) @ bits
    _, first, n_alike = np.unique(marks, return_index=True, return_counts=True)
    order = np.argsort(first)
    return rows[first[order]], n_alike[order]


def _resample(kinds: sparse.csr_array, n_of_kind: NDArray[np.int64], n_draws: int, rng: np.random.Generator) -> Shares:
    """Counts of artifacts in *n_draws* resamples of the authors, shape (n_draws, n_artifacts)."""
    n_authors = int(n_of_kind.sum())
    weights = rng.multinomial(n_authors, n_of_kind / max(1, n_authors), size=n_draws)
    return np.asarray((kinds.T @ weights.T).T, np.float64)
