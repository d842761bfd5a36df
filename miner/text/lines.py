"""Lines whose capitals tell nothing: headlines in Title Case, and posts IN CAPITALS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

MIN_WORDS = 6
SHARE = 0.6

_LINE: Final = re.compile(r"[^\n]+")
_WORD: Final = re.compile(r"[^\W\d_][\w'-]*")


def loud_lines(text: str) -> list[tuple[int, int]]:
    r"""Start and end of the lines of *text* with six words or more, over 60 % of which have a capital.

    >>> loud_lines("I HAD A WALKMAN AND LOVED IT\nwe had a Walkman too, back in Ohio")
    [(0, 28)]
    """
    return [(m.start(), m.end()) for m in _LINE.finditer(text) if _is_loud(m.group())]


def _is_loud(line: str) -> bool:
    words = _WORD.findall(line)
    return len(words) >= MIN_WORDS and sum(w[0].isupper() for w in words) > SHARE * len(words)


def quiet(text: str, loud: list[tuple[int, int]]) -> str:
    """*text* with its *loud* lines in lower case, every offset kept: a tagger takes any capital for a name."""
    for start, end in loud:
        lower = text[start:end].lower()
        # "İ" becomes two characters
        if len(lower) == end - start:
            text = text[:start] + lower + text[end:]
    return text


def quiet_lines(text: str, loud: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Start and end of the other lines."""
    for match in _LINE.finditer(text):
        if (match.start(), match.end()) not in loud:
            yield match.start(), match.end()
