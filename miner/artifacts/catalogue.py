"""Well-known artifacts with the names that people use for them."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from miner.errors import SettingsError
from miner.names import spelling_key, words_of

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


ARTIST = "artist"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArtifact:
    """An artifact of the catalogue.

    Attributes:
        name: The name collectors use.
        names: All names and spellings, the first included; those marked as ordinary words too.
        ordinary: Those of *names* that are ordinary words, believed only with a capital inside a sentence.
        category: One of :data:`CATEGORIES`.
    """

    name: str
    names: tuple[str, ...]
    ordinary: frozenset[str]
    category: str


@lru_cache(maxsize=4)
def load_catalogue(path: Path | None = None) -> tuple[KnownArtifact, ...]:
    """The artifacts of *path* (CSV: name, aliases, category), by default those that ship with the program.

    Raises:
        SettingsError: A row without a name, or with a category that there is not; the message names the line.
    """
    source = path or resources.files("miner.data") / "names.csv"
    with source.open(encoding="utf-8") as file:
        return tuple(_known(row, number) for number, row in enumerate(csv.DictReader(file), 2))


def _known(row: Mapping[str, str], line: int) -> KnownArtifact:
    name, category = (row.get("name") or "").strip(), (row.get("category") or "").strip()
    if not name or category not in CATEGORIES:
        raise SettingsError(
            f"Line {line} of the catalogue has the name {name!r} and the category {category!r}.",
            f"Give a name and one of: {', '.join(CATEGORIES)}.",
        )
    written = [name, *filter(None, (a.strip() for a in (row.get("aliases") or "").split("|")))]
    names = tuple(dict.fromkeys(n.lstrip("!") for n in written))
    return KnownArtifact(
        name=name.lstrip("!"),
        names=names,
        category=category,
        ordinary=frozenset(n[1:] for n in written if n.startswith("!")),
    )


def by_key(catalogue: tuple[KnownArtifact, ...]) -> dict[str, KnownArtifact]:
    """Spelling key to artifact; where two artifacts share a key, the first keeps it."""
    found: dict[str, KnownArtifact] = {}
    for known in catalogue:
        for name in known.names:
            found.setdefault(spelling_key(name), known)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A name of a film, a game, a car, a brand …, as public tables list it; many are ordinary words too.

    Attributes:
        kind: ``media``, ``thing``, ``brand`` or ``song``.
        popularity: Editions of Wikipedia that have an article on it; 0 when unknown. For a song as its table gives it.
    """

    kind: str
    popularity: int


def catalogue_version() -> str:
    """Hash of the tables that ship with the program, for the manifest and for cache keys."""
    tables = (resources.files("miner.data") / name for name in ("names.csv", "titles.csv", "given_names.txt"))
    return hashlib.blake2b(b"".join(table.read_bytes() for table in tables), digest_size=6).hexdigest()


@lru_cache(maxsize=1)
def load_titles() -> Mapping[str, Title]:
    """Spelling key to title, from ``titles.csv``, which names source and licence of each row."""
    return {
        spelling_key(row["name"]): Title(kind=row["kind"], popularity=int(row["popularity"]))
        for row in _title_rows()
        if row["kind"] != ARTIST
    }


@lru_cache(maxsize=1)
def load_artists() -> frozenset[str]:
    """Spelling keys of musicians and bands: people, though their names look like titles."""
    return frozenset(spelling_key(row["name"]) for row in _title_rows() if row["kind"] == ARTIST)


@lru_cache(maxsize=1)
def load_given_names() -> frozenset[str]:
    """Given names in lower case: those that at least one in 10,000 people in the United States bore in 1990."""
    text = (resources.files("miner.data") / "given_names.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


@lru_cache(maxsize=1)
def _title_rows() -> list[dict[str, str]]:
    with (resources.files("miner.data") / "titles.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


ORDINARY_WORD_ZIPF = 3.3
ORDINARY_PHRASE_ZIPF = 5.0


def is_ordinary(name: str, known: KnownArtifact | None) -> bool:
    """Whether *name* is a proper name that is an ordinary word or phrase as well ("Heat", "Simon", "They Live").

    Ordinary is a word that wordfreq puts at 3.3 or more on its scale from 0 to 8 (two uses in a million words), and a
    phrase whose rarest word it puts at 5 or more: nobody says "pop rocks" by chance, but "they live" is everywhere.
    Kinds of things, which the catalogue writes in lower case ("pager", "perm"), are no proper names, however common.
    """
    import wordfreq

    key = spelling_key(name)
    spelt = [n for n in known.names if spelling_key(n) == key] if known is not None else []
    if known is not None and any(n in known.ordinary for n in spelt):
        return True
    title = load_titles().get(key)
    is_proper = any(n[0].isupper() for n in spelt) or (title is not None and not spelt)
    words = words_of(name)
    rarest = min((float(wordfreq.zipf_frequency(word, "en")) for word in words), default=0.0)
    return is_proper and rarest >= (ORDINARY_WORD_ZIPF if len(words) == 1 else ORDINARY_PHRASE_ZIPF)
