"""The wider thing is shown above the narrower one, and never merged with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from miner.artifacts.parents import parents
from miner.names import words_of
from miner.report import public, read_report
from miner.report.html import to_html

REPORT = read_report(Path(__file__).parent / "gold" / "report" / "report.json")


def test_the_longest_name_inside_is_the_parent() -> None:
    names = ["Atari", "Atari 2600", "Atari 2600 joystick", "Pac-Man", "Ms. Pac-Man", "Batman", "manual"]
    assert parents(names) == [None, 0, 1, None, 3, None, None]


def test_part_of_a_word_is_no_parent() -> None:
    assert parents(["Simon", "Simonsen radio", "Nintendo", "Super Nintendo"]) == [None, None, None, 2]


@given(st.lists(st.text(alphabet="ab -'", max_size=8), max_size=8))
def test_a_parent_is_shorter_and_lies_inside(names: list[str]) -> None:
    for row, parent in enumerate(parents(names)):
        if parent is not None:
            assert len(words_of(names[parent])) < len(words_of(names[row]))
            assert " ".join(words_of(names[parent])) in " ".join(words_of(names[row]))


def test_the_page_names_the_parent_and_a_public_one_only_if_it_is_shown() -> None:
    rows = (replace(REPORT.rows[0], parent="<b>Sound"), *REPORT.rows[1:])
    page = BeautifulSoup(to_html(replace(REPORT, rows=rows)), "lxml")
    assert "a kind of <b>Sound" in " ".join(page.get_text(" ", strip=True).split())
    assert public(replace(REPORT, rows=rows)).rows[0].parent is None
    shown = REPORT.rows[0].artifact.name
    rows = (REPORT.rows[0], replace(REPORT.rows[1], parent=shown), *REPORT.rows[2:])
    assert public(replace(REPORT, rows=rows)).rows[1].parent == shown
