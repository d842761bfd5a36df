"""Shares, ranks and intervals, against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from miner.ranking.seen import Sightings, order, rank_intervals, ranks, seen_shares, source_counts, tiers


def sightings(rows: list[list[int]], source: list[int]) -> Sightings:
    return Sightings(named=sparse.csr_array(np.array(rows, np.float64)), source=np.array(source, np.int64))


def test_shares_are_averaged_over_sources_so_that_a_large_one_does_not_swamp_a_small_one() -> None:
    # source 0: 10 of 1,000 authors; source 1: 10 of 100. Plain mean: (0.01 + 0.10) / 2
    counts, n_authors = np.array([[10.0], [10.0]]), np.array([1000.0, 100.0])
    assert seen_shares(counts, n_authors, prior_authors=0)[0] == pytest.approx(0.055)


def test_a_tiny_source_is_drawn_towards_what_all_say() -> None:
    # 1 of 10 authors in a source, 0 of 990 in the other: q = 1/1000, k = 100.
    # (1 + 0.1) / 110 = 0.01 and (0 + 0.1) / 1090 = 0.0000917431; their mean is 0.00504587
    shares = seen_shares(np.array([[1.0], [0.0]]), np.array([10.0, 990.0]), prior_authors=100)
    assert shares[0] == pytest.approx(0.00504587, abs=1e-8)


def test_equal_shares_share_the_mean_rank_and_are_ordered_by_name() -> None:
    shares = np.array([0.1, 0.3, 0.1, 0.1])
    assert ranks(shares).tolist() == [3.0, 1.0, 3.0, 3.0]
    assert order(shares, ["walkman", "simon", "atari", "yo-yo"]).tolist() == [1, 2, 0, 3]


def test_the_last_place_says_how_many_share_it() -> None:
    assert tiers(np.array([0.3, 0.1, 0.3, 0.1, 0.2])).tolist() == [1, 4, 1, 4, 3]
    assert tiers(np.array([])).tolist() == []


def test_counts_by_source_are_sums_of_rows() -> None:
    counts, n_authors = source_counts(sightings([[1, 0], [1, 1], [0, 1]], [0, 0, 1]))
    assert counts.tolist() == [[2.0, 1.0], [0.0, 1.0]]
    assert n_authors.tolist() == [2.0, 1.0]


def test_what_everybody_names_is_first_in_every_draw() -> None:
    rows = [[1, int(i % 10 == 0), int(i == 0)] for i in range(100)]
    low, high = rank_intervals(sightings(rows, [0] * 100), seed=1, n_draws=200)
    assert (low[0], high[0]) == (1, 1)
    assert high[1] < 3


def test_things_that_cannot_be_told_apart_have_overlapping_intervals() -> None:
    rng = np.random.default_rng(3)
    rows = [[int(rng.random() < 0.1) for _ in range(8)] for _ in range(300)]
    low, high = rank_intervals(sightings(rows, [0] * 300), seed=1, n_draws=300)
    assert all(low[i] <= high[j] for i in range(8) for j in range(8))


def test_the_same_seed_gives_the_same_intervals() -> None:
    data = sightings([[1, 0, 1], [0, 1, 1], [0, 1, 0], [1, 1, 0]], [0, 0, 1, 1])
    first, second = rank_intervals(data, seed=7, n_draws=64), rank_intervals(data, seed=7, n_draws=64)
    other = rank_intervals(data, seed=8, n_draws=1)
    assert [a.tolist() for a in first] == [a.tolist() for a in second]
    assert (other[0] <= other[1]).all()


def test_authors_who_name_nothing_still_count_in_the_draws() -> None:
    # one of two authors names it: in a quarter of the draws nobody does, and then it ties with the other at rank 1.5
    low, high = rank_intervals(sightings([[1, 0], [0, 0]], [0, 0]), seed=0, n_draws=2000, level=0.9)
    assert (low.tolist(), high.tolist()) == ([1, 1], [2, 2])


@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=20), st.randoms())
def test_shuffling_authors_changes_no_share(rows: list[list[bool]], random: object) -> None:
    plain = [[int(v) for v in row] for row in rows]
    shuffled = list(plain)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, two = (seen_shares(*source_counts(sightings(r, [0] * len(r)))) for r in (plain, shuffled))
    assert one.tolist() == two.tolist()
