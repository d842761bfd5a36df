"""When posts were last asked for again, kept beside the corpus: fingerprints of ids and seconds, nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable

from miner.corpus.fingerprint import fingerprint_of
from miner.corpus.folder import posts_folder
from miner.corpus.table import batches, dataset, sync

FILE: Final = "checked.parquet"
_SCHEMA = pa.schema([("post", pa.int64()), ("at", pa.int64())])


def checked(folder: Path) -> dict[int, int]:
    """When each post was last asked for: fingerprint of its id to seconds since 1970. Empty if none ever was."""
    try:
        table = pq.read_table(folder / FILE, schema=_SCHEMA)
    except (OSError, pa.ArrowException):
        # it says only where to go on: without it all are asked again
        return {}
    return dict(zip(table.column("post").to_pylist(), table.column("at").to_pylist(), strict=True))


def note_checked(folder: Path, ids: Collection[str], at: int) -> None:
    """Remember that the posts *ids* were asked for *at* that second. The caller is the only writer."""
    _write(folder, checked(folder) | dict.fromkeys(map(fingerprint_of, ids), at))


def forget_checked(folder: Path) -> None:
    """Remember nothing of posts that the corpus no longer has. The caller is the only writer."""
    if not (folder / FILE).exists():
        return
    path, before = posts_folder(folder), checked(folder)
    found: dict[int, int] = {}
    for batch in batches(dataset(DeltaTable(path), path), ["id"], folder):
        here = map(fingerprint_of, batch.column("id").to_pylist())
        found |= {post: before[post] for post in here if post in before}
    _write(folder, found)


def _write(folder: Path, found: Mapping[int, int]) -> None:
    """The file is replaced whole or not at all."""
    part = folder / f".{FILE}.part"
    posts = sorted(found)
    pq.write_table(pa.table({"post": posts, "at": [found[post] for post in posts]}, schema=_SCHEMA), part)
    sync(part)
    part.replace(folder / FILE)
