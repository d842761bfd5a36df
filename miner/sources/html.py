"""Platforms' HTML as plain text: the one place where markup ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

_LINE, _PARAGRAPH = 1, 2
_BREAKS = dict.fromkeys(("br", "div", "li", "tr", "hr", "dt", "dd", "figcaption"), _LINE) | dict.fromkeys(
    ("p", "blockquote", "pre", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6"), _PARAGRAPH
)
_NOT_WORDS = frozenset({"script", "style", "template", "head"})
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    """*text* without control characters and halves of surrogate pairs, which no file format takes; line breaks stay."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def html_to_text(html: str) -> str:
    r"""Plain text of a fragment of HTML.

    Paragraphs are parted by an empty line, ``<br>`` and list items by a line break. Hashtags and mentions stay as
    written (``#80s``, ``@ann``); a link that is shown shortened is written out, once. Emoji shortcodes stay.

    Example:
        >>> html_to_text("<p>My <b>Atari</b> &amp; I<br>in 1983</p><p>#<span>80s</span></p>")
        'My Atari & I\nin 1983\n\n#80s'
    """
    # the <div> keeps Beautiful Soup from taking a short text for a file name, and warning about it
    soup = BeautifulSoup(f"<div>{printable(html)}</div>", "lxml")
    text, pending = "", 0
    lines: list[str] = []
    for piece in _pieces(soup):
        if isinstance(piece, int):
            pending = max(pending, piece)
            continue
        words = re.sub(r"\s+", " ", piece)
        if pending and words.strip():
            lines += [text.strip(), ""] if pending == _PARAGRAPH else [text.strip()]
            text, pending = "", 0
        text += words
    return "\n".join([*lines, text.strip()]).strip()


def _pieces(soup: BeautifulSoup) -> Iterator[str | int]:
    """Texts and breaks in order. A stack and not a recursion: a post may nest a hundred thousand tags."""
    todo: list[object] = [soup]
    while todo:
        node = todo.pop()
        if isinstance(node, int) or (isinstance(node, str) and not isinstance(node, NavigableString)):
            yield node
        elif isinstance(node, Tag) and not _is_markup(node):
            mark = _BREAKS.get(node.name, 0)
            address = _address(node) if node.name == "a" else None
            inside = node.contents if address is None else [address]
            todo += [mark, *reversed(inside), mark] if mark else reversed(inside)
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            yield str(node)


def _is_markup(tag: Tag) -> bool:
    # A quoting post starts with "RE: https://…" for servers that cannot show quotes: markup in disguise, not words.
    return tag.name in _NOT_WORDS or "quote-inline" in (tag.get("class") or ())


def _address(link: Tag) -> str | None:
    """The whole address of a link that is shown shortened (``youtube.com/watch?v=FA…`` says nothing), or None.

    Mastodon writes ``<span class="invisible">https://</span><span class="ellipsis">example.com/very</span><span
    class="invisible">-long</span>``, whose texts joined are the address; others cut the text and end it with ``…``.
    """
    shown, href = link.get_text(), str(link.get("href", ""))
    cut = shown.removesuffix("…").removesuffix("...")
    is_cut = cut != shown and len(cut) > 3 and cut in href
    return href if is_cut and href.startswith(("https://", "http://")) else None
