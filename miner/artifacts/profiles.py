"""What one name says for itself, worked out once, before it is compared with others."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from miner.artifacts.catalogue import KnownArtifact, load_catalogue
from miner.names import spelling_key, words_of

COMMON = frozenset({"the", "a", "an", "of", "and", "n", "in", "to", "for"})
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}
_ROMAN_AT_THE_END = _ROMAN | {"v": "5", "x": "10"}  # "V for Vendetta" is no fifth part
_NOTE = re.compile(r"\([^)]*\)")
_HARD_C = re.compile(r"c(?=[aoulrk]|$)")
# a word this usual is no name inside a longer one: "phone" in "football phone"
_USUAL_ZIPF = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A name taken apart.

    Attributes:
        words: Its words in lower case, Roman numerals as digits, without a note in brackets: "Pac-Man (arcade)".
        text: *words* with blanks between.
        content_text: Those that carry meaning, likewise; all, when none does.
        stems: Stem to word, of these.
        weight: Sum of their rarities, at least 0.1.
        joined: *content_text* without blanks.
        full: *content_text* in lower case with the words of notes in brackets, and with known names inside spelt as the
            catalogue spells them: "TMNT figures" is "teenage mutant ninja turtles figures".
        full_words: Its words.
        is_model: *joined* is letters and digits, as a model's number is: "wm8".
        numbers: The numbers in it.
        known: Names of the catalogue's artifacts that it names, wholly or inside.
        is_whole: It is, as a whole, a name of the catalogue.
        others: The other names of the artifact that it is, without blanks.
        categories: Categories of *known*.
    """

    words: tuple[str, ...]
    text: str
    content_text: str
    stems: Mapping[str, str]
    weight: float
    joined: str
    full: str
    full_words: tuple[str, ...]
    is_model: bool
    numbers: frozenset[str]
    known: frozenset[str]
    is_whole: bool
    others: tuple[str, ...]
    categories: frozenset[str]


def profile(name: str, catalogue: Mapping[str, KnownArtifact], hidden: Collection[str] = ()) -> Profile:
    """Take *name* apart.

    Args:
        name: As people write it.
        catalogue: Spelling key to artifact.
        hidden: Names of artifacts to take for unknown, as training does.
    """
    bare = _NOTE.sub(" ", name) if "(" in name else name
    if not words_of(bare):
        bare = name
    written = words_of(bare)
    words = tuple(_ROMAN.get(w, w) for w in written[:-1]) + tuple(_ROMAN_AT_THE_END.get(w, w) for w in written[-1:])
    content = tuple(w for w in words if w not in COMMON) or words
    places = _known_in(written, catalogue, hidden)
    found = list(dict.fromkeys(places.values()))
    note = [w for part in _NOTE.findall(name) for w in words_of(part) if bare != name]
    whole = found[0] if len(found) == 1 and _key(bare) in map(_key, found[0].names) else None
    stems, joined = {stem(w): w for w in content}, "".join(content)
    full = tuple(w for part in (*_spelt_out(words, places), *note) for w in part.split() if w not in COMMON)
    return Profile(
        words=words,
        text=" ".join(words),
        content_text=" ".join(content),
        stems=stems,
        weight=max(0.1, sum(map(rarity, stems.values()))),
        joined=joined,
        full=" ".join(full),
        full_words=full,
        is_model=len(joined) >= 3 and any(map(str.isdigit, joined)) and any(map(str.isalpha, joined)),
        numbers=frozenset(n for w in words for n in re.findall(r"\d+", w)),
        known=frozenset(known.name for known in found),
        is_whole=whole is not None,
        others=tuple(_joined(other) for other in whole.names) if whole else (),
        categories=frozenset(known.category for known in found),
    )


def _known_in(
    words: list[str], catalogue: Mapping[str, KnownArtifact], hidden: Collection[str]
) -> dict[range, KnownArtifact]:
    """The artifacts that *words* name by their places, the longest names first; a word belongs to one name."""
    found: dict[range, KnownArtifact] = {}
    taken: set[int] = set()
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length + 1):
            place = range(start, start + length)
            known = None if taken.intersection(place) else catalogue.get(_key(" ".join(words[start : start + length])))
            if known is None or known.name in hidden:
                continue
            if length == len(words) or length > 1 or _zipf(words[start]) <= _USUAL_ZIPF:
                found[place] = known
                taken.update(place)
    return found


def _spelt_out(words: Sequence[str], places: Mapping[range, KnownArtifact]) -> Iterator[str]:
    starts = {place.start: (place, known) for place, known in places.items()}
    row = 0
    while row < len(words):
        if row in starts:
            place, known = starts[row]
            yield from words_of(known.name)
            row = place.stop
        else:
            yield words[row]
            row += 1


def stem(word: str) -> str:
    """*word* as it sounds, without a plural s."""
    heard = sound(word)
    return heard[:-1] if len(heard) > 3 and heard.endswith("s") and not heard.endswith("ss") else heard


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """*word* with letters that people swap made one: "rubix" and "rubiks", "lazer" and "laser"."""
    heard = word.replace("x", "ks").replace("ph", "f").replace("z", "s").replace("ck", "k")
    return _HARD_C.sub("k", heard)


@lru_cache(maxsize=100_000)
def rarity(word: str) -> float:
    """How few artifacts of the shipped catalogue have *word* in a name: about 0 for all, 1 for none.

    The inverse document frequency of the word, an artifact with all its names being one document, divided by that of
    a word that is in none. "figures" says little, "Walkman" nearly all.
    """
    counts, n = _documents()
    return math.log((n + 1) / (counts.get(sound(word), 0) + 1)) / math.log(n + 1)


@lru_cache(maxsize=1)
def _documents() -> tuple[Mapping[str, int], int]:
    artifacts = load_catalogue()
    counts = Counter(w for a in artifacts for w in {sound(word) for name in a.names for word in words_of(name)})
    return counts, len(artifacts)


_key = lru_cache(maxsize=200_000)(spelling_key)


@lru_cache(maxsize=200_000)
def _joined(name: str) -> str:
    return "".join(words_of(name))


@lru_cache(maxsize=200_000)
def _zipf(word: str) -> float:
    import wordfreq

    return float(wordfreq.zipf_frequency(word, "en"))
