"""Several files that came together, in a zip archive or in a folder: what both have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Protocol

MAX_MEMBERS = 200_000
"""An account with fifteen years of pictures has some 50,000; their list alone takes 100 MB of memory at this number."""


class Members(Protocol):
    """Files under paths.

    Attributes:
        names: Their paths, ``/`` between folders, in lower case and in the order that people number them in
            (``tweets-part2.js`` before ``tweets-part10.js``).
    """

    names: tuple[str, ...]

    def size(self, member: str) -> int:
        """Bytes of a file, unpacked."""
        ...

    def pieces(self, member: str) -> Iterator[bytes]:
        """Yield a file's content in pieces. Raises UsageError or MalformedError."""
        ...

    def beginning(self, member: str, size: int) -> bytes:
        """The first *size* bytes of a file, or all; raises as :meth:`pieces` does."""
        ...


def wanted(members: Members, is_member: Callable[[str], bool]) -> list[str]:
    """Paths of the files that *is_member* takes, in order. Forks of the Mac's archiver are left out."""
    return [name for name in members.names if is_member(name) and "__macosx/" not in name]


def start_of(pieces: Iterator[bytes], size: int) -> bytes:
    """The first *size* bytes, or all."""
    start = bytearray()
    for piece in pieces:
        start += piece
        if len(start) >= size:
            break
    return bytes(start[:size])


def as_numbered(name: str) -> list[tuple[int, str]]:
    """A key to sort by: ``tweets-part10.js`` as (0, "tweets-part"), (10, ""), (0, ".js")."""
    parts = re.split(r"([0-9]+)", name)
    return [(int(part[:18]), "") if at % 2 else (0, part) for at, part in enumerate(parts)]
