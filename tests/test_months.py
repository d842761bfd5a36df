"""The last twelve months of an artifact, and the line through them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from bs4 import BeautifulSoup
from numpy.typing import NDArray

from miner.report import read_report
from miner.report.html import to_html
from miner.report.rights import rights_flags
from miner.study.months import last_months

REPORT = read_report(Path(__file__).parent / "gold" / "report" / "report.json")


def times(*dates: datetime) -> NDArray[np.int64]:
    return np.array([int(date.timestamp() * 1_000_000) for date in dates], np.int64)


def test_months_run_to_the_newest_post_of_all_across_the_new_year() -> None:
    dates = [datetime(2020, 1, 31, 23, tzinfo=UTC)] * 8
    dates += [datetime(2019, 12, 1, tzinfo=UTC)] * 3 + [
        datetime(2019, 2, 1, tzinfo=UTC),
        datetime(2019, 1, 31, tzinfo=UTC),
    ]
    (newest,) = times(datetime(2020, 1, 31, 23, tzinfo=UTC)).tolist()
    assert last_months(times(*dates), newest) == (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 8)


def test_there_is_no_line_through_fewer_than_twelve_dated_posts() -> None:
    day = datetime(2020, 1, 1, tzinfo=UTC)
    (newest,) = times(day).tolist()
    assert last_months(times(*[day] * 11), newest) == ()
    assert last_months(times(*[day] * 12), newest) == (0,) * 11 + (12,)
    assert last_months(times(), None) == ()


def test_the_page_draws_it_and_says_how_many() -> None:
    months = (0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 9)
    page = to_html(replace(REPORT, rows=(replace(REPORT.rows[0], months=months),)))
    seen = BeautifulSoup(page, "lxml").select_one("#ranking .seen")
    assert seen is not None
    line = seen.select_one("polyline")
    assert line is not None
    assert str(line["points"]).split()[0] == "0,19"
    assert str(line["points"]).split()[-1] == "100,1"
    assert "15 posts in the last 12 months" in seen.get_text()
    assert 'class="spark"' not in to_html(REPORT)


def test_rights_are_hints_by_category_and_brand() -> None:
    def flags(name: str, category: str, brand: str = "") -> tuple[str, ...]:
        row = REPORT.rows[0]
        artifact = replace(row.artifact, name=name, category=category)
        return rights_flags(replace(row, artifact=artifact, dating=replace(row.dating, brand=brand)))

    assert flags("Walkman", "tech") == ("trademark",)
    assert flags("leg warmers", "fashion") == ()
    assert flags("leg warmers", "fashion", "Danskin") == ("trademark",)
    assert flags("Purple Rain", "media") == ("copyright",)
    assert flags("Pac-Man", "video_game") == ("copyright", "trademark")
    assert flags("Farrah Fawcett hair", "hair_beauty") == ("likeness",)
