"""Decisions about pairs of names win over every model, and contradictions are told."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from miner.artifacts.links import Links, Pair
from miner.errors import UsageError
from miner.study.links import read_links

KEYS = [f"k{i}" for i in range(8)]
PAIRS = sorted(combinations(KEYS, 2))


def links(same: list[Pair], apart: list[Pair]) -> Links:
    return Links(frozenset(same), frozenset(apart))


def together(groups: list[list[int]]) -> set[tuple[int, int]]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def closure(same: list[Pair]) -> set[tuple[int, int]]:
    """Pairs of rows that must be together, found by walking from each."""
    found = set()
    for start in range(len(KEYS)):
        reached, todo = {start}, [start]
        while todo:
            here = KEYS[todo.pop()]
            near = {KEYS.index(b if a == here else a) for a, b in same if here in (a, b)}
            todo += near - reached
            reached |= near
        found |= set(combinations(sorted(reached), 2))
    return {(a, b) for a, b in found if a != b}


@given(
    labels=st.lists(st.integers(0, 4), min_size=8, max_size=8),
    same=st.lists(st.sampled_from(PAIRS), max_size=5),
    apart=st.lists(st.sampled_from(PAIRS), max_size=5),
)
def test_whatever_the_groups_were_decisions_hold_and_no_row_is_lost(
    labels: list[int], same: list[Pair], apart: list[Pair]
) -> None:
    must = closure(same)
    never = {(KEYS.index(a), KEYS.index(b)) for a, b in apart}
    assume(not must & never)
    groups = [[row for row in range(8) if labels[row] == label] for label in sorted(set(labels))]
    found = links(same, apart).obeyed(groups, KEYS)
    assert sorted(row for group in found for row in group) == list(range(8))
    assert must <= together(found)
    assert not never & together(found)


def test_what_is_apart_from_one_name_is_apart_from_its_other_names() -> None:
    found = links([("k0", "k1")], [("k1", "k2")]).obeyed([[0, 2], [1], [3]], KEYS[:4])
    assert found == [[0, 1], [2], [3]]


def test_without_decisions_groups_stay_as_they_are() -> None:
    assert Links().obeyed([[0, 2], [1]], KEYS[:3]) == [[0, 2], [1]]


def test_links_that_contradict_each_other_are_told() -> None:
    with pytest.raises(UsageError, match=r"'k0' and 'k2' are linked as one thing, .* and as two"):
        links([("k0", "k1"), ("k1", "k2")], [("k0", "k2")])


def test_what_must_be_one_thing_with_an_artifact_is_one_too() -> None:
    decided = links([("k0", "k1"), ("k1", "k2"), ("k4", "k5")], [])
    assert decided.partners({"k1": 0.7, "k2": 0.9}) == {"k0": 0.9, "k1": 0.9, "k2": 0.9}


def test_a_file_of_decisions_is_read(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_text("name_a,name_b,same\nBoombox,ghetto blaster,1\nPac-Man,Ms. Pac-Man,no\n", encoding="utf-8-sig")
    assert read_links(path) == links([("boombox", "ghettoblaster")], [("mspacman", "pacman")])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name_a,name_b\nA,B\n", "has no column 'same'"),
        ("name_a,name_b,same\nA,B,perhaps\n", "Line 2 of .* is no decision"),
        ("name_a,name_b,same\nA,,1\n", "Line 2 of .* is no decision"),
        ("name_a,name_b,same\nA1,B,1\nA1,B,0\n", "as one thing"),
    ],
)
def test_a_file_that_says_nothing_clear_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "links.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_links(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_links(tmp_path / "none.csv")
