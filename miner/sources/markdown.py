"""Platforms' Markdown as plain text: the one place where its signs end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from miner.sources.html import html_to_text, printable

# A post has at most 40,000 characters on Reddit and 50,000 on Lemmy.
MAX_LENGTH = 60_000
# CommonMark and what both platforms have besides it. HTML is no markup there; single line breaks are kept, because a
# list of things is often typed without signs.
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
_HTML = RendererHTML()
# What may be Markdown at all. Most posts are plain words, and those are read twenty times as fast.
_SIGNS = re.compile(r"[*_`\[\]<>&\\^~|]|:::|^ {0,3}(?:#{1,6}\s|[-+=]|\d+[.)])|^(?: {4}| {0,3}\t)", re.MULTILINE)
# "1986. What a year!" would become the 1,986th item of a list, whose numbers are not kept.
_YEAR = re.compile(r"^( {0,3}\d{3,})(?=[.)](?:\s|$))", re.MULTILINE)
# Reddit's >!hidden words!<; Lemmy's "::: spoiler Title", closed by ":::"
_SPOILER = re.compile(r">!(?=\S)|(?<=\S)!<")
_FOLD = re.compile(r"^:::[ \t]*(?:spoiler\b)?[ \t]*(.*)$", re.MULTILINE)
# Reddit's 10^6 and ^(small print), Lemmy's x^2^; not "^_^"
_RAISED = re.compile(r"\^+\(([^()]*)\)|\^+(?=[^\W_])|(?<=[^\W_])\^")
_WIDTHLESS = str.maketrans("", "", "\u200b\ufeff")
# Reddit writes ![img](3ab9x "The caption") and ![gif](giphy|3ab9x)
_NO_DESCRIPTION = frozenset({"img", "gif", "image", "video"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a text in Markdown says.

    Attributes:
        text: Its own words, without signs. Paragraphs are parted by an empty line.
        alt_texts: Descriptions of the pictures in it, in order.
    """

    text: str
    alt_texts: tuple[str, ...] = ()


def read_markdown(source: str) -> Reading:
    r"""Plain text of Markdown as Reddit and Lemmy write it; never raises.

    Quoted blocks (``> …``) are somebody else's words and are left out. A link keeps its words and loses its address;
    spoilers, small print and what is struck through keep their words. What is longer than :data:`MAX_LENGTH` is cut.

    Example:
        >>> read_markdown("> you said\n\nMy **Atari** [2600](https://example.org)\n\n![a *joystick*](https://e.org/a.jpg)")
        Reading(text='My Atari 2600', alt_texts=('a joystick',))
    """
    plain = printable(source)[:MAX_LENGTH].translate(_WIDTHLESS)
    if not _SIGNS.search(plain):
        return Reading(text=_tidy(plain))
    opened = _FOLD.sub(r"\n\1\n", _SPOILER.sub("", plain))
    tokens = list(_own(_MARKDOWN.parse(_YEAR.sub(r"\1\\", opened))))
    text = html_to_text(_HTML.render(tokens, _MARKDOWN.options, {})).translate(_WIDTHLESS)
    alt_texts = filter(None, map(_description, _pictures(tokens)))
    return Reading(text=_tidy(_RAISED.sub(r"\1", text)), alt_texts=tuple(alt_texts))


def _tidy(text: str) -> str:
    """Lines without blanks at their ends, and never two empty ones."""
    lines = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _own(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens outside of quotations."""
    depth = 0
    for token in tokens:
        depth += token.nesting if token.type.startswith("blockquote") else 0
        if depth == 0 and token.type != "blockquote_close":
            yield token


def _pictures(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "image":
            yield token
        else:
            yield from _pictures(token.children or [])


def _description(picture: Token) -> str:
    """What a picture shows. Lemmy's own emoji are pictures too, with the title "emoji blobcat"."""
    title = str(picture.attrs.get("title", ""))
    shown = _tidy(_HTML.renderInlineAsText(picture.children or [], _MARKDOWN.options, {}))
    if title.startswith("emoji "):
        return ""
    return _tidy(title) if shown.lower() in _NO_DESCRIPTION else shown
