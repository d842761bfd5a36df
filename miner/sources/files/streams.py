"""Bytes of a file, decompressed piece by piece, and lines out of them. Nothing here holds more than one long line."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

import zstandard

from miner.errors import MalformedError

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
CHUNK = 1 << 18
MAX_LINE = 1 << 25
"""32 MiB: the longest line that is read. A longer one is one rejected record, whatever its length."""

_INPUT = 1 << 14
_STEP = 1 << 10  # zstd unpacks what it is given in one go, and at a damaged place all that was given is lost


class _Unpacker(Protocol):
    """What zlib's and zstandard's decompression objects have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class CountedBytes:
    """A file that knows how much of it was read.

    Attributes:
        n_read: Bytes read so far.
    """

    def __init__(self, file: BinaryIO, head: bytes = b"") -> None:
        self._file = file
        self._head = head
        self.n_read = 0

    def read(self, size: int) -> bytes:
        """Up to *size* bytes; none at the end."""
        piece, self._head = self._head[:size], self._head[size:]
        if not piece:
            piece = self._file.read(size)
        self.n_read += len(piece)
        return piece


class PiecesFile(CountedBytes):
    """Pieces of bytes, read like a file: a ``.zst`` in an archive or a folder is unpacked as one that lies alone."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._head = b""
        self.n_read = 0

    def read(self, size: int) -> bytes:
        """Up to *size* bytes; none at the end."""
        if not self._head:
            self._head = next(self._pieces, b"")
        piece, self._head = self._head[:size], self._head[size:]
        self.n_read += len(piece)
        return piece


def unpacked(file: CountedBytes, magic: bytes, name: str) -> Iterator[bytes]:
    """Yield the content of a file in pieces.

    Args:
        file: Where to read.
        magic: First bytes of the file: gzip's and zstd's say how to unpack, others that there is nothing to unpack.
        name: For the error.

    Raises:
        MalformedError: The file is damaged or ends too early. What came before has been yielded.
    """
    if magic.startswith(GZIP):
        yield from _unpacked(file, lambda: zlib.decompressobj(wbits=31), name)
    elif magic.startswith(ZSTD):
        # 2 GiB: the window that the public dumps of forum posts were compressed with
        unpack = zstandard.ZstdDecompressor(max_window_size=2**31)
        yield from _unpacked(file, unpack.decompressobj, name)
    else:
        while piece := file.read(CHUNK):
            yield piece


def _unpacked(file: CountedBytes, start: Callable[[], _Unpacker], name: str) -> Iterator[bytes]:
    frame = start()
    is_between = True
    for packed in _steps(file):
        while packed:
            if is_between and not packed.strip(b"\0"):
                break  # tar pads with zeros
            try:
                piece = frame.decompress(packed)
            except (zlib.error, zstandard.ZstdError) as error:
                raise _damaged(name, file.n_read, f"is damaged ({error})") from error
            is_between = frame.eof
            packed = frame.unused_data if frame.eof else b""
            frame = start() if frame.eof else frame
            if piece:
                yield piece
    if not is_between:
        raise _damaged(name, file.n_read, "ends in the middle")


def _steps(file: CountedBytes) -> Iterator[bytes]:
    while packed := file.read(_INPUT):
        for place in range(0, len(packed), _STEP):
            yield packed[place : place + _STEP]


def _damaged(name: str, at: int, what: str) -> MalformedError:
    return MalformedError(
        f"The compressed file {name} {what}, after about {at:,} bytes; everything before that was kept.",
        "Download or copy it again and import it again: posts that are known are not stored twice.",
    )


def lines(chunks: Iterator[bytes]) -> Iterator[bytes | None]:
    """Yield lines without their line feed; None for one over :data:`MAX_LINE`.

    When *chunks* fails, the line that it was in the middle of is not yielded.
    """
    rest = bytearray()
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        if len(rest) <= MAX_LINE:
            rest += first
        if others:
            yield _line(rest)
            yield from others[:-1]
            rest = bytearray(others[-1])
    if rest:
        yield _line(rest)


def _line(line: bytearray) -> bytes | None:
    return bytes(line) if len(line) <= MAX_LINE else None


def blocks(chunks: Iterator[bytes], size: int = CHUNK) -> Iterator[bytes | None]:
    """Yield runs of whole lines, of about *size* bytes or one longer line; None for a line far over :data:`MAX_LINE`.

    When *chunks* fails, the whole lines before are yielded first.
    """
    waiting = bytearray()
    limit = size
    try:
        for chunk in chunks:
            waiting += chunk
            if len(waiting) < limit:
                continue
            end = waiting.rfind(b"\n") + 1
            if end:
                yield bytes(waiting[:end])
                del waiting[:end]
            elif len(waiting) > MAX_LINE:
                yield None
                waiting = bytearray(_after_line(chunks))
            # a long line is looked through again only when twice as much of it is there
            limit = min(max(size, 2 * len(waiting)), MAX_LINE + 1)
    except MalformedError:
        end = waiting.rfind(b"\n") + 1
        if end:
            yield bytes(waiting[:end])
        raise
    if waiting:
        yield bytes(waiting)


def _after_line(chunks: Iterator[bytes]) -> bytes:
    """What follows the end of the line that *chunks* are in the middle of, in its piece."""
    for chunk in chunks:
        end = chunk.find(b"\n") + 1
        if end:
            return chunk[end:]
    return b""
