"""The posts of a corpus as one Parquet file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from miner.corpus.schema import SCHEMA

_ROWS = 65_536


def export_parquet(rows: pa.RecordBatchReader, path: Path) -> int:
    """Write *rows* of a corpus into the file *path*, whole or not at all; returns how many there were.

    Raises:
        OSError: The file cannot be written.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    os.close(handle)
    n_rows, waiting, n_waiting = 0, list[pa.RecordBatch](), 0
    try:
        with pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as writer:
            for batch in rows:
                n_rows += batch.num_rows
                n_waiting += batch.num_rows
                waiting.append(batch)
                # files of a page each would make row groups too small to compress
                if n_waiting >= _ROWS:
                    writer.write_table(pa.Table.from_batches(waiting))
                    waiting, n_waiting = [], 0
            if waiting:
                writer.write_table(pa.Table.from_batches(waiting))
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return n_rows
