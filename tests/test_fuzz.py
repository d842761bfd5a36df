"""Hostile input at every door, for some seconds: the parsers of ``benchmarks/fuzz.py``, which fuzzes each for half an hour.

Nothing but this program's own errors comes out, in bounded time and memory.
"""

from __future__ import annotations

import io
import random
import signal
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest
from fuzz_mutate import Mutator
from fuzz_targets import TARGETS
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.errors import MinerError

N_MUTATED = 60
MAX_S = 5
MB = 1024 * 1024
MAX_BYTES = 500 * MB
SLOW = frozenset({"extract-tagged"})
"""Those whose models take longer to load than all the rest together."""
NAMES = [name for name in TARGETS if name not in SLOW]


class TooSlow(BaseException):
    """No ``except Exception`` of a parser stops it."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooSlow


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Seconds of CPU: on a shared machine the clock says little."""
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def read(parser: str, data: bytes) -> None:
    """Read an input as the program would; its own errors are an answer."""
    with at_most(MAX_S):
        try:
            TARGETS[parser].run(data)
        except MinerError as error:
            assert error.happened
            assert error.advice


DEEP = 20_000


def misnamed() -> bytes:
    """An archive whose list says user_data_tiktok.json, and the file itself bytes that are no UTF-8."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("user_data_tiktok.json", "{}")
    data = bytearray(file.getvalue())
    data[7] |= 0x08
    data[30] = 0xC0
    return bytes(data)


BUGS: list[tuple[str, bytes, str]] = [
    ("zip", misnamed(), "UnicodeDecodeError: zipfile, of a name inside that is no UTF-8"),
    ("hashtags", "#ファミコン世代懐かしい".encode(), "ModuleNotFoundError: wordfreq wants MeCab for Japanese"),
    ("cursors", b'{"walks":{},"since":"2020-01-01T00:00:00"}', "TypeError: a time without a zone, compared"),
    ("cursors", b'{"since":"2020-01-01T00:00:00"}', "TypeError: a time without a zone, compared"),
    ("settings", b"seed = " + b"9" * 5_000, "ValueError: tomllib, of numbers over 4,300 digits"),
    ("settings", b"seed = " + b"[" * DEEP, "RecursionError: tomllib, of brackets"),
    ("settings", b"a." * 150_000 + b"a = 1", "tomllib took 5 s for a key of 300 kB"),
    ("settings", b"max_tries = inf", "OverflowError: no whole number"),
    ("settings", b"timeout_s = nan", "nan passed for a number above 0"),
    ("settings", b'output = "~no-such-account/x"', "RuntimeError: pathlib, of an account that there is not"),
    ("settings", b'output = "a\\u0000b"', "ValueError: later, where the path was used"),
    ("mapping", b"text = " + b"[" * DEEP, "RecursionError: tomllib, of brackets"),
    ("keys", b"tokens = " + b"[" * DEEP, "RecursionError: tomllib, of brackets"),
    ("keys", b"[tokens]\n" + b"9." * 150_000 + b"a = 1", "tomllib took 5 s for a key of 300 kB"),
    ("study", b"format = " + b"[" * DEEP, "RecursionError: tomllib, of brackets"),
    ("era-file", b"start = " + b"9" * 5_000, "ValueError: tomllib, of numbers over 4,300 digits"),
    ("catalogue", b"name,category\n" + b"x" * 200_000 + b",toy\n", "csv.Error: a field larger than 131,072"),
    ("catalogue", b"name,category\n\xed\xa0\x80,toy\n", "UnicodeDecodeError"),
    ("links", b'name_a,name_b,same\n"' + b"x" * 200_000, "csv.Error: a field larger than 131,072"),
    ("author-key", b"\xff", "UnicodeDecodeError, of the list of destroyed keys"),
    ("corpus-log", b'{"commitInfo":{"miner":"[]"}}', "AttributeError: an entry that is a list"),
    ("corpus-log", b'{"commitInfo":{"miner":"{\\"rejected\\":{}}"}}', "KeyError: an entry without a stream"),
    ("corpus-log", b'{"commitInfo":{}}\n{"remove":{}}', "KeyError: a removal without a path"),
    ("corpus-log", b'{"add":{"path":"x","size":Infinity}}', "OverflowError: a size that is no number"),
    ("feeds", b"<rss version='2.0'><channel><item><title>&#x110000;", "ValueError: feedparser, of no character"),
    (
        "feeds",
        b"<rss version='2.0'><channel><item><title>&#xd800;",
        "UnicodeEncodeError: feedparser, of half a character",
    ),
    ("report-json", b'{"format":"nostalgia-miner report","version":1,"report":{"\\ud800":1}}', "UnicodeEncodeError"),
]
"""Parser, input, and what it did when it was found. A line a bug."""


@pytest.mark.parametrize(
    ("parser", "data", "did"), BUGS, ids=lambda value: value[:40] if isinstance(value, str) else ""
)
def test_what_was_once_a_bug_is_none(parser: str, data: bytes, did: str) -> None:
    assert did
    read(parser, data)


@pytest.mark.parametrize("parser", NAMES)
def test_nothing_but_our_own_errors_comes_out_of_broken_input(parser: str) -> None:
    target = TARGETS[parser]
    seeds = target.seeds()
    assert seeds
    mutator = Mutator(target.shape, seeds, target.tokens, random.Random(80))  # noqa: S311 - no secret
    for data in seeds[:20]:
        read(parser, data)
    data, until = mutator.seed(), time.process_time() + 2
    for _ in range(N_MUTATED):
        data = mutator.mutated(data if len(data) < 50_000 else mutator.seed())
        read(parser, data)
        if time.process_time() > until:
            break


@pytest.mark.parametrize("parser", NAMES)
@settings(max_examples=15)
@given(data=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_nothing_but_our_own_errors_comes_out_of_any_bytes(parser: str, data: bytes) -> None:
    read(parser, data)
