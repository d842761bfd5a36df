"""Thousands of small files made into a few large ones, with the posts in the same order."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.transaction import AddAction

from miner.corpus.folder import posts_folder
from miner.corpus.rewrite import replace_files, undone_without_commit
from miner.corpus.schema import SCHEMA
from miner.corpus.table import batches, data_files, dataset, finished

FILE_BYTES = 128 * 2**20
FILE_ROWS = 1_000_000
_GROUP_ROWS = 65_536
_GROUP_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """What a compaction did.

    Attributes:
        n_before, n_after: Files of posts before and after it.
    """

    n_before: int
    n_after: int


def compact(folder: Path, *, file_bytes: int = FILE_BYTES, file_rows: int = FILE_ROWS) -> Compacted:
    """Write the small files of a corpus together, in one commit, and a checkpoint of the log.

    Large files at the beginning, as an earlier compaction made them, stay as they are. The caller is the only writer. A
    process that is killed leaves the corpus as it was; what it wrote goes with the next vacuum.

    Args:
        folder: The corpus.
        file_bytes: A file ends where it has so many,
        file_rows: or so many posts.

    Raises:
        OSError: The disk is full or may not be written; the corpus is as before.
    """
    path = posts_folder(folder)
    table = DeltaTable(path)
    names = data_files(table)
    small = _behind_large(names, path, file_bytes // 2, file_rows)
    n_after = len(names)
    if len(small) > 1:
        new: list[AddAction] = []
        with undone_without_commit(table, path, new):
            rows = batches(dataset(table, path, only=small), None, folder)
            with _Files(path, table.version() + 1, file_bytes, file_rows, new) as files:
                for group in _groups(rows):
                    files.write(group)
            replace_files(table, path, small, new, data_change=False)
        n_after += len(new) - len(small)
    table.create_checkpoint()
    return Compacted(n_before=len(names), n_after=n_after)


def _behind_large(names: Sequence[str], path: Path, n_bytes: int, n_rows: int) -> Sequence[str]:
    """*names* from the first file on that is not large."""
    for i, name in enumerate(names):
        if (path / name).stat().st_size < n_bytes and pq.read_metadata(path / name).num_rows < n_rows:
            return names[i:]
    return []


def _groups(rows: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Batches joined to row groups that compress well and fit into memory."""
    waiting: list[pa.RecordBatch] = []
    n_rows = n_bytes = 0
    for batch in rows:
        waiting.append(batch)
        n_rows, n_bytes = n_rows + batch.num_rows, n_bytes + batch.nbytes
        if n_rows >= _GROUP_ROWS or n_bytes >= _GROUP_BYTES:
            yield pa.Table.from_batches(waiting)
            waiting, n_rows, n_bytes = [], 0, 0
    if waiting:
        yield pa.Table.from_batches(waiting)


class _Files:
    """Files of a compaction, written one after the other; *new* lists what is to be added, or deleted on a failure."""

    def __init__(self, path: Path, number: int, n_bytes: int, n_rows: int, new: list[AddAction]) -> None:
        self._path, self._number, self._n_bytes, self._n_rows, self._new = path, number, n_bytes, n_rows, new
        self._writer: pq.ParquetWriter | None = None
        self._file = path
        self._n_written = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._close()
        elif self._writer is not None:
            self._file.unlink(missing_ok=True)

    def write(self, rows: pa.Table) -> None:
        """Add *rows* to the file at hand; end it when it is large enough."""
        if self._writer is None:
            # the commit's number sorts it behind all files before, the second number among those of this commit
            self._file = self._path / f"{self._number:020}-{len(self._new):06}-{uuid.uuid4().hex}.parquet"
            self._writer, self._n_written = (
                pq.ParquetWriter(self._file, SCHEMA, compression="zstd", write_page_checksum=True),
                0,
            )
        self._writer.write_table(rows)
        self._n_written += rows.num_rows
        if self._n_written >= self._n_rows or self._file.stat().st_size >= self._n_bytes:
            self._close()

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
            self._new.append(finished(self._file, self._n_written, data_change=False))
