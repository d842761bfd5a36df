"""Posts taken out of a corpus, or changed in it: its files written anew in one commit.

Files keep their places, so that the order of storage stays. The files of before are no longer part of the newest
version but lie there until :func:`miner.corpus.vacuum.vacuum` deletes them.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.transaction import AddAction, RemoveAction

from miner.corpus.folder import posts_folder
from miner.corpus.schema import SCHEMA
from miner.corpus.table import data_files, finished, sync

_ROWS = 65_536


class Edit(Protocol):
    """What is to become of rows.

    Attributes:
        columns: Those that :meth:`touches` looks at.
    """

    columns: Sequence[str]

    def touches(self, rows: pa.RecordBatch) -> bool:
        """Whether any of these rows changes. They have :attr:`columns` alone."""

    def change(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """The rows as they shall be, in the same order; fewer, or none, where some go."""


def rewrite(folder: Path, edit: Edit, *, metadata: Mapping[str, str] | None = None) -> int:
    """Write those files of a corpus anew in which *edit* changes something, in one commit.

    The caller is the only writer. A process that is killed leaves the corpus as it was, or as it shall be.

    Args:
        folder: The corpus.
        edit: What is to become of rows.
        metadata: Kept with the commit.

    Returns:
        How many files were replaced; without any there is no commit.

    Raises:
        OSError: The disk is full or may not be written; the corpus is as before.
    """
    path = posts_folder(folder)
    table = DeltaTable(path)
    old = [name for name in data_files(table) if _touches(path / name, edit)]
    if not old:
        return 0
    new: list[AddAction] = []
    with undone_without_commit(table, path, new):
        for name in old:
            added = _written_anew(path, name, edit)
            new += [added] if added else []
        replace_files(table, path, old, new, data_change=True, metadata=metadata)
    return len(old)


@contextlib.contextmanager
def undone_without_commit(table: DeltaTable, path: Path, new: Sequence[AddAction]) -> Iterator[None]:
    """Delete the *new* files when what happens inside ends without the commit that adds them."""
    number = table.version() + 1
    try:
        yield
    except BaseException:
        if not (path / "_delta_log" / f"{number:020}.json").exists():
            for action in new:
                (path / action.path).unlink(missing_ok=True)
        raise


def replace_files(
    table: DeltaTable,
    path: Path,
    old: Sequence[str],
    new: Sequence[AddAction],
    *,
    data_change: bool,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Put *new* files into a table in place of *old* ones, in one commit; it carries no cursor.

    Args:
        table: Brought up to date by the caller and, on return, by this commit.
        path: Its folder.
        old: Paths of files inside it.
        new: Files that are written.
        data_change: Whether the rows differ.
        metadata: Kept with the commit.
    """
    now = int(time.time() * 1000)
    gone = [RemoveAction(path=name, data_change=data_change, deletion_timestamp=now) for name in old]
    number = table.version() + 1
    table.create_write_transaction(
        [*gone, *new],
        mode="append",
        schema=Schema.from_arrow(SCHEMA),
        commit_properties=CommitProperties(custom_metadata=dict(metadata or {})),
    )
    sync(path / "_delta_log" / f"{number:020}.json")
    table.update_incremental()


def _touches(path: Path, edit: Edit) -> bool:
    with pq.ParquetFile(path) as file:
        return any(edit.touches(rows) for rows in file.iter_batches(batch_size=_ROWS, columns=list(edit.columns)))


def _written_anew(path: Path, name: str, edit: Edit) -> AddAction | None:
    """The file as *edit* wants it, under a name that sorts as the old one does; None when no row is left."""
    # 00000000000000000007-<hex>.parquet, 00000000000000000007-000003-<hex>.parquet: all but the hex is the place
    new = path / f"{name.rpartition('-')[0]}-{uuid.uuid4().hex}.parquet"
    n_rows = 0
    try:
        with (
            pq.ParquetFile(path / name) as file,
            pq.ParquetWriter(new, SCHEMA, compression="zstd", write_page_checksum=True) as writer,
        ):
            for rows in file.iter_batches(batch_size=_ROWS):
                changed = edit.change(rows)
                n_rows += changed.num_rows
                if changed.num_rows:
                    writer.write_batch(changed)
        if n_rows:
            return finished(new, n_rows)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    new.unlink()
    return None
