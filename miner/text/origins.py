"""Candidates from the look of a text alone: capitals, quotation marks, lists, headings. Any language, no model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from miner.text.lines import loud_lines, quiet_lines

MAX_QUOTED_WORDS = 8
MAX_ITEM_WORDS = 6
MAX_HEADING_WORDS = 9
# of a run of so many capitalised words every part is given, of a longer one only beginnings and ends
MAX_WHOLE = 4

Span = tuple[int, int, str]
Line = tuple[int, int]

_LOWER_INSIDE = (
    r"(?:of|the|to|in|a|an|on|for|and|&|\+|'n'|'n|n|or|vs\.?|from|with|my|your|at|by|is|ft\.?|"
    r"de|la|le|les|las|los|el|y|e|et|o|ou|à|au|aux|en|du|des|da|do|das|dos|no|na|di|del|della|delle|dei|il|i|con|per|"
    r"der|die|das|den|dem|und|im|am|vom|von|zu|zum|zur|mit|van|het)"
)
# "Mr. T", "Super Mario Bros. 3", "G.I. Joe" and "E.T." keep their points; "Simon. It was" ends at its own
_SHORTENED = r"(?:Mr|Mrs|Ms|Dr|St|Jr|Sr|vs|Mt|Bros|Sgt|Capt|Lt|Prof|Vol|No|Ave|Co|Inc|Ltd)\."
_CAPITAL_WORD = rf"(?:{_SHORTENED}|(?:[A-Z]\.){{2,}}|#\d+|[A-Z0-9À-ÖØ-ÞŒŠŽ][\w'&+-]*(?:[./][\w'&+-]+)*)"
_TITLE: Final = re.compile(
    rf"(?<![\w.]){_CAPITAL_WORD}"
    rf"(?:[ ]{_LOWER_INSIDE}(?:[ ]{_LOWER_INSIDE})?(?=[ ]{_CAPITAL_WORD})|[ ]{_CAPITAL_WORD}){{0,7}}"
)
# "Prince of Persia: The Sands of Time", "2001: a Space Odyssey"
_SUBTITLE: Final = re.compile(rf": (?:{_LOWER_INSIDE} )?")
# "Guns, Germs and Steel"
_TRIAD: Final = re.compile(rf"(?<![\w.]){_CAPITAL_WORD}, {_CAPITAL_WORD},? (?:and|&|und|y|et|e) {_CAPITAL_WORD}(?!\w)")
_QUOTED: Final = re.compile(r"\"([^\"\n]{2,60})\"|(?<!\w)'([A-Z](?:[^'\n]|(?<=\w)'(?=\w)){2,60})'(?!\w)")
_BULLET = "•·|▪●■★☆✨→➡\U0001f300-\U0001faff\u2600-\u27bf"
_ITEM: Final = re.compile(rf"(?:[^,\n;/{_BULLET} ]| (?![+-] ))+")
_ITEM_MARK: Final = re.compile(
    r"^\s*(?:[-*•·+]|\d{1,2}[.)])\s+|^\s*(?:and|or|und|oder|e|ed|y|et|ou|plus|&)\s+", re.IGNORECASE
)
_ITEM_END: Final = re.compile(r"[.!?](?= |$)| ?[(\[]| - |: |\s+\*")
# "heathers (1988)", "Spring Breakers (2012): a sleazy …"
_DATED: Final = re.compile(r"(?:^|(?<=[.!?:\n(] )|(?<=\n))([^\n.!?:()]{2,70}?) ?[(\[](?:19|20)\d\d[)\]]", re.MULTILINE)
# "Levi Weaver - I am Certain I am a Train": a song or a film after who made it
_AFTER_DASH: Final = re.compile(r"^[^\n]{2,80}? - ?\"?([A-Z0-9][^\n()\[\]|\"]{1,70})", re.MULTILINE)


def titles(text: str, lines: Sequence[Line] | None = None) -> Iterator[Span]:
    """Runs of capitalised words, small words allowed inside: "Back to the Future", "Run-DMC", "Speak & Spell".

    Misses lower-case titles, and yields people and places alike.

    Args:
        text: The whole text.
        lines: Start and end of the lines to read; None reads those that are not capitalised throughout.
    """
    for first, last in quiet_lines(text, loud_lines(text)) if lines is None else lines:
        before: re.Match[str] | None = None
        for match in _TITLE.finditer(text, first, last):
            yield match.start(), match.end(), "title"
            yield from _parts_of(match.start(), match.group())
            if before and _SUBTITLE.fullmatch(text, before.end(), match.start()):
                yield before.start(), match.end(), "title"
            before = match
        yield from ((m.start(), m.end(), "title") for m in _TRIAD.finditer(text, first, last))


def _parts_of(start: int, title: str) -> Iterator[Span]:
    """Parts of a title that begin and end with a capital: "Street Fighter" of "Street Fighter II Ken"."""
    words = [(start + w.start(), start + w.end()) for w in re.finditer(r"\S+", title)]
    capital = [not re.match(r"[^\W\d_]", title[a - start]) or title[a - start].isupper() for a, _ in words]
    n = len(words)
    for i in range(n):
        for j in range(i, n):
            if capital[i] and capital[j] and j - i < n - 1 and (n <= MAX_WHOLE or i == 0 or j == n - 1 or i == j):
                yield words[i][0], words[j][1], "title"


def quoted(text: str) -> Iterator[Span]:
    """What stands between quotation marks, up to eight words: a title, or irony."""
    for match in _QUOTED.finditer(text):
        group = 1 if match.group(1) else 2
        if len(match.group(group).split()) <= MAX_QUOTED_WORDS:
            yield match.start(group), match.end(group), "quote"


def headings(text: str) -> Iterator[Span]:
    """What a year in brackets follows, and what follows "Somebody - " in a line: films, songs, games.

    Misses titles longer than nine words.
    """
    for pattern in (_DATED, _AFTER_DASH):
        for match in pattern.finditer(text):
            if 0 < len(match.group(1).split()) <= MAX_HEADING_WORDS:
                yield match.start(1), match.end(1), "quote"


def list_items(text: str) -> Iterator[Span]:
    """Items of enumerations of three or more short items: "Atari, Simon, Lite Brite".

    What parts items is a comma, a line, a bar, a slash, an emoji, " + " or " - "; what stands in brackets after an
    item is no part of it. Misses lists of two, and lists whose items are sentences.
    """
    run: list[Span] = []
    for match in _ITEM.finditer(text):
        item = match.group()
        start = match.start() + (mark.end() if (mark := _ITEM_MARK.match(item)) else 0)
        # "Atari, Simon and Lite Brite. I miss them": the last item ends with its sentence
        stop = _ITEM_END.search(text, start + 1, match.end())
        end = stop.start() if stop else match.end()
        n_words = len(text[start:end].split())
        if 0 < n_words <= MAX_ITEM_WORDS:
            run.append((start, end, "list"))
        elif n_words:
            yield from _long_enough(run)
            run = []
    yield from _long_enough(run)


def _long_enough(run: list[Span]) -> list[Span]:
    return run if len(run) >= 3 else []
