"""The distinctive lens, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.ranking.distinctive import deep_cuts, log_odds, prior_from


def test_log_odds_by_hand() -> None:
    # 30 of 100 authors here, 10 of 200 elsewhere; the prior is 5 of 50 pseudo-authors
    # odds here 35 / (150 - 35) = 35/115, elsewhere 15 / (250 - 15) = 15/235
    delta = math.log(35 / 115) - math.log(15 / 235)
    z = log_odds(np.array([30.0]), np.array([10.0]), np.array([5.0]), n_units=(100, 200), size=50)
    assert z[0] == pytest.approx(delta / math.sqrt(1 / 35 + 1 / 15))


def test_equal_shares_are_no_difference() -> None:
    z = log_odds(np.array([10.0]), np.array([10.0]), np.array([1.0]), n_units=(100, 100), size=10)
    assert z[0] == 0


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=20),
    st.integers(50, 500),
    st.integers(50, 500),
)
def test_exchanging_the_eras_turns_the_sign(pairs: list[tuple[int, int]], n1: int, n2: int) -> None:
    one, other = np.array(pairs, np.float64).T
    prior = prior_from(one + other, n1 + n2, 100)
    there = log_odds(one, other, prior, n_units=(n1, n2), size=100)
    back = log_odds(other, one, prior, n_units=(n2, n1), size=100)
    assert np.allclose(there, -back)
    assert np.isfinite(there).all()


def test_more_authors_here_never_lower_the_score() -> None:
    counts = np.arange(0.0, 50.0)
    z = log_odds(counts, np.full(50, 5.0), np.full(50, 2.0), n_units=(100, 100), size=50)
    assert (np.diff(z) > 0).all()


def test_the_same_ratio_of_more_people_is_surer() -> None:
    few = log_odds(np.array([4.0]), np.array([1.0]), np.array([0.5]), n_units=(100, 100), size=10)
    many = log_odds(np.array([400.0]), np.array([100.0]), np.array([0.5]), n_units=(10_000, 10_000), size=10)
    assert many[0] > few[0] > 0


def test_a_prior_is_a_share_of_its_size_and_never_nothing() -> None:
    prior = prior_from(np.array([0.0, 49.0]), 99, 200)
    assert prior.tolist() == [1.0, 98.0]


@pytest.mark.parametrize(("n_units", "size"), [(0, 10), (10, 0)])
def test_an_empty_background_is_refused(n_units: float, size: float) -> None:
    with pytest.raises(ValueError, match="needs authors"):
        prior_from(np.array([1.0]), n_units, size)


def test_what_cannot_be_is_refused() -> None:
    one = np.array([1.0])
    with pytest.raises(ValueError, match="one shape"):
        log_odds(one, np.array([1.0, 2.0]), one, n_units=(9, 9), size=10)
    with pytest.raises(ValueError, match="more authors"):
        log_odds(np.array([10.0]), one, one, n_units=(9, 9), size=10)


def test_deep_cuts_are_distinctive_known_and_not_obvious() -> None:
    z = np.array([2.0, 1.9, 5.0, 5.0, 5.0])
    authors = np.array([8.0, 20.0, 7.0, 20.0, 20.0])
    ranks = np.array([101.0, 150.0, 150.0, 100.0, 150.0])
    blocked = np.array([False, False, False, False, True])
    assert deep_cuts(z, authors, ranks, blocked).tolist() == [True, False, False, False, False]
