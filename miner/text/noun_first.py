"""Names in tagged texts of languages that put adjectives behind nouns: "cube magique", "machine à écrire"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from miner.text.origins import Span
from miner.text.plain import JOINING
from miner.text.words import Word, stretches

MAX_WORDS = 6


def noun_first_runs(words: Sequence[Word], language: str) -> Iterator[Span]:
    """Spans that begin with a noun, or an adjective before one, and go on with nouns, adjectives and numbers.

    Small words of *language* may stand between two nouns: "boîte à musique", "cassettes de la série". Every beginning
    up to a noun, adjective or number is given: "console", "console de jeux", "console de jeux portable".
    """
    for stretch in stretches(list(words)):
        for i, word in enumerate(stretch):
            if word.kind in "PN":
                first = stretch[i - 1] if i and stretch[i - 1].kind == "J" else word
                for end in _ends(stretch, i, language):
                    yield word.start, end, "run"
                    if first is not word:
                        yield first.start, end, "run"


def _ends(stretch: Sequence[Word], i: int, language: str) -> Iterator[int]:
    """Where names that begin at word *i* may end."""
    yield stretch[i].end
    n_joining = 0
    for word in stretch[i + 1 : i + MAX_WORDS]:
        if word.kind in "PNJC":
            n_joining = 0
            yield word.end
        elif word.text in JOINING.get(language, ()) and n_joining < 2:
            n_joining += 1
        else:
            return
