"""Entries of the log that are missing or damaged, made anew from the files of posts that belong to them.

A file of posts has the number of its commit in its name, so a commit whose entry is damaged is known by its file. Where
its walk stood is lost with the entry: the walk reads that page again and finds its posts known.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from deltalake import DeltaTable, Schema

from miner.corpus.check import parquet_fault, unnamed_files
from miner.corpus.cursors import CONFIGURATION
from miner.corpus.folder import posts_folder
from miner.corpus.replay import LogEntry, read_log, stored_files
from miner.corpus.schema import SCHEMA

Aside = Callable[[Path], None]


def mend_log(folder: Path, now: datetime, *, take_aside: Aside) -> list[str]:
    """Make damaged entries anew, and leave out those at the end that no file of posts belongs to.

    Returns:
        What was done, in sentences.
    """
    log = posts_folder(folder) / "_delta_log"
    entries = read_log(log)
    done = []
    while len(entries) > 1 and entries[-1].actions is None and not _files_of(folder, entries, entries[-1].number):
        last = entries.pop()
        take_aside(last.path)
        done.append(f"Moved aside entry {last.number} of the log, {last.path.name}: no posts belong to it.")
    for entry in entries:
        if entry.actions is None:
            done.append(_make_anew(folder, entries, entry, now, take_aside))
    return done


def _make_anew(folder: Path, entries: Sequence[LogEntry], entry: LogEntry, now: datetime, take_aside: Aside) -> str:
    files = _files_of(folder, entries, entry.number)
    take_aside(entry.path)
    if entry.number == 0:
        _first_entry(folder, entry.path)
        return "Made entry 0 of the log anew: the columns of the table."
    write_entry(entry.path, [commit_info(now, "REPAIR"), *map(add_action, files)])
    n_rows = sum(pq.read_metadata(path).num_rows for path in files)
    return f"Made entry {entry.number} of the log anew, with the {n_rows:,} posts that belong to it."


def _files_of(folder: Path, entries: Sequence[LogEntry], number: int) -> list[Path]:
    """Whole files of posts of commit *number*, without those whose posts other files have: a write done twice."""
    known = _ids(posts_folder(folder) / stored.name for stored in stored_files(entries))
    found = []
    for path in unnamed_files(folder, entries, number):
        if parquet_fault(path):
            continue
        ids = _ids([path])
        if not ids & known:
            found.append(path)
            known |= ids
    return found


def _ids(paths: Iterable[Path]) -> set[str]:
    return {
        post_id
        for path in paths
        if not parquet_fault(path)
        for post_id in pq.read_table(path, columns=["id"]).column("id").to_pylist()
    }


def _first_entry(folder: Path, path: Path) -> None:
    building = Path(tempfile.mkdtemp(dir=folder, prefix=".posts-"))
    try:
        DeltaTable.create(building, Schema.from_arrow(SCHEMA), configuration=CONFIGURATION)
        (building / "_delta_log" / path.name).replace(path)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def commit_info(now: datetime, operation: str, **more: str) -> Mapping[str, Any]:
    """The first line of an entry."""
    return {"commitInfo": {"timestamp": int(now.timestamp() * 1000), "operation": operation, **more}}


def add_action(path: Path) -> Mapping[str, Any]:
    """The line of an entry that makes a file part of the table."""
    found = path.stat()
    return {
        "add": {
            "path": path.name,
            "partitionValues": {},
            "size": found.st_size,
            "modificationTime": int(found.st_mtime * 1000),
            "dataChange": True,
            "stats": json.dumps({"numRecords": pq.read_metadata(path).num_rows}),
        }
    }


def write_entry(path: Path, actions: Sequence[Mapping[str, Any]]) -> None:
    """Write an entry of the log, whole or not at all, and to the disk. The caller holds the writer's lock."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix="_repair_", suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(json.dumps(action) + "\n" for action in actions))
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)
