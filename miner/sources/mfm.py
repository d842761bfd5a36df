"""Misskey's markup (MFM) as plain text. No parser of the whole grammar: marks go, words stay."""

from __future__ import annotations

import re

from miner.sources.html import printable

# A note has 3,000 characters; those of other servers may have more.
MAX_LENGTH = 60_000
_QUOTED_LINE = re.compile(r"^>.*\n?", re.MULTILINE)
_TAGS = re.compile(r"</?(?:b|i|s|small|center|plain)>", re.IGNORECASE)
# [label](https://…), ?[label](https://…) without a preview, and <https://…>
_LINK = re.compile(r"\??\[([^\[\]\n]+)\]\(<?https?://[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)?>?\)")
_BARE_LINK = re.compile(r"<(https?://[^\s<>]+)>")
# $[x2 big], $[spin.speed=2s,left words]; closed by the bracket that matches
_BRACKETS = re.compile(r"\$\[[a-z0-9_]+(?:\.[a-z0-9_.,=-]+)?[ \n]|\[|\]", re.IGNORECASE)
# "walkman [Search]" shows a box to search in
_SEARCH_BOX = re.compile(r"[ \u3000]\[(?:search|検索)\][ \t]*$", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"(https?://\S+)")
# Japanese has no blanks around "**": the double marks go wherever they stand, the single ones (5*3, my_file) only at
# the edge of a word
_MARKS = re.compile(
    r"\*{2,3}|~~|`+|\\[()\[\]]|(?<![A-Za-z0-9*])\*(?=[^\s*])|(?<=[^\s*])\*(?![A-Za-z0-9*])"
    r"|(?<![\w_])_{1,2}(?=[^\W_])|(?<=[^\W_])_{1,2}(?!\w)"
)


def mfm_to_text(source: str) -> str:
    """Plain text of MFM; never raises.

    Mentions, hashtags, addresses and ``:emoji:`` stay as written, a link with a label keeps the label. Quoted lines
    (``> …``) are somebody else's words and are left out.

    Example:
        >>> mfm_to_text("$[x2 **My** [first](https://example.org) Walkman] <small>1984</small> #80s")
        'My first Walkman 1984 #80s'
    """
    text = _QUOTED_LINE.sub("", printable(source)[:MAX_LENGTH])
    text = _BARE_LINK.sub(r"\1", _SEARCH_BOX.sub("", _TAGS.sub("", text)))
    text = _without_functions(_LINK.sub(r"\1", text))
    # an address may hold any of the marks
    parts = _ADDRESS.split(text)
    parts[::2] = (_MARKS.sub("", part) for part in parts[::2])
    lines = "\n".join(" ".join(line.split()) for line in "".join(parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _without_functions(text: str) -> str:
    """*text* without ``$[name `` and the brackets that close them; other brackets stay."""
    kept: list[str] = []
    opened: list[bool] = []
    end = 0
    for found in _BRACKETS.finditer(text):
        mark = found.group()
        is_function = mark.startswith("$") or (mark == "]" and bool(opened) and opened[-1])
        kept += [text[end : found.start()], "" if is_function else mark]
        end = found.end()
        if mark != "]":
            opened.append(mark.startswith("$"))
        elif opened:
            opened.pop()
    return "".join([*kept, text[end:]])
