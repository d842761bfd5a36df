"""The Parquet file: the columns of the CSV with types."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from miner.records import Dating
from miner.report import Report, public, read_report
from miner.report.parquet import to_table, write_parquet
from miner.report.table import COLUMNS, cells

REPORT = read_report(Path(__file__).parent / "gold" / "report" / "report.json")
TYPES = {
    "int64": "rank rank_low rank_high n_authors n_posts n_sources first_year heyday_start heyday_end",
    "double": "share distinctive_z probability",
    "timestamp[us, tz=UTC]": "first_seen last_seen",
    "list<element: string>": "also_called lenses year_source rights_flags",
    "list<element: int64>": "trend_12m",
}


def written(report: Report, path: Path) -> pa.Table:
    write_parquet(report, path)
    return pq.read_table(path)


def test_the_columns_are_those_of_the_csv_with_types(tmp_path: Path) -> None:
    schema = written(REPORT, tmp_path / "report.parquet").schema
    typed = {name: kind for kind, names in TYPES.items() for name in names.split()}
    assert {f.name: str(f.type) for f in schema} == {name: typed.get(name, "string") for name in COLUMNS}
    assert tuple(schema.names) == COLUMNS


def test_a_row_says_what_the_record_says(tmp_path: Path) -> None:
    dating = Dating(
        first_year=1980, region="US", sources=("Wikipedia: Rubik's Cube", "a | b"), confidence="high",
        heyday=(1981, 1983), brand="Ideal",
    )  # fmt: skip
    row = replace(REPORT.rows[0], dating=dating, distinctive_z=2.0625, share=0.1234567891)
    found = written(replace(REPORT, rows=(row,)), tmp_path / "report.parquet").to_pylist()[0]
    assert found["also_called"] == list(row.artifact.also_called)
    assert found["year_source"] == ["Wikipedia: Rubik's Cube", "a | b"]
    assert (found["first_year"], found["heyday_start"], found["heyday_end"]) == (1980, 1981, 1983)
    assert (found["distinctive_z"], found["share"]) == (2.0625, 0.1234567891)
    assert (found["first_seen"], found["last_seen"]) == (row.first_seen, row.last_seen)
    assert (found["dept_primary"], found["brand"], found["lenses"]) == ("Props", "Ideal", ["seen"])


def test_what_is_empty_in_the_csv_is_null_or_a_list_without_items(tmp_path: Path) -> None:
    rows = written(REPORT, tmp_path / "report.parquet").to_pylist()
    assert len(rows) == len(REPORT.rows)
    for found, row in zip(rows, REPORT.rows, strict=True):
        empty = {name for name, cell in zip(COLUMNS, cells(row), strict=True) if not cell}
        assert empty == {name for name, value in found.items() if value is None or value == []}


def test_the_file_says_which_run_it_is(tmp_path: Path) -> None:
    path = tmp_path / "report.parquet"
    write_parquet(REPORT, path)
    told = {key.decode(): value.decode() for key, value in pq.read_schema(path).metadata.items()}
    assert json.loads(told.pop("manifest")) == REPORT.manifest
    assert told == {
        "format": "nostalgia-miner report", "run_id": "80s-1f2e3d4c", "title": REPORT.title, "corpus": "eighties",
        "era": "80s", "lens": "seen", "mode": "internal",
    }  # fmt: skip


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    turned = replace(REPORT, manifest=dict(reversed(list(REPORT.manifest.items()))))
    write_parquet(REPORT, tmp_path / "1")
    write_parquet(turned, tmp_path / "2")
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_the_public_copy_has_no_quotes_links_or_hours(tmp_path: Path) -> None:
    table = written(public(REPORT), tmp_path / "report.parquet")
    told = [name for name in COLUMNS if name.startswith("evidence_")]
    assert len(told) == 4
    assert [table[name].null_count for name in told] == [table.num_rows] * 4
    assert table["first_seen"][0].as_py() == datetime(2019, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize("text", ["half \ud800 a pair", "a\x00b\u202e", "=1+1", "x" * 100_000])
def test_words_of_others_are_made_inert_and_need_no_guard(text: str) -> None:
    artifact = replace(REPORT.rows[0].artifact, name=text, also_called=(text,))
    report = replace(REPORT, title=text, run_id=text, rows=(replace(REPORT.rows[0], artifact=artifact, theme=text),))
    (found,) = to_table(report).to_pylist()
    assert found["artifact"] == found["theme"] == found["also_called"][0]
    assert found["artifact"] == {"=1+1": "=1+1", "a\x00b\u202e": "ab"}.get(text, found["artifact"])
    assert len(found["artifact"]) <= 2_000


def test_a_report_of_nothing_keeps_its_columns(tmp_path: Path) -> None:
    bare = Report(title="Nothing yet", corpus="c", run_id="any-0", n_posts=1, n_authors=1)
    table = written(bare, tmp_path / "report.parquet")
    assert (table.num_rows, tuple(table.column_names)) == (0, COLUMNS)


def test_a_place_that_cannot_be_written_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_parquet(REPORT, tmp_path / "no such folder" / "report.parquet")
