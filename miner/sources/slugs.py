"""Tags as WordPress makes addresses of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

_PLAIN = str.maketrans({"ß": "s", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"})
# what a blog in German or Danish makes of the same letters
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "å": "aa", "ı": "i"})


def slugs_of(tags: Iterable[str]) -> tuple[str, ...]:
    """Slugs that blogs give to tags, in order, each once; two for some, since languages part over their letters.

    Letters lose their accents in Latin script alone: without its marks ``セブンティーズ`` is another word.

    Example:
        >>> slugs_of(["Années 80", "80's", "fünfziger", "80年代"])
        ('annees-80', '80s', 'funfziger', 'fuenfziger', '80%e5%b9%b4%e4%bb%a3')
    """
    names = [unicodedata.normalize("NFC", tag.strip().lstrip("#").lower()) for tag in tags]
    slugs = (_slug(name.translate(table)) for name in names for table in (_PLAIN, _SPELLED_OUT))
    return tuple(dict.fromkeys(filter(None, slugs)))


def _slug(name: str) -> str:
    letters: list[str] = []
    for letter in unicodedata.normalize("NFD", name):
        if not (unicodedata.combining(letter) and letters and letters[-1].isascii()):
            letters.append(letter)
    dashed = re.sub(r"[\s./–—]", "-", unicodedata.normalize("NFC", "".join(letters)))
    kept = "".join(c for c in dashed if not c.isascii() or c.isalnum() or c in "-_")
    return quote(re.sub("-+", "-", kept).strip("-"), safe="").lower()
