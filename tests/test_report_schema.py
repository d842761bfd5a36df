"""The published schema of report.json, and the report on paper."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from miner.errors import MinerError, SettingsError
from miner.report import pdf, read_report, write_report
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
def test_it_is_printed(tmp_path: Path) -> None:
    page = write_report(REPORT, tmp_path, ["html"])["html"]
    pdf.print_pdf(page, tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["report.html", "report.pdf"]


def test_without_a_browser_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingsError, match="sudo apt-get install chromium"):
        pdf.print_pdf(tmp_path / "report.html", tmp_path / "report.pdf")


def test_a_browser_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "bin" / "chromium"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:/bin:/usr/bin")
    with pytest.raises(MinerError, match="did not print"):
        pdf.print_pdf(tmp_path / "report.html", tmp_path / "report.pdf")
    assert [file.name for file in tmp_path.iterdir()] == ["bin"]
