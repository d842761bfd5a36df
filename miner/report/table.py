"""The ranked artifacts as CSV: one row an artifact, the same columns in the same order in every run.

==================== =============================================================================================
column               what it holds; empty only where said
==================== =============================================================================================
artifact_id          id of the artifact, the same in every run that agrees on its name
rank                 place in the list, 1 is most seen
rank_low, rank_high  90 % interval of the place
artifact             the spelling that most authors use
also_called          the other spellings, " | " between them, most used first; empty when there are none
category             category, ``other`` when no category fits
dept_primary         department that would look for it, or ``unassigned``
dept_also            a second one that might; empty when there is none
mm_category          label of Movie Magic Scheduling, or ``unassigned``
n_authors            distinct authors who name it
n_posts              posts that name it
n_sources            sources in which it is named
share                mean over the sources of the share of authors who name it, 0-1, six decimals
distinctive_z        z-score against the corpus's other eras, three decimals; empty without posts of others
lenses               lists that it is in, " | " between them: seen, distinctive, deep; may be empty
first_year           first year in the region asked for; empty when no source dates it
heyday_start,        first and last year in which it was everywhere; empty when that is not known
heyday_end
year_source          who says so, " | " between them
year_confidence      ``high`` (two sources agree within a year), ``medium`` (one, or several that differ) or ``none``
period_flag          block, warn, info, ok or undated for the story year; empty when none was asked for
period_reason        the same in words
region               where *first_year* holds; empty for the world
brand                who made it; empty when nobody in particular did
rights_flags         rights to look up, " | " between them: copyright, trademark, likeness; empty: none known
evidence_1..3_url    links to posts; empty when there are fewer, when one has no link, and in public reports
evidence_1_quote     what the first of them says; empty when there is none, and in public reports
trend_12m            posts that name it in each of the last twelve months, oldest first; empty below twelve dated posts
first_seen,          dates (YYYY-MM-DD, UTC) of the oldest and newest post that names it; empty when no post is dated
last_seen
theme                name of its theme; empty when it is in none
parent               the wider thing that it is a kind of, "Walkman" of "Walkman WM-2"; empty when there is none
probability          probability that this is a specific artifact, 0-1, four decimals
==================== =============================================================================================

Texts are one line each, without invisible characters, and cut at 30,000 characters, since a spreadsheet's cell ends at
32,767. A cell that a spreadsheet would take for a formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from pathlib import Path

from miner.records import RankedArtifact
from miner.report.departments import department
from miner.report.inert import inert, safe_url
from miner.report.model import Report
from miner.report.rights import rights_flags

N_EVIDENCE = 3
MAX_CELL = 30_000
COLUMNS = (
    "artifact_id", "rank", "rank_low", "rank_high", "artifact", "also_called", "category", "dept_primary", "dept_also",
    "mm_category", "n_authors", "n_posts", "n_sources", "share", "distinctive_z", "lenses", "first_year",
    "heyday_start", "heyday_end", "year_source", "year_confidence", "period_flag", "period_reason", "region", "brand",
    "rights_flags", "evidence_1_url", "evidence_2_url", "evidence_3_url", "evidence_1_quote", "trend_12m", "first_seen",
    "last_seen", "theme", "parent", "probability",
)  # fmt: skip
BOM = "\ufeff"
# "=1+1", " =1+1", "＝1+1": full-width signs are read as the plain ones by spreadsheets of East Asian locales
_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠−﹢﹣﹦﹫]")


def to_csv(report: Report) -> str:
    """*report*'s rows as CSV (RFC 4180), best rank first, with a byte order mark, since Excel asks for one."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([guard(cell) for cell in cells(row)] for row in report.rows)
    return BOM + out.getvalue()


def write_csv(report: Report, path: Path) -> None:
    """Writes *report* to *path*, UTF-8."""
    path.write_bytes(to_csv(report).encode())


def cells(row: RankedArtifact) -> tuple[str, ...]:
    """*row*'s values in the order of :data:`COLUMNS`, not yet guarded against formulas."""
    artifact = row.artifact
    place = department(artifact.category, artifact.name)
    # a spelling with a bar in it would read as two
    spellings = " | ".join(inert(spelling.replace("|", "/")) for spelling in artifact.also_called)
    urls = [safe_url(evidence.url) for evidence in row.evidence[:N_EVIDENCE]]
    quote = row.evidence[0].quote if row.evidence else ""
    return (
        *(inert(artifact.artifact_id), str(row.rank), str(row.rank_low), str(row.rank_high)),
        *(inert(artifact.name), inert(spellings, MAX_CELL), inert(artifact.category)),
        *(place.primary, place.also, place.mm_category),
        *(str(row.n_authors), str(row.n_posts), str(row.n_sources), f"{row.share:.6f}"),
        *("" if row.distinctive_z is None else f"{row.distinctive_z:.3f}", " | ".join(row.lenses)),
        *(*_dated(row), " | ".join(rights_flags(row))),
        *(*urls, *[""] * (N_EVIDENCE - len(urls)), inert(quote)),
        " ".join(map(str, row.months)),
        *(_date(row.first_seen), _date(row.last_seen), inert(row.theme or ""), inert(row.parent or "")),
        f"{artifact.probability:.4f}",
    )


def _dated(row: RankedArtifact) -> tuple[str, ...]:
    found = row.dating
    start, end = map(str, found.heyday) if found.heyday else ("", "")
    return (
        *("" if found.first_year is None else str(found.first_year), start, end),
        *(inert(" | ".join(found.sources)), found.confidence),
        *((row.period.level, inert(row.period.reason)) if row.period else ("", "")),
        *(found.region, inert(found.brand)),
    )


def guard(cell: str) -> str:
    """*cell* with an apostrophe before it if a spreadsheet would take it for a formula.

    >>> guard("=HYPERLINK(A1)"), guard(" +1"), guard("A-Team")
    ("'=HYPERLINK(A1)", "' +1", 'A-Team')
    """
    return "'" + cell if _FORMULA.match(cell) else cell


def _date(time: datetime | None) -> str:
    return "" if time is None else time.date().isoformat()
