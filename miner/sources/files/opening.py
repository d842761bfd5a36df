"""Open a file of posts: a file as it lies there, unpacked while it is read, or the files in an archive or a folder."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from miner.errors import MalformedError, NothingFound, SourceError, UsageError
from miner.sources.files.archive import Archive
from miner.sources.files.folder import Folder
from miner.sources.files.members import Members, wanted
from miner.sources.files.streams import CHUNK, CountedBytes, PiecesFile, unpacked

STDIN = "-"
HEAD = 1 << 16
MAX_DOCUMENT = 1 << 28
"""256 MiB: the longest file that is read whole, because its posts stand among other things."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_MAX_BESIDE = 1 << 20
TEXTS = (".html", ".htm", ".json", ".jsonl", ".ndjson", ".csv", ".js", ".zst")
"""Ends of the names of files that posts can be in; the others of an export are pictures and films."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of bytes to read posts from: the file itself, or one in an archive.

    Attributes:
        name: Its name, or its path in the archive, in lower case.
        start: Up to 64 KiB of its beginning.
        pieces: All of it, from the start, once.
    """

    name: str
    start: bytes
    pieces: Iterator[bytes]


class PostsFile:
    """An open file of posts.

    Attributes:
        name: The file's own name, or ``standard input``.
        path: Where it lies; None for standard input.
        n_bytes: Its size as it lies on the disk; None for standard input. Of a folder, that of the files of text in it.
        head: 16 hex digits of the first 64 KiB: the same for a file and a longer version of it. Of a folder, of its
            first file of text.
        fingerprint: 32 hex digits of the whole content, wherever it lies and whatever its name; empty for standard
            input, which can be read only once.
        archive: Its files, when it is a zip archive or a folder; otherwise None.
        start: Up to 64 KiB of its beginning, unpacked; empty for an archive or a folder.
        share_read: How much of it was worked through, 0-1, where a reader knows better than the bytes do (Parquet).
    """

    def __init__(self, *, name: str, path: Path | None, first: bytes, fingerprint: str, n_bytes: int | None) -> None:
        self.name = name
        self.path = path
        self.n_bytes = n_bytes
        self.head = hashlib.blake2b(first, digest_size=8).hexdigest()
        self.fingerprint = fingerprint
        self.share_read: float | None = None
        self.archive: Members | None = None
        self.start = b""
        self._bytes: CountedBytes | None = None
        self._pieces: Iterator[bytes] = iter(())

    @classmethod
    def of_file(
        cls, file: BinaryIO, *, name: str, path: Path | None, fingerprint: str = "", n_bytes: int | None = None
    ) -> PostsFile:
        """A file that has been opened. Raises NothingFound, UsageError or MalformedError as :func:`open_posts` does."""
        first = _read_up_to(file, HEAD)
        if not first:
            raise NothingFound(f"{name} is empty.", "Give a file with one post a line.")
        opened = cls(name=name, path=path, first=first, fingerprint=fingerprint, n_bytes=n_bytes)
        if not first.startswith(_ZIP):
            opened._bytes = CountedBytes(file, first)
            beginning, opened._pieces = _glanced(unpacked(opened._bytes, first[:4], name))
            opened.start = beginning[:HEAD]
        elif path is None:
            raise UsageError(
                "A ZIP archive cannot be read from standard input.",
                "Give the file's name instead: `miner import FILE.zip`.",
            )
        else:
            opened.archive = Archive(file, name)
        return opened

    @classmethod
    def of_folder(cls, path: Path, *, is_hashed: bool = True) -> PostsFile:
        """An unpacked export. Raises UsageError when there is no file of text in it, or too many files."""
        folder = Folder(path)
        texts = wanted(folder, lambda name: name.endswith(TEXTS))
        if not texts:
            raise _no_folder(path)
        first = folder.beginning(texts[0], HEAD)
        fingerprint = _folder_fingerprint(folder, texts) if is_hashed else ""
        n_bytes = sum(map(folder.size, texts))
        opened = cls(name=path.resolve().name, path=path, first=first, fingerprint=fingerprint, n_bytes=n_bytes)
        opened.archive = folder
        return opened

    @property
    def n_bytes_read(self) -> int:
        """How much of :attr:`n_bytes` has been worked through."""
        if self.share_read is not None:
            return int((self.n_bytes or 0) * self.share_read)
        return self._bytes.n_read if self._bytes is not None else 0

    def no_folder(self) -> UsageError:
        """What to say when this is a folder and no export."""
        return _no_folder(self.path or Path(self.name))

    def pieces(self) -> Iterator[bytes]:
        """The content of a file that is no archive, unpacked, once."""
        return self._pieces

    def parts(self, is_member: Callable[[str], bool]) -> Iterator[Part]:
        """Yield what is to be read, one after the other: the file itself, or the members that *is_member* takes.

        Raises:
            UsageError: The archive holds none of them, or one that is not to be trusted.
        """
        if self.archive is None:
            yield Part(self.name.lower(), self.start, self._pieces)
            return
        members = wanted(self.archive, is_member)
        if not members:
            raise UsageError(
                f"{self.name} holds none of the files that were looked for.",
                "Choose another format with --format (`miner import --help`), or unpack it and give the file itself.",
            )
        total, done = sum(map(self.archive.size, members)), 0
        self.share_read = 0.0
        for member in members:
            packed = self._counted(self.archive.pieces(member), done, total)
            first = next(packed, b"")
            again = PiecesFile(itertools.chain([first], packed))
            beginning, pieces = _glanced(unpacked(again, first[:4], f"{member} in {self.name}"))
            yield Part(member, beginning[:HEAD], pieces)
            done += self.archive.size(member)
            self.share_read = done / max(1, total)

    def beside(self, name: str) -> bytes:
        """A small file of that name in the same folder, of the disk or of the archive; empty if there is none."""
        if self.archive is not None:
            found = min(wanted(self.archive, lambda path: path.rsplit("/", 1)[-1] == name), key=len, default=None)
            return self.archive.beginning(found, _MAX_BESIDE) if found else b""
        if self.path is None:
            return b""
        try:
            with self.path.with_name(name).open("rb") as file:
                return file.read(_MAX_BESIDE)
        except OSError:
            return b""

    def _counted(self, pieces: Iterator[bytes], done: int, total: int) -> Iterator[bytes]:
        for piece in pieces:
            done += len(piece)
            self.share_read = done / max(1, total)
            yield piece


def whole(part: Part, name: str) -> bytes:
    """All of a part.

    Raises:
        MalformedError: It is longer than :data:`MAX_DOCUMENT`.
    """
    content = bytearray()
    for piece in part.pieces:
        content += piece
        if len(content) > MAX_DOCUMENT:
            raise MalformedError(
                f"{name} is longer than {MAX_DOCUMENT >> 20} MiB, and can only be read whole.",
                "Cut the part with the posts out of it: `miner import --help` names other formats.",
            )
    return bytes(content)


@contextlib.contextmanager
def open_posts(path: str | Path, *, stdin: BinaryIO | None = None, is_hashed: bool = True) -> Iterator[PostsFile]:
    """Open a file of posts, an unpacked export, or standard input for ``-``.

    Args:
        path: Name of the file or folder.
        stdin: Stands for standard input; for tests.
        is_hashed: Whether to take its fingerprint, for which all of it is read.

    Raises:
        UsageError: There is no such file, a folder without a file of text, or an archive that is not to be trusted.
        NothingFound: It is empty.
        SourceError: It may not be read.
        MalformedError: It is compressed and damaged from the first byte on.
    """
    if str(path) == STDIN:
        file = stdin or sys.stdin.buffer
        yield PostsFile.of_file(file, name="standard input", path=None)
        return
    path = Path(path)
    check_path(path)
    if path.is_dir():
        yield PostsFile.of_folder(path, is_hashed=is_hashed)
        return
    try:
        handle = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    with handle:
        fingerprint = _fingerprint(path) if is_hashed else ""
        yield PostsFile.of_file(handle, name=path.name, path=path, fingerprint=fingerprint, n_bytes=path.stat().st_size)


def check_path(path: Path) -> None:
    """Raise UsageError unless *path* is there."""
    if not path.exists():
        raise UsageError(f"There is no file {path}.", "Check the name; `-` reads standard input.")


def _no_folder(path: Path) -> UsageError:
    return UsageError(
        f"{path} is a folder.", f"Give its files: `miner import {path}/*.jsonl.gz --into NAME`, whatever they are."
    )


def _folder_fingerprint(folder: Folder, names: list[str]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in names:
        digest.update(f"{name.partition('/')[2]}\0{folder.size(name)}\0".encode("utf-8", "surrogateescape"))
        for piece in folder.pieces(name):
            digest.update(piece)
    return digest.hexdigest()


def _fingerprint(path: Path) -> str:
    digest = hashlib.blake2b(digest_size=16)
    try:
        with path.open("rb") as file:
            while piece := file.read(CHUNK):
                digest.update(piece)
    except OSError as error:
        raise _unreadable(path, error) from error
    return digest.hexdigest()


def _unreadable(path: Path, error: OSError) -> SourceError:
    return SourceError(f"{path} cannot be read: {error.strerror}.", f"See whose it is with `ls -l {path}`.")


def _glanced(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The beginning, 64 KiB if there is as much, and all the pieces as they were: damage comes after what is whole."""
    beginning = bytearray()
    try:
        for piece in pieces:
            beginning += piece
            if len(beginning) >= HEAD:
                break
    except MalformedError as error:
        if not beginning:
            raise
        return bytes(beginning), _broken(bytes(beginning), error)
    return bytes(beginning), itertools.chain([bytes(beginning)], pieces)


def _broken(beginning: bytes, error: MalformedError) -> Iterator[bytes]:
    yield beginning
    raise error


def _read_up_to(file: BinaryIO, size: int) -> bytes:
    """The first *size* bytes; a pipe gives them in smaller pieces."""
    pieces: list[bytes] = []
    while size > 0 and (piece := file.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
