"""Damaged files of posts: what can be read of them is saved into new files, and the walks they came from begin anew."""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from miner.corpus.check import parquet_fault
from miner.corpus.cursors import ENTRY, load_state
from miner.corpus.folder import posts_folder
from miner.corpus.mend_log import add_action, commit_info, write_entry
from miner.corpus.replay import Stored, read_log, stored_files
from miner.corpus.schema import SCHEMA

_ROWS = 256


def mend_data(
    folder: Path, now: datetime, *, take_aside: Callable[[Path], None]
) -> tuple[list[str], int, tuple[str, ...]]:
    """Replace damaged files, and posts that are there twice, in one commit; then move the damaged ones aside.

    Returns:
        What was done, in sentences; how many posts are lost; and the walks they came from.
    """
    table = posts_folder(folder)
    done: list[str] = []
    actions: list[Mapping[str, Any]] = []
    damaged: list[Path] = []
    n_lost, streams, known = 0, set[str](), set[str]()
    for stored in stored_files(read_log(table / "_delta_log")):
        path = table / stored.name
        is_damaged = _is_damaged(path, stored)
        rows = _readable(path) if is_damaged else pq.read_table(path, columns=["id"])
        kept = _unmet(rows, known)
        if not is_damaged and kept.num_rows == rows.num_rows:
            continue
        actions.append(_removal(stored, now))
        actions += _saved(path, kept if is_damaged else _unmet_of(path, kept))
        if is_damaged:
            damaged.append(path)
            missing = None if stored.n_rows is None else max(0, stored.n_rows - rows.num_rows)
            n_lost += missing or 0
            if missing != 0:
                streams.update([stored.stream] if stored.stream else [])
            done.append(_told(path, rows.num_rows, missing))
        else:
            done.append(f"Left out {rows.num_rows - kept.num_rows:,} posts of {path.name} that are there already.")
    if actions:
        _commit(table, actions, streams, now)
    for path in damaged:
        take_aside(path)
    return done, n_lost, tuple(sorted(streams))


def _is_damaged(path: Path, stored: Stored) -> bool:
    if parquet_fault(path):
        return True
    with pq.ParquetFile(path) as file:
        schema, n_rows = file.schema_arrow, file.metadata.num_rows
    fits = all(f.name in schema.names and schema.field(f.name).type == f.type for f in SCHEMA)
    return not fits or path.stat().st_size != stored.size or stored.n_rows not in (None, n_rows)


def _readable(path: Path) -> pa.Table:
    """The rows of a damaged file up to the damage, in each of its row groups."""
    batches: list[pa.RecordBatch] = []
    with (
        contextlib.suppress(OSError, pa.ArrowException, ValueError),
        pq.ParquetFile(path, page_checksum_verification=True) as file,
    ):
        for group in range(file.num_row_groups):
            batches += _of_group(file, group)
    tables = [pa.Table.from_batches([batch]).select(SCHEMA.names).cast(SCHEMA) for batch in batches]
    return pa.concat_tables(tables) if tables else SCHEMA.empty_table()


def _of_group(file: pq.ParquetFile, group: int) -> Iterator[pa.RecordBatch]:
    with contextlib.suppress(OSError, pa.ArrowException, ValueError):
        for batch in file.iter_batches(batch_size=_ROWS, row_groups=[group], columns=SCHEMA.names):
            if all(batch.schema.field(name).type == SCHEMA.field(name).type for name in SCHEMA.names):
                yield batch


def _unmet(rows: pa.Table, known: set[str]) -> pa.Table:
    """The rows whose id is not *known* yet; they are from now on."""
    is_new = []
    for post_id in rows.column("id").to_pylist():
        is_new.append(post_id not in known)
        known.add(post_id)
    return rows.filter(pa.array(is_new, pa.bool_()))


def _unmet_of(path: Path, kept: pa.Table) -> pa.Table:
    """The complete rows of a whole file that has the ids *kept*, each once."""
    rows = pq.read_table(path)
    first = {post_id: i for i, post_id in reversed(list(enumerate(rows.column("id").to_pylist())))}
    return rows.take(pa.array(sorted(first[post_id] for post_id in kept.column("id").to_pylist()), pa.int64()))


def _saved(path: Path, rows: pa.Table) -> list[Mapping[str, Any]]:
    """The action that adds *rows* in a file whose name keeps the place of *path* in the order of reading."""
    if not rows.num_rows:
        return []
    rows = rows.filter(pc.is_valid(rows.column("id")))
    saved = path.with_name(f"{path.name[:20]}-{uuid.uuid4().hex}.parquet")
    pq.write_table(rows, saved, compression="zstd", write_page_checksum=True)
    handle = os.open(saved, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return [add_action(saved)]


def _removal(stored: Stored, now: datetime) -> Mapping[str, Any]:
    return {
        "remove": {
            "path": stored.name,
            "deletionTimestamp": int(now.timestamp() * 1000),
            "dataChange": True,
            "size": stored.size,
        }
    }


def _told(path: Path, n_saved: int, n_missing: int | None) -> str:
    lost = "nobody can say how many are lost" if n_missing is None else f"{n_missing:,} are lost"
    return f"Saved {n_saved:,} posts of the damaged {path.name}; {lost}."


def _commit(table: Path, actions: Sequence[Mapping[str, Any]], streams: set[str], now: datetime) -> None:
    log = table / "_delta_log"
    version = read_log(log)[-1].number
    state = load_state(log, version)
    entry = {
        "stream": "",
        "all": {
            "cursors": {stream: cursor for stream, cursor in state.cursors.items() if stream not in streams},
            "rejected": state.rejected,
            "times": state.times,
        },
    }
    info = commit_info(now, "REPAIR", **{ENTRY: json.dumps(entry)})
    write_entry(log / f"{version + 1:020}.json", [info, *actions])
