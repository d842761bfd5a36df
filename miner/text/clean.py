"""A post's text without what only a machine put there: links, markup, invisible characters."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable

MAX_CHARS = 20_000
MAX_WORD = 60

# zero-width, bidi overrides and isolates, soft hyphen, BOM, and the C0/C1 controls but tab and newline
_INVISIBLE = re.compile(
    r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u00ad\ufeff\ufe0e\ufe0f\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"
)
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\s]{0,2000}(?:\s\"[^\"\n]{0,200}\")?\)")
_URL = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|(?<![\w.-])[\w-]{1,60}(?:\.[\w-]{1,60}){0,4}\.(?:com|org|net|jpg|jpeg|png|gif|html?)(?:/\S*)?(?![\w@])",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"(?<![\w/])(?:/?u/[\w-]{2,}|@[\w.-]+(?:@[\w.-]+)?)")
_COMMUNITY = re.compile(r"(?<![\w/])/?r/\w{2,}")
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,500}>")
# "[TOMT][Movie][1980s]" and "[SPOILER]" head a post on some forums; "[S]" or "[$4.48]" are shop notes
_BRACKET = re.compile(r"\[[^\[\]\n]{0,40}\]")
_MARKUP = re.compile(r"[*_~`^|]{1,3}(?=\S)|(?<=\S)[*_~`^|]{1,3}|^\s*(?:&gt;|>)+|^#{1,6}\s", re.MULTILINE)
_MARK = re.compile(r"[*_~`^|>#]|&gt;")
_BLANKS = re.compile(r"[ \t\u00a0\u3000]{2,}|[\t\u00a0\u3000]")
_LINES = re.compile(r"\s*\n\s*")
_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": " - ", "…": "..."}
)
_LONG = re.compile(rf"\S{{{MAX_WORD + 1},}}")
_URL_SIGN = re.compile(r"://|www\.|\.(?:com|org|net|jpg|jpeg|png|gif|htm)", re.IGNORECASE)
# what a text must hold for a pattern to match: most hold nothing of it, and trying the patterns took most of the time
_JUNK: tuple[tuple[Callable[[str], object], re.Pattern[str]], ...] = (
    (lambda text: any(len(word) > MAX_WORD for word in text.split()), _LONG),
    (_URL_SIGN.search, _URL),
    (lambda text: "@" in text or "u/" in text, _ACCOUNT),
    (lambda text: "r/" in text, _COMMUNITY),
    (lambda text: "<" in text, _TAG),
    (lambda text: "[" in text, _BRACKET),
)


def clean(text: str) -> str:
    """*text* without links, accounts, markup and invisible characters, typographic quotes made plain.

    Cleaning a clean text changes nothing. Runs in time linear in the text; at most :data:`MAX_CHARS` characters are
    read, and words over :data:`MAX_WORD` characters are dropped, since no name is that long.

    >>> clean("Look: [my **Walkman**](https://example.org/a.jpg) – it's   alive")
    "Look: my Walkman - it's alive"
    """
    text = text[:MAX_CHARS]
    for _ in range(4):
        before, text = text, _once(text)
        if text == before:
            return text
    # markup nested deeper than anybody writes by hand is a trick: keep the words alone
    return " ".join(re.findall(r"[\w']+", text))


def _once(text: str) -> str:
    text = unicodedata.normalize("NFC", html.unescape(text))
    if not text.isascii():
        text = text.translate(_QUOTES)
    text = _INVISIBLE.sub("", text)
    if "](" in text:
        text = _MARKDOWN_LINK.sub(r"\1", text)
    # long words go early: what is left of them is short, and no pattern can be made to try for ever
    for may_hold, junk in _JUNK:
        if may_hold(text):
            text = junk.sub(" ", text)
    if _MARK.search(text):
        text = _MARKUP.sub("", text)
    text = _BLANKS.sub(" ", text)
    return (_LINES.sub("\n", text) if "\n" in text else text).strip()
