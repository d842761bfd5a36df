"""Do 90 % intervals of ranks hold the true rank nine times in ten? A world whose truth is known, drawn 500 times."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from miner.ranking.seen import Sightings, rank_intervals

N_WORLDS = 500


def covered(shares: np.ndarray, n_authors: int, n_worlds: int) -> float:
    """Share of intervals, over all artifacts and worlds, that hold the rank by the true *shares*."""
    true = np.argsort(np.argsort(-shares)) + 1
    rng = np.random.default_rng(1980)
    n_held = 0
    for world in range(n_worlds):
        named = sparse.csr_array((rng.random((n_authors, len(shares))) < shares).astype(float))
        sightings = Sightings(named=named, source=np.zeros(n_authors, np.int64))
        low, high = rank_intervals(sightings, seed=world, n_draws=200)
        n_held += int(((low <= true) & (true <= high)).sum())
    return n_held / (n_worlds * len(shares))


@pytest.mark.slow
def test_ninety_percent_intervals_cover_the_true_rank_nine_times_in_ten() -> None:
    # a hundred artifacts that a quarter to a seventh of 1,600 authors name: neighbours can hardly be told apart
    assert 0.88 <= covered(np.linspace(0.25, 0.15, 100), 1600, N_WORLDS) <= 0.92


def test_ranks_far_apart_are_covered_more_often_than_promised() -> None:
    # ranks are whole numbers: an interval cannot be narrower than one place
    assert covered(np.geomspace(0.5, 0.02, 20), 400, 50) >= 0.95
