"""Known names found in running text, by Aho-Corasick: all names in one pass, however many there are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from miner.names import words_of

MIN_JOINED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownName:
    """A name that people may write, and when it may be believed.

    Attributes:
        name: The name, spelt as people write it.
        only_capitalised: The name is an ordinary word (Simon, Tang, Life): believed only with a capital inside a
            sentence.
    """

    name: str
    only_capitalised: bool = False


def fold(text: str) -> str:
    """*text* in lower case, without accents, everything but letters and digits a blank; the same length as *text*.

    >>> fold("Pokémon: Rubik's")
    'pokemon  rubik s'
    """
    return "".join(map(_fold_char, text))


class _Folded(dict[int, str]):
    """One character's folded form, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        base = unicodedata.normalize("NFKD", chr(code).lower())[:1]
        self[code] = base.lower() if base.isalnum() else " "
        return self[code]


_FOLDED = _Folded()


def _fold_char(char: str) -> str:
    return _FOLDED[ord(char)]


class Gazetteer:
    """Finds known names as whole words; case, accents, hyphens, apostrophes and a plural s aside.

    Does not judge whether the sense fits: "bridges the gap" holds the shop's name. Only overlong matches win over
    shorter ones inside them.

    Args:
        names: The names. Names without a letter are passed over.
    """

    def __init__(self, names: Iterable[KnownName]) -> None:
        from ahocorasick_rs import AhoCorasick, MatchKind

        self._capitals: dict[str, bool] = {}
        for known in names:
            for pattern in _patterns(known.name):
                # a pattern that one name allows in lower case is allowed
                self._capitals[pattern] = known.only_capitalised and self._capitals.get(pattern, True)
        self._patterns = sorted(self._capitals)
        self._machine = AhoCorasick(self._patterns or ["\0"], matchkind=MatchKind.LeftmostLongest)

    def __len__(self) -> int:
        return len(self._patterns)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end offsets in *text* of the names found, left to right, none inside another."""
        folded = f" {text.translate(_FOLDED)} "
        for index, start, end in self._machine.find_matches_as_indexes(folded):
            # a pattern begins with a blank, which stands one before its place in *text*
            if folded[end] == " " and (not self._capitals[self._patterns[index]] or _is_name_like(text, start)):
                yield start, end - 1


def _is_name_like(text: str, start: int) -> bool:
    """Whether the word at *start* has a capital that no sentence beginning explains."""
    return text[start].isupper() and bool(re.search(r"[\w,]['\"]? ['\"]?$", text[max(0, start - 4) : start]))


def _patterns(name: str) -> Iterator[str]:
    """Folded forms of *name* after a blank: as it stands, without apostrophes, joined, and each with a plural s."""
    plain = fold(name).strip()
    joined = " ".join(words_of(name))
    # "Mr. T" folds to two blanks, "Mr T" to one: both are met
    forms = {plain, " ".join(plain.split()), joined}
    squashed = joined.replace(" ", "")
    if " " in joined and len(squashed) >= MIN_JOINED:
        forms.add(squashed)
    for form in forms - {""}:
        yield f" {form}"
        if not form.endswith("s"):
            yield f" {form}s"
