"""What the page says, in the words and numbers it says it with: the report made inert and ready to be set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from miner.records import (
    Artifact,
    Dating,
    Evidence,
    Joined,
    LeftOut,
    RankedArtifact,
    Theme,
    artifact_id,
)
from miner.report.departments import Department, department
from miner.report.inert import inert, safe_url
from miner.report.marks import Bar, bar_of, spark_of
from miner.report.model import Report, places

MAX_NAME = 120
MAX_QUOTE = 240
N_SPELLINGS = 4
_NAMELESS = "(no visible name)"
_ANCHOR = re.compile(r"a_[0-9a-f]{10}")
# a month's name must not follow the machine's language
_WHY: Mapping[Joined, str] = {
    "letters": "the same letters",
    "catalogue": "one thing in the catalogue",
    "judged": "judged to mean the same",
    "slip": "a slip of the pen",
    "team": "joined by the team",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date: *iso* for machines, *words* for people."""

    iso: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A quote, split around the name in it (*hit*, empty when the name is not spelt there); *url* empty: no link."""

    before: str
    hit: str
    after: str
    source: str
    day: Day | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeLink:
    """A theme and where on the page it stands."""

    anchor: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Spellings that count for one artifact for one reason, each with its posts."""

    why: str
    spellings: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. *place* is the rank with ties, *share* a percent with sign."""

    anchor: str
    record: RankedArtifact
    place: str
    bar: Bar
    spark: str
    name: str
    spellings: tuple[str, ...]
    category: str
    department: Department
    share: str
    first_seen: Day | None
    last_seen: Day | None
    theme: ThemeLink | None
    parent: str
    came: str
    flag: str
    level: str
    quotes: tuple[Quote, ...]
    joins: tuple[Join, ...]
    left_out: tuple[str, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """The spellings that the line itself has room for."""
        return self.spellings[:N_SPELLINGS]

    @property
    def has_details(self) -> bool:
        """Whether there is more to unfold than the first quote."""
        return (
            bool(self.unshown or self.joins or self.left_out)
            or len(self.quotes) > 1
            or any(quote.url for quote in self.quotes)
        )

    @property
    def unshown(self) -> tuple[str, ...]:
        """The spellings it has no room for."""
        return self.spellings[N_SPELLINGS:]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeView:
    """A theme with the rows that are in it; those outside the list are counted."""

    anchor: str
    name: str
    rows: tuple[Row, ...]
    n_outside: int


def rows(report: Report) -> tuple[Row, ...]:
    """The lines of the table, in the report's order."""
    return _lines(report, report.rows)


def others(report: Report) -> tuple[Row, ...]:
    """Lines that only the other lenses list, by rank."""
    return _lines(report, report.also)


def _lines(report: Report, chosen: Sequence[RankedArtifact]) -> tuple[Row, ...]:
    longest = max((max(row.rank_high, row.rank) for row in (*report.rows, *report.also)), default=1)
    links = {theme.name: ThemeLink(anchor=f"t_{n}", name=_theme_name(theme)) for n, theme in _numbered(report)}
    return tuple(_row(row, place, longest, links) for row, place in zip(chosen, places(chosen), strict=True))


def themes(report: Report, lines: Sequence[Row]) -> tuple[ThemeView, ...]:
    """The themes, with those of *lines* that are in them, best rank first."""
    by_id = {line.record.artifact.artifact_id: line for line in lines}
    return tuple(
        ThemeView(
            anchor=f"t_{n}",
            name=_theme_name(theme),
            rows=tuple(sorted((by_id[i] for i in theme.artifact_ids if i in by_id), key=lambda r: r.record.rank)),
            n_outside=sum(i not in by_id for i in theme.artifact_ids),
        )
        for n, theme in _numbered(report)
    )


def facts(manifest: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """*manifest* as pairs of a dotted name and a value, sorted: ``packages.spacy``, ``3.8.18``."""
    return tuple((inert(name, MAX_NAME), inert(value)) for name, value in sorted(_flat("", manifest)))


def day(time: datetime | None) -> Day | None:
    """The date of *time*: ``3 May 2019``."""
    if time is None:
        return None
    return Day(iso=time.date().isoformat(), words=f"{time.day} {_MONTHS[time.month - 1]} {time.year}")


def name_of(text: str) -> str:
    """*text* as a name: inert, short, and never empty."""
    return inert(text, MAX_NAME) or _NAMELESS


def percent(share: float) -> str:
    """A share, 0-1, as a percent with two decimals.

    >>> percent(0.0421)
    '4.21 %'
    """
    return f"{share * 100:.2f} %"


def _row(row: RankedArtifact, place: str, longest: int, links: Mapping[str, ThemeLink]) -> Row:
    artifact = row.artifact
    spelt = _spelt(artifact)
    return Row(
        anchor=_anchor(artifact.artifact_id),
        record=row,
        place=place,
        bar=bar_of(row, longest),
        spark=spark_of(row.months),
        name=name_of(artifact.name),
        spellings=tuple(name_of(spelling) for spelling in artifact.also_called),
        category=inert(artifact.category.replace("_", " "), MAX_NAME),
        department=department(artifact.category, artifact.name),
        share=percent(row.share),
        first_seen=day(row.first_seen),
        last_seen=day(row.last_seen),
        theme=links.get(row.theme) if row.theme is not None else None,
        parent=name_of(row.parent) if row.parent is not None else "",
        came=_came(row.dating),
        flag=inert(row.period.reason) if row.period else "",
        level=row.period.level if row.period else "",
        quotes=tuple(quoted(evidence, spelt) for evidence in row.evidence),
        joins=tuple(_joins(artifact)),
        left_out=tuple(_left_out(line) for line in row.left_out),
    )


def _joins(artifact: Artifact) -> Iterator[Join]:
    for joined, why in _WHY.items():
        same = [(name_of(s.name), s.n_posts) for s in artifact.spellings if s.joined == joined]
        if same:
            yield Join(why=why, spellings=tuple(same))


def _left_out(line: LeftOut) -> str:
    """``at least 12 (reposts)``."""
    return f"{'at least ' if line.is_sample else ''}{line.n_posts:,} ({name_of(line.step)})"


def _came(found: Dating) -> str:
    """When it came, and who says so: ``1979, everywhere 1981-1989 (Wikipedia: Walkman; two sources agree)``."""
    if found.first_year is None:
        return ""
    heyday = f", everywhere {found.heyday[0]}–{found.heyday[1]}" if found.heyday else ""
    sure = "; two sources agree" if found.confidence == "high" else ""
    return inert(f"{found.first_year}{heyday} ({'; '.join(found.sources[:2])}{sure})")


def _anchor(identity: str) -> str:
    return identity if _ANCHOR.fullmatch(identity) else artifact_id(inert(identity))


def _spelt(artifact: Artifact) -> re.Pattern[str]:
    names = sorted({name_of(n) for n in (artifact.name, *artifact.also_called)}, key=lambda n: (-len(n), n))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?:e?s)?(?!\w)", re.IGNORECASE)


def quoted(evidence: Evidence, spelt: re.Pattern[str]) -> Quote:
    """*evidence* as a quote, split around the first of the names that *spelt* finds."""
    text = inert(evidence.quote, MAX_QUOTE)
    hit = spelt.search(text)
    start, end = hit.span() if hit else (len(text), len(text))
    return Quote(
        before=text[:start],
        hit=text[start:end],
        after=text[end:],
        source=name_of(evidence.source),
        day=day(evidence.created_at),
        url=safe_url(evidence.url),
    )


def _theme_name(theme: Theme) -> str:
    # a line must not begin with the dot of "Simon · Lite-Brite"
    return name_of(theme.name).replace(" · ", "\u00a0· ")


def _numbered(report: Report) -> Iterator[tuple[int, Theme]]:
    yield from enumerate(report.themes, 1)


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    match value:
        case Mapping() if value:
            for key, inner in value.items():
                yield from _flat(f"{name}.{key}" if name else str(key), inner)
        case list() | tuple():
            yield name, ", ".join(map(str, value))
        case _:
            yield name, str(value)
