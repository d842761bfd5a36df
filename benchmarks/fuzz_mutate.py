"""Changes to an input that keep enough of its shape for a parser to go on: in JSON, in text, in archives."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import random
import zipfile
from collections.abc import Sequence
from typing import Any, Literal

import zstandard

Shape = Literal["json", "lines", "text", "bytes", "zip", "gzip", "zstd"]
MAX_BYTES = 1 << 21
_BLOWN_UP = 300_000
_DEEP = 20_000
_HUGE = "9" * 5_000
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 1e308, -0.0, 0.5, float("nan"),
    float("inf"), -float("inf"), 1e-320, [], {}, [None], [[]], {"": None}, [{}], "", " ", "\0", "\ud800", "\udc00x",
    "a\u0301", "\u202e", "\ufeff", "\u2028", "0", "-1", "1e999", "nan", "true", "null", "9" * 400, "x" * 3_000,
    "#" * 200, "https://", "http://[", "https://[::1", "https://a:b@c:99999/", "javascript:alert(1)", "//",
    "did:plc:x", "at://", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2012-02-30", "1e20", "😀",
    "١٩٨٥", "²", "ß", "İ", "ǰ", "<p>", "<![CDATA[", "&#x110000;", "&amp;", "{", "]", "\n", "\r", "\x85", "%s{}%",
)  # fmt: skip
"""Values that stand in no schema, or at its edge."""
TOKENS: tuple[bytes, ...] = (
    b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\n", b"\r", b"\t", b" ", b'"', b"'",
    b"\\", b"\\u0000", b"\\ud800", b",", b";", b":", b"=", b"{", b"}", b"[", b"]", b"(", b")", b"<", b">", b"&", b"#",
    b"*", b"_", b"`", b"~", b"|", b"^", b"!", b"@", b"-", b"--", b"/", b"//", b"..", b"%", b"$", b"1985", b"80s", b"0",
    b"-1", b"1e999", b"NaN", b"Infinity", b"9" * 400, b"https://", b"www.", b".com", b"r/", b"u/", b"&#0;", b"&#x110000;",
    b"&lt;", b"</", b"/>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<!DOCTYPE", b"<p>", b"\xe2\x80\xae", b"\xe2\x80\xa8",
    b"\xcc\x81", b"\xc4\xb0", b"\xef\xb7\xba", b"\xf0\x9f\x98\x80", b"\xc2\x85", b"\xc2\xad", b"A", b"a", b"Aa ",
)  # fmt: skip
"""Signs that parsers look for."""


class Mutator:
    """Makes inputs out of inputs.

    Args:
        shape: What the inputs are.
        seeds: Inputs to take pieces of.
        tokens: Signs of the format, besides :data:`TOKENS`.
        rng: Chance.
    """

    def __init__(self, shape: Shape, seeds: Sequence[bytes], tokens: Sequence[bytes], rng: random.Random) -> None:
        self._shape = shape
        self._seeds = list(seeds) or [b""]
        self._tokens = [*TOKENS, *tokens, *tokens, *tokens]
        self._rng = rng

    def seed(self) -> bytes:
        """One of the inputs to begin with."""
        return self._rng.choice(self._seeds)

    def mutated(self, data: bytes) -> bytes:
        """Another input, made of *data*; at most :data:`MAX_BYTES`."""
        return self._of_shape(data, self._shape)[:MAX_BYTES]

    def _of_shape(self, data: bytes, shape: Shape) -> bytes:
        if self._rng.random() < 0.1:
            return self._text(data)
        match shape:
            case "json":
                return self._json(data)
            case "lines":
                return self._lines(data)
            case "zip":
                return self._zip(data)
            case "gzip" | "zstd":
                return self._packed(data, shape)
        return self._text(data)

    def _text(self, data: bytes) -> bytes:
        for _ in range(self._rng.choice((1, 1, 2, 4, 8))):
            data = self._one_change(data)
        return data

    def _one_change(self, data: bytes) -> bytes:
        rng = self._rng
        start = rng.randint(0, len(data))
        end = min(len(data), start + rng.choice((0, 1, 2, 8, 40, 300, 4_000)))
        piece, change = data[start:end], rng.randrange(100)
        if change < 40:
            return data[:start] + rng.choice(self._tokens) * rng.choice((1, 1, 1, 2, 3, 17)) + data[start:]
        if change < 55:
            return data[:start] + data[end:]
        if change < 65:
            return data[:start] + piece * rng.randint(2, 5) + data[start:]
        if change < 75:
            return data[:start] + rng.randbytes(rng.choice((1, 1, 2, 4))) + data[start + 1 :]
        if change < 88:
            other = self.seed()
            place = rng.randint(0, len(other))
            return data[:start] + other[place : place + rng.choice((8, 80, 2_000))] + data[end:]
        if change < 93:
            return data[:start]
        if change < 95:
            return self._blown_up(data, start, piece)
        return data[:start] + json.dumps(rng.choice(ODD)).strip('"').encode() + data[end:]

    def _blown_up(self, data: bytes, start: int, piece: bytes) -> bytes:
        """A sign, two, or a piece of the input, so often that only a linear reader comes to its end."""
        rng = self._rng
        again = rng.choice((piece, rng.choice(self._tokens), rng.choice(self._tokens) + rng.choice(self._tokens)))
        times = rng.choice((1_000, 1_000, _DEEP, _BLOWN_UP)) // max(1, len(again))
        return data[:start] + again * times + data[start:]

    def _lines(self, data: bytes) -> bytes:
        lines = data.split(b"\n")
        at = self._rng.randrange(len(lines))
        lines[at] = self._json(lines[at])
        if self._rng.random() < 0.1:
            lines.insert(at, self._rng.choice(lines))
        return b"\n".join(lines)

    def _json(self, data: bytes) -> bytes:
        text = data.decode("utf-8", "replace")
        start = next((at for at, sign in enumerate(text) if sign in "[{"), None)
        if start is None:
            return self._text(data)
        try:
            value, end = json.JSONDecoder(strict=False).raw_decode(text, start)
        except (ValueError, RecursionError):
            return self._text(data)
        for _ in range(self._rng.choice((1, 1, 2, 3, 6) if len(data) < _DEEP else (1, 1, 2))):
            value = self._changed(value)
        made = json.dumps(value, ensure_ascii=self._rng.random() < 0.5)
        if self._rng.random() < 0.02:
            made = made.replace("null", self._rng.choice(("[" * _DEEP, '{"a":' * _DEEP, _HUGE, "1" + "0" * 5_000)), 1)
        return text[:start].encode("utf-8", "replace") + made.encode("utf-8", "surrogatepass") + text[end:].encode()

    def _changed(self, value: Any) -> Any:  # noqa: ANN401 - whatever JSON there is
        """*value* with one of its places changed."""
        rng = self._rng
        places = list(_places(value))[:5_000]
        if not places:
            return _copy(rng.choice(ODD))
        holder, key = rng.choice(places)
        change = rng.randrange(100)
        if change < 45:
            holder[key] = _copy(rng.choice(ODD))
        elif change < 60:
            other, other_key = rng.choice(places)
            holder[key] = _copy(other[other_key])
        elif change < 70:
            del holder[key]
        elif change < 75:
            holder[key] = [holder[key]] if rng.random() < 0.5 else {str(key): holder[key]}
        elif isinstance(holder[key], str):
            holder[key] = self._text(holder[key].encode("utf-8", "replace")).decode("utf-8", "replace")
        elif isinstance(holder, list):
            holder.extend(_copy([holder[key]] * rng.choice((1, 3, 300) if _is_small(holder[key]) else (1,))))
        else:
            holder[rng.choice(("", "id", "text", "name", "__proto__", "a.b"))] = _copy(rng.choice(ODD))
        return value

    def _zip(self, data: bytes) -> bytes:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = {info.filename: archive.read(info) for info in archive.infolist()[:20]}
        except Exception:
            return self._text(self.seed())
        if not members:
            return self.seed()
        name = self._rng.choice(list(members))
        members[name] = self._json(members[name]) if self._rng.random() < 0.7 else self._text(members[name])
        if self._rng.random() < 0.1:
            members[self._rng.choice(("", "../x", "/", "data/tweets.js", "a\0b", "é.html"))] = members.pop(name)
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", self._rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
            for member, content in members.items():
                archive.writestr(zipfile.ZipInfo(member), content)
        made = sink.getvalue()
        return self._text(made) if self._rng.random() < 0.3 else made

    def _packed(self, data: bytes, shape: Literal["gzip", "zstd"]) -> bytes:
        try:
            if shape == "gzip":
                made = gzip.compress(self._lines(gzip.decompress(data)), mtime=0)
            else:
                plain = zstandard.ZstdDecompressor().decompress(data, max_output_size=MAX_BYTES)
                made = zstandard.ZstdCompressor().compress(self._lines(plain))
        except Exception:
            return self._text(self.seed() if self._rng.random() < 0.5 else data)
        return self._text(made) if self._rng.random() < 0.3 else made


def _copy(value: Any) -> Any:  # noqa: ANN401 - whatever JSON there is
    """The same, with no part shared: what is changed later is changed in one place."""
    return json.loads(json.dumps(value))


def _is_small(value: Any) -> bool:  # noqa: ANN401 - whatever JSON there is
    """Whether three hundred of it are still an input."""
    return next(itertools.islice(_places(value), 20, None), None) is None


def _places(value: Any) -> Any:  # noqa: ANN401 - whatever JSON there is
    """Yield each place in a JSON value as its holder and its key or index."""
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            yield holder, key
            waiting.append(holder[key])
