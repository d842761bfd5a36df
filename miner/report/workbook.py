"""A report as a workbook for the departments of a production: what was found, and room for what they do with it."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from miner.records import RankedArtifact
from miner.report import departments, view
from miner.report.inert import inert
from miner.report.ledger import ledgers
from miner.report.model import Report
from miner.report.table import COLUMNS, cells
from miner.report.workbook_sheets import (
    LETTER,
    SHOWN,
    TABLOID,
    WORKING,
    Looks,
    Page,
    Sheet,
    add_table,
)

ORDER = (
    departments.PROPS, departments.DRESSING, departments.WARDROBE, departments.MAKEUP, departments.VEHICLES,
    departments.ART, departments.MUSIC, departments.UNASSIGNED,
)  # fmt: skip
FLAGGED = frozenset({"block", "warn"})
# not the clock's: the same report gives the same file
CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_TITLE = 200
# what Excel refuses in the name of a sheet
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_LENSES: Mapping[str, str] = {
    "seen": "most seen first",
    "distinctive": "what sets the era apart from others first",
    "deep": "deep cuts: of the era, and behind the hundred most seen",
}
_ASKED_OF_RIGHTS = ("artifact_id", "rank", "artifact", "brand", "category", "rights_flags")
# in plain words; miner/report/table.py has the exact ones
MEANINGS: Mapping[str, str] = {
    "artifact_id": "Its number, the same in every run that agrees on its name. Keep it when you copy rows.",
    "rank": "Place in the list; 1 is most seen.",
    "rank_low, rank_high": "Nine times in ten the place lies between these two. Where two rows overlap, their order is "
    "not settled.",
    "artifact": "The thing, as most people spell it.",
    "also_called": "Other spellings, with a bar between them.",
    "category": "What kind of thing it is.",
    "dept_primary, dept_also": "The department that would look for it, and a second one that might.",
    "mm_category": "The label of Movie Magic Scheduling.",
    "n_authors": "Different people who name it. This counts, not posts.",
    "n_posts, n_sources": "Posts that name it, and places online where they stand.",
    "share": "Share of the people who name it, averaged over the sources. The number that ranks.",
    "distinctive_z": "How much more people name it here than in posts of other eras, in standard deviations.",
    "lenses": "Lists that it is in: seen, distinctive, deep (deep cuts).",
    "first_year": "First year in the region asked for. Empty: nobody says.",
    "heyday_start, heyday_end": "Years in which it was everywhere.",
    "year_source, year_confidence": "Who says so. High: two sources agree within a year. Medium: one, or they differ.",
    "period_flag, period_reason": "For the story year. block: not there yet. warn: look it up. info: worth knowing. "
    "ok: fits. undated: nobody says.",
    "region, brand": "Where the first year holds (empty: the world), and who made it.",
    "rights_flags": "Rights that somebody has to look up; a hint, no advice.",
    "evidence_1_url to evidence_3_url": "Posts that name it.",
    "evidence_1_quote": "What the first of them says.",
    "trend_12m": "Posts that name it in each of the last twelve months. Empty below twelve dated posts.",
    "first_seen, last_seen": "When its oldest and newest post were put online; not when the thing was made.",
    "theme, parent": "Things that belong with it, and the wider thing that it is a kind of.",
    "probability": "How sure the program is that this is one particular thing, 0 to 1.",
    "decision to notes": "Yours to fill in. Some have a list to pick from, so that all use the same words.",
}
GUIDE: Mapping[str, str] = {
    "All": "Every row. Some columns are folded away, so that it can be printed; press 2 at the top left to see them.",
    "A department each": "The same columns, for those who would look for the thing. Fill in All or these, not both.",
    "Period flags": "What was not there yet in the story year, and what has to be looked up.",
    "Clearance": "For those who ask for rights.",
    "Rejected": "What the team turned down.",
    "Method": "How it was counted, how to cite it, and all that the run was made with.",
}
METHOD: Mapping[str, str] = {
    "Authors, not posts": "Whoever names a thing ten times counts once. Reposts, near-duplicates, sellers and "
    "automated accounts are left out; READ ME says how many.",
    "Share": "In each source: the authors who name the thing, plus 100 times its share over all sources together, "
    "divided by the authors of the source plus 100. Then the mean over the sources, so that a big platform does not "
    "drown a small one and one voice in a tiny source does not weigh like hundreds.",
    "Rank": "Order by share, the largest first; equal shares by name.",
    "rank_low, rank_high": "The authors of each source are drawn anew 1,000 times, with replacement, and ranked each "
    "time. These are the 5th and the 95th percentile of the ranks.",
    "distinctive_z": "Logarithm of the odds that an author names the thing here, less that of the odds in posts of "
    "other eras, with a prior of 100 authors, divided by its standard deviation (Monroe, Colaresi & Quinn 2008).",
    "Deep cuts": "distinctive_z of 2 or more, eight authors or more, a place behind the hundredth, not blocked.",
    "Period flag": "Before the first year: block, at medium or high confidence only. In that year: warn, check the "
    "month. After it: ok, or info when it is early or a leftover. Old is never blocked.",
    "Names": "Spellings judged to mean one thing are counted together under the one that most authors use.",
    "Years": "Years come from outside sources, which year_source names. A tag such as #80s says what people connect "
    "with a time; it is no proof of a year.",
}  # fmt: skip


def write_xlsx(report: Report, path: Path) -> None:
    """Writes *report* to *path* as a workbook; the same bytes for the same report."""
    path.write_bytes(to_xlsx(report))


def to_xlsx(report: Report) -> bytes:
    """*report* as a workbook: what it rests on, all rows, a sheet a department, and what is to be looked up."""
    records = [dict(zip(COLUMNS, cells(row), strict=True)) | _said(row) for row in report.rows]
    file = io.BytesIO()
    # in memory, since the parts of a file on disk carry the clock's time
    with Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties(_properties(report))
        sheets = _Sheets(book, inert(report.title, _TITLE))
        _add_read_me(sheets.page("READ ME"), report)
        story = _story(report)
        shown = SHOWN if story else SHOWN - {"period_flag", "period_reason"}
        none = "This run found no artifacts."
        add_table(sheets.table("All"), records, COLUMNS, tuple(WORKING), shown=shown, note=none)
        for name in ORDER:
            if theirs := [record for record in records if record["dept_primary"] == name]:
                sheet = sheets.table(name)
                add_table(sheet, theirs, COLUMNS, tuple(WORKING), shown=shown - {"dept_primary"})
        flagged = [record for record in records if record["period_flag"] in FLAGGED]
        note = f"Nothing in this list is blocked or to be looked up for {story}." if story else _how_to_ask(report)
        add_table(sheets.table("Period flags"), flagged, COLUMNS, tuple(WORKING), shown=SHOWN, note=note)
        asked = [name for name in _ASKED_OF_RIGHTS if name in COLUMNS]
        add_table(
            sheets.table("Clearance", LETTER), records, asked, ("clearance_status", "owner", "notes"),
            shown=set(asked) - {"artifact_id"}, note=none,
        )  # fmt: skip
        rejected = [record for record in records if record.get("decision") == "reject"]
        add_table(
            sheets.table("Rejected", LETTER), rejected, ("artifact_id", "rank", "artifact", "category", "dept_primary"),
            ("decision", "reason", "owner", "notes"), shown=SHOWN, note="Nothing is rejected yet.",
        )  # fmt: skip
        _add_method(sheets.page("Method"), report)
    return file.getvalue()


def _said(row: RankedArtifact) -> dict[str, str]:
    """What the team decided, in the columns where it would write it."""
    if row.verdict is None:
        return {}
    found = {"decision": row.verdict.decision, "reason": row.verdict.reason, "notes": row.verdict.note}
    return {name: inert(text) for name, text in found.items()} | (
        {"dept_primary": inert(row.verdict.department)} if row.verdict.department else {}
    )


def sheet_name(name: str) -> str:
    """*name* as Excel lets a sheet be called.

    >>> sheet_name("Makeup/Hair")
    'Makeup-Hair'
    """
    return _FORBIDDEN.sub("-", name)[:31].strip("' ")


class _Sheets:
    """The sheets of one workbook, which share their formats and the line at their foot."""

    def __init__(self, book: Workbook, title: str) -> None:
        self._book = book
        self._title = title
        self._looks: Looks = {}

    def table(self, name: str, paper: int = TABLOID) -> Sheet:
        sheet = Sheet(self._book, self._book.add_worksheet(sheet_name(name)), self._looks)
        sheet.prints(self._title, paper)
        return sheet

    def page(self, name: str) -> Page:
        return Page(self.table(name, LETTER))


def _add_read_me(page: Page, report: Report) -> None:
    page.title(view.name_of(report.title))
    if report.mode == "public":
        page.sentence("Public copy: no quotes, no links to posts.")
    else:
        until = view.day(report.expires_at)
        gone = f" Delete after {until.words}." if until else ""
        page.sentence(f"Internal: holds quotes and links; not for publication.{gone}")
    page.heading("What this is")
    for name, text in _facts(report):
        page.pair(name, text)
    _add_counts(page, report)
    page.heading("Limits of this list")
    for sentence in report.limits:
        page.sentence(sentence)
    page.sentence("A rank is no permission: whether a thing may be shown is for those who look after rights to say.")
    page.heading("Sheets")
    for name, text in GUIDE.items():
        page.pair(name, text)
    page.heading("What the columns mean")
    for name, text in MEANINGS.items():
        page.pair(name, text)


def _facts(report: Report) -> Sequence[tuple[str, str]]:
    era = report.era
    told = f"{view.name_of(era.title)}, {era.start}–{era.end}; asked for as {view.name_of(era.name)}" if era else "any"
    made = view.day(report.created_at)
    return (
        ("Era", told),
        ("Corpus", view.name_of(report.corpus)),
        ("Posts put online", _window(report)),
        ("Listed", f"{len(report.rows):,} artifacts, {_LENSES.get(report.lens, report.lens)}"),
        ("Story year", _story(report) or "not given"),
        ("Run", view.name_of(report.run_id)),
        *([("Made", made.words)] if made else []),
    )


def _add_counts(page: Page, report: Report) -> None:
    head = {"bold": True, "bottom": 1}
    page.heading("What was counted")
    page.figures("Source", "posts", "authors", **head)
    # the biggest first, ties by name
    for name, count in sorted(report.sources.items(), key=lambda item: (-item[1].n_posts, item[0])):
        page.figures(view.name_of(name), count.n_posts, count.n_authors)
    page.figures("Together", report.n_posts, report.n_authors, bold=True)
    page.figures("of these without an author", report.n_without_author, "")
    page.heading("What was left out")
    page.figures("Step", "left out", "left", **head)
    for n, ledger in enumerate(ledgers(report.funnel)):
        page.figures("Posts read" if n == 0 else "Names found in them", "", ledger.n_start, bold=True)
        for line in ledger.lines:
            page.figures(line.name, line.n_out, line.n_left)


def _add_method(page: Page, report: Report) -> None:
    page.title("Method")
    page.heading("How it was counted")
    for name, text in METHOD.items():
        page.pair(name, text)
    page.heading("How to cite")
    page.sentence(_citation(report))
    page.sentence("Name the run: the same program, models and version of the corpus make the same list again.")
    page.heading("This run")
    for name, value in view.facts({"run": report.run_id, **report.manifest}):
        page.pair(name, value)


def _citation(report: Report) -> str:
    facts = dict(view.facts(report.manifest))
    program = " ".join(["Nostalgia Miner", *filter(None, [facts.get("program.version")])])
    version = f", version {facts['corpus.version']}" if "corpus.version" in facts else ""
    return (
        f"“{view.name_of(report.title)}”. {program}, run {view.name_of(report.run_id)}; corpus "
        f"“{view.name_of(report.corpus)}”{version}: {report.n_posts:,} posts by {report.n_authors:,} authors, "
        f"put online {_window(report)}."
    )


def _window(report: Report) -> str:
    first, last = view.day(report.first_seen), view.day(report.last_seen)
    return f"{first.words} to {last.words}" if first and last else "on days that are not known"


def _story(report: Report) -> str:
    """The story's year and region as the manifest has them; empty when no year was given."""
    story = report.manifest.get("story")
    if isinstance(story, Mapping) and story.get("year"):
        return inert(f"{story['year']} ({story.get('region') or 'the world'})", _TITLE)
    return "the story year" if any(row.period for row in report.rows) else ""


def _how_to_ask(report: Report) -> str:
    asked = f"{view.name_of(report.corpus)} --era {view.name_of(report.era.name) if report.era else 'any'}"
    return f"No story year was given, so nothing is flagged. Give one: miner rank {asked} --story-year 1983 --region US"


def _properties(report: Report) -> dict[str, object]:
    words = {"title": report.title, "subject": report.corpus, "keywords": report.run_id}
    said = {name: inert(text, _TITLE) for name, text in words.items()}
    return {**said, "author": "Nostalgia Miner", "created": CREATED}
