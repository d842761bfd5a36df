"""The published schema of report.json, and the report on paper."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from miner.errors import MinerError, SettingsError
from miner.report import pdf, read_report
from miner.report.jsonfile import to_json
from miner.report.schema import report_schema

ROOT = Path(__file__).parent.parent
REPORT = read_report(Path(__file__).parent / "gold" / "report" / "report.json")


def test_the_published_schema_is_the_program_s() -> None:
    published = (ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8")
    assert published == report_schema(), "write docs/report.schema.json anew"


def test_reports_fit_the_schema_and_others_do_not() -> None:
    check = jsonschema.Draft202012Validator(json.loads(report_schema()))
    good = json.loads(to_json(REPORT))
    assert list(check.iter_errors(good)) == []
    assert list(check.iter_errors(json.loads(to_json(replace(REPORT, rows=(), era=None))))) == []
    del good["report"]["rows"][0]["rank"]
    assert list(check.iter_errors(good))
    assert list(check.iter_errors({"format": "something else", "version": 1, "report": {}}))


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed; .ci/chromium.sh does")
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed; .ci/chromium.sh does")
@pytest.mark.parametrize(("paper", "size"), [("a4", "841.92 x 594.96"), ("letter", "792 x 612")])
def test_it_is_printed_as_a_list_and_as_a_look_book_of_six_cards_a_page(
    paper: pdf.Paper, size: str, tmp_path: Path
) -> None:
    row = REPORT.rows[1]
    many = [replace(row, rank=n, artifact=replace(row.artifact, artifact_id=f"a_{n:010x}")) for n in range(1, 15)]
    long = replace(REPORT, rows=tuple(many))
    pdf.print_pdf(long, tmp_path / "report.pdf", paper=paper)
    pdf.print_pdf(long, tmp_path / "look-book.pdf", paper=paper, is_look_book=True)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["look-book.pdf", "report.pdf"]
    for name in ("report.pdf", "look-book.pdf"):
        assert size in words_of("pdfinfo", tmp_path / name).split("Page size:")[1].split("\n")[0]
    pages = words_of("pdftotext", tmp_path / "look-book.pdf", "-").split("\f")
    assert [n for page in pages if (n := page.count("Sony Walkman"))] == [6, 6, 2]
    assert sum("Sony Walkman" in page for page in words_of("pdftotext", tmp_path / "report.pdf", "-").split("\f")) > 0


def words_of(*command: str | Path) -> str:
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout


def test_without_a_browser_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingsError, match="sudo apt-get install chromium"):
        pdf.print_pdf(REPORT, tmp_path / "report.pdf")


def test_a_browser_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "bin" / "chromium"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:/bin:/usr/bin")
    with pytest.raises(MinerError, match="did not print"):
        pdf.print_pdf(REPORT, tmp_path / "report.pdf")
    assert [file.name for file in tmp_path.iterdir()] == ["bin"]
