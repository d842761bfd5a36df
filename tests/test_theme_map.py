"""The map of themes: alike lies near, names do not lie on one another, and the lists say the same in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from bs4 import BeautifulSoup

from miner.artifacts.themes import places_on_a_map
from miner.report import read_report, view
from miner.report.html import to_html
from miner.report.theme_map import points

REPORT = read_report(Path(__file__).parent / "gold" / "report" / "report.json")


def test_what_is_alike_lies_near_and_the_same_every_time() -> None:
    rng = np.random.default_rng(80)
    near, far = rng.normal(size=32), rng.normal(size=32)
    vectors = np.array(
        [near + rng.normal(size=32) / 20 for _ in range(10)] + [far + rng.normal(size=32) / 20 for _ in range(10)]
    )
    found = places_on_a_map(vectors.astype(np.float32))
    assert found.shape == (20, 2)
    assert ((found > 0) & (found < 1)).all()
    assert abs(found[:10, 0].mean() - found[10:, 0].mean()) > 0.4
    assert (found == places_on_a_map(vectors.astype(np.float32))).all()
    assert places_on_a_map(np.zeros((2, 8), np.float32)).tolist() == [[0.5, 0.5], [0.5, 0.5]]


def test_a_name_that_would_lie_on_another_is_left_out_and_its_point_stays() -> None:
    rows = [replace(row, place=(0.5, 0.5 + i / 1000)) for i, row in enumerate(REPORT.rows)]
    rows[-1] = replace(rows[-1], place=(0.999, 0.1))
    found = points(view.rows(replace(REPORT, rows=tuple(rows))))
    assert len(found) == len(rows)
    assert found[0].label == found[0].name
    assert [point.label for point in found[1:-1]] == [""] * (len(rows) - 2)
    assert found[-1].label
    assert found[-1].is_left


def test_the_page_has_the_map_only_where_there_are_places() -> None:
    rows = tuple(replace(row, place=(0.2 * i, 0.5)) for i, row in enumerate(REPORT.rows[:4]))
    page = BeautifulSoup(to_html(replace(REPORT, rows=rows)), "lxml")
    assert len(page.select(".map circle")) == 4
    assert page.select_one(".map svg[role=img][aria-label]") is not None
    assert BeautifulSoup(to_html(REPORT), "lxml").select(".map") == []
