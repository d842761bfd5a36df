"""Open a file of posts: what it is by its content, and its rows one by one."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from miner.errors import NothingFound, SourceError, UsageError
from miner.sources.files.kinds import Kind, kind_of
from miner.sources.files.rows import Row, csv_rows, json_rows, parquet_rows, parquet_size
from miner.sources.files.streams import CHUNK, CountedBytes, unpacked

__all__ = ["STDIN", "PostsFile", "Row", "open_posts"]

STDIN = "-"
_HEAD = 1 << 16


class PostsFile:
    """An open file of posts.

    Attributes:
        name: The file's own name, or ``standard input``.
        kind: ``jsonl``, ``csv``, ``tsv`` or ``parquet``.
        n_bytes: Its size as it lies on the disk; None for standard input.
        head: 16 hex digits of the first 64 KiB: the same for a file and a longer version of it.
        fingerprint: 32 hex digits of the whole content, wherever it lies and whatever its name; empty for standard
            input, which can be read only once.
    """

    def __init__(self, *, name: str, path: Path | None, file: BinaryIO, fingerprint: str, n_bytes: int | None) -> None:
        first = _read_up_to(file, _HEAD)
        if not first:
            raise NothingFound(f"{name} is empty.", "Give a file with one post a line.")
        self.name = name
        self.n_bytes = n_bytes
        self.head = hashlib.blake2b(first, digest_size=8).hexdigest()
        self.fingerprint = fingerprint
        self._path = path
        self._bytes = CountedBytes(file, first)
        self._pieces = unpacked(self._bytes, first[:4], name)
        self._n_done = 0
        start = next(self._pieces, b"")
        self._pieces = itertools.chain([start], self._pieces)
        self.kind: Kind = kind_of(start[:_HEAD], name)
        if self.kind == "parquet":
            self._n_rows = parquet_size(self._seekable(), name)

    @property
    def n_bytes_read(self) -> int:
        """How much of :attr:`n_bytes` has been worked through."""
        if self.kind == "parquet":
            return (self.n_bytes or 0) * self._n_done // max(1, self._n_rows)
        return self._bytes.n_read

    def rows(self, *, skip: int = 0) -> Iterator[Row]:
        """Yield the rows once, from the start or after the first *skip*.

        Raises:
            MalformedError: The file ends too early or is damaged; the rows before that have been yielded.
        """
        if self.kind == "parquet":
            found = parquet_rows(self._seekable(), self.name, skip=skip)
        elif self.kind == "jsonl":
            found = json_rows(self._pieces, skip=skip)
        else:
            found = csv_rows(self._pieces, self.name, is_tabbed=self.kind == "tsv", skip=skip)
        for row in found:
            self._n_done = row.number
            yield row

    def _seekable(self) -> Path:
        if self._path is None:
            raise UsageError(
                "Parquet cannot be read from standard input.",
                "Give the file's name instead: `miner import FILE.parquet`.",
            )
        return self._path


@contextlib.contextmanager
def open_posts(path: str | Path, *, stdin: BinaryIO | None = None) -> Iterator[PostsFile]:
    """Open a file of posts, or standard input for ``-``.

    Args:
        path: Name of the file.
        stdin: Stands for standard input; for tests.

    Raises:
        UsageError: There is no such file, it is a folder, or it holds something else than posts.
        NothingFound: It is empty.
        SourceError: It may not be read.
        MalformedError: It is compressed and damaged from the first byte on.
    """
    if str(path) == STDIN:
        file = stdin or sys.stdin.buffer
        yield PostsFile(name="standard input", path=None, file=file, fingerprint="", n_bytes=None)
        return
    path = Path(path)
    check_path(path)
    try:
        handle = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    with handle:
        yield PostsFile(
            name=path.name, path=path, file=handle, fingerprint=_fingerprint(path), n_bytes=path.stat().st_size
        )


def check_path(path: Path) -> None:
    """Raise UsageError unless *path* is a file."""
    if path.is_dir():
        raise UsageError(
            f"{path} is a folder.", f"Give its files: `miner import {path}/*.jsonl.gz --into NAME`, whatever they are."
        )
    if not path.exists():
        raise UsageError(f"There is no file {path}.", "Check the name; `-` reads standard input.")


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


def _read_up_to(file: BinaryIO, size: int) -> bytes:
    """The first *size* bytes; a pipe gives them in smaller pieces."""
    pieces: list[bytes] = []
    while size > 0 and (piece := file.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
