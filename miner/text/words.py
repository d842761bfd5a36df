"""The words of a tagged text: what blanks and slashes part, each with one letter for its part of speech."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from spacy.tokens import Doc

# Penn tags, and the universal ones that models of other languages give
_CLASSES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("NNP", "NNPS", "PROPN"), "P"),
    **dict.fromkeys(("NN", "NNS", "FW", "NOUN"), "N"),
    **dict.fromkeys(("JJ", "JJR", "JJS", "AFX", "ADJ"), "J"),
    **dict.fromkeys(("CD", "NUM"), "C"),
    **dict.fromkeys(("VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "VERB"), "V"),
    **dict.fromkeys(("DT", "PDT", "PRP$", "WP$", "DET"), "D"),
}
_PIECE: Final = re.compile(r"[^\s/]+")
_EDGES: Final = "\"'.,;:!?()[]{}<>-+*\\|&=~…•·^"


class Word(NamedTuple):
    """A word of a text.

    Attributes:
        start, end: Offsets of the word without the punctuation around it.
        kind: ``P`` a name, ``N`` a noun, ``J`` an adjective, ``C`` a number, ``V`` a verb, ``D`` a determiner or
            possessive, ``X`` anything else.
        is_first: Punctuation or a line break parts it from the word before.
        text: The word, lower-case.
    """

    start: int
    end: int
    kind: str
    is_first: bool
    text: str


def words_in(doc: Doc) -> list[Word]:
    """Words of a tagged *doc*, so that "He-Man", "Run-DMC" and "WM-2" stay whole and "VHS/Betamax" are two."""
    from spacy.attrs import IDS  # type: ignore[import-not-found] # compiled, without stubs

    text, by_id = doc.text, _classes_by_id()
    # English models tell the plain noun from the name best by their fine tags; others have universal ones only
    kind_of_tag = "TAG" if doc.lang_ == "en" else "POS"
    # an array in one go: making a Python object a token takes a tenth of the whole extraction
    tokens = [(at, by_id.get(tag, "X")) for at, tag in doc.to_array([IDS["IDX"], IDS[kind_of_tag]]).tolist()]
    found: list[Word] = []
    at, is_first, last = 0, True, 0
    for match in _PIECE.finditer(text):
        start, end = match.span()
        while at < len(tokens) and tokens[at][0] < start:
            at += 1
        kinds = []
        while at < len(tokens) and tokens[at][0] < end:
            kinds.append(tokens[at])
            at += 1
        is_first = is_first or "\n" in text[last:start]
        last = end
        piece = match.group()
        core = piece.strip(_EDGES)
        if piece == "&":
            found.append(Word(start, end, "X", is_first, piece))
            is_first = False
            continue
        if not any(map(str.isalnum, core)):
            is_first = True
            continue
        first = start + piece.index(core)
        opened = first > start and piece[0] != "'"
        found.append(Word(first, first + len(core), _kind(core, first, kinds), is_first or opened, core.lower()))
        is_first = piece[first - start + len(core) :] not in {"", "'"}
    return found


@lru_cache(maxsize=1)
def _classes_by_id() -> dict[int, str]:
    """Number of each tag in spaCy to its letter; the numbers are hashes, alike in every pipeline."""
    from spacy.strings import get_string_id

    return {get_string_id(tag): letter for tag, letter in _CLASSES.items()}


def _kind(core: str, first: int, tokens: list[tuple[int, str]]) -> str:
    kinds = [kind for at, kind in tokens if at >= first and core[at - first : at - first + 1].isalnum()]
    if "P" in kinds:
        return "P"
    kind = kinds[-1] if kinds else "X"
    if kind == "C" and not re.fullmatch(r"[\d.,:%]+|[a-z]+", core):
        # "8-track", "35mm", "Z80"
        return "N"
    # "I'm", "that's"
    return "X" if len(kinds) > 1 and kind not in "NCP" and "'" in core else kind


def stretches(words: list[Word]) -> Iterator[list[Word]]:
    """*words* cut where punctuation or a line break parts them."""
    stretch: list[Word] = []
    for word in words:
        if word.is_first and stretch:
            yield stretch
            stretch = []
        stretch.append(word)
    if stretch:
        yield stretch
