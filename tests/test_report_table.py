"""Columns of the table, and the department that each category belongs to."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from miner.artifacts.catalogue import CATEGORIES
from miner.report import places, read_report
from miner.report.departments import UNASSIGNED, department
from miner.report.table import BOM, COLUMNS, to_csv

REPORT = read_report(Path(__file__).parent / "gold" / "report" / "report.json")
# what may be empty, and only then: as the table in miner/report/table.py says
MAY_BE_EMPTY = {
    *("also_called", "dept_also", "evidence_1_url", "evidence_2_url", "evidence_3_url", "evidence_1_quote"),
    *("first_seen", "last_seen", "theme", "parent", "first_year", "heyday_start", "heyday_end", "year_source"),
    *("distinctive_z",),
    *("period_flag", "period_reason", "region", "brand", "rights_flags", "trend_12m"),
}


def read() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(REPORT).removeprefix(BOM), newline="")))


def test_the_columns_are_these_in_this_order() -> None:
    assert " ".join(COLUMNS) == (
        "artifact_id rank rank_low rank_high artifact also_called category dept_primary dept_also mm_category "
        "n_authors n_posts n_sources share distinctive_z lenses "
        "first_year heyday_start heyday_end year_source year_confidence period_flag "
        "period_reason region brand rights_flags evidence_1_url evidence_2_url evidence_3_url evidence_1_quote "
        "trend_12m first_seen last_seen theme parent probability"
    )


def test_every_other_column_is_filled_in_every_row() -> None:
    rows = read()
    assert len(rows) == len(REPORT.rows)
    empty = {name for row in rows for name, value in row.items() if value == ""}
    assert empty == MAY_BE_EMPTY


def test_a_row_says_what_the_record_says() -> None:
    first = read()[0]
    assert first["also_called"].split(" | ") == list(REPORT.rows[0].artifact.also_called)
    assert (first["share"], first["probability"]) == ("0.104567", "0.9981")
    assert (first["first_seen"], first["last_seen"]) == ("2019-03-04", "2026-10-21")
    assert [first[f"evidence_{i}_url"] for i in (1, 2, 3)] == [
        *("https://mastodon.example/posts/1?a=1&b=2", "https://reddit.example/posts/2?a=1&b=2", ""),
    ]


def test_lines_end_as_rfc_4180_says_and_excel_is_told_the_encoding() -> None:
    text = to_csv(REPORT)
    assert text.startswith(BOM + "artifact_id,")
    assert text.count("\r\n") == text.count("\n") == len(REPORT.rows) + 1


def test_more_evidence_than_there_are_columns_adds_none() -> None:
    row = replace(REPORT.rows[0], evidence=REPORT.rows[0].evidence * 3)
    lines = to_csv(replace(REPORT, rows=(row,))).splitlines()
    assert [len(cells) for cells in csv.reader(lines)] == [len(COLUMNS)] * 2


@pytest.mark.parametrize(
    ("category", "name", "primary", "also"),
    [
        ("toy", "Care Bears", "Props", "Set Dressing"),
        ("cereal", "Smurf-Berry Crunch", "Props", "Set Dressing"),
        ("sport", "pogo stick", "Props", "Set Dressing"),
        ("home_decor", "lava lamp", "Set Dressing", ""),
        ("appliance", "fondue pot", "Set Dressing", ""),
        ("video_game", "Pac-Man arcade cabinet", "Set Dressing", ""),
        ("video_game", "Arcades", "Set Dressing", ""),
        ("video_game", "handheld Donkey Kong", "Props", ""),
        ("video_game", "Tetris", "Props", "Set Dressing"),
        ("tech", "wood-panelled TV", "Set Dressing", ""),
        ("tech", "Casio calculator", "Props", ""),
        ("tech", "Speak & Spell", "Props", "Set Dressing"),
        ("fashion", "leg warmers", "Wardrobe", ""),
        ("footwear", "jelly shoes", "Wardrobe", ""),
        ("accessory", "Swatch", "Wardrobe", ""),
        ("hair_beauty", "mullets", "Makeup/Hair", ""),
        ("hair_beauty", "hair dryer", "Props", ""),
        ("hair_beauty", "Aqua Net", "Props", "Makeup/Hair"),
        ("fragrance", "Drakkar Noir", "Props", ""),
        ("vehicle", "Firebird", "Vehicles", ""),
        ("retail", "Blockbuster", "Art Department", ""),
        ("restaurant", "Pizza Hut", "Art Department", ""),
        ("ephemera", "TV Guide", "Art Department", ""),
        ("media", "Thriller album", "Music", ""),
        ("media", "Goonies movie", "Art Department", ""),
        ("media", "Back to the Future", "Art Department", "Music"),
        ("other", "the mall", UNASSIGNED, ""),
        ("of another year", "x", UNASSIGNED, ""),
    ],
)
def test_departments(category: str, name: str, primary: str, also: str) -> None:
    found = department(category, name)
    assert (found.primary, found.also, found.mm_category) == (primary, also, primary)


def test_every_category_but_other_has_a_department() -> None:
    assert [c for c in CATEGORIES if department(c, "x").primary == UNASSIGNED] == ["other"]


def test_what_shares_a_number_shares_a_place() -> None:
    tied = [
        replace(row, rank=rank, tier=tier)
        for row, rank, tier in zip(REPORT.rows, (1, 2, 3, 4), (1, 2, 2, 4), strict=False)
    ]
    assert places(tied) == ["1", "2=", "2=", "4"]
    assert places([replace(row, tier=0) for row in tied]) == ["1", "2", "3", "4"]
