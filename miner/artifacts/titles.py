"""Names of films, games, cars and people from public tables: what a name may be, and what it is no sign of."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from miner.artifacts.catalogue import KnownArtifact
from miner.names import spelling_key, words_of

ARTIST = "artist"
ORDINARY_WORD_ZIPF = 3.3
ORDINARY_PHRASE_ZIPF = 5.0
ORDINARY_POINTED_ZIPF = 4.0
_POINTING = frozenset(("a", "an", "the", "my", "your", "his", "her", "our", "their", "this", "that"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A name of a film, a game, a car, a brand …, as public tables list it; many are ordinary words too.

    Attributes:
        kind: ``media``, ``thing``, ``brand`` or ``song``.
        popularity: Editions of Wikipedia that have an article on it; 0 when unknown. For a song as its table gives it.
    """

    kind: str
    popularity: int


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


def is_ordinary(name: str, known: KnownArtifact | None) -> bool:
    """Whether *name* is a proper name that is an ordinary word or phrase as well ("Heat", "Simon", "They Live").

    Ordinary is a word that wordfreq puts at 3.3 or more on its scale from 0 to 8 (two uses in a million words), and a
    phrase whose rarest word it puts at 5 or more: nobody says "pop rocks" by chance, but "they live" is everywhere. A
    word at 4 or more behind an article or a possessive is one too: "my buddy" came along, "My Buddy" is a doll.
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
    if len(words) == 2 and words[0] in _POINTING:
        return is_proper and rarest >= ORDINARY_POINTED_ZIPF
    return is_proper and rarest >= (ORDINARY_WORD_ZIPF if len(words) == 1 else ORDINARY_PHRASE_ZIPF)
