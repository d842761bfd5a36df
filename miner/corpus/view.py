"""One version of a corpus as numbered rows: streamed in order, or a few of them taken from where they lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from miner.corpus.schema import SCHEMA
from miner.corpus.trouble import storage_errors

Rows = NDArray[np.int64]


class View:
    """The posts of one version, numbered from 0 in the order of storage.

    Args:
        folder: The corpus.
        files: Its data files in that order.

    Attributes:
        n_posts: How many there are.
    """

    def __init__(self, folder: Path, files: Sequence[Path]) -> None:
        self._folder = folder
        self._files = list(files)
        with storage_errors(folder):
            counts = [pq.read_metadata(path).num_rows for path in self._files]
        self._starts = np.cumsum([0, *counts])
        self.n_posts = int(self._starts[-1])

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All rows in order, with *columns*, a file or a part of one at a time.

        Raises:
            CorpusError: A file is damaged or missing.
        """
        for path in self._files:
            with storage_errors(self._folder), pq.ParquetFile(path) as file:
                yield from file.iter_batches(columns=list(columns))

    def take(self, rows: Rows, columns: Sequence[str]) -> pa.Table:
        """The given *rows* in the given order; only the parts of files in which they lie are read.

        Args:
            rows: Numbers of rows, 0 to :attr:`n_posts` - 1, shape (n,).
            columns: Names of columns.

        Raises:
            CorpusError: A file is damaged or missing.
        """
        wanted, back = np.unique(rows, return_inverse=True)
        bounds = np.searchsorted(wanted, self._starts)
        parts = [
            self._of_file(path, wanted[low:high] - start, columns)
            for path, start, low, high in zip(self._files, self._starts[:-1], bounds[:-1], bounds[1:], strict=True)
            if low < high
        ]
        schema = pa.schema([SCHEMA.field(name) for name in columns])
        found = pa.concat_tables(parts) if parts else schema.empty_table()
        is_in_order = len(wanted) == len(rows) and bool((back == np.arange(len(rows))).all())
        return found if is_in_order else found.take(pa.array(back))

    def _of_file(self, path: Path, rows: Rows, columns: Sequence[str]) -> pa.Table:
        with storage_errors(self._folder), pq.ParquetFile(path) as file:
            counts = [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)]
            starts = np.cumsum([0, *counts])
            groups = np.unique(np.searchsorted(starts, rows, side="right") - 1).tolist()
            read = file.read_row_groups(groups, columns=list(columns), use_threads=False)
            # where each row lies among the groups that were read
            offsets = dict(zip(groups, np.cumsum([0, *(counts[g] for g in groups)])[:-1].tolist(), strict=True))
            home = np.searchsorted(starts, rows, side="right") - 1
            places = rows - starts[home] + np.array([offsets[g] for g in home.tolist()], np.int64)
            return read if len(places) == read.num_rows else read.take(pa.array(places))
