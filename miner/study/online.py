"""Years that the catalogue lacks, asked of Wikidata once and remembered: ``--online``."""

from __future__ import annotations

import asyncio
import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from miner.artifacts.catalogue import KnownArtifact, YearClaim
from miner.errors import CorpusError, SourceError
from miner.names import spelling_key
from miner.records import RankedArtifact
from miner.settings import Settings
from miner.sources.http import PoliteClient
from miner.sources.wikidata import HOST, Item, first_year
from miner.study.describe import dated

ANSWERS: Final = ".wikidata.csv"
COLUMNS: Final = ("name", "item", "year", "wikis")
LICENCE: Final = "CC0-1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """What a lookup gave.

    Attributes:
        rows: The rows, those that Wikidata dates with their years.
        n_asked: Names without a year.
        n_dated: Those of them that have one now.
        trouble: Why it was broken off; empty when it was not. What was learnt before it counts.
    """

    rows: tuple[RankedArtifact, ...]
    n_asked: int
    n_dated: int
    trouble: str = ""

    def __str__(self) -> str:
        said = (
            f"{self.n_asked:,} artifacts without a year were looked up in Wikidata by name; {self.n_dated:,} have one."
        )
        return f"{said} {self.trouble}".rstrip()


def look_up(
    rows: Sequence[RankedArtifact],
    settings: Settings,
    *,
    story_year: int | None = None,
    host: str = HOST,
    client: PoliteClient | None = None,
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> LookedUp:
    """Date those of *rows* that nobody dates by what Wikidata says of their names.

    Answers, also empty ones, are kept in ``.wikidata.csv`` among the corpora and never asked for again; delete the file
    to ask anew. Only names go out, no posts.

    Args:
        rows: Described as the catalogue has them.
        settings: Of the client; and where the corpora are.
        story_year: Year for the period check; None for none.
        host: Another server with Wikidata's API.
        client: The HTTP client; None makes one from *settings*, and closes it.
        progress: Told how many names are done.

    Raises:
        CorpusError: The file of answers cannot be read or written.
    """
    memory = Memory(settings.corpora / ANSWERS)
    new = [row.artifact.name for row in rows if row.dating.confidence == "none" and row.artifact.name not in memory]
    trouble = asyncio.run(_ask(new, memory, settings, host, client, progress)) if new else ""
    return _looked_up(rows, memory, story_year, trouble)


def remembered(
    rows: Sequence[RankedArtifact], answers: Path, *, story_year: int | None = None, trouble: str = ""
) -> LookedUp:
    """What :func:`look_up` gave, from the file of its *answers* alone; nobody is asked. *trouble* is as it was told."""
    return _looked_up(rows, Memory(answers), story_year, trouble)


def answers_to(names: Iterable[str], path: Path) -> str:
    """The lines of the file of answers at *path* that are about *names*, as such a file, in the order of the names."""
    memory, out = Memory(path), io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(COLUMNS)
    lines.writerows(_line(name, memory.get(name)) for name in sorted(set(names)) if name in memory)
    return out.getvalue()


def _line(name: str, item: Item | None) -> list[object]:
    return [name, item.item, item.year, item.n_wikis] if item else [name, "", "", ""]


def _looked_up(rows: Sequence[RankedArtifact], memory: Memory, story_year: int | None, trouble: str) -> LookedUp:
    undated = [row for row in rows if row.dating.confidence == "none"]
    done = [_dated(row, memory, story_year) for row in rows]
    n_dated = sum(row.dating.confidence != "none" for row in done) - (len(rows) - len(undated))
    return LookedUp(rows=tuple(done), n_asked=len(undated), n_dated=n_dated, trouble=trouble)


async def _ask(
    names: Sequence[str],
    memory: Memory,
    settings: Settings,
    host: str,
    client: PoliteClient | None,
    progress: Callable[[str, int, int], None],
) -> str:
    """Ask for each name and remember the answer; the reason if that broke off."""
    if client is None:
        async with PoliteClient(settings) as made:
            return await _ask(names, memory, settings, host, made, progress)
    for done, name in enumerate(names):
        progress("asking Wikidata", done, len(names))
        try:
            memory.add(name, await first_year(name, client, host=host))
        except SourceError as error:
            return f"Then it broke off: {error}"
    progress("asking Wikidata", len(names), len(names))
    return ""


def _dated(row: RankedArtifact, memory: Memory, story_year: int | None) -> RankedArtifact:
    item = memory.get(row.artifact.name)
    if item is None or row.dating.confidence != "none":
        return row
    claim = YearClaim(year=item.year, region="", source=f"Wikidata {item.item} (by its name)", licence=LICENCE)
    entry = KnownArtifact(
        name=row.artifact.name,
        names=(row.artifact.name,),
        ordinary=frozenset(),
        category=row.artifact.category,
        brand=row.dating.brand,
        heyday=row.dating.heyday,
        years=(claim,),
    )
    return dated(row, entry, row.dating.region, story_year)


class Memory:
    """Answers of Wikidata in a file: a line a name, empty where there was none.

    Raises:
        CorpusError: The file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Item | None] = dict(_lines(path)) if path.exists() else {}
        # a crash may have cut the last one
        self._ends_with_a_line = not path.exists() or path.read_bytes().endswith(b"\n")

    def __contains__(self, name: str) -> bool:
        return spelling_key(name) in self._known

    def get(self, name: str) -> Item | None:
        """The item that the name was found to mean."""
        return self._known.get(spelling_key(name))

    def add(self, name: str, item: Item | None) -> None:
        """Remember an answer, on the disk before anything else is asked.

        Raises:
            CorpusError: It cannot be written.
        """
        self._known[spelling_key(name)] = item
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8", newline="") as file:
                out = csv.writer(file, lineterminator="\n")
                if not file.tell():
                    out.writerow(COLUMNS)
                elif not self._ends_with_a_line:
                    file.write("\n")
                out.writerow(_line(name, item))
                file.flush()
                os.fsync(file.fileno())
            self._ends_with_a_line = True
        except OSError as error:
            raise CorpusError(
                f"{self._path} cannot be written: {error.strerror}.", "Free some space, or rank without --online."
            ) from error


def _lines(path: Path) -> Iterator[tuple[str, Item | None]]:
    """The answers; a line that was cut off by a crash is asked for again."""
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8", errors="replace").splitlines()))
    except (OSError, csv.Error) as error:
        raise CorpusError(f"{path} cannot be read: {error}.", "Delete it; what is in it will be asked anew.") from error
    for row in rows:
        name, item, year, wikis = (row.get(column) for column in COLUMNS)
        if name and item == year == wikis == "":
            yield spelling_key(name), None
        elif name and item and year and wikis and year.isdigit() and wikis.isdigit():
            yield spelling_key(name), Item(item=item, year=int(year), n_wikis=int(wikis))
