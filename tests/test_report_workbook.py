"""The workbook: what stands where, what may be picked, and that nothing in it is a formula."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from xlsxwriter import Workbook  # type: ignore[import-untyped]

import miner.report.workbook_sheets
from miner.records import Dating, Evidence, Level, PeriodFlag, RankedArtifact, Verdict
from miner.report import Report, departments, public, read_report
from miner.report.inert import inert, safe_url
from miner.report.table import COLUMNS, cells
from miner.report.workbook import MEANINGS, ORDER, sheet_name, to_xlsx, write_xlsx
from miner.report.workbook_sheets import MACHINE, MAX_UNITS, SHOWN, WORKING, Sheet, fitting
from miner.review.decisions import CHOICES, REASONS

REPORT = read_report(Path(__file__).parent / "gold" / "report" / "report.json")
NAMES = (*COLUMNS, *WORKING)
LISTS = ["All", "Props", "Set Dressing", "unassigned", "Period flags"]
TABLES = [*LISTS, "Clearance", "Rejected"]
DROPDOWNS = {
    "decision": "keep,maybe,reject",
    "reason": "not an object,duplicate,wrong year,too obvious,cannot be had,other",
    "hero_or_dressing": "hero,dressing",
    "status": "sourcing,top choice,approved,acquired,on set,wrapped,returned",
    "vendor_type": "prop house,rental,purchase,build,individual,donation",
    "clearance_status": "not started,pending,cleared,denied,greek it",
}
HOSTILE = [
    *("=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "＝1+1"),
    *("\u200b=1+1", "\ufeff=1+1", "\x00=1+1", '=HYPERLINK("https://evil.example","x")', "{=1+1}", "'=1+1"),
    *("<r><t>rich</t></r>", "<r></si></sst><f>1+1</f></r>", "<b>&amp;</b>", "]]>", "_x003D_1+1", "\u202egnp.exe"),
    *("\x01\x0b\x1f", "\ud800half\udfff", "\uffff", "&L&G&\"Wingdings\"", "internal:'All'!A1", "mailto:a@b.example"),
    *("https://evil.example/x", "javascript:alert(1)", "file:///etc/passwd", "12", "TRUE", "2020-01-01", ""),
    *("W" * 100_000, "\U0001f4fc" * 40_000, "テレビ" * 20_000),
]  # fmt: skip


def book_of(report: Report) -> Any:
    return load_workbook(io.BytesIO(to_xlsx(report)))


def parts(report: Report) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(to_xlsx(report))) as file:
        return {name: file.read(name) for name in file.namelist()}


def records(sheet: Any) -> list[dict[str, Any]]:
    """The cells of a sheet by the names in its header."""
    header, *rows = sheet.iter_rows()
    return [dict(zip((cell.value for cell in header), row, strict=True)) for row in rows]


def words(sheet: Any) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def rows_with(**changes: Any) -> tuple[RankedArtifact, ...]:
    """The first row of the gold report with *changes*, alone."""
    return (replace(REPORT.rows[0], **changes),)


def named(text: str) -> RankedArtifact:
    """A row that says *text* wherever a post could have put it."""
    row = REPORT.rows[0]
    said = Evidence(post_id=text, quote=text, url=text, source=text, created_at=None)
    return replace(
        row,
        artifact=replace(row.artifact, artifact_id=text, name=text, also_called=(text,) * 3, category=text),
        evidence=(said,) * 3,
        theme=text,
        parent=text,
        dating=Dating(first_year=1980, sources=(text,), brand=text, region="US"),
        period=PeriodFlag(level="block", reason=text),
    )


def hostile(text: str) -> Report:
    """The gold report, with *text* in all that comes from others."""
    funnel = tuple(replace(step, name=text) for step in REPORT.funnel)
    return replace(
        REPORT, title=text, corpus=text, run_id=text, rows=(named(text),), limits=(text,), funnel=funnel,
        manifest={text: text, "story": {"year": text, "region": text}},
        sources={text: replace(REPORT.sources["reddit"])},
    )  # fmt: skip


def flagged() -> Report:
    levels: tuple[Level | None, ...] = ("block", "warn", "info", "ok", "undated", None)
    rows = tuple(
        replace(row, period=None if level is None else PeriodFlag(level=level, reason=f"because {level}"))
        for row, level in zip(REPORT.rows, levels, strict=True)
    )
    return replace(REPORT, rows=rows, manifest={**REPORT.manifest, "story": {"year": 1983, "region": "US"}})


def test_each_department_that_has_rows_has_a_sheet_and_the_others_none() -> None:
    book = book_of(REPORT)
    assert book.sheetnames == [
        *("READ ME", "All", "Props", "Set Dressing", "unassigned", "Period flags", "Clearance", "Rejected", "Method"),
    ]
    listed = {name: [r["artifact"].value for r in records(book[name])] for name in ("All", *LISTS[1:4])}
    assert listed["All"] == [row.artifact.name for row in REPORT.rows]
    assert listed["Set Dressing"] == ["Pac-Man cabinet"]
    assert listed["unassigned"] == ["Northgate Mall"]
    assert sorted(listed["All"]) == sorted(name for n in LISTS[1:4] for name in listed[n])


def test_every_department_has_a_place_and_a_name_that_excel_takes() -> None:
    known = {value for name, value in vars(departments).items() if name.isupper() and isinstance(value, str)}
    assert set(ORDER) == known
    names = [sheet_name(name) for name in ORDER]
    assert len({name.casefold() for name in names}) == len(ORDER) == 8
    assert [name for name in names if len(name) > 31 or re.search(r"[\[\]:*?/\\]", name)] == []
    assert sheet_name("'[a]:b*c?/\\" + "d" * 40) == "-a--b-c---" + "d" * 20


def test_a_hairstyle_gets_the_sheet_of_its_department() -> None:
    (row,) = rows_with(artifact=replace(REPORT.rows[0].artifact, category="hair_beauty", name="mullet"))
    assert "Makeup-Hair" in book_of(replace(REPORT, rows=(row,))).sheetnames


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_the_columns_of_the_csv_and_then_those_of_the_team(name: str) -> None:
    assert [cell.value for cell in book_of(flagged())[name][1]] == list(NAMES)


def test_every_column_has_a_width_and_words_that_explain_it() -> None:
    assert set(MACHINE) == set(COLUMNS)
    told = [name for names in MEANINGS for name in names.replace(" to ", ", ").split(", ")]
    ends = {"evidence_2_url", *list(WORKING)[1:-1]}
    assert sorted([*told, *ends]) == sorted([*COLUMNS, *WORKING])
    assert words(book_of(REPORT)["READ ME"])[-2 * len(MEANINGS) :: 2] == list(MEANINGS)


def test_the_working_columns_are_those_of_the_product_and_empty() -> None:
    assert " ".join(WORKING) == (
        "decision reason set_or_scene character hero_or_dressing qty multiples status vendor_type vendor est_cost "
        "act_cost clearance_status owner notes"
    )
    found = [record[name].value for record in records(book_of(REPORT)["All"]) for name in WORKING]
    assert found == [None] * 15 * len(REPORT.rows)


def test_numbers_are_numbers_dates_are_dates_and_texts_are_texts() -> None:
    first = records(book_of(REPORT)["All"])[0]
    assert [first[name].value for name in ("rank", "rank_high", "n_authors", "share")] == [1, 1, 1204, 0.104567]
    assert first["first_seen"].value == datetime(2019, 3, 4)  # noqa: DTZ001 - a spreadsheet knows no zones
    formats = {name: first[name].number_format for name in ("rank", "n_authors", "share", "probability", "last_seen")}
    assert list(formats.values()) == ["0", "#,##0", "0.0%", "0.00", "yyyy-mm-dd"]
    assert first["artifact"].value == "Rubik's Cube"


def test_every_cell_says_what_the_csv_says() -> None:
    for record, row in zip(records(book_of(flagged())["All"]), flagged().rows, strict=True):
        for name, cell in zip(COLUMNS, cells(row), strict=True):
            value = record[name].value
            if isinstance(value, int | float):
                assert value == float(cell)
            else:
                assert (value.date().isoformat() if isinstance(value, datetime) else value or "") == cell


@pytest.mark.parametrize("name", TABLES)
def test_a_table_keeps_its_header_in_sight_and_on_paper(name: str) -> None:
    sheet = book_of(flagged())[name]
    artifact = [cell.value for cell in sheet[1]].index("artifact") + 1
    last = get_column_letter(sheet.max_column)
    n_rows = 1 if name == "Rejected" else sheet.max_row
    assert sheet.freeze_panes == f"{get_column_letter(artifact + 1)}2"
    assert sheet.auto_filter.ref == f"A1:{last}{n_rows}"
    assert sheet.print_title_rows == "$1:$1"
    # a width of one page is what is meant where nothing is said
    paper = sheet.page_setup
    assert (paper.orientation, paper.fitToWidth or 1, paper.fitToHeight) == ("landscape", 1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.left.text == REPORT.title
    assert sheet.oddFooter.right.text == "Page &P of &N"


def folded(sheet: Any) -> set[str]:
    """Columns that are hidden under a plus sign."""
    # openpyxl puts neighbours of one look under the first of them
    return {
        str(sheet.cell(1, i).value)
        for found in sheet.column_dimensions.values()
        for i in range(found.min, found.max + 1)
        if found.hidden and found.outlineLevel == 1
    }


def test_what_a_page_has_no_room_for_is_folded_away_not_left_out() -> None:
    book = book_of(flagged())
    assert folded(book["All"]) == set(COLUMNS) - SHOWN
    assert folded(book["Props"]) == set(COLUMNS) - SHOWN | {"dept_primary"}
    assert folded(book["Clearance"]) == {"artifact_id"}
    assert {"rank", "artifact"} <= SHOWN


def validations(sheet: Any) -> dict[str, Any]:
    """The rules of a sheet by the name of their column."""
    rules = sheet.data_validations.dataValidation
    return {sheet.cell(1, next(iter(rule.sqref.ranges)).min_col).value: rule for rule in rules}


def links(sheet: Any) -> list[Any]:
    return [cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink]


@pytest.mark.parametrize("name", LISTS)
def test_the_team_picks_from_lists_down_to_the_last_row(name: str) -> None:
    sheet = book_of(flagged())[name]
    found = validations(sheet)
    assert {n: rule.formula1 for n, rule in found.items() if rule.type == "list"} == {
        n: f'"{choices}"' for n, choices in DROPDOWNS.items()
    }
    assert {n: (rule.type, rule.operator, rule.formula1) for n, rule in found.items() if rule.type != "list"} == {
        "qty": ("whole", "greaterThanOrEqual", "0"),
        "multiples": ("whole", "greaterThanOrEqual", "0"),
        "est_cost": ("decimal", "greaterThanOrEqual", "0"),
        "act_cost": ("decimal", "greaterThanOrEqual", "0"),
    }
    column = get_column_letter(NAMES.index("decision") + 1)
    assert {f"{column}{n}" for n in range(2, sheet.max_row + 1)} == {
        cell.coordinate for row in sheet.iter_rows(min_row=1, max_row=sheet.max_row + 1) for cell in row
        if cell.coordinate in found["decision"]
    }  # fmt: skip


def test_the_lists_of_decisions_are_those_that_an_import_takes() -> None:
    assert ("", *WORKING["decision"].choices) == CHOICES
    assert ("", *WORKING["reason"].choices) == REASONS


def test_rights_are_offered_to_be_settled_and_never_said_to_be() -> None:
    book = book_of(flagged())
    sheet = book["Clearance"]
    assert [c.value for c in sheet[1]] == [
        *("artifact_id", "rank", "artifact", "brand", "category", "rights_flags", "clearance_status", "owner", "notes"),
    ]
    assert [r["artifact"].value for r in records(sheet)] == [row.artifact.name for row in REPORT.rows]
    assert validations(sheet)["clearance_status"].formula1 == f'"{DROPDOWNS["clearance_status"]}"'
    assert {r["clearance_status"].value for r in records(sheet)} == {None}
    assert [text for s in book for text in words(s) if "cleared" in text.lower()] == []


def test_the_rejected_have_a_table_with_nobody_in_it() -> None:
    sheet = book_of(REPORT)["Rejected"]
    assert words(sheet) == [
        *("artifact_id", "rank", "artifact", "category", "dept_primary", "decision", "reason", "owner", "notes"),
        "Nothing is rejected yet.",
    ]


def test_links_go_where_the_evidence_stands_and_nowhere_else() -> None:
    book = book_of(REPORT)
    linked = [link.target for link in links(book["All"])]
    assert linked == [e.url for row in REPORT.rows for e in row.evidence if e.url]
    assert {len(links(book[name])) for name in ("READ ME", "Clearance", "Rejected", "Method")} == {0}
    cell = records(book["All"])[0]["evidence_1_url"]
    assert (cell.value, cell.hyperlink.target) == ("https://mastodon.example/posts/1?a=1&b=2",) * 2


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "internal:'All'!A1", "https://a b.example"]
)
def test_an_address_that_a_browser_might_do_more_with_than_fetch_is_text(url: str, tmp_path: Path) -> None:
    with Workbook(tmp_path / "x.xlsx") as book:
        sheet = Sheet(book, book.add_worksheet(), {})
        sheet.link(0, 0, url)
        sheet.link(1, 0, "https://a.example")
    refused, taken = (row[0] for row in load_workbook(tmp_path / "x.xlsx").active.iter_rows())
    assert (refused.value, refused.hyperlink) == (url, None)
    assert taken.hyperlink.target == "https://a.example"


def test_a_link_with_a_fragment_keeps_it() -> None:
    said = replace(REPORT.rows[0].evidence[0], url="HTTPS://a.example/b[1]?q=%20#c")
    (link,) = links(book_of(replace(REPORT, rows=rows_with(evidence=(said,))))["All"])
    assert (link.target, link.location) == ("HTTPS://a.example/b[1]?q=%20", "c")


def test_more_links_than_excel_opens_are_written_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(miner.report.workbook_sheets, "MAX_LINKS", 1)
    book = book_of(REPORT)
    assert [len(links(book[name])) for name in ("All", "Props")] == [1, 1]
    assert records(book["All"])[0]["evidence_2_url"].value == "https://reddit.example/posts/2?a=1&b=2"


def test_the_public_copy_links_and_quotes_nothing() -> None:
    copy = public(flagged())
    book = book_of(copy)
    assert copy.rows
    assert [link for sheet in book for link in links(sheet)] == []
    assert {record["evidence_1_quote"].value for record in records(book["All"])} == {None}
    assert "Public copy: no quotes, no links to posts." in words(book["READ ME"])


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t[:30])[:30])
def test_nothing_that_others_wrote_is_a_formula_or_markup(text: str) -> None:
    report = hostile(text)
    for name, content in parts(report).items():
        root = etree.fromstring(content)
        assert root.findall(".//{*}f") == [], name
        assert re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", content) is None
    book = book_of(report)
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} == {"s", "n", "d"}
    (record,) = records(book["All"])
    shown = fitting(inert(text)) or None
    assert record["artifact"].value == record["period_reason"].value == record["brand"].value == shown
    assert {link.target for link in links(book["All"])} == ({text} if safe_url(text) else set())


@pytest.mark.parametrize("text", ["=1+1", "+1", "@A", "－1"])
def test_a_cell_that_looks_like_a_formula_stays_text_when_somebody_edits_it(text: str) -> None:
    (record,) = records(book_of(hostile(text))["All"])
    assert record["artifact"].quotePrefix
    assert not records(book_of(REPORT)["All"])[0]["artifact"].quotePrefix


def test_no_cell_is_longer_than_excel_reads() -> None:
    tape = "\U0001f4fc"
    longest = fitting(tape * 40_000)
    assert len(longest.encode("utf-16-le")) // 2 <= MAX_UNITS
    assert set(longest) == {tape, "…"}
    assert len(longest) == 16_384
    assert fitting("W" * 40_000) == "W" * 29_999 + "…"
    sizes = [len(t.encode("utf-16-le")) // 2 for s in book_of(hostile(tape * 40_000)) for t in words(s)]
    assert 2_000 < max(sizes) <= MAX_UNITS


def test_a_footer_shows_the_title_as_it_is() -> None:
    report = replace(REPORT, title="&P Toys & Games " + "&" * 300)
    root = etree.fromstring(parts(report)["xl/worksheets/sheet2.xml"])
    (footer,) = root.findall(".//{*}oddFooter")
    assert footer.text.startswith("&L&&P Toys && Games &&")
    assert footer.text.endswith("&C&A&RPage &P of &N")
    assert len(footer.text) <= 255


def test_flags_are_told_in_words_and_by_a_fill() -> None:
    book = book_of(flagged())
    found = records(book["Period flags"])
    assert [(r["period_flag"].value, r["period_reason"].value) for r in found] == [
        *(("block", "because block"), ("warn", "because warn")),
    ]
    fills = {r["period_flag"].value: r["period_flag"].fill.fgColor.rgb for r in records(book["All"])}
    assert list(fills) == ["block", "warn", "info", "ok", "undated", None]
    assert len(set(fills.values())) == 6
    assert "1983 (US)" in words(book["READ ME"])


def test_without_a_story_year_the_sheet_says_how_to_give_one() -> None:
    book = book_of(REPORT)
    (told,) = words(book["Period flags"])[len(NAMES) :]
    assert told == (
        "No story year was given, so nothing is flagged. Give one: "
        "miner rank eighties --era 80s --story-year 1983 --region US"
    )
    assert {"period_flag", "period_reason"} <= folded(book["All"])
    assert not {"period_flag", "period_reason"} & folded(book_of(flagged())["All"])


def test_a_story_year_that_blocks_nothing_is_told() -> None:
    fine = tuple(replace(row, period=PeriodFlag(level="ok", reason="fits")) for row in REPORT.rows)
    manifest = {"story": {"year": 1983, "region": "US"}}
    book = book_of(replace(REPORT, rows=fine, manifest=manifest))
    assert words(book["Period flags"])[-1] == "Nothing in this list is blocked or to be looked up for 1983 (US)."


def test_the_first_sheet_says_what_the_list_rests_on() -> None:
    sheet = book_of(replace(REPORT, expires_at=datetime(2027, 2, 19, tzinfo=UTC)))["READ ME"]
    lines = [[c.value for c in row if c.value is not None] for row in sheet.iter_rows()]
    for line in (
        [REPORT.title],
        ["Internal: holds quotes and links; not for publication. Delete after 19 Feb 2027."],
        ["Era", "The 1980s, 1980–1989; asked for as 80s"],
        ["Posts put online", "3 Jan 2019 to 21 Oct 2026"],
        ["Listed", "6 artifacts, most seen first"],
        ["Story year", "not given"],
        ["reddit", 9900, 6633],
        ["Together", 14000, 8753],
        ["Posts read", 21000],
        ["reposts", 1000, 14000],
        ["names that are no specific artifact", 94, 6],
        *([sentence] for sentence in REPORT.limits),
    ):
        assert line in lines


def test_the_last_sheet_says_how_to_cite_and_what_the_run_was_made_with() -> None:
    found = words(book_of(REPORT)["Method"])
    assert (
        "“The 1980s, as people remember them”. Nostalgia Miner 0.1.0, run 80s-1f2e3d4c; corpus “eighties”, version "
        "214: 14,000 posts by 8,753 authors, put online 3 Jan 2019 to 21 Oct 2026."
    ) in found
    assert found[found.index("models.encoder") + 1] == "all-MiniLM-L6-v2"
    assert found.count("run") == 1


def test_a_date_before_excels_calendar_stays_text() -> None:
    row = rows_with(first_seen=datetime(1899, 12, 31, tzinfo=UTC), last_seen=datetime(1901, 1, 1, tzinfo=UTC))
    first = records(book_of(replace(REPORT, rows=row))["All"])[0]
    assert first["first_seen"].value == "1899-12-31"
    assert first["last_seen"].value == datetime(1901, 1, 1)  # noqa: DTZ001 - a spreadsheet knows no zones


def test_the_same_report_gives_the_same_bytes_and_no_part_has_the_time_of_the_clock(tmp_path: Path) -> None:
    turned = replace(
        REPORT,
        sources=dict(reversed(list(REPORT.sources.items()))),
        manifest=dict(reversed(list(REPORT.manifest.items()))),
    )
    paths = [tmp_path / "1.xlsx", tmp_path / "2.xlsx"]
    write_xlsx(REPORT, paths[0])
    write_xlsx(turned, paths[1])
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with zipfile.ZipFile(paths[0]) as file:
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = load_workbook(paths[0]).properties
    assert properties.created == properties.modified == datetime(2000, 1, 1)  # noqa: DTZ001 - openpyxl gives no zone
    assert (properties.title, properties.keywords) == (REPORT.title, REPORT.run_id)


def test_a_report_of_nothing_is_still_a_workbook() -> None:
    bare = Report(title="Nothing yet", corpus="c", run_id="any-0", n_posts=1, n_authors=1)
    book = book_of(bare)
    assert book.sheetnames == ["READ ME", "All", "Period flags", "Clearance", "Rejected", "Method"]
    assert words(book["All"])[len(NAMES) :] == ["This run found no artifacts."]
    assert "on days that are not known" in words(book["READ ME"])


def test_a_place_that_cannot_be_written_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_xlsx(REPORT, tmp_path / "no such folder" / "report.xlsx")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    write_xlsx(hostile("=1+1"), tmp_path / "report.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "csv", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "report.xlsx")], check=True, timeout=120)
    # of several sheets the first is written: its headline is the hostile title
    # (in the code page of the machine); a formula would have become 2
    assert (tmp_path / "report.csv").read_bytes().startswith(b"=1+1")


def test_what_the_team_decided_stands_where_it_would_write_it(tmp_path: Path) -> None:
    verdict = Verdict(decision="reject", reason="too obvious", note="=1+1", by="ann")
    rows = [replace(REPORT.rows[0], verdict=verdict), *REPORT.rows[1:]]
    file = tmp_path / "report.xlsx"
    write_xlsx(replace(REPORT, rows=tuple(rows)), file)
    book = load_workbook(file)
    for name in ("All", "Rejected"):
        head, first = list(book[name].iter_rows(max_row=2))
        said = {cell.value: found.value for cell, found in zip(head, first, strict=True)}
        assert (said["decision"], said["reason"], said["notes"]) == ("reject", "too obvious", "=1+1")
        assert said["artifact"] == REPORT.rows[0].artifact.name
    assert book["Rejected"].max_row == 2
