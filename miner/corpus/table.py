"""The Delta table of posts: its files, one commit, one reading.

Files of a page are written here and handed to Delta as finished ones. Its own writer gives the same table, but orders
files at random, and on a full disk leaves a panic of its thread on the terminal.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.transaction import AddAction, RemoveAction

from miner.corpus.cursors import CONFIGURATION, ENTRY
from miner.corpus.schema import SCHEMA
from miner.corpus.trouble import storage_errors
from miner.errors import UsageError

_ROWS = 8_192


def create_table(
    path: Path, schema: pa.Schema = SCHEMA, configuration: Mapping[str, str | None] = CONFIGURATION
) -> None:
    """Make an empty table. It appears complete or not at all; one that another process just made is left as it is."""
    building = Path(tempfile.mkdtemp(dir=path.parent, prefix=".posts-"))
    try:
        building.chmod(0o755)
        DeltaTable.create(building, Schema.from_arrow(schema), configuration=configuration)
        building.rename(path)
    except OSError:
        if not (path / "_delta_log").is_dir():
            raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def commit(table: DeltaTable, path: Path, rows: pa.Table, entry: str) -> str | None:
    """Add *rows* to the table and *entry* to its log, in one step.

    Args:
        table: Brought up to date by the caller and, on return, by this commit.
        path: Folder of the table.
        rows: May be empty: then only the log grows.
        entry: Metadata of the commit.

    Returns:
        Path of the new file inside the table; None without rows.

    Raises:
        OSError: The disk is full or may not be written; the table is as before.
    """
    number = table.version() + 1
    name = f"{number:020}-{uuid.uuid4().hex}.parquet" if rows.num_rows else None
    try:
        actions: list[AddAction | RemoveAction] = [_write(path / name, rows)] if name else []
        table.create_write_transaction(
            actions,
            mode="append",
            schema=Schema.from_arrow(rows.schema),
            commit_properties=CommitProperties(custom_metadata={ENTRY: entry}),
        )
    except BaseException:
        if name and not (path / "_delta_log" / f"{number:020}.json").exists():
            (path / name).unlink(missing_ok=True)
        raise
    sync(path / "_delta_log" / f"{number:020}.json")
    table.update_incremental()
    return name


def remove(table: DeltaTable, path: Path, names: Sequence[str]) -> None:
    """Take files out of a table in one commit, and delete them; older versions that had them can no longer be read."""
    if not names:
        return
    actions: list[AddAction | RemoveAction] = [
        RemoveAction(path=name, data_change=True, deletion_timestamp=int(time.time() * 1000)) for name in names
    ]
    table.create_write_transaction(actions, mode="append", schema=table.schema())
    table.update_incremental()
    for name in names:
        (path / name).unlink(missing_ok=True)


def table_at(path: Path, version: int) -> DeltaTable:
    """The table in *path* as it was after commit *version*, which must be one of its commits.

    Raises:
        UsageError: Files of that version were deleted since.
    """
    table = DeltaTable(path, version=version)
    if all((path / name).exists() for name in data_files(table)):
        return table
    raise UsageError(
        f"Version {version} of the corpus {path.parent.name} can no longer be read: its files were deleted, by "
        "`miner corpus vacuum` or so that the posts of somebody are in none.",
        "Leave the version out to read the newest.",
    )


def data_files(table: DeltaTable) -> list[str]:
    """Paths inside the table of the files that make it up, oldest commit first."""
    return sorted(table.get_add_actions(flatten=True).column("path").to_pylist())


def dataset(table: DeltaTable, path: Path, *, only: Collection[str] | None = None) -> pads.Dataset:
    """The table, or *only* some of its files, as an Arrow dataset: what DuckDB, Polars and Ray read as it is."""
    names = data_files(table) if only is None else sorted(only)
    return pads.dataset([str(path / name) for name in names], schema=SCHEMA, format="parquet")


def batches(rows: pads.Dataset, columns: Sequence[str] | None, folder: Path) -> pa.RecordBatchReader:
    """Stream a dataset in order, a few files ahead at most; errors are those of :func:`storage_errors`."""
    names = SCHEMA.names if columns is None else list(columns)
    scanner = rows.scanner(columns=names, batch_size=_ROWS, batch_readahead=2, fragment_readahead=2)

    def stream() -> Iterator[pa.RecordBatch]:
        with storage_errors(folder):
            yield from scanner.to_batches()

    return pa.RecordBatchReader.from_batches(pa.schema([SCHEMA.field(name) for name in names]), stream())


def _write(path: Path, rows: pa.Table) -> AddAction:
    pq.write_table(rows, path, compression="zstd", write_page_checksum=True)  # for `miner corpus check`
    return finished(path, rows.num_rows)


def finished(path: Path, n_rows: int, *, data_change: bool = True) -> AddAction:
    """Make a file that was just written last, and say how to add it to its table.

    Args:
        path: The file.
        n_rows: Rows in it.
        data_change: It holds rows that were not there before, or not so.
    """
    sync(path)
    found = path.stat()
    return AddAction(
        path=path.name,
        size=found.st_size,
        partition_values={},
        modification_time=int(found.st_mtime * 1000),
        data_change=data_change,
        stats=json.dumps({"numRecords": n_rows}),
    )


def sync(path: Path) -> None:
    """Make a file outlast a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
