"""The elements of a JSON array of any size, one at a time, out of pieces of its text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.errors import MalformedError
from miner.sources.files.streams import MAX_LINE

# A whole string, or one of the characters that make the structure; a quote alone begins a string whose end is not here
# yet. The "++" never give back: an unclosed string of 30 MB is looked at once, not once for every character.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},"]', re.DOTALL)
_OPEN, _CLOSE, _ENDS, _QUOTE = (b"[", b"{"), (b"]", b"}"), (b",", b"]"), b'"'


def elements(pieces: Iterator[bytes], name: str, *, before: int = 1 << 12) -> Iterator[bytes]:
    r"""Yield the elements of the first array in a text, each as its own JSON text. What follows the array is not read.

    Args:
        pieces: The text, cut anywhere.
        name: Of the file, for errors.
        before: In how many bytes the array begins at the latest.

    Raises:
        MalformedError: It does not begin, ends in the middle, or has an element over :data:`~.streams.MAX_LINE`. The
            elements before that have been yielded.

    Example:
        >>> list(elements(iter([b'window.YTD = [{"a": "]', b'"}, 2 ]']), "tweets.js"))
        [b'{"a": "]"}', b'2']
    """
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        start = buffer.find(b"[")
        if start >= 0 or len(buffer) > before:
            break
    else:
        start = -1
    if not 0 <= start <= before:
        raise MalformedError(f"{name} holds no JSON array.", "Download or copy it again.")
    del buffer[: start + 1]
    yield from _elements(buffer, pieces, name)


def _elements(buffer: bytearray, pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    depth, begin, at = 0, 0, 0
    while True:
        found = _TOKEN.search(buffer, at)
        token = found.group() if found else _QUOTE
        if found is None or token == _QUOTE:
            at = found.start() if found else len(buffer)
            del buffer[:begin]
            at, begin = at - begin, 0
            _add(next(pieces, b""), buffer, name)
            continue
        at = found.end()
        if depth > 0 or token in _OPEN:
            depth += (token in _OPEN) - (token in _CLOSE)
        elif token in _ENDS:
            element = bytes(buffer[begin : found.start()]).strip()
            begin = at
            if element or token == b",":
                yield element
            if token == b"]":
                return
        elif token in _CLOSE:
            raise MalformedError(f"{name} is damaged: a bracket closes what was never opened.", "Download it again.")


def _add(piece: bytes, buffer: bytearray, name: str) -> None:
    if not piece:
        raise _cut(name)
    buffer += piece
    if len(buffer) > MAX_LINE + len(piece):
        raise MalformedError(f"{name} has a value of over {MAX_LINE >> 20} MiB.", "Cut it out of the file.")


def _cut(name: str) -> MalformedError:
    return MalformedError(
        f"{name} ends in the middle of its list; everything before that was kept.",
        "Download or copy it again and import it again: posts that are known are not stored twice.",
    )
