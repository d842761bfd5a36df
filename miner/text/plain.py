"""Candidates in languages without a tagger: what stands between function words, above all after an article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from typing import Final

from miner.text.origins import Span

MAX_RUN, MAX_JOINED = 3, 5

_WORD: Final = re.compile(r"[^\W_](?:[\w'-]*[^\W_])?")
# "l'antenna", "d'ordinateur", "dell'estate"
_ELIDED: Final = re.compile(r"^(?:l|d|j|m|t|s|c|n|qu|un|dell|all|nell|sull|dall|quell|bell)'(?=\w\w)", re.IGNORECASE)

_ARTICLES: Final[Mapping[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in {
        "de": "der die das den dem des ein eine einen einem einer mein meine meinen meinem meiner unser unsere unseren "
        "sein seine ihr ihre im am beim vom zum zur ins ans kein keine keinen",
        "es": "el la los las un una unos unas mi mis tu tus su sus al del nuestro nuestra nuestros nuestras",
        "fr": "le la les l un une des du au aux mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce "
        "cette ces",
        "it": "il lo la i gli le l un uno una mio mia miei mie tuo tua suo sua nostro nostra al alla ai alle allo del "
        "della dei delle dello nel nella sul sulla col dal dalla",
        "nl": "de het een mijn jouw onze ons zijn haar hun",
        "pt": "o a os as um uma uns umas meu minha meus minhas seu sua nosso nossa ao à aos às do da dos das no na nos "
        "nas pelo pela pra pro pras pros num numa dum duma",
    }.items()
}
JOINING: Final[Mapping[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in {
        "de": "mit von aus und zum für im",
        "es": "de del con y a la el los para en",
        "fr": "de du des à au aux en et la le les pour d",
        "it": "di del della dei delle dello da con a al e il la i per in col",
        "nl": "met van en uit voor",
        "pt": "de do da dos das com e a ao para em",
    }.items()
}


def between_function_words(text: str, language: str) -> Iterator[Span]:
    """Up to three words between function words of *language*, each beginning of them, and two such runs joined.

    Only what follows an article or a possessive, or begins a line or a clause: a verb is no name. "el cubo mágico",
    "la machine à alcool", "gettoni del telefono". Nothing for a language that has no list of articles here.
    """
    if language not in _ARTICLES:
        return
    for stretch in _stretches(text):
        for i, (start, _, word) in enumerate(stretch):
            follows = not i or stretch[i - 1][2] in _ARTICLES[language] or _elided(text, start)
            if follows and _is_content(word, language):
                yield from _from(stretch, i, language)


def _from(stretch: Sequence[tuple[int, int, str]], first: int, language: str) -> Iterator[Span]:
    last = first
    while last + 1 < len(stretch) and last - first < MAX_RUN - 1 and _is_content(stretch[last + 1][2], language):
        last += 1
    for j in range(first, last + 1):
        yield stretch[first][0], stretch[j][1], "run"
    # "orologi con la calcolatrice": small words, then one or two more words
    for j in range(first, last + 1):
        at = j + 1
        while at < len(stretch) and at - j <= 2 and stretch[at][2] in JOINING[language]:
            at += 1
        for k in (at, at + 1):
            tail = [word for _, _, word in stretch[at : k + 1]]
            # "Guia dos anos 80"
            is_content = all(_is_content(word, language) or (i and word.isdigit()) for i, word in enumerate(tail))
            if at > j + 1 and k < len(stretch) and k - first < MAX_JOINED + 1 and is_content:
                yield stretch[first][0], stretch[k][1], "run"


def _elided(text: str, start: int) -> bool:
    return start > 1 and text[start - 1] == "'" and text[start - 2].isalpha()


def _is_content(word: str, language: str) -> bool:
    return word not in stop_words(language) and word not in _ARTICLES[language] and not word.isdigit()


def _stretches(text: str) -> Iterator[list[tuple[int, int, str]]]:
    """Words (start, end, lower-case) between punctuation and line breaks."""
    stretch: list[tuple[int, int, str]] = []
    for match in _WORD.finditer(text):
        elided = _ELIDED.match(match.group())
        start = match.start() + (elided.end() if elided else 0)
        if stretch and text[stretch[-1][1] : match.start()] != " ":
            yield stretch
            stretch = []
        if text[max(0, match.start() - 1) : match.start()] != "#":
            stretch.append((start, match.end(), text[start : match.end()].lower()))
    if stretch:
        yield stretch


@lru_cache(maxsize=64)
def stop_words(language: str) -> frozenset[str]:
    """Function words of *language*, as spaCy lists them; empty for a language that spaCy does not know.

    The list is read from its file: importing it would bring all of the language, five seconds of patterns for French.
    """
    spec = find_spec("spacy")
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    file = folder / "lang" / language / "stop_words.py"
    return frozenset(run_path(str(file))["STOP_WORDS"]) if language.isalpha() and file.is_file() else frozenset()
