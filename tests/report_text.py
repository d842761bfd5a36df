"""All that a reader could find in a file of a report, whatever its format."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow.parquet as pq


def text_of(path: Path) -> str:
    """The file as text; a workbook's parts and a Parquet file's cells and metadata unpacked."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as parts:
            return "\n".join(parts.read(name).decode() for name in parts.namelist())
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        return f"{table.to_pylist()}\n{table.schema.metadata}"
    return path.read_text(encoding="utf-8-sig")
