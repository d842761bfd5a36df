"""Somebody's own list of what is an artifact and what is none: read from CSV, for `miner evaluate`."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from miner.errors import UsageError
from miner.names import spelling_key

COLUMNS: Final = ("name", "also_called", "is_artifact", "first_year")
YES, NO = frozenset({"", "1", "yes", "true"}), frozenset({"0", "no", "false"})
_FORM: Final = "Columns are name, and if you like also_called (parted by |), is_artifact (1 or 0) and first_year."


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldThing:
    """One line of the list: a thing, or something that is none.

    Attributes:
        name: Its name.
        also_called: Other names of the very same thing.
        is_artifact: Whether a list of artifacts should have it.
        first_year: Year in which it came; None when the list does not say.
    """

    name: str
    also_called: tuple[str, ...] = ()
    is_artifact: bool = True
    first_year: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All its names."""
        return (self.name, *self.also_called)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """A list to hold a ranking against.

    Attributes:
        things: Its lines.
        ignored: Columns that nobody reads.
    """

    things: tuple[GoldThing, ...]
    ignored: tuple[str, ...] = ()


def read_gold(path: Path) -> Gold:
    """The list in a CSV file, UTF-8.

    Raises:
        UsageError: It cannot be read, lacks the column ``name``, names no artifact, has a line that does not fit, or a
            thing twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        list(csv.reader(text.splitlines()))  # a field without end fails here
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read ({error}).", f"Give a CSV file in UTF-8. {_FORM}") from error
    rows = csv.DictReader(text.splitlines())
    named = [name or "" for name in rows.fieldnames or ()]
    if "name" not in named:
        raise UsageError(f"{path} has no column 'name'; it has: {', '.join(named) or 'none'}.", _FORM)
    things = tuple(_things(rows, path))
    if not any(thing.is_artifact for thing in things):
        raise UsageError(f"{path} names no artifact.", _FORM)
    return Gold(things=things, ignored=tuple(name for name in named if name not in COLUMNS))


def _things(rows: csv.DictReader[str], path: Path) -> Iterator[GoldThing]:
    seen: dict[str, int] = {}
    for row in rows:
        where = f"Line {rows.line_num} of {path}"
        thing = _thing(row, where)
        key = spelling_key(thing.name)
        if key in seen:
            raise UsageError(
                f"{where} names {thing.name!r} again, as line {seen[key]} does.", "Write each thing in one line."
            )
        seen[key] = rows.line_num
        yield thing


def _thing(row: Mapping[str, str | None], where: str) -> GoldThing:
    name = (row.get("name") or "").strip()
    said = (row.get("is_artifact") or "").strip().lower()
    year = (row.get("first_year") or "").strip()
    if not spelling_key(name):
        raise UsageError(f"{where} has no name.", "Write one, or take the line out.")
    if said not in YES | NO:
        raise UsageError(f"{where} says {said!r} under is_artifact.", "Write 1 or 0, or nothing for 1.")
    if year and not (year.isdecimal() and year.isascii() and len(year) <= 4):
        raise UsageError(f"{where} says {year!r} under first_year.", "Write a year such as 1983, or nothing.")
    others = [other.strip() for other in (row.get("also_called") or "").split("|")]
    return GoldThing(
        name=name,
        also_called=tuple(other for other in others if spelling_key(other)),
        is_artifact=said in YES,
        first_year=int(year) if year else None,
    )


def owners(things: Sequence[GoldThing]) -> tuple[dict[str, int], int]:
    """Spelling key to the line that alone has it, and how many keys several lines have.

    "E.T." is a film and a game: a name of two things tells nothing of either.
    """
    found: dict[str, set[int]] = {}
    for number, thing in enumerate(things):
        for name in thing.names:
            found.setdefault(spelling_key(name), set()).add(number)
    return {key: next(iter(of)) for key, of in found.items() if len(of) == 1}, sum(len(of) > 1 for of in found.values())
