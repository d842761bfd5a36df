"""Sheets of the workbook: cells that are never a formula, tables of artifacts, pages of words."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from miner.report.inert import inert, safe_url
from miner.report.table import MAX_CELL, guard

# what Excel reads: UTF-16 units in a cell, where an emoji is two; links in a sheet
MAX_UNITS, MAX_LINKS = 32_767, 65_530
INK, QUIET, RULE, ACCENT, SOFT = "#1B1E20", "#5A6064", "#D9D9D2", "#0D5A66", "#D5E6E8"
FILLS: Mapping[str, str] = {
    "block": "#F2C9C0", "warn": "#F6E7A6", "info": "#E3EAEC", "ok": "#DCEBD9", "undated": "#ECECE6",
}  # fmt: skip
LETTER, TABLOID = 1, 3
_PICTURE = re.compile(r"&(?=G|\[)")
_MAX_LINES, _LINE, _PADDING = 6, 13.5, 5
_PAGE_WIDTHS = (30, 12, 12, 76)


class Column(NamedTuple):
    """How a machine column is set: its width in characters, and its number format; text has none."""

    width: float
    number: str = ""


class Working(NamedTuple):
    """A column that the team fills in: its width, and the dropdown's words or the kind of number that it takes."""

    width: float
    choices: tuple[str, ...] = ()
    takes: str = ""


MACHINE: Mapping[str, Column] = {
    "artifact_id": Column(13), "rank": Column(6, "0"), "rank_low": Column(9, "0"), "rank_high": Column(9, "0"),
    "artifact": Column(26), "also_called": Column(24), "category": Column(13), "dept_primary": Column(14),
    "dept_also": Column(13), "mm_category": Column(13), "n_authors": Column(10, "#,##0"), "n_posts": Column(9, "#,##0"),
    "n_sources": Column(10, "#,##0"), "share": Column(8, "0.0%"), "distinctive_z": Column(12, "0.0"),
    "lenses": Column(16), "first_year": Column(9, "0"), "heyday_start": Column(12, "0"), "heyday_end": Column(11, "0"),
    "year_source": Column(24), "year_confidence": Column(14), "period_flag": Column(11), "period_reason": Column(26),
    "region": Column(8), "brand": Column(16), "rights_flags": Column(16), "trend_12m": Column(20),
    "evidence_1_url": Column(16), "evidence_2_url": Column(16),
    "evidence_3_url": Column(16), "evidence_1_quote": Column(42), "first_seen": Column(11, "yyyy-mm-dd"),
    "last_seen": Column(11, "yyyy-mm-dd"), "theme": Column(24), "parent": Column(18), "probability": Column(10, "0.00"),
}  # fmt: skip
DATES = frozenset({"first_seen", "last_seen"})
LINKS = frozenset({"evidence_1_url", "evidence_2_url", "evidence_3_url"})
# what a page of eleven by seventeen inches has room for; the rest is folded away
SHOWN = frozenset(
    "rank artifact also_called category dept_primary n_authors share first_year period_flag period_reason "  # noqa: SIM905
    "evidence_1_url evidence_1_quote".split()
)
WORKING: Mapping[str, Working] = {
    "decision": Working(9, ("keep", "maybe", "reject")),
    "reason": Working(13, ("not an object", "duplicate", "wrong year", "too obvious", "cannot be had", "other")),
    "set_or_scene": Working(14),
    "character": Working(11),
    "hero_or_dressing": Working(15, ("hero", "dressing")),
    "qty": Working(6, takes="integer"),
    "multiples": Working(9, takes="integer"),
    "status": Working(12, ("sourcing", "top choice", "approved", "acquired", "on set", "wrapped", "returned")),
    "vendor_type": Working(12, ("prop house", "rental", "purchase", "build", "individual", "donation")),
    "vendor": Working(15),
    "est_cost": Working(9, takes="decimal"),
    "act_cost": Working(9, takes="decimal"),
    "clearance_status": Working(15, ("not started", "pending", "cleared", "denied", "greek it")),
    "owner": Working(11),
    "notes": Working(26),
}
# what a format is made of, to the format
Looks = dict[tuple[tuple[str, object], ...], object]
_FORMATS: Mapping[str, str] = {"integer": "#,##0", "decimal": "#,##0.00"}


@dataclass(slots=True)
class Sheet:
    """A sheet, written in ways that make every text inert and none a formula.

    Attributes:
        book, raw: XlsxWriter's workbook and worksheet, which have no types.
        looks: Formats made so far, shared by the sheets of a workbook.
        n_links: Links in it; Excel refuses the file when there are too many.
    """

    book: Any
    raw: Any
    looks: Looks = field(repr=False)
    n_links: int = 0

    def text(self, row: int, column: int, text: str, **look: object) -> None:
        """Writes *text* as text, whatever it begins with."""
        said = fitting(text)
        if guard(said) != said:
            # whoever opens the cell and leaves it again must not make a formula of it
            look["quote_prefix"] = True
        if said:
            self.raw.write_string(row, column, said, self.look(**look))
        else:
            self.raw.write_blank(row, column, None, self.look(**look))

    def number(self, row: int, column: int, number: float, **look: object) -> None:
        """Writes *number*."""
        self.raw.write_number(row, column, number, self.look(**look))

    def day(self, row: int, column: int, iso: str, **look: object) -> None:
        """Writes a date; one that Excel's calendar, which begins with 1900, cannot say stays text."""
        found = date.fromisoformat(iso)
        if found.year > 1900:
            self.raw.write_datetime(row, column, found, self.look(**look, align="left"))
        else:
            self.text(row, column, iso, **look)

    def link(self, row: int, column: int, url: str, **look: object) -> None:
        """Writes *url*, as a link if a browser can only fetch it."""
        if url and safe_url(url) == url and self.n_links < MAX_LINKS:
            self.n_links += 1
            self.raw.write_url(row, column, url, self.look(**look, font_color=ACCENT, underline=1))
        else:
            self.text(row, column, url, **look)

    def look(self, **properties: object) -> object:
        """The format with these properties, over those that all cells share."""
        key = tuple(sorted(properties.items()))
        if key not in self.looks:
            shared = {"font_size": 10, "font_color": INK, "valign": "top"}
            self.looks[key] = self.book.add_format(shared | properties)
        return self.looks[key]

    def prints(self, title: str, paper: int) -> None:
        """Sets the sheet up for *paper*: landscape, one page wide, *title* and page numbers at the foot."""
        self.raw.hide_gridlines(2)
        self.raw.set_landscape()
        self.raw.set_paper(paper)
        self.raw.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
        self.raw.fit_to_pages(1, 0)
        # an ampersand begins a code there, "&G" a picture even where it is doubled; 255 characters are the most
        safe = _PICTURE.sub("& ", inert(title, 80)).replace("&", "&&")
        self.raw.set_footer(f"&L{safe}&C&A&RPage &P of &N")


@dataclass(slots=True)
class Page:
    """A sheet of words, written from top to bottom: names at the left, what they mean beside them."""

    sheet: Sheet
    row: int = 0

    def __post_init__(self) -> None:
        for column, width in enumerate(_PAGE_WIDTHS):
            self.sheet.raw.set_column(column, column, width)

    def title(self, text: str) -> None:
        """The headline."""
        # at this size a line holds 58 characters
        height = 33 * math.ceil(len(text) / 58)
        self._wide(0, text, height, {"font_size": 22, "bold": True, "font_color": ACCENT, "valign": "vcenter"})

    def heading(self, text: str) -> None:
        """A line over what follows."""
        self.row += 1
        rule = {"bottom": 1, "bottom_color": ACCENT}
        self._wide(0, text, 22, {"font_size": 12, "bold": True, "font_color": ACCENT, **rule})

    def sentence(self, text: str) -> None:
        """A sentence as wide as the page."""
        self._wide(0, text, 0, {})

    def pair(self, name: str, text: str) -> None:
        """A name and what is said of it."""
        self.sheet.text(self.row, 0, name, font_color=QUIET, text_wrap=True)
        self._wide(1, text, _height([(name, _PAGE_WIDTHS[0])]), {})

    def figures(self, name: str, *values: int | str, **look: object) -> None:
        """A name and numbers, or what stands over them, in columns."""
        self.sheet.text(self.row, 0, name, text_wrap=True, **look)
        for column, value in enumerate(values, 1):
            if isinstance(value, int):
                self.sheet.number(self.row, column, value, num_format="#,##0", **look)
            else:
                self.sheet.text(self.row, column, value, align="right", **look)
        self.sheet.raw.set_row(self.row, _height([(name, _PAGE_WIDTHS[0])]))
        self.row += 1

    def _wide(self, first: int, text: str, least: float, look: Mapping[str, object]) -> None:
        wrapped = {"text_wrap": True, **look}
        self.sheet.raw.merge_range(self.row, first, self.row, len(_PAGE_WIDTHS) - 1, "", self.sheet.look(**wrapped))
        self.sheet.text(self.row, first, text, **wrapped)
        self.sheet.raw.set_row(self.row, max(least, _height([(text, sum(_PAGE_WIDTHS[first:]))], most=24)))
        self.row += 1


def add_table(
    sheet: Sheet, records: Sequence[Mapping[str, str]], machine: Sequence[str], working: Sequence[str], *,
    shown: Collection[str], note: str = "",
) -> None:  # fmt: skip
    """Fills *sheet* with *records*: a header that stays, filters, and columns with dropdowns for the team.

    Args:
        sheet: An empty one.
        records: Columns of ``report.csv`` to their cells, one mapping a row; also what the team said already.
        machine: Which of these columns, in order; ``artifact`` among them.
        working: Which of :data:`WORKING`, behind them.
        shown: Machine columns that are not folded away.
        note: Stands under the header when there are no records.
    """
    names = [*machine, *working]
    _set_columns(sheet, names, shown)
    for n, record in enumerate(records, 1):
        wrapped = [(record[name], MACHINE[name].width) for name in machine if name in shown and name not in LINKS]
        sheet.raw.set_row(n, _height(wrapped))
        for column, name in enumerate(machine):
            _add_cell(sheet, n, column, name, record[name])
        for column, name in enumerate(working, len(machine)):
            sheet.text(n, column, record.get(name, ""), **_look(WORKING[name]))
    artifact = names.index("artifact")
    if not records:
        sheet.text(1, artifact, note, italic=True, font_color=QUIET)
    for column, name in enumerate(working, len(machine)):
        if records and (rule := _rule(name, WORKING[name])):
            sheet.raw.data_validation(1, column, len(records), column, rule)
    sheet.raw.autofilter(0, 0, len(records), len(names) - 1)
    sheet.raw.freeze_panes(1, artifact + 1)
    sheet.raw.repeat_rows(0)


def fitting(text: str) -> str:
    r"""*text* made inert and short enough for a cell.

    >>> fitting("=1+1\r\n\x00"), fitting("<r><t>x</t></r>")
    ('=1+1', '<r><t>x</t></r> ')
    """
    said = inert(text, MAX_CELL)
    units = said.encode("utf-16-le")
    if len(units) > 2 * MAX_UNITS:
        said = units[: 2 * (MAX_UNITS - 1)].decode("utf-16-le", "ignore") + "…"
    # XlsxWriter sets what is between these two into the file as it is, for rich text that it made itself
    return said + " " if said.startswith("<r>") and said.endswith("</r>") else said


def _set_columns(sheet: Sheet, names: Sequence[str], shown: Collection[str]) -> None:
    was_folded = False
    head = {"bold": True, "font_size": 9, "text_wrap": True, "bottom": 2, "bottom_color": ACCENT}
    sheet.raw.set_row(0, 32)
    for column, name in enumerate(names):
        folded = name in MACHINE and name not in shown
        width = MACHINE[name].width if name in MACHINE else WORKING[name].width
        fold = {"level": 1, "hidden": True} if folded else {"collapsed": was_folded}
        sheet.raw.set_column(column, column, width, None, fold)
        # two fills, so that one sees which half is the team's
        tone = {"bg_color": ACCENT, "font_color": "#FFFFFF"} if name in MACHINE else {"bg_color": SOFT}
        sheet.text(0, column, name, **head, **tone)
        was_folded = folded


def _add_cell(sheet: Sheet, row: int, column: int, name: str, cell: str) -> None:
    look: dict[str, object] = {"bottom": 1, "bottom_color": RULE}
    if name in LINKS:
        sheet.link(row, column, cell, **look)
    elif not cell or not MACHINE[name].number:
        strong = {"bold": True, "font_size": 11} if name == "artifact" else {}
        fill = {"bg_color": FILLS[cell], "bold": True} if name == "period_flag" and cell in FILLS else {}
        sheet.text(row, column, cell, **look, **strong, **fill, text_wrap=True)
    elif name in DATES:
        sheet.day(row, column, cell, **look, num_format=MACHINE[name].number)
    else:
        sheet.number(row, column, float(cell), **look, num_format=MACHINE[name].number)


def _look(column: Working) -> dict[str, object]:
    number = {"num_format": _FORMATS[column.takes]} if column.takes else {}
    return {"bottom": 1, "bottom_color": RULE, "text_wrap": True, **number}


def _rule(name: str, column: Working) -> dict[str, object]:
    if column.choices:
        told = {"error_title": name, "error_message": "Pick one of the list, or leave it empty."}
        return told | {"validate": "list", "source": list(column.choices)}
    if column.takes:
        told = {"error_title": name, "error_message": "A number, 0 or more; no words."}
        return {"validate": column.takes, "criteria": ">=", "value": 0, **told}
    return {}


def _height(cells: Sequence[tuple[str, float]], most: int = _MAX_LINES) -> float:
    """Points for the longest of these texts at their widths, at most *most* lines: what is cut is in the cell still."""
    lines = [1]
    for text, width in cells:
        # a character of Chinese, Japanese or Korean is as wide as two
        taken = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text[: most * 200])
        lines.append(math.ceil(taken / (0.95 * width)))
    return min(max(lines), most) * _LINE + _PADDING
