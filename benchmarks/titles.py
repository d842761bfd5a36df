"""Makes ``miner/data/titles.csv``: names of films, games, cars … and of musicians, with where each comes from.

    python benchmarks/titles.py DATED.csv

Reads a table of dated names (columns name, category, source, popularity) and keeps the rows that are CC0 (Wikidata
queries), CC-BY (model years) or bare facts (chart positions), one a spelling key, the most popular first.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from pathlib import Path

from miner.names import spelling_key

TARGET = Path(__file__).parent.parent / "miner" / "data" / "titles.csv"
LICENCES: Mapping[str, str] = {
    "wikitrivia": "CC0-1.0",
    "n8barr-model-years": "CC-BY-2.5",
    "billboard-year-end": "fact",
}
KINDS: Mapping[str, str] = {
    "film": "media",
    "tv show": "media",
    "video game": "media",
    "album": "media",
    "book": "media",
    "comic": "media",
    "stage": "media",
    "radio": "media",
    "character": "media",
    "tv channel": "media",
    "board game": "thing",
    "toy": "thing",
    "car": "thing",
    "car model-year": "thing",
    "food": "thing",
    "brand": "brand",
    "phone": "thing",
    "console": "thing",
    "restaurant chain": "brand",
    "software": "thing",
    "website": "brand",
    "song": "song",
}


def main() -> None:
    """Read the table, write the names."""
    with Path(sys.argv[1]).open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["category"] in KINDS and r["source"].split("/")[0] in LICENCES]
    rows.sort(key=lambda r: (-int(r["popularity"] or 0), r["name"], r["category"]))
    kept: dict[str, dict[str, str]] = {}
    for row in rows:
        key = spelling_key(row["name"])
        if len(key) > 1 and not key.isdigit():
            kept.setdefault(key, row)
    artists = artists_of(rows)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["name", "kind", "category", "popularity", "source", "licence"])
        for key in sorted(kept):
            row = kept[key]
            named = [row["name"], KINDS[row["category"]], row["category"], row["popularity"] or 0]
            out.writerow([*named, *provenance(row)])
        for key in sorted(artists):
            out.writerow([artists[key]["by"], "artist", "artist", 0, *provenance(artists[key])])
    print(f"{len(kept):,} names and {len(artists):,} artists in {TARGET.name}")


def artists_of(rows: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    """Spelling key of each musician to a row that names them: bands look like titles and are people."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        key = spelling_key(row["by"])
        if row["category"] in {"album", "song"} and len(key) > 2:
            found.setdefault(key, row)
    return found


def provenance(row: Mapping[str, str]) -> tuple[str, str]:
    """Source and licence of a row."""
    source = row["source"].split("/")[0]
    return source, LICENCES[source]


if __name__ == "__main__":
    main()
