"""Hashtags as words: ``#trapperkeeper`` says "trapper keeper"."""

from __future__ import annotations

import math
import re
from functools import lru_cache

_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z][^\WA-Z0-9_]*|[^\WA-Z0-9_]+|[0-9]+(?:s\b)?")
# "TR808", "ps1" and "N64" are one word; "Top10s" and "anni80" are not
_MODEL = re.compile(r"[A-Za-z]{1,2}[0-9]{1,4}[A-Za-z]?")
_IN_TEXT = re.compile(r"(?<![\w&/])#(\w{2,100})")
MAX_WORD = 20
# An unknown string costs as much as a word this rare, and more for every letter: "xzqk" stays whole and dear.
_UNKNOWN_ZIPF = 1.0
_MIN_ZIPF = 2.6


def hashtags_in(text: str) -> list[str]:
    """Hashtags that stand in *text*, without ``#``, in order.

    >>> hashtags_in("my #Walkman &#39; and #80s")
    ['Walkman', '80s']
    """
    return _IN_TEXT.findall(text)


@lru_cache(maxsize=100_000)
def split_hashtag(tag: str, language: str = "en") -> str:
    """The words of *tag*, parted by blanks: by its capitals, else by the likeliest known words of *language*.

    A tag that no split explains stays whole. Likeliest = the largest sum of log frequencies (wordfreq), as in Norvig,
    "Natural Language Corpus Data", in *Beautiful Data* (2009).

    >>> split_hashtag("GarbagePailKids"), split_hashtag("trapperkeeper"), split_hashtag("walkman")
    ('Garbage Pail Kids', 'trapper keeper', 'walkman')
    """
    tag = tag.strip("#_").replace("_", " ")
    if " " in tag:
        return tag
    if _MODEL.fullmatch(tag):
        return tag
    if tag != tag.lower() and tag != tag.upper() and re.search(r"[^\W\d_][A-Z]", tag):
        return " ".join(_CAMEL.findall(tag)) or tag
    parts = re.findall(r"[0-9]+s?|[^\W\d_]+", tag)
    return " ".join(_segment(part.lower(), language) if part.isalpha() else part for part in parts) or tag


def _segment(word: str, language: str) -> str:
    if len(word) < 6 or len(word) > 60 or _zipf(word, language) >= _MIN_ZIPF:
        return word
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(word) + 1):
        best.append(
            min(
                (best[start][0] + _cost(word[start:end], language), start)
                for start in range(max(0, end - MAX_WORD), end)
            )
        )
    words: list[str] = []
    end = len(word)
    while end:
        start = best[end][1]
        words.append(word[start:end])
        end = start
    words.reverse()
    is_plausible = all(_zipf(w, language) >= _MIN_ZIPF and (len(w) > 1 or w in "ai") for w in words)
    return " ".join(words) if is_plausible and len(words) <= 5 else word


def _cost(word: str, language: str) -> float:
    zipf = _zipf(word, language)
    # zipf is log10 of the frequency in a billion words
    if zipf <= 0:
        return 9 - _UNKNOWN_ZIPF + len(word)
    # a short word pays more: "at ari" must not beat "atari"
    return 9 - zipf + (1.5 if len(word) <= 2 else 0.0)


@lru_cache(maxsize=200_000)
def _zipf(word: str, language: str) -> float:
    import wordfreq

    if language not in _languages():
        language = "en"
    frequency = wordfreq.word_frequency(word, language)
    return math.log10(frequency) + 9 if frequency > 0 else 0.0


@lru_cache(maxsize=1)
def _languages() -> frozenset[str]:
    """Those that wordfreq counts by itself; for Japanese and Korean it wants MeCab, for Chinese jieba."""
    import wordfreq
    from wordfreq.language_info import get_language_info

    found = wordfreq.available_languages()
    return frozenset(name for name in found if get_language_info(name)["tokenizer"] not in ("mecab", "jieba"))
