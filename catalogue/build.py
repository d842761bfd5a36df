"""Builds the catalogue that ships with the program: ``miner/data/catalogue.csv`` and ``miner/data/years.csv``.

    python catalogue/build.py [--dated DATED.csv] [--movies movies.db]

``names.csv`` and ``years.csv`` beside this script were written for this project; *years* recalls an article for each
year, which nobody has read again. ``titles.csv`` comes from two tables of others, and is made anew when both are given:
``--dated`` (name, category, year, source, popularity, ext_id), of which only what is CC0 (Wikidata), CC-BY (model
years) or a bare fact (charts) is taken, and ``--movies``, the films of Bokeh's sample data (CC0).
"""

from __future__ import annotations

import argparse
import csv
import re
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from miner.artifacts.catalogue import CATEGORIES
from miner.names import spelling_key

HERE = Path(__file__).parent
DATA = HERE.parent / "miner" / "data"
ENTRY_COLUMNS = ("name", "aliases", "keys", "category", "brand", "heyday", "is_told")
YEAR_COLUMNS = ("entry", "region", "year", "source", "licence")
OWN_LICENCE = "fact"
# a film that fewer critics reviewed is hardly remembered
MIN_REVIEWS = 20
FIRST_YEAR = 1500
LICENCES: Mapping[str, str] = {
    "wikitrivia": "CC0-1.0",
    "n8barr-model-years": "CC-BY-2.5",
    "billboard-year-end": "fact",
    "bokeh-sampledata/movies": "CC0-1.0",
}
# what founded a brand is not what its product is
TITLE_CATEGORIES: Mapping[str, str] = {
    "film": "media",
    "tv show": "media",
    "album": "media",
    "song": "media",
    "book": "media",
    "comic": "media",
    "character": "media",
    "stage": "media",
    "radio": "media",
    "tv channel": "media",
    "video game": "video_game",
    "board game": "board_game",
    "toy": "toy",
    "car": "vehicle",
    "car model-year": "vehicle",
    "food": "food",
    "restaurant chain": "restaurant",
    "phone": "tech",
    "console": "video_game",
    "software": "tech",
    "website": "tech",
    "tech": "tech",
    "brand": "other",
}
# a table's category to those of the names beside this script that it may date
MAY_DATE: Mapping[str, frozenset[str]] = {
    "media": frozenset({"media"}),
    "video_game": frozenset({"video_game", "electronic_game", "tech"}),
    "board_game": frozenset({"board_game", "toy"}),
    "toy": frozenset({"toy", "board_game"}),
    "vehicle": frozenset({"vehicle"}),
    "food": frozenset({"food", "drink", "candy", "cereal"}),
    "restaurant": frozenset({"restaurant"}),
    "tech": frozenset({"tech", "other"}),
    "other": frozenset({"retail"}),
}


@dataclass(slots=True, kw_only=True)
class Entry:
    """One artifact of the catalogue while it is put together; *years* are region, year, source, licence."""

    name: str
    aliases: list[str]
    category: str
    brand: str = ""
    heyday: str = ""
    is_told: bool = False
    years: list[tuple[str, int, str, str]] = field(default_factory=list)


def main() -> None:
    """Read everything, join, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dated", type=Path)
    parser.add_argument("--movies", type=Path)
    args = parser.parse_args()
    if bool(args.dated) != bool(args.movies):
        parser.error("give --dated and --movies, or neither")
    entries = own_entries()
    if args.dated and args.movies:
        keep_titles([*read_dated(args.dated), *read_movies(args.movies)])
    add_titles(entries, kept_titles())
    write(entries)
    n_dated = sum(bool(entry.years) for entry in entries)
    print(f"{len(entries):,} entries, {n_dated:,} with a year, {sum(e.is_told for e in entries):,} found in texts")


def own_entries() -> list[Entry]:
    """The names beside this script, with the years beside them."""
    entries = []
    by_key: dict[str, Entry] = {}
    for row in _rows(HERE / "names.csv"):
        aliases = [alias for alias in row["aliases"].split("|") if alias]
        entry = Entry(name=row["name"], aliases=aliases, category=row["category"], is_told=True)
        if entry.category not in CATEGORIES:
            sys.exit(f"{entry.name}: {entry.category!r} is no category")
        entries.append(entry)
        by_key.setdefault(spelling_key(entry.name.lstrip("!")), entry)
    for row in _rows(HERE / "years.csv"):
        dated = by_key.get(spelling_key(row["name"].lstrip("!")))
        if dated is None:
            sys.exit(f"years.csv dates {row['name']!r}, which names.csv does not list")
        dated.brand, dated.heyday = row["brand"] or dated.brand, row["heyday"] or dated.heyday
        dated.years += [(region, year, row["source"], OWN_LICENCE) for region, year in years_in(row["years"])]
    return entries


def years_in(text: str) -> Iterator[tuple[str, int]]:
    """Regions and years: ``1983`` is the United States', ``JP 1983|US 1985`` names them."""
    for part in filter(None, (piece.strip() for piece in text.split("|"))):
        found = re.fullmatch(r"(?:([A-Z]{2}) )?(1[5-9]\d\d|20[0-2]\d)", part)
        if found is None:
            sys.exit(f"{part!r} is no year")
        yield found[1] or "US", int(found[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A name and year of a table."""

    name: str
    category: str
    year: int
    last_year: int
    source: str
    licence: str


def read_dated(path: Path) -> list[Title]:
    """Rows of the table that may ship, a car's model years as one; the best-known first."""
    rows = [r for r in _rows(path) if r["category"] in TITLE_CATEGORIES and r["source"].split("/")[0] in LICENCES]
    rows.sort(key=lambda r: (-int(r["popularity"] or 0), r["name"], r["category"], r["year"]))
    cars: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row["category"] == "car model-year":
            cars[row["name"]].append(int(row["year"]))
    found = []
    for row in rows:
        is_car = row["category"] == "car model-year"
        if is_car and int(row["year"]) != min(cars[row["name"]]):
            continue
        family = row["source"].split("/")[0]
        source = f"Wikidata {row['ext_id']}" if row["ext_id"] else family
        found.append(
            Title(
                name=row["name"],
                category=TITLE_CATEGORIES[row["category"]],
                year=int(row["year"]),
                last_year=max(cars[row["name"]]) if is_car else 0,
                source=source,
                licence=LICENCES[family],
            )
        )
    return found


def read_movies(path: Path) -> list[Title]:
    """Films of ``movies.db`` that at least :data:`MIN_REVIEWS` critics reviewed."""
    with sqlite3.connect(path) as db:
        films = "select Title, Year from omdb join tomatoes using (ID) where Reviews >= ?"
        rows = db.execute(f"{films} order by Reviews desc, Title, Year", [MIN_REVIEWS]).fetchall()
    source = "bokeh-sampledata/movies"
    return [
        Title(name=name, category="media", year=year, last_year=0, source=source, licence=LICENCES[source])
        for name, year in rows
    ]


def add_titles(entries: list[Entry], titles: Iterable[Title]) -> None:
    """Date the own entries with *titles* of a fitting category; the others become entries of their own."""
    own: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for name in dict.fromkeys([entry.name, *entry.aliases]):
            own[spelling_key(name.lstrip("!"))].append(entry)
    made: dict[tuple[str, str], Entry] = {}
    for title in titles:
        key = spelling_key(title.name)
        if len(key) < 2 or key.isdigit() or title.year < FIRST_YEAR:
            continue
        new = made.get((key, title.category)) or Entry(name=title.name, aliases=[], category=title.category)
        dated = next((e for e in own[key] if e.category in MAY_DATE[title.category]), new)
        if dated is new:
            made[key, title.category] = new
        if title.last_year > title.year and not dated.heyday:
            dated.heyday = f"{title.year}-{title.last_year}"
        dated.years.append(("", title.year, title.source, title.licence))
    entries += made.values()


def kept_titles() -> list[Title]:
    """What the tables gave when they were read last."""
    return [
        Title(**{**row, "year": int(row["year"]), "last_year": int(row["last_year"])})  # type: ignore[arg-type]
        for row in _rows(HERE / "titles.csv")
    ]


def keep_titles(titles: Iterable[Title]) -> None:
    """Keep *titles* beside this script, so that the catalogue can be built without their tables."""
    with (HERE / "titles.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, [column.name for column in fields(Title)], lineterminator="\n")
        out.writeheader()
        out.writerows(asdict(title) for title in titles)


def write(entries: list[Entry]) -> None:
    """Both tables; an entry's keys are worked out here, so that nobody waits for them."""
    taken: set[str] = set()
    with (DATA / "catalogue.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(ENTRY_COLUMNS)
        for entry in entries:
            names = [entry.name, *entry.aliases]
            keys = dict.fromkeys(filter(None, (spelling_key(name.lstrip("!")) for name in names)))
            if entry.is_told:
                keys = {key: None for key in keys if key not in taken}
                taken |= keys.keys()
            told = "1" if entry.is_told else ""
            out.writerow(
                [entry.name, "|".join(entry.aliases), "|".join(keys), entry.category, entry.brand, entry.heyday, told]
            )
    with (DATA / "years.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(YEAR_COLUMNS)
        for number, entry in enumerate(entries):
            out.writerows([number, *claim] for claim in dict.fromkeys(entry.years))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    main()
