"""What runs keep beside a corpus, made to forget with it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from deltalake import DeltaTable

from miner.corpus.fingerprint import COLUMNS, SQL
from miner.corpus.folder import posts_folder
from miner.corpus.kept import FOLDER, LOCK_S, Keys, forget_kept
from miner.corpus.lock import WriterLock
from miner.corpus.table import batches, data_files, dataset
from miner.corpus.trouble import storage_errors


def forget_caches(folder: Path) -> None:
    """Delete what runs kept of posts that are no longer in the corpus, and what killed runs left.

    What else stood in the same files is worked out again when it is asked for.

    Args:
        folder: The corpus.

    Raises:
        CorpusError: A run has been writing there for longer than a minute.
    """
    if not (folder / FOLDER).is_dir():
        return
    lock = WriterLock(folder / FOLDER / ".lock", wait_s=LOCK_S)
    with storage_errors(folder):
        lock.acquire()
        try:
            forget_kept(folder, _living(folder))
            for stage in sorted((folder / FOLDER).glob("*-*")):
                needed = set(data_files(DeltaTable(stage)))
                for file in stage.glob("*.parquet"):
                    if file.name not in needed:
                        file.unlink()
        finally:
            lock.release()


def _living(folder: Path) -> Keys:
    """The fingerprints of all posts, ascending."""
    path = posts_folder(folder)
    found: list[Keys] = [np.zeros(0, np.int64)]
    with tempfile.TemporaryDirectory(prefix="miner-") as spill, duckdb.connect(config={"temp_directory": spill}) as db:
        for batch in batches(dataset(DeltaTable(path), path), list(COLUMNS), folder):
            db.register("incoming", pa.Table.from_batches([batch]))
            keys = db.execute(f"select {SQL} as key from incoming").fetchnumpy()["key"]  # noqa: S608 - our own words
            found.append(np.asarray(keys, np.int64))
    return np.unique(np.concatenate(found))
