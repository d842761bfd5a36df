"""Makes ``miner/data/given_names.txt``: given names that people in the United States bore in 1990.

    python benchmarks/given_names.py dist.male.first dist.female.first

The files are the Census Bureau's (https://www.census.gov/topics/population/genealogy/data/1990_census.html, public
domain): a name, its share of the people in percent, the cumulated share, its place. Kept are names of three letters or
more that at least 0.01 % bear.
"""

from __future__ import annotations

import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "miner" / "data" / "given_names.txt"
MIN_PERCENT = 0.01
MIN_LETTERS = 3


def main() -> None:
    """Write the names in lower case, sorted, one a line."""
    names = {name for path in sys.argv[1:] for name in _names(Path(path).read_text(encoding="ascii"))}
    TARGET.write_text("\n".join(sorted(names)) + "\n", encoding="utf-8")
    print(f"{len(names):,} names in {TARGET.name}")


def _names(text: str) -> list[str]:
    rows = [line.split() for line in text.splitlines()]
    return [row[0].lower() for row in rows if len(row[0]) >= MIN_LETTERS and float(row[1]) >= MIN_PERCENT]


if __name__ == "__main__":
    main()
