"""Text laid out for a terminal. Columns are counted in cells: 年 takes two of them, a combining accent none."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterable, Iterator

MIN_WIDTH, MAX_WIDTH = 40, 100


def terminal_width() -> int:
    """Columns to write in: the terminal's (``COLUMNS`` wins), 80 where there is none, never above 100."""
    return max(MIN_WIDTH, min(MAX_WIDTH, shutil.get_terminal_size((80, 24)).columns))


def cells(text: str) -> int:
    """Columns that *text* takes on a terminal.

    >>> cells("80年代"), cells("années"), cells("anne\u0301es")
    (6, 6, 6)
    """
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def printable(text: str) -> str:
    r"""*text* without what a terminal obeys or what reorders it: names come from posts, and posts from anybody.

    >>> printable("Rubik's\x1b[2J Cu\u202ebe")
    "Rubik's[2J Cube"
    """
    return "".join(filter(str.isprintable, text))


def cut(text: str, width: int) -> str:
    """*text*, printable, if it fits into *width* columns, else its beginning and an ellipsis.

    >>> cut("trapper keeper", 10)
    'trapper k…'
    """
    text = printable(text)
    if cells(text) <= width:
        return text
    while text and cells(text) > width - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def pad(text: str, width: int) -> str:
    """*text* and as many blanks as fill *width* columns; never cut."""
    return text + " " * (width - cells(text))


def wrapped(
    words: Iterable[str], *, first: str = "", rest: str | None = None, width: int | None = None
) -> Iterator[str]:
    """Lines of *words*, joined with blanks and broken between them; a word that is too long has its own line.

    Args:
        words: Never broken themselves: a name may hold blanks.
        first: Before the first line.
        rest: Before the others; None is as many blanks as *first* has columns.
        width: Columns; None is the terminal's.
    """
    limit = terminal_width() if width is None else width
    rest = " " * cells(first) if rest is None else rest
    line, is_empty = first, True
    for word in words:
        if not is_empty and cells(line) + 1 + cells(word) > limit:
            yield line.rstrip()
            line, is_empty = rest, True
        line += word if is_empty else f" {word}"
        is_empty = False
    yield line.rstrip()


def paragraph(text: str, *, first: str = "", rest: str | None = None, width: int | None = None) -> str:
    """*text* in lines of at most *width* columns. Arguments as in :func:`wrapped`."""
    return "\n".join(wrapped(text.split(), first=first, rest=rest, width=width))
