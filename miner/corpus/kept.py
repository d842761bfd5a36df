"""What stages made of posts, kept beside the corpus from run to run: a Delta table for each stage and its version.

```
corpora/summer-80s/kept/
├── facts-3f9a12c04b/      what the reading stage says of each post
├── mentions-91c0d2aa7e/   the candidate mentions of each post
├── compared-c41e07b2d9/   which pairs of texts were compared, and whether they are nearly the same
├── originals-07d1c2b9f3/  which of the posts that a run chose repeat which
└── names-5be02f77c1/      what the judge says of each name
```

A row belongs to a fingerprint, never to a post: two posts that say the same share it, and a post that is edited has a
new one. The version in a folder's name is a hash of all that the stage's results depend on, so nothing is ever out of
date; what no run asks for any more goes with ``miner corpus vacuum``.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from numpy.typing import NDArray

from miner.corpus.lock import WriterLock
from miner.corpus.table import commit, create_table, data_files, remove
from miner.corpus.trouble import storage_errors

FOLDER = "kept"
KEY = "fingerprint"
NAMES = "names"
"""How stages begin whose rows belong to names instead of posts; they hold numbers, and nothing that anybody wrote."""
LOCK_S = 60.0
Keys = NDArray[np.int64]


class Kept:
    """The results of one stage, one row a fingerprint.

    Attributes:
        schema: Its columns.
        folder: Where it lies.

    Any number of processes may use it at once. Where two work out the same rows, those of the first are kept.

    Args:
        corpus: Folder of the corpus.
        stage: Name of the stage.
        version: What its results depend on, as a short hash.
        schema: Columns; the first is :data:`KEY`, 64-bit and signed.

    Raises:
        StorageFull, CorpusError: It cannot be written.
    """

    def __init__(self, corpus: Path, stage: str, version: str, schema: pa.Schema) -> None:
        self._corpus = corpus
        self._keys: Keys | None = None
        self._version = -1
        self.schema = schema
        self.folder = corpus / FOLDER / f"{stage}-{version}"
        with storage_errors(corpus):
            self.folder.parent.mkdir(exist_ok=True)
            self._lock = WriterLock(self.folder.parent / ".lock", wait_s=LOCK_S)
            self._table = self._opened()

    def _opened(self) -> DeltaTable:
        """The table; one that is damaged is made anew, since all in it can be worked out again."""
        if self.folder.exists() and not _is_whole(self.folder):
            shutil.rmtree(self.folder)
        if not self.folder.exists():
            create_table(self.folder, self.schema, {})
        return DeltaTable(self.folder)

    def beside(self, stage: str, version: str, schema: pa.Schema) -> Kept:
        """The results of another stage of the same corpus."""
        return Kept(self._corpus, stage, version, schema)

    def drop_older(self, n_left: int) -> None:
        """Delete the results of this stage's other versions but for the newest *n_left*."""
        stage = self.folder.name.rpartition("-")[0]
        with storage_errors(self._corpus):
            others = [folder for folder in self.folder.parent.glob(f"{stage}-*") if folder != self.folder]
            for folder in sorted(others, key=lambda folder: folder.stat().st_mtime_ns, reverse=True)[n_left:]:
                shutil.rmtree(folder)

    def files(self) -> list[Path]:
        """The Parquet files of all rows, oldest first."""
        with storage_errors(self._corpus):
            self._table.update_incremental()
            return [self.folder / name for name in data_files(self._table)]

    def keys(self) -> Keys:
        """The fingerprints that have a row, ascending."""
        with storage_errors(self._corpus):
            self._table.update_incremental()
        if self._keys is None or self._version != self._table.version():
            self._keys, self._version = np.sort(self.column(KEY)), self._table.version()
        return self._keys

    def column(self, name: str) -> NDArray[np.int64]:
        """One column of numbers, in the order of storage, shape (n,)."""
        with storage_errors(self._corpus):
            parts = [pq.read_table(path, columns=[name]).column(0).to_numpy() for path in self.files()]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def missing(self, keys: Keys) -> Keys:
        """Those of *keys* that have no row yet, ascending and each once."""
        return np.setdiff1d(keys, self.keys())

    def add(self, rows: pa.Table) -> None:
        """Keep *rows*, in one commit; those whose fingerprint has a row already are passed over."""
        with storage_errors(self._corpus):
            self._lock.acquire()
            try:
                known, mine = self.keys(), rows.column(KEY).to_numpy()
                fresh = np.isin(mine, known, invert=True)
                commit(self._table, self.folder, rows.filter(pa.array(fresh)).combine_chunks(), "{}")
                self._keys = np.sort(np.concatenate([known, mine[fresh]]))
                self._version = self._table.version()
            finally:
                self._lock.release()


def forget_kept(corpus: Path, living: Keys) -> int:
    """Take out all results of posts that are gone: files that hold a row of any but the *living* are deleted.

    What else those files held is worked out again when it is asked for.

    Args:
        corpus: Folder of the corpus.
        living: Fingerprints of all its posts.

    Returns:
        How many files were deleted.
    """
    n_deleted = 0
    with storage_errors(corpus):
        for folder in sorted((corpus / FOLDER).glob("*-*")):
            if folder.name.startswith(NAMES):
                continue
            if not _is_whole(folder):
                shutil.rmtree(folder)
                continue
            table = DeltaTable(folder)
            dead = [name for name in data_files(table) if not np.isin(_keys_in(folder / name), living).all()]
            remove(table, folder, dead)
            n_deleted += len(dead)
    return n_deleted


def vacuum_kept(corpus: Path, used: Sequence[str] = ()) -> int:
    """Delete the results of all versions but those in *used* (names of folders); returns the bytes that it freed."""
    n_bytes = 0
    for folder in sorted((corpus / FOLDER).glob("*-*")):
        if folder.name not in used:
            n_bytes += sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            shutil.rmtree(folder)
    return n_bytes


def _keys_in(path: Path) -> Keys:
    return np.asarray(pq.read_table(path, columns=[KEY]).column(0).to_numpy(), np.int64)


def _is_whole(folder: Path) -> bool:
    with contextlib.suppress(OSError, DeltaError, pa.ArrowException):
        added = DeltaTable(folder).get_add_actions(flatten=True)
        sizes = zip(added.column("path").to_pylist(), added.column("size_bytes").to_pylist(), strict=True)
        return all((folder / name).stat().st_size == size for name, size in sizes)
    return False
