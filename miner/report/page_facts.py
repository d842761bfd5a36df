"""What the page's script knows of each row: plain data in a block that no browser runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from miner.report import departments
from miner.report.inert import inert
from miner.report.model import Report
from miner.report.view import Row, name_of

# before and after the era, in years, how far a story may play
AROUND = 8
WIDEST = (1900, 2030)
USUAL_LIFE = 10
_DEPARTMENTS = (
    departments.PROPS,
    departments.DRESSING,
    departments.WARDROBE,
    departments.MAKEUP,
    departments.VEHICLES,
    departments.ART,
    departments.MUSIC,
)


def facts_of(report: Report, lines: Sequence[Row]) -> str:
    """The facts as JSON in which no character means anything to HTML."""
    sources = sorted({name for line in lines for name in line.record.sources})
    story = report.manifest.get("story")
    year = story.get("year") if isinstance(story, Mapping) else None
    facts = {
        "corpus": name_of(report.corpus),
        "run": name_of(report.run_id),
        "lens": report.lens,
        "story": year if isinstance(year, int) else None,
        "departments": _DEPARTMENTS,
        "sources": [name_of(name) for name in sources],
    }
    rows = ",\n".join(f"{_json(line.anchor)}:{_json(_fact(line, sources))}" for line in lines)
    text = f'{_json(facts)[:-1]},\n"rows":{{{rows}}}}}'
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def story_years(report: Report) -> tuple[int, int]:
    """First and last year that the page lets a story play in."""
    return (report.era.start - AROUND, report.era.end + AROUND) if report.era else WIDEST


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _fact(line: Row, sources: Sequence[str]) -> dict[str, object]:
    """What the row does not show, or not in words that a script could read again."""
    row = line.record
    found, verdict = row.dating, row.verdict
    fact: dict[str, object] = {}
    if len(row.sources) < len(sources):
        fact["seen_in"] = [sources.index(name) for name in row.sources]
    if row.lenses != ("seen",):
        fact["lenses"] = row.lenses
    if row.distinctive_z is not None:
        fact["z"] = row.distinctive_z
    if found.first_year is not None and found.confidence != "none":
        fact |= {
            "first": found.first_year,
            # as many as a flag names
            "sources": [name_of(source) for source in found.sources[:2]],
        }
        fact |= {"life": found.life_years} if found.life_years != USUAL_LIFE else {}
        fact |= {"heyday": found.heyday} if found.heyday else {}
        fact |= {"is_brand": True} if found.is_brand else {}
    if verdict is not None:
        fact |= {
            "decision": verdict.decision,
            "reason": verdict.reason,
            "said_department": inert(verdict.department),
            "note": inert(verdict.note),
        }
    return fact
