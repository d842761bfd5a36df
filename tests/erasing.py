"""Looking for what must be gone: in every file of a folder, and inside the pages of Parquet files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def files_with(folder: Path, words: Iterable[str]) -> list[str]:
    """``file: word`` for each of *words* that any file below *folder* holds, as bytes or as a value of a table."""
    found = []
    wanted = list(words)
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        bytes_ = path.read_bytes() + str(path).encode() + (_values(path) if path.suffix == ".parquet" else b"")
        found += [f"{path.relative_to(folder)}: {word}" for word in wanted if word.encode() in bytes_]
    return found


def _values(path: Path) -> bytes:
    """All values of a Parquet file, its compression and its dictionaries undone, and what its footer says."""
    table = pq.read_table(path)
    footer = pq.read_metadata(path)
    sides = [
        repr(footer.row_group(i).column(j).statistics)
        for i in range(footer.num_row_groups)
        for j in range(footer.num_columns)
    ]
    sides.append(repr(footer.metadata))
    return "\n".join([*map(repr, _plain(table)), *sides]).encode()


def _plain(table: pa.Table) -> list[object]:
    return [value for row in table.to_pylist() for value in row.values()]
