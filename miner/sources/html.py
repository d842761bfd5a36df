"""Platforms' HTML as plain text: the one place where markup ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

_LINE, _PARAGRAPH = 1, 2
_BREAKS = dict.fromkeys(("br", "div", "li", "tr", "hr", "dt", "dd", "figcaption"), _LINE) | dict.fromkeys(
    ("p", "blockquote", "pre", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6"), _PARAGRAPH
)
_NOT_WORDS = frozenset({"script", "style", "template", "head"})
# An address written out in pieces has three of them (see _address). All of a link would be read once for each link that
# it lies in: 320 kB of `<a><span><a><span>…` took 100 s.
_MAX_PIECES = 32
_END = re.compile(r"</html\b[^>]*>?", re.IGNORECASE)
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
    # behind </html> the parser drops everything; the <div> is there for texts without a tag
    root = etree.fromstring(f"<div>{_END.sub('', printable(html))}</div>".encode(), _parser())
    text, pending = "", 0
    lines: list[str] = []
    for piece in _pieces(root):
        if isinstance(piece, int):
            pending = max(pending, piece)
            continue
        words = re.sub(r"\s+", " ", piece)
        if pending and words.strip():
            lines += [text.strip(), ""] if pending == _PARAGRAPH else [text.strip()]
            text, pending = "", 0
        text += words
    return "\n".join([*lines, text.strip()]).strip()


def _parser() -> etree.HTMLParser:
    """A parser that takes what browsers take, down to 2,048 tags in one another; what lies deeper is lost."""
    return etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)


def _pieces(root: etree._Element) -> Iterator[str | int]:
    """Texts and breaks in order."""
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, node in walker:
        mark = 0 if _is_markup(node) else _BREAKS.get(str(node.tag), 0)
        if mark:
            yield mark
        if event == "end":
            yield node.tail or ""
        elif _is_markup(node):
            walker.skip_subtree()
        elif node.tag == "a" and (address := _address(node)) is not None:
            yield address
            walker.skip_subtree()
        else:
            yield node.text or ""


def _is_markup(tag: etree._Element) -> bool:
    # A quoting post starts with "RE: https://…" for servers that cannot show quotes: markup in disguise, not words.
    return tag.tag in _NOT_WORDS or "quote-inline" in tag.get("class", "").split()


def _address(link: etree._Element) -> str | None:
    """The whole address of a link that is shown shortened (``youtube.com/watch?v=FA…`` says nothing), or None.

    Mastodon writes ``<span class="invisible">https://</span><span class="ellipsis">example.com/very</span><span
    class="invisible">-long</span>``, whose texts joined are the address; others cut the text and end it with ``…``.
    """
    pieces = list(islice(link.itertext(), _MAX_PIECES))
    if len(pieces) == _MAX_PIECES:
        return None
    shown, href = "".join(pieces), link.get("href", "")
    cut = shown.removesuffix("…").removesuffix("...")
    is_cut = cut != shown and len(cut) > 3 and cut in href
    return href if is_cut and href.startswith(("https://", "http://")) else None
