"""The catalogue: well-known artifacts, the names that people use for them, and when they came, with a source each."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path

from miner.errors import SettingsError
from miner.names import spelling_key

CATEGORIES = (
    "toy",
    "board_game",
    "video_game",
    "electronic_game",
    "tech",
    "music_gear",
    "media",
    "fashion",
    "footwear",
    "accessory",
    "hair_beauty",
    "food",
    "drink",
    "candy",
    "cereal",
    "restaurant",
    "retail",
    "vehicle",
    "home_decor",
    "appliance",
    "school",
    "sport",
    "ephemera",
    "other",
)
TABLES = ("catalogue.csv", "years.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class YearClaim:
    """What one source says of when an artifact came.

    Attributes:
        year: First year on sale, on air, in cinemas or in common use.
        region: Two letters of the country or ``EU``; empty when the source means the world, or does not say.
        source: Who says so.
        licence: Under which the claim was taken; ``fact`` for a bare one.
    """

    year: int
    region: str
    source: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArtifact:
    """An artifact of the catalogue.

    Attributes:
        name: The name collectors use.
        names: All names and spellings, the first included; those marked as ordinary words too.
        ordinary: Those of *names* that are ordinary words, believed only with a capital inside a sentence.
        category: One of :data:`CATEGORIES`.
        brand: Who made it; empty when nobody in particular did, or it is not known.
        heyday: First and last year in which it was everywhere; None when that is not known.
        years: When it came, by whom it is said.
        keys: Spelling keys of *names* that mean this artifact rather than another; worked out when they are not given.
    """

    name: str
    names: tuple[str, ...]
    ordinary: frozenset[str]
    category: str
    brand: str = ""
    heyday: tuple[int, int] | None = None
    years: tuple[YearClaim, ...] = ()
    keys: tuple[str, ...] = ()


class Catalogue:
    """All entries; each is made when it is first asked for, because most never are.

    Args:
        entries: Rows of ``catalogue.csv``.
        years: Rows of ``years.csv``.
        own: Artifacts of a production's own table; they win where names are the same.
    """

    def __init__(
        self,
        entries: Iterable[Sequence[str]] = (),
        years: Iterable[Sequence[str]] = (),
        own: Sequence[KnownArtifact] = (),
    ) -> None:
        self._own = tuple(own)
        self._rows = list(entries)
        self._claims: dict[str, list[Sequence[str]]] = {}
        for row in years:
            self._claims.setdefault(row[0], []).append(row)
        self._made: dict[int, KnownArtifact] = {}

    def __len__(self) -> int:
        return len(self._own) + len(self._rows)

    @cached_property
    def told(self) -> tuple[KnownArtifact, ...]:
        """Artifacts whose names are looked for in texts. The others, films and songs mostly, are too ordinary."""
        return *self._own, *(self._entry(number) for number, row in enumerate(self._rows) if row[-1])

    def find(self, name: str) -> list[KnownArtifact]:
        """The entries that *name* means, exactly or by another of their names; those of :attr:`told` first."""
        return self.find_key(spelling_key(name))

    def find_key(self, key: str) -> list[KnownArtifact]:
        """The entries with this spelling key; those of :attr:`told` first."""
        own = [entry for entry in self._own if key in entry.keys]
        return [*own, *(self._entry(number) for number in self._numbers.get(key, ()))]

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self._rows):
            for key in row[2].split("|"):
                found.setdefault(key, []).append(number)
        return found

    def _entry(self, number: int) -> KnownArtifact:
        if number not in self._made:
            name, aliases, keys, category, brand, heyday, _ = self._rows[number]
            written = [name, *aliases.split("|")] if aliases else [name]
            self._made[number] = KnownArtifact(
                name=name.lstrip("!"),
                names=tuple(dict.fromkeys(n.lstrip("!") for n in written)),
                ordinary=frozenset(n[1:] for n in written if n[0] == "!"),
                category=category,
                brand=brand,
                heyday=_span(heyday),
                years=tuple(
                    YearClaim(year=int(year), region=region, source=source, licence=licence)
                    for _, region, year, source, licence in self._claims.get(str(number), ())
                ),
                keys=tuple(filter(None, keys.split("|"))),
            )
        return self._made[number]


def load_catalogue(path: Path | None = None) -> tuple[KnownArtifact, ...]:
    """The artifacts whose names are looked for in texts, by default those that ship with the program.

    Args:
        path: A table of one's own with the columns name, aliases (parted by ``|``) and category, and brand, years
            (``1983`` or ``JP 1983|US 1985``), heyday (``1983-1988``) and source, which may be empty or absent.

    Raises:
        SettingsError: It cannot be read, or a row has no name, a category that there is not, or a year that is none or
            has no source; the message names the line.
    """
    if path is None:
        return load_all().told
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(_own(row, number) for number, row in enumerate(csv.DictReader(file), 2))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(
            f"The catalogue {path} cannot be read: {error}.", "Name a CSV file in UTF-8 with name, aliases, category."
        ) from error


@lru_cache(maxsize=2)
def load_all(own: Path | None = None) -> Catalogue:
    """The catalogue that ships with the program, with the artifacts of a table of one's own, if there is one."""
    mine = load_catalogue(own) if own is not None else ()
    return Catalogue(_rows("catalogue.csv"), _rows("years.csv"), mine)


def _rows(table: str) -> Iterator[list[str]]:
    with (resources.files("miner.data") / table).open(encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        yield from rows


def _span(text: str) -> tuple[int, int] | None:
    first, _, last = text.partition("-")
    return (int(first), int(last)) if last else None


def _own(row: Mapping[str, str | None], line: int) -> KnownArtifact:
    name, category, years, heyday = ((row.get(c) or "").strip() for c in ("name", "category", "years", "heyday"))
    if not name or category not in CATEGORIES:
        raise SettingsError(
            f"Line {line} of the catalogue has the name {name!r} and the category {category!r}.",
            f"Give a name and one of: {', '.join(CATEGORIES)}.",
        )
    written = [name, *filter(None, (a.strip() for a in (row.get("aliases") or "").split("|")))]
    names = tuple(dict.fromkeys(n.lstrip("!") for n in written))
    try:
        claims = tuple(_claims(years, (row.get("source") or "").strip()))
        span = _span(heyday)
    except ValueError as error:
        raise SettingsError(
            f"Line {line} of the catalogue dates {name!r} with years {years!r} and heyday {heyday!r}: {error}.",
            "Write years as 1983 or JP 1983|US 1985, a heyday as 1983-1988, and say in `source` who says so.",
        ) from error
    return KnownArtifact(
        name=name.lstrip("!"),
        names=names,
        ordinary=frozenset(n[1:] for n in written if n.startswith("!")),
        category=category,
        brand=(row.get("brand") or "").strip(),
        heyday=span,
        years=claims,
        keys=tuple(dict.fromkeys(map(spelling_key, names))),
    )


def _claims(years: str, source: str) -> Iterator[YearClaim]:
    for part in filter(None, (piece.strip() for piece in years.split("|"))):
        region, _, year = part.rpartition(" ")
        if not source:
            raise ValueError("a year needs a source")
        if not 1500 <= int(year) <= 2100:
            raise ValueError(f"{year} is no year")
        yield YearClaim(year=int(year), region=region, source=source, licence="own")


def by_key(catalogue: Sequence[KnownArtifact]) -> dict[str, KnownArtifact]:
    """Spelling key to artifact; where two artifacts share a key, the first keeps it."""
    found: dict[str, KnownArtifact] = {}
    for known in catalogue:
        for key in known.keys or map(spelling_key, known.names):
            found.setdefault(key, known)
    return found


def catalogue_version(own: Path | None = None) -> str:
    """Hash of the tables that ship with the program and of one's own, for the manifest and for cache keys."""
    names = (*TABLES, "titles.csv", "given_names.txt")
    read = b"".join((resources.files("miner.data") / name).read_bytes() for name in names)
    read += own.read_bytes() if own is not None else b""
    return hashlib.blake2b(read, digest_size=6).hexdigest()
