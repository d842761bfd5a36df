"""Reading eras out of posts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from miner.eras.era import Era
from miner.eras.fold import fold, straighten, tag_key
from miner.eras.patterns import LETTER, one_of, words_patterns

# Characters on either side of a word or year in which a look-alike may stand, and how many times that is read ahead
REACH = 80
AHEAD = 12
# "'25" is 2025, "'26" is 1926: nobody remembers the years to come
_LAST_SHORT_YEAR_OF_2000 = 25

# What may follow where no letter stands before: an address (read over), a word, a year ("1984"), a short one ("'84" but
# not "'84'", a quotation, nor "5'11" or "'10%")
_URL = r"(?:https?://|www\.)[^\s<>\])\"]*"
_YEAR = rf"(?<![@$£€¥.])(?<![0-9],)([12][0-9]{{3}})(?!{LETTER}|[%+°@$£€¥]|[.,:][0-9])"
_SHORT_YEAR = r"(?<![\w'\"])'([0-9]{2})(?![\w'%°\"@]|[.,:][0-9])"
# "#80's" is meant as "#80s"
_HASHTAG = re.compile(r"(?<![\w&/])#(\w+(?:'[sS](?!\w))?)")
_COMMUNITY = re.compile(r"\A/?[rR]/")
# "anos 70, 80 e 90": the decades that share the word before the first
_NEXT_DECADE = re.compile(
    r" ?(?:[,/&+–-]|\b(?:e|y|et|i|a|ou|o|u|en|och|og|ja|und|and)\b)(?: ?\b(?:e|y|et|i|en|och|og|und)\b)? ?'?"
    r"((?:19|20)?[0-9]0)(?![\w%°]|[.,:][0-9]| ?(?:mil\b|anos\b|ans\b|anni\b|euros?\b|por\b|€))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EraHit:
    """A reason to count a post to an era.

    Attributes:
        era: Name of the era.
        claim: ``tag``, ``word`` or ``year``: see :mod:`miner.eras`.
        text: What names the era: the tag as given, without ``#``; words in NFKC with straight apostrophes.
    """

    era: str
    claim: str
    text: str


class EraReader:
    """Reads a fixed set of eras out of many posts. Its time grows with the length of a text, whatever is in it.

    Args:
        eras: The eras to look for.

    Example:
        >>> from miner.eras import load_era
        >>> reader = EraReader([load_era("70s"), load_era("80s")])
        >>> [(hit.era, hit.claim, hit.text) for hit in reader.read("my late 70s radio #backtothe80s")]
        [('80s', 'tag', 'backtothe80s'), ('70s', 'word', '70s')]
    """

    def __init__(self, eras: Sequence[Era]) -> None:
        self._eras = {era.name: era for era in eras}
        self._words = _index((fold(straighten(w)), e.name) for e in eras for ws in e.words.values() for w in ws)
        self._tags = _index((tag_key(tag), e.name) for e in eras for tags in e.tags.values() for tag in tags)
        self._tokens = _index((tag_key(token), e.name) for e in eras for token in e.tokens)
        tokens = one_of(self._tokens)
        # "180s" and "anos800" are other numbers
        self._token = re.compile(rf"^{tokens}(?!(?<=[0-9])[0-9])|(?<![0-9]){tokens}$")
        spaced, unspaced = words_patterns(self._words)
        self._finder = re.compile(
            rf"(?<!{LETTER})(?:{_URL}|(?<![#@])(?:({spaced})|{_YEAR}|{_SHORT_YEAR}))|({unspaced})",
        )
        self._not_text: dict[str, re.Pattern[str]] = {}
        self._not_tag = {era.name: _any_of(era, "tag") for era in eras}

    def read(self, text: str, tags: Sequence[str] = ()) -> tuple[EraHit, ...]:
        """Eras that a post names: the first hit of each era and claim, tags first, then as they stand in *text*.

        Args:
            text: Plain text of the post; may be empty.
            tags: Its hashtags and communities (``r/80s``), with or without ``#``.
        """
        found: dict[tuple[str, str], EraHit] = {}
        text = straighten(text)
        for tag in (*tags, *(_HASHTAG.findall(text) if "#" in text else ())):
            for era, claim in self._read_tag(tag):
                found.setdefault((era, claim), EraHit(era=era, claim=claim, text=tag.lstrip("#")))
        folded = fold(text)
        barred: dict[str, _Barred] = {}
        for era, claim, start, end in self._candidates(folded):
            if (era, claim) in found:
                continue
            if era not in barred:
                barred[era] = _Barred(self._look_alike(era), folded)
            if not barred[era].overlaps(start, end):
                found[era, claim] = EraHit(era=era, claim=claim, text=text[start:end])
        return tuple(found.values())

    def _read_tag(self, tag: str) -> Iterator[tuple[str, str]]:
        tag = straighten(tag)
        key = tag_key(_COMMUNITY.sub("", tag, count=1) if "/" in tag else tag)
        named = self._tags.get(key)
        if named:
            yield from ((era, "tag") for era in named)
        elif len(key) == 4 and key.isdecimal() and key.isascii() and "/" not in tag:
            # not r/1984: a community of readers
            yield from ((era, "year") for era in self._of_year(int(key)))
        else:
            for token in self._token.findall(key):
                yield from ((era, "tag") for era in self._tokens[token] if not self._not_tag[era].fullmatch(key))

    def _candidates(self, folded: str) -> Iterator[tuple[str, str, int, int]]:
        """What names an era by its form alone: era, claim, start and end in *folded*."""
        for match in self._finder.finditer(folded):
            word, year, short_year, unspaced = match.groups()
            if word := word or unspaced:
                phrase = " ".join(word.split())
                yield from ((era, "word", *match.span()) for era in self._words[phrase])
                yield from self._more_decades(folded, phrase, match.end())
            elif year:
                yield from ((era, "year", *match.span()) for era in self._of_year(int(year)))
            elif short_year:
                short = int(short_year)
                century = 2000 if short <= _LAST_SHORT_YEAR_OF_2000 else 1900
                yield from ((era, "year", *match.span()) for era in self._of_year(century + short))

    def _more_decades(self, folded: str, phrase: str, end: int) -> Iterator[tuple[str, str, int, int]]:
        while phrase[-2:].isdecimal() and (match := _NEXT_DECADE.match(folded, end)):
            start, end = match.span(1)
            phrase = phrase[: -(end - start)] + match[1]
            yield from ((era, "word", start, end) for era in self._words.get(phrase, ()))

    def _of_year(self, year: int) -> Iterator[str]:
        return (era.name for era in self._eras.values() if era.start <= year <= era.end)

    def _look_alike(self, era: str) -> re.Pattern[str]:
        # compiled when first needed: forty patterns an era cost more time than many a corpus
        if era not in self._not_text:
            self._not_text[era] = _any_of(self._eras[era], "text")
        return self._not_text[era]


class _Barred:
    """The spans of one text that only look like an era, found as far as they are asked for, from left to right."""

    def __init__(self, pattern: re.Pattern[str], folded: str) -> None:
        self._pattern = pattern
        self._folded = folded
        self._read_to = 0
        self._spans: list[tuple[int, int]] = []

    def overlaps(self, start: int, end: int) -> bool:
        """Whether a look-alike overlaps *start* to *end*, which come in the order of the text, give or take a word."""
        self._spans = [span for span in self._spans if span[1] > start - REACH]
        if end + REACH > self._read_to:
            # most posts ask once; one that asks again is read further ahead, so that overlaps stay a small share
            limit = end + REACH * (AHEAD if self._read_to else 1)
            begin = max(self._read_to - REACH, start - REACH, 0)
            self._spans += [
                m.span() for m in self._pattern.finditer(self._folded, begin, limit) if m.end() > start - REACH
            ]
            self._read_to = limit
        return any(span[0] < end and start < span[1] for span in self._spans)


def read_eras(text: str, tags: Sequence[str], eras: Sequence[Era]) -> tuple[EraHit, ...]:
    """Eras that a post names. For many posts build one :class:`EraReader`: this builds one each time.

    Args:
        text: Plain text of the post; may be empty.
        tags: Its hashtags and communities, with or without ``#``.
        eras: The eras to look for.
    """
    return EraReader(eras).read(text, tags)


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    index: dict[str, tuple[str, ...]] = {}
    for key, era in pairs:
        if era not in index.get(key, ()):
            index[key] = (*index.get(key, ()), era)
    return index


def _any_of(era: Era, where: str) -> re.Pattern[str]:
    r"""All look-alikes as one pattern; those that begin with ``\b`` are tried only where a word begins."""
    patterns = [look.pattern for look in era.lookalikes if look.where == where]
    at_words = "|".join(f"(?:{p.removeprefix(chr(92) + 'b')})" for p in patterns if p.startswith(r"\b"))
    elsewhere = [f"(?:{p})" for p in patterns if not p.startswith(r"\b")]
    return re.compile("|".join(([rf"\b(?=\w)(?:{at_words})"] if at_words else []) + elsewhere) or r"(?!)")
