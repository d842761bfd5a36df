"""Descriptions of the pictures in a piece of HTML."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag
from bs4.filter import SoupStrainer

from miner.sources.html import printable

MAX_PICTURES = 200
# what programs fill in when nobody described the picture
_NO_DESCRIPTIONS = frozenset({"image", "img", "photo", "picture", "avatar", "emoji", "thumbnail", "featured image"})
# WordPress and forums show smileys as pictures
_DECORATION = ("emoji", "wp-smiley", "avatar", "site-icon")
_PICTURES = SoupStrainer("img", alt=True)


def alt_texts_in(html: str) -> tuple[str, ...]:
    """Alt texts of the pictures of *html* in order, each once; file names, emoji and avatars are none.

    Example:
        >>> alt_texts_in('<p><img src="a.png" alt="A red Walkman"> <img class="emoji" alt="🙂"> <img alt="IMG_01.jpg">')
        ('A red Walkman',)
    """
    if "<img" not in html.lower():
        return ()
    pictures = BeautifulSoup(printable(html), "lxml", parse_only=_PICTURES).find_all("img", limit=MAX_PICTURES)
    return tuple(dict.fromkeys(text for picture in pictures if (text := _described(picture))))


def _described(picture: Tag) -> str:
    text = " ".join(printable(str(picture.get("alt", ""))).split())
    marks = str(picture.get("class", ""))
    is_name = " " not in text and ("." in text or "_" in text or text.isdigit())
    is_none = is_name or text.lower() in _NO_DESCRIPTIONS or not any(c.isalpha() for c in text)
    return "" if is_none or any(mark in marks for mark in _DECORATION) else text
