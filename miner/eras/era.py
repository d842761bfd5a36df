"""What an era is: years, the tags and words that name it, and what only looks like it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from miner.errors import UnknownName

_RARE = re.compile(r"['’]|\dt?ies\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlike:
    """A way of writing that looks like an era and is none.

    Attributes:
        pattern: Regular expression, searched in text that is in lower case, without accents on Latin letters and with
            straight apostrophes; for tags, in their letters and digits alone, from the first to the last.
        why: What it is instead ("an age").
        example: A text that *pattern* matches.
        where: ``text`` or ``tag``: what it is matched against.
    """

    pattern: str
    why: str
    example: str
    where: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Era:
    """A span of years and how people name it.

    Attributes:
        name: What ``--era`` takes.
        title: Its name in a sentence or heading ("The 1980s").
        aliases: Other names that ``--era`` takes.
        start, end: First and last year, both inclusive.
        tags: Language code to hashtags, without ``#``, most used first. The languages stand in the order of the file.
        words: Language code to what names it in running text, as people write it; case and accents do not count.
        tokens: Parts of hashtags that name it at the beginning or the end of a longer one ("80s" in ``80scartoons``).
        lookalikes: What only looks like it.
    """

    name: str
    title: str
    aliases: tuple[str, ...]
    start: int
    end: int
    tags: Mapping[str, tuple[str, ...]]
    words: Mapping[str, tuple[str, ...]]
    tokens: tuple[str, ...]
    lookalikes: tuple[LookAlike, ...]

    def all_tags(self, languages: Sequence[str] | None = None) -> tuple[str, ...]:
        """Its hashtags, without ``#``, each once, most used first.

        Args:
            languages: Codes of the languages wanted, in that order; None for all, in the order of the file.

        Raises:
            UnknownName: It has no tags in one of *languages*.
        """
        chosen = tuple(self.tags) if languages is None else tuple(languages)
        for language in chosen:
            if language not in self.tags:
                raise UnknownName(f"language of the era {self.name}", language, self.tags)
        return tuple(dict.fromkeys(tag for language in chosen for tag in self.tags[language]))

    def phrases(self, languages: Sequence[str] | None = None, *, n_each: int = 2) -> tuple[str, ...]:
        """What names it in running text, for sources that have a search and no hashtags: ``1980s``, ``the 80s``.

        Left out are spellings that a search takes for the same (``1980's``, ``1980ern`` behind ``1980er``) or that few
        use (``80ies``).

        Args:
            languages: Codes of the languages wanted, in that order; None for all, in the order of the file.
            n_each: At most so many for each language, those with digits first.
        """
        chosen: list[str] = []
        for language in self.words if languages is None else languages:
            mine: list[str] = []
            for word in sorted(self.words.get(language, ()), key=lambda word: not any(map(str.isdigit, word))):
                if not _RARE.search(word) and not word.startswith(tuple(mine)):
                    mine.append(word)
            chosen += mine[:n_each]
        return tuple(dict.fromkeys(chosen))
