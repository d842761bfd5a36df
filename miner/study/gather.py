"""The posts of one version of a corpus as columns of numbers, oldest first; their texts stay on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from miner.corpus import SCHEMA, View, post_from_row
from miner.corpus.fingerprint import COLUMNS, SQL
from miner.records import Post

Rows = NDArray[np.int64]
UNDATED = np.iinfo(np.int64).max
MEMORY = "512MB"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AT_ONCE = 50_000
_READ = ("id", "source", "author", "created_at", "is_bot", "repost_of", "url")
_NAMES = tuple(dict.fromkeys((*_READ, *COLUMNS)))
_CREATE = """
create table post (
    place bigint, fingerprint bigint, id text, source text, created_at timestamptz, is_bot bool,
    is_repost bool, is_anonymous bool, has_url bool, author bigint
)
"""
_INSERT = f"""
insert into post
select place, {SQL}, id, source, created_at, is_bot, repost_of is not null, author is null, url is not null,
    (md5_number_lower(coalesce(author, '?' || id)) & 9223372036854775807)::bigint
from incoming
"""  # noqa: S608 - constants of this program


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """Posts oldest first, undated last, ties by id: an order that does not depend on how they came in.

    Attributes:
        view: Where their texts are.
        at: Row of each post in *view*.
        fingerprints: What each post says (:mod:`miner.corpus.fingerprint`).
        authors: Number of each post's author, in order of first appearance; a post without one has its own.
        is_anonymous: Whether its author is unknown.
        sources: Names of the sources, sorted.
        source: Row in *sources* of each post.
        created: When it was put online, microseconds since 1970 UTC; :data:`UNDATED` when unknown.
        is_bot, is_repost: What its source says of it.
        has_url: Whether it can be linked to.
    """

    view: View
    at: Rows
    fingerprints: Rows
    authors: NDArray[np.int64]
    is_anonymous: NDArray[np.bool_]
    sources: tuple[str, ...]
    source: NDArray[np.int16]
    created: NDArray[np.int64]
    is_bot: NDArray[np.bool_]
    is_repost: NDArray[np.bool_]
    has_url: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.at)

    def texts(self, rows: Rows, columns: Sequence[str] = COLUMNS) -> pa.Table:
        """*columns* of some posts, in the order of *rows*."""
        return self.view.take(self.at[rows], columns)

    def read(self, rows: Rows) -> list[Post]:
        """Some posts whole, in the order of *rows*."""
        return [post_from_row(row) for row in self.texts(rows, SCHEMA.names).to_pylist()]


def gather(view: View, progress: Callable[[str, int, int], None] = lambda stage, done, total: None) -> Posts:
    """The posts of *view*.

    Args:
        view: A version of a corpus.
        progress: Told the stage and how many posts of how many are read.

    Raises:
        CorpusError: A file is damaged or missing.
    """
    with tempfile.TemporaryDirectory(prefix="miner-") as spill, connected(spill) as db:
        db.execute(_CREATE)
        for table in _numbered(view):
            db.register("incoming", table)
            db.execute(_INSERT)
            progress("reading", table.column("place")[-1].as_py() + 1, view.n_posts)
        sources = tuple(name for (name,) in db.execute("select distinct source from post order by 1").fetchall())
        columns = db.execute(
            """
            select place, fingerprint, author, is_anonymous, (list_position(?, source) - 1)::smallint as source,
                coalesce(epoch_us(created_at), 9223372036854775807) as created, is_bot, is_repost, has_url
            from post order by created_at nulls last, id
            """,
            [list(sources)],
        ).fetchnumpy()
    return Posts(
        view=view,
        at=_filled(columns["place"]),
        fingerprints=_filled(columns["fingerprint"]),
        authors=by_appearance(_filled(columns["author"])),
        is_anonymous=_filled(columns["is_anonymous"]),
        sources=sources,
        source=_filled(columns["source"]),
        created=_filled(columns["created"]),
        is_bot=_filled(columns["is_bot"]),
        is_repost=_filled(columns["is_repost"]),
        has_url=_filled(columns["has_url"]),
    )


def by_appearance(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """*values* numbered in the order in which they first stand, shape (n,).

    >>> by_appearance(np.array([70, 5, 70, 9])).tolist()
    [0, 1, 0, 2]
    """
    _, first, back = np.unique(values, return_index=True, return_inverse=True)
    number = np.empty(len(first), np.int64)
    number[np.argsort(first, kind="stable")] = np.arange(len(first))
    numbered: NDArray[np.int64] = number[back]
    return numbered


def moment(time: int) -> datetime:
    """Microseconds since 1970 UTC as a time."""
    return _EPOCH + timedelta(microseconds=int(time))


def connected(spill: str) -> duckdb.DuckDBPyConnection:
    """A database in memory that writes what does not fit into the folder *spill*."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "temp_directory": spill,
        "preserve_insertion_order": False,
    }
    db = duckdb.connect(config=config)
    # the bar would go to stdout, where the results are
    db.execute("set enable_progress_bar = false")
    return db


def _numbered(view: View) -> Iterator[pa.Table]:
    """All posts with their places in *view*, many at a time."""
    waiting: list[pa.RecordBatch] = []
    done = 0
    for batch in chain(view.batches(_NAMES), [None]):
        waiting += [batch] if batch is not None else []
        n = sum(part.num_rows for part in waiting)
        if n and (batch is None or n >= _AT_ONCE):
            yield pa.Table.from_batches(waiting).append_column("place", pa.array(np.arange(done, done + n)))
            done, waiting = done + n, []


def _filled(column: Any) -> Any:  # noqa: ANN401 - of any kind of number
    """A column without gaps as a plain array; DuckDB gives a masked one for some."""
    return np.ma.getdata(column)
