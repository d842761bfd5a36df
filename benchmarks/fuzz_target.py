"""What a fuzz target is: a parser behind one function that takes bytes, inputs to begin with, and how they are changed."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from fuzz_mutate import Shape

from miner.corpus.schema import storable, to_table
from miner.records import Post, Rejected

ROOT = Path(__file__).parent.parent
RECORDED = ROOT.parent / "shared" / "recorded"
CASES = ROOT / "tests" / "cases"
_NOW = datetime(2026, 11, 23, tzinfo=UTC)
_MAX_SEED = 200_000
_MAX_SEEDS = 60
_STORED = 50
_MOST = 3_000
"""Records of an input that are read: ten thousand lines take their time, and nothing new comes after some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A parser to be fuzzed.

    Attributes:
        run: Reads one input as the program would. Only MinerError may come out of it.
        seeds: Inputs to begin with.
        shape: How inputs are changed.
        tokens: Signs of the format.
    """

    run: Callable[[bytes], object]
    seeds: Callable[[], Sequence[bytes]]
    shape: Shape = "text"
    tokens: Sequence[bytes] = ()


def held(results: Iterable[Post | Rejected]) -> None:
    """Check that a parser gave posts and reasons alone, and that a corpus can hold the posts."""
    posts: list[Post] = []
    for result in itertools.islice(results, _MOST):
        if not isinstance(result, Post | Rejected):
            raise TypeError(f"neither a post nor a reason: {result!r}"[:200])
        if isinstance(result, Post) and len(posts) < _STORED:
            posts.append(replace(result, id=storable(result.id)))
    if posts:
        to_table(posts, fetched_at=_NOW, pseudonym=lambda source, author: author and storable(f"{source}{author}"))


@lru_cache(maxsize=1)
def scratch() -> Path:
    """A folder of this process for files that a parser wants by their path; in memory, where there is such a disk."""
    shm = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    return Path(tempfile.mkdtemp(prefix="fuzz-", dir=shm if shm.is_dir() else None))


def file_with(data: bytes, name: str) -> Path:
    """A file with that content, until the next one of that name."""
    path = scratch() / name
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def text_of(data: bytes) -> str:
    """Text as a post may hold it, with halves of surrogate pairs where the bytes have them."""
    return data.decode("utf-8", "surrogatepass" if b"\xed" in data and _is_wide(data) else "replace")


def _is_wide(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def recorded(source: str) -> list[bytes]:
    """Answers of real servers that a source reads, where the recordings are there."""
    from recorded import answers

    if not RECORDED.exists():
        return []
    bodies = {answer.body for answer in answers() if answer.source == source}
    return sorted((body for body in bodies if len(body) < _MAX_SEED), key=len)[:_MAX_SEEDS]


def cases(source: str) -> list[bytes]:
    """The answers in a source's case folders."""
    return [path.read_bytes() for path in sorted(CASES.glob(f"{source}/*/answer.*"))]


def sample_texts(n: int = 200) -> list[bytes]:
    """Texts of the sample corpus, evenly drawn."""
    lines = (ROOT / "corpora" / "sample-80s" / "posts.jsonl").read_bytes().splitlines()
    return [str(json.loads(line).get("text", "")).encode() for line in lines[:: max(1, len(lines) // n)]]
