"""Many words as one regular expression that reads each character of a text once."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Letters and digits, but for scripts that put no blanks between words: "在80年代", "80年代の", "80년대에"
_UNSPACED = "\\u3005-\\ud7af"
LETTER = rf"[^\W{_UNSPACED}]"
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_NOTHING = "(?!)"
_END = ""
_Trie = dict[str, "_Trie"]


def words_patterns(words: Iterable[str]) -> tuple[str, str]:
    """Two patterns that match the longest of *words* at a place, as a whole word.

    The first, for scripts with blanks between words, must stand after ``(?<!LETTER)``: it checks only what follows. The
    second, for those without, matches anywhere.
    """
    spaced: set[str] = set()
    half: set[str] = set()
    unspaced: set[str] = set()
    for word in filter(None, words):
        (unspaced if _IS_UNSPACED.match(word) else half if _IS_UNSPACED.match(word[-1]) else spaced).add(word)
    return f"{one_of(spaced)}(?!{LETTER}|@)|{one_of(half)}", one_of(unspaced)


def one_of(words: Iterable[str]) -> str:
    """A pattern that matches the longest of *words*; a blank in a word matches one to three blanks or line ends.

    Common beginnings are tried once, so that a thousand words cost hardly more than ten: the time per place depends on
    the length of a word, not on their number.

    >>> one_of(["80s", "80er", "80ern"])
    '80(?:er(?:n|)|s)'
    """
    trie: _Trie = {}
    for word in words:
        node = trie
        for character in word:
            node = node.setdefault(character, {})
        node[_END] = {}
    return _branch(trie) if trie else _NOTHING


def _branch(node: _Trie) -> str:
    """The pattern of what may follow; the end of a word comes after all that is longer."""
    parts = [_character(c) + (_branch(child) if child else "") for c, child in sorted(node.items()) if c != _END]
    if _END in node:
        parts.append("")
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _character(character: str) -> str:
    return r"\s{1,3}" if character == " " else re.escape(character)
