"""Post text made harmless to look at: what reorders, hides, overflows or links is taken out."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

MAX_CHARS = 2_000
MAX_URL = 2_000

# what makes a reader see another text than the one there is: C0 and C1 controls, soft hyphen, combining grapheme
# joiner, Arabic letter mark, Hangul and Mongolian fillers, zero-width characters, bidi marks, embeddings, overrides and
# isolates, invisible operators, variation selectors, byte order mark, annotations, tags, noncharacters, surrogates
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ufdd0-\ufdef"
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BLANKS = re.compile(r"[\s\x85]+")
# no letter, digit or blank, and none of Latin's signs: what a run of marks must be among
_RUN = re.compile(r"[^\w\s\x00-\u02ff]{4,}")
# "Z̴̢̛͎a̶lgo" paints over the rows around it; three marks are more than any spelling needs
MAX_MARKS = 3
_URL = re.compile(r"https?://[^\s\"'<>\\^`{|}\x00-\x20\x7f-\x9f]+", re.IGNORECASE)


def inert(text: str, limit: int = MAX_CHARS) -> str:
    r"""One line of *text* without invisible and reordering characters, at most *limit* characters long.

    Doing it twice changes nothing more. Runs in time linear in *limit*, not in the text.

    >>> inert("Rubik\u202es\x00 Cube\r\n=1+1")
    'Rubiks Cube =1+1'
    >>> inert("W" * 1_000_000, 12)
    'WWWWWWWWWWW…'
    """
    # the invisible characters of a text are few: four times the limit leaves room for them
    seen = INVISIBLE.sub("", text[: 4 * limit])
    flat = _RUN.sub(_few_marks, _BLANKS.sub(" ", seen)).strip()
    return flat if len(flat) <= limit and len(text) <= 4 * limit else flat[: limit - 1].rstrip() + "…"


def _few_marks(run: re.Match[str]) -> str:
    """The characters of *run* without the fourth and later mark on one character, of any script."""
    kept: list[str] = []
    n_marks = 0
    for character in run[0]:
        n_marks = n_marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if n_marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def safe_url(url: str | None) -> str:
    """*url* if a browser can only fetch it: absolute http or https, with a host, no blanks or quotes; else empty.

    >>> safe_url("https://example.org/a?b=1"), safe_url("javascript:alert(1)"), safe_url("//example.org")
    ('https://example.org/a?b=1', '', '')
    """
    if not url or len(url) > MAX_URL or _URL.fullmatch(url) is None or INVISIBLE.search(url):
        return ""
    try:
        return url if urlsplit(url).hostname else ""
    except ValueError:  # "http://[" is no address
        return ""
