"""What every import format is: a description of itself, how its files are known, and how they become posts."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from miner.errors import UsageError
from miner.records import Post, Rejected
from miner.sources.files.mapping import DEFAULT_MAPPING, FieldMapping

if TYPE_CHECKING:
    from miner.sources.files.opening import PostsFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatInfo:
    """What ``miner sources`` prints of a format.

    Attributes:
        name: What ``--format`` takes.
        title: The file in a few words.
        file_is: What the file is called and what it holds.
        get_it: How its owner comes by it.
        post_is: What one post is there.
        left_out: What is never read, or is left out and counted.
        caveats: What the file does not say, and what about it could not be checked.
        checked: When the facts about it that this project goes by were last gathered.
    """

    name: str
    title: str
    file_is: str
    get_it: str
    post_is: str
    left_out: str
    caveats: str
    checked: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the user says about how files are to be read.

    Attributes:
        mapping: Which field is what, for ``rows``.
        communities: The only subreddits to keep, for ``reddit-dump``: lower case, without ``r/``. Empty keeps all.
    """

    mapping: FieldMapping = DEFAULT_MAPPING
    communities: frozenset[str] = field(default=frozenset())

    def fingerprint(self, format_name: str) -> str:
        """16 hex digits that differ whenever the same file could give other posts."""
        if format_name == "rows":
            return self.mapping.fingerprint
        text = json.dumps([format_name, sorted(self.communities)])
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def community_names(names: Iterable[str]) -> frozenset[str]:
    """Names of subreddits as they were typed, in the form of :attr:`Reading.communities`.

    Raises:
        UsageError: One of them cannot be the name of a subreddit.

    Example:
        >>> sorted(community_names(["r/Nostalgia", "/r/80s"]))
        ['80s', 'nostalgia']
    """
    found = {name: name.strip().lower().removeprefix("/").removeprefix("r/") for name in names}
    for name, short in found.items():
        if not re.fullmatch(r"\w{2,24}", short, re.ASCII):
            raise UsageError(f"{name!r} is not the name of a subreddit.", "Write it as in `--community nostalgia`.")
    return frozenset(found.values())


class Record(NamedTuple):
    """One record of a file and what became of it.

    Attributes:
        number: Its place in the file, from 1; grows.
        found: The post, or why it is none.
        notes: What the post lost, in short fixed phrases.
    """

    number: int
    found: Post | Rejected
    notes: tuple[str, ...] = ()


class Glimpse(NamedTuple):
    """What a file is recognised by.

    Attributes:
        name: Its name, or its path in an archive, in lower case.
        start: Up to 64 KiB of its beginning, unpacked.
    """

    name: str
    start: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A kind of file that users have.

    Attributes:
        info: What it is.
        is_it: Whether a file is plainly of this format. When in doubt it says no.
        is_member: Whether a file in an archive, by its path in lower case, is one that this format reads.
        read: The records of a file after the first *n*, once. Raises UsageError or NothingFound before the first record
            when the file is of another kind, and MalformedError where it is damaged or ends too early.
    """

    info: FormatInfo
    is_it: Callable[[Glimpse], bool]
    is_member: Callable[[str], bool]
    read: Callable[[PostsFile, Reading, int], Iterator[Record]]


def numbered(found: Iterable[Post | Rejected], skip: int) -> Iterator[Record]:
    """Records out of what was found, in order, without the first *skip*."""
    return (Record(number, item) for number, item in enumerate(found, 1) if number > skip)
