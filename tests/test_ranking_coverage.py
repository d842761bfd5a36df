"""Coverage and what more posts would add, by hand."""

from __future__ import annotations

import random

import pytest

from miner.ranking.coverage import Incidence, coverage, new_artifacts, unseen

# 10 authors; artifacts named by 1, 1, 1, 1, 2, 2, 5 of them: Q1 = 4, Q2 = 2, U = 13
SEEN = Incidence.of([1, 1, 1, 1, 2, 2, 5], 10)


def test_the_counts() -> None:
    assert (SEEN.n_units, SEEN.n_once, SEEN.n_twice, SEEN.n_namings) == (10, 4, 2, 13)


def test_coverage_by_hand() -> None:
    # 1 - 4/13 * (9 * 4) / (9 * 4 + 2 * 2) = 1 - 4/13 * 36/40
    assert coverage(SEEN) == pytest.approx(1 - 4 / 13 * 0.9)


def test_unseen_by_hand() -> None:
    # 9/10 * 16 / 4
    assert unseen(SEEN) == pytest.approx(3.6)
    # no doubletons: 9/10 * 4 * 3 / 2
    assert unseen(Incidence.of([1, 1, 1, 1, 5], 10)) == pytest.approx(5.4)


def test_new_artifacts_by_hand() -> None:
    # the chance of one more author to name one of those unseen: 4 / (10 * 3.6 + 4) = .1
    assert new_artifacts(SEEN, 0) == 0
    assert new_artifacts(SEEN, 1) == pytest.approx(3.6 * 0.1)
    assert new_artifacts(SEEN, 2) == pytest.approx(3.6 * (1 - 0.81))
    assert new_artifacts(SEEN, 10**6) == pytest.approx(3.6)


def test_nothing_seen_is_nothing_known() -> None:
    empty = Incidence.of([], 0)
    assert (coverage(empty), unseen(empty), new_artifacts(empty, 100)) == (0.0, 0.0, 0.0)


def test_what_everybody_names_twice_is_all_there_is() -> None:
    sure = Incidence.of([2, 3, 9], 10)
    assert (coverage(sure), unseen(sure), new_artifacts(sure, 100)) == (1.0, 0.0, 0.0)


def test_a_simulated_world_is_foretold() -> None:
    rng = random.Random(80)  # noqa: S311 - no secret
    chances = [0.3 / rank for rank in range(1, 400)]

    def named(n_authors: int) -> list[int]:
        return [sum(rng.random() < chance for _ in range(n_authors)) for chance in chances]

    foretold, came = [], []
    for _ in range(20):
        first, later = named(300), named(300)
        seen = Incidence.of([c for c in first if c], 300)
        foretold.append(new_artifacts(seen, 300))
        came.append(sum(not a and b > 0 for a, b in zip(first, later, strict=True)))
        share = sum(chance for chance, c in zip(chances, first, strict=True) if c) / sum(chances)
        assert coverage(seen) == pytest.approx(share, abs=0.05)
    assert sum(foretold) / len(foretold) == pytest.approx(sum(came) / len(came), rel=0.15)
