"""The workbook and the CSV with all hostile words, opened in LibreOffice and read back: no cell is a formula."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest
from hostile_words import HOSTILE
from openpyxl import load_workbook  # type: ignore[import-untyped]
from openpyxl.workbook import Workbook  # type: ignore[import-untyped]
from test_page_hostile import hostile_report

from miner.report import write_report
from miner.report.inert import inert
from miner.report.table import COLUMNS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed; .ci/libreoffice.sh does"),
]
# comma, quotes, UTF-8; cells that look like numbers and formulas become such, as when somebody double-clicks the file
AS_CSV = "--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Workbook]:
    """What LibreOffice makes of both files: calculated and saved as workbooks of its own."""
    folder = tmp_path_factory.mktemp("sheets")
    report = hostile_report()
    first, *others = report.rows
    paths = write_report(replace(report, rows=(first, *others)), folder, ["csv", "xlsx"])
    found = {}
    for name, how in (("csv", [AS_CSV]), ("xlsx", [])):
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", *how]
        command += ["--convert-to", "xlsx", "--outdir", str(folder / name), str(paths[name])]
        subprocess.run(command, check=True, timeout=180, capture_output=True)
        found[name] = load_workbook(folder / name / "report.xlsx")
    return found


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_no_cell_is_a_formula_or_an_error(opened: dict[str, Workbook], name: str) -> None:
    cells = [cell for sheet in opened[name] for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) > len(HOSTILE) * 10
    assert [(cell.coordinate, cell.value) for cell in cells if cell.data_type in {"f", "e"}] == []


def test_every_name_is_read_as_it_was_written(opened: dict[str, Workbook]) -> None:
    head, *rows = opened["csv"].worksheets[0].iter_rows(values_only=True)
    assert head == COLUMNS
    names = [str(row[COLUMNS.index("artifact")]).lstrip("'") for row in rows]
    expected = [inert(row.artifact.name).lstrip("'") for row in hostile_report().rows]
    assert names == expected


def test_no_link_of_the_workbook_leads_anywhere_but_to_a_post(opened: dict[str, Workbook]) -> None:
    links = [
        cell.hyperlink.target or ""
        for sheet in opened["xlsx"]
        for row in sheet.iter_rows()
        for cell in row
        if cell.hyperlink is not None
    ]
    assert [link for link in links if link and not link.lower().startswith(("http://", "https://"))] == []
