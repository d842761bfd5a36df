"""What a script names, and whether it was there in the year of the story."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from miner.artifacts.catalogue import Catalogue, KnownArtifact
from miner.artifacts.period import check, dating
from miner.artifacts.titles import load_given_names
from miner.names import spelling_key, words_of
from miner.records import Dating, PeriodFlag, Story
from miner.text.gazetteer import Gazetteer, KnownName

# notes and what is cut, as Fountain marks them (https://fountain.io/syntax): the lines stay, so that numbers do
_UNREAD: Final = re.compile(r"/\*.*?\*/|\[\[.*?\]\]", re.DOTALL)
_EMPHASIS: Final = re.compile(r"[*_]{1,3}")
_HEADING: Final = re.compile(r"^\s*(?:\.(?=\w)|(?:INT|EXT|EST|INT\./EXT|I/E)[. ])", re.IGNORECASE)
_TITLE_PAGE: Final = re.compile(r"^(?:title|credit|author|authors|source|draft date|contact|copyright|notes):", re.I)
_CUE_NOTE: Final = re.compile(r"\([^)]*\)|\^")
MAX_CUE_WORDS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An artifact that a script names.

    Attributes:
        line: Number of the line, 1 is the first.
        written: How it stands there.
        name: What the catalogue calls it.
        dating: When it came.
        flag: What the story's year makes of it.
    """

    line: int
    written: str
    name: str
    dating: Dating
    flag: PeriodFlag


def read_script(text: str, catalogue: Catalogue, story: Story) -> list[Named]:
    """The known artifacts that *text* names, in order, each once a line.

    Reads Fountain and plain text. Title page, notes, cut passages, scene headings' times and the names above speeches
    are no mentions, and a name that somebody in the script bears is none either. Finds what the catalogue knows; a
    brand new kind of thing it misses.

    Args:
        text: The script.
        catalogue: Known artifacts and titles.
        story: When and where it plays; its year has to be given.

    Raises:
        ValueError: *story* has no year.
    """
    if story.year is None:
        raise ValueError("the period check needs the year of the story")
    lines = _UNREAD.sub(lambda match: "\n" * match.group().count("\n"), text).splitlines()
    cues = set(_cues(lines))
    persons = {word for row in cues for word in words_of(lines[row])}
    entries = _entries(catalogue)
    gazetteer = Gazetteer(
        KnownName(name=name, only_capitalised=is_ordinary) for name, is_ordinary in _names(entries.values(), persons)
    )
    found = []
    for row in _read_rows(lines, cues):
        line = _EMPHASIS.sub("", lines[row])
        seen: set[str] = set()
        for start, end in gazetteer.find(line):
            entry = entries.get(spelling_key(line[start:end]))
            if entry is not None and entry.name not in seen:
                seen.add(entry.name)
                when = dating(entry, story.region)
                flag = check(when, story.year)
                found.append(Named(line=row + 1, written=line[start:end], name=entry.name, dating=when, flag=flag))
    return found


def _entries(catalogue: Catalogue) -> dict[str, KnownArtifact]:
    """Key to the entry that is looked for."""
    return {key: entry for entry in reversed(catalogue.told) for key in entry.keys}


def _names(entries: Iterable[KnownArtifact], persons: set[str]) -> Iterator[tuple[str, bool]]:
    for entry in dict.fromkeys(entries):
        for name in entry.names:
            words = words_of(name)
            if not (len(words) == 1 and words[0] in persons):
                yield name, name in entry.ordinary or (len(words) == 1 and words[0] in load_given_names())


def _cues(lines: Sequence[str]) -> Iterator[int]:
    """Rows that name who speaks: capitals alone after an empty line, with words right below."""
    for row, line in enumerate(lines):
        bare = _CUE_NOTE.sub("", line).strip().lstrip("@")
        follows = not row or not lines[row - 1].strip()
        is_said = row + 1 < len(lines) and bool(lines[row + 1].strip())
        is_short = 0 < len(bare.split()) <= MAX_CUE_WORDS
        if follows and is_said and is_short and bare.isupper() and not _HEADING.match(line) and bare[-1] not in ".:!?":
            yield row


def _read_rows(lines: Sequence[str], cues: set[int]) -> Iterator[int]:
    """Rows that may name things."""
    is_title_page = bool(lines) and _TITLE_PAGE.match(lines[0]) is not None
    for row, line in enumerate(lines):
        if is_title_page:
            is_title_page = bool(line.strip())
        elif row not in cues and line.strip():
            yield row
