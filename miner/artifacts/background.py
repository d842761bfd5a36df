"""How many people name each artifact of the catalogue when they speak of other decades, or of none."""

from __future__ import annotations

import csv
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from miner.names import spelling_key
from miner.records import artifact_id

NO_ERA: Final = "none"
PATH: Final = Path(str(resources.files("miner.data"))) / "background.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Authors of posts that somebody else collected.

    Attributes:
        n_authors: How many there are for each era, and for :data:`NO_ERA`.
        named_by: By the id of an artifact, how many of them name it, for those eras in which anybody does. Who looked
            for an artifact and found nobody says so with an empty mapping.
    """

    n_authors: Mapping[str, int]
    named_by: Mapping[str, Mapping[str, int]]

    def authors(self, eras: Container[str]) -> int:
        """Authors who speak of one of *eras*."""
        return sum(n for era, n in self.n_authors.items() if era in eras)

    def count(self, identity: str, eras: Container[str]) -> int | None:
        """Those of them who name the artifact with this id; None when nobody looked for it."""
        counts = self.named_by.get(identity)
        return None if counts is None else sum(n for era, n in counts.items() if era in eras)


@lru_cache(maxsize=1)
def load_background() -> Background:
    """The counts that ship with the program, made by ``catalogue/background.py``."""
    with PATH.open(encoding="utf-8", newline="") as file:
        header, totals, *rows = csv.reader(file)
    eras = header[1:]
    return Background(
        n_authors=dict(zip(eras, map(int, totals[1:]), strict=True)),
        named_by={
            artifact_id(spelling_key(name)): {era: int(n) for era, n in zip(eras, counts, strict=True) if n != "0"}
            for name, *counts in rows
        },
    )
