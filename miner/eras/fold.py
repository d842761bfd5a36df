"""Spellings of one text made alike: case, accents, apostrophes, full-width digits."""

from __future__ import annotations

import unicodedata

# "80’s", "80´s", "80`s", "80‘s" and "80ʼs" are all written in earnest; NFKC would tear the acute accent off its letter
_QUOTES = str.maketrans({**dict.fromkeys("’‘´`ʼʹ′＇", "'"), **dict.fromkeys("“”„‟″«»", '"')})
# letters that no decomposition opens, and the one capital whose lower case is two characters (İ)
_WHOLE_LETTERS = {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "İ": "i"}


def _plain_letters() -> dict[int, str]:
    """Latin letters with accents and the letter below, one character for one, so that offsets stay."""
    table = {ord(letter): plain for letter, plain in _WHOLE_LETTERS.items()}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        opened = unicodedata.normalize("NFD", chr(code))
        if len(opened) > 1 and opened[0].isascii():
            table.setdefault(code, opened[0])
    return table


_PLAIN = _plain_letters()


def straighten(text: str) -> str:
    """*text* in NFKC with straight apostrophes and quotation marks: what hits quote.

    >>> straighten("８０’s")
    "80's"
    """
    return text.replace("`", "'") if text.isascii() else unicodedata.normalize("NFKC", text.translate(_QUOTES))


def fold(text: str) -> str:
    """Straightened *text* in lower case and without accents on Latin letters; as long as *text*.

    >>> fold("Années 80, LATA OSIEMDZIESIĄTE")
    'annees 80, lata osiemdziesiate'
    """
    return text.lower() if text.isascii() else text.translate(_PLAIN).lower()


def tag_key(tag: str) -> str:
    """Letters and digits of *tag*, folded: what the spellings of one hashtag share.

    >>> tag_key("#Années80") == tag_key("ANNEES_80")
    True
    """
    if tag.isascii():
        return "".join(filter(str.isalnum, tag.lower()))
    opened = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", tag).casefold())
    return "".join(filter(str.isalnum, opened.translate(_PLAIN)))
