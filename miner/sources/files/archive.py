"""Zip archives as the platforms deliver them: members as streams. Nothing is unpacked to the disk, no path is used."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from miner.errors import MalformedError, UsageError
from miner.sources.files.members import MAX_MEMBERS, as_numbered, start_of
from miner.sources.files.streams import CHUNK

MAX_UNPACKED = 1 << 36
"""64 GiB for all that is read of one archive. It is streamed: time is at stake, not memory."""
MAX_RATIO = 200
"""JSON shrinks to a tenth, lists of equal lines to a sixtieth; a bomb to a thousandth."""
_SMALL = 1 << 24  # below this no ratio matters: a file of blanks is no attack

_LOCKED = 0x1
_PLAIN, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"


class Archive:
    """An open zip archive, checked to be none that was made to do harm.

    Attributes:
        names: Paths of its files, ``/`` between folders, in lower case and in the order that people number them in
            (``tweets-part2.js`` before ``tweets-part10.js``).

    Raises:
        UsageError: It is damaged, has too many members, members that lie over one another, or is locked.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._name = name
        n_members = _n_members(file)
        if n_members > MAX_MEMBERS:
            raise UsageError(
                f"{name} says that it holds {n_members:,} files; over {MAX_MEMBERS:,} are not read.",
                "Unpack it and give the file that holds the posts.",
            )
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise UsageError(
                f"{name} begins as a ZIP archive, and its list of files cannot be read ({error}).",
                "Download or copy it again: the list stands at the very end.",
            ) from error
        self._members = {_plain(info.filename): info for info in self._zip.infolist() if _is_file(info)}
        self.names = tuple(sorted(self._members, key=as_numbered))
        size = file.seek(0, 2)
        if sum(info.compress_size for info in self._zip.infolist()) > size:
            raise UsageError(
                f"The files in {name} lie over one another, as no program writes them.", "Do not use this archive."
            )

    def size(self, member: str) -> int:
        """Bytes of a member, unpacked, as the archive says; no more than that is ever read."""
        return self._members[member].file_size

    def pieces(self, member: str) -> Iterator[bytes]:
        """Yield a member's content in pieces.

        Raises:
            UsageError: It is locked, packed in a way that is not read, or grows beyond all measure.
            MalformedError: It is damaged. What came before has been yielded.
        """
        info = self._members[member]
        self._check(member, info)
        n_read = 0
        try:
            with self._zip.open(info) as file:
                while piece := file.read(CHUNK):
                    n_read += len(piece)
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, UnicodeError) as error:
            raise MalformedError(
                f"{member} in {self._name} is damaged after {n_read:,} bytes ({error}); everything before was kept.",
                "Download or copy the archive again and import it again: posts that are known are not stored twice.",
            ) from error

    def beginning(self, member: str, size: int) -> bytes:
        """The first *size* bytes of a member, or all; raises as :meth:`pieces` does."""
        return start_of(self.pieces(member), size)

    def _check(self, member: str, info: zipfile.ZipInfo) -> None:
        if info.flag_bits & _LOCKED:
            raise UsageError(f"{self._name} is locked with a password.", "Unpack it and give the file in it.")
        if info.compress_type not in (_PLAIN, _DEFLATED):
            raise UsageError(
                f"{member} in {self._name} is packed with method {info.compress_type}, which is not read.",
                "Unpack it and give the file itself.",
            )
        is_bomb = info.file_size > _SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size)
        if is_bomb or info.file_size > MAX_UNPACKED:
            raise UsageError(
                f"{member} in {self._name} would grow from {info.compress_size:,} to {info.file_size:,} bytes.",
                "No export does: leave this archive alone, or unpack it yourself and look at it.",
            )


def _is_file(info: zipfile.ZipInfo) -> bool:
    """Whether a member is a file; one without a name is nothing, and zipfile does not expect it."""
    return bool(info.filename) and not info.is_dir()


def _plain(name: str) -> str:
    return name.replace("\\", "/").lower()


def _n_members(file: BinaryIO) -> int:
    """The number of members that the record at the end claims; 0 when there is no such record.

    Looked up before the list is read, which would take the memory.
    """
    size = file.seek(0, 2)
    file.seek(max(0, size - (1 << 16) - 22 - 76))
    tail = file.read()
    file.seek(0)
    end, end64 = tail.rfind(_END), tail.rfind(_END64)
    counts = []
    if 0 <= end <= len(tail) - 22:
        counts.append(struct.unpack_from("<H", tail, end + 10)[0])
    if 0 <= end64 <= len(tail) - 56:
        counts.append(struct.unpack_from("<Q", tail, end64 + 32)[0])
    return max((int(count) for count in counts), default=0)
