"""How much of dated lists the catalogue knows, how right its years are, and what the period check says of anachronisms.

    python benchmarks/period.py --gold FOLDER [--region US] [--json]

FOLDER holds ``gold_*.csv`` and ``anachronisms_*.csv`` (name,aliases,category,first_year,heyday_start,heyday_end,
source_url,note). Years are compared on rows whose note says ``yr=src``, with the region's first year and, since a row
does not say where it holds, with the first of all. Of anachronisms, ``kind=late90s`` and ``kind=late80s`` have to be
flagged hard at story years before them, ``kind=old`` never. Nothing of the folder is in the catalogue.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from miner.artifacts.catalogue import Catalogue, KnownArtifact, load_all
from miner.artifacts.period import check, dating
from miner.records import HOME_REGION

Row = dict[str, str]
BLOCKED_AT = {"late90s": 1985, "old": 1985, "late80s": 1983}
FREE_AT = {"late80s": 1989}


def main() -> None:
    """Score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--region", default=HOME_REGION)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    catalogue = load_all()
    gold = list(read(sorted(args.gold.glob("gold_*.csv"))))
    odd = list(read(sorted(args.gold.glob("anachronisms_*.csv"))))
    if not gold:
        parser.error(f"{args.gold} holds no gold_*.csv")
    found = {"gold": score_gold(gold, catalogue, args.region)} | {
        kind: score_kind([row for row in odd if f"kind={kind}" in row["note"]], kind, catalogue, args.region)
        for kind in BLOCKED_AT
    }
    if args.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for part, figures in found.items():
        print(part, *(f"  {name}: {value}" for name, value in figures.items()), sep="\n")


def read(paths: Iterable[Path]) -> Iterable[Row]:
    """Rows of CSV files."""
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)


def entry_of(row: Row, catalogue: Catalogue) -> KnownArtifact | None:
    """The catalogue's entry that a row means: by its name, else by an alias; of one category before others."""
    names = [row["name"], re.sub(r"\s*\([^)]*\)", "", row["name"]), *row["aliases"].split("|")]
    entries = [entry for name in names if name.strip() for entry in catalogue.find(name)]
    return min(entries, key=lambda e: (e.category != row["category"], not e.years), default=None)


def score_gold(rows: Sequence[Row], catalogue: Catalogue, region: str) -> dict[str, object]:
    """Share of rows that are in the catalogue, and of sourced years that are right within one."""
    entries = [entry_of(row, catalogue) for row in rows]
    years = [
        (row["name"], int(row["first_year"]), _years(entry, region))
        for row, entry in zip(rows, entries, strict=True)
        if entry and "yr=src" in row["note"] and row["first_year"].isdigit()
    ]
    dated = [(name, told, ours) for name, told, ours in years if ours]
    right = [name for name, told, ours in dated if _is_near(told, ours)]
    return {
        "n": len(rows),
        "in_catalogue": round(sum(e is not None for e in entries) / len(rows), 3),
        "sourced_years": len(years),
        "dated": len(dated),
        "right_of_sourced": round(len(right) / max(1, len(years)), 3),
        "right_of_dated": round(len(right) / max(1, len(dated)), 3),
        "wrong": [f"{name}: {told}, here {min(ours)}" for name, told, ours in dated if not _is_near(told, ours)],
        "missing": [row["name"] for row, entry in zip(rows, entries, strict=True) if entry is None],
        "undated": [name for name, _, ours in years if not ours],
    }


def _years(entry: KnownArtifact, region: str) -> set[int]:
    """The year for *region*, and the first of all: a row tells one year and not where."""
    here = dating(entry, region).first_year
    return set() if here is None else {here, min(claim.year for claim in entry.years)}


def _is_near(told: int, ours: set[int]) -> bool:
    return any(abs(told - year) <= 1 for year in ours)


def score_kind(rows: Sequence[Row], kind: str, catalogue: Catalogue, region: str) -> dict[str, object]:
    """Share of anachronisms of a kind that get a hard flag at a story year, and at a later one where it applies."""
    blocked = [_is_blocked(row, BLOCKED_AT[kind], catalogue, region) for row in rows]
    figures: dict[str, object] = {
        "n": len(rows),
        f"blocked_at_{BLOCKED_AT[kind]}": round(sum(blocked) / max(1, len(rows)), 3),
        "not_blocked": [row["name"] for row, is_blocked in zip(rows, blocked, strict=True) if not is_blocked],
    }
    if kind in FREE_AT:
        free = [not _is_blocked(row, FREE_AT[kind], catalogue, region) for row in rows]
        figures[f"free_at_{FREE_AT[kind]}"] = round(sum(free) / max(1, len(rows)), 3)
    return figures


def _is_blocked(row: Row, story_year: int, catalogue: Catalogue, region: str) -> bool:
    entry = entry_of(row, catalogue)
    return entry is not None and check(dating(entry, region), story_year).level == "block"


if __name__ == "__main__":
    main()
