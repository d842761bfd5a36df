"""Files that no kept version of a corpus needs, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from miner.corpus.folder import posts_folder
from miner.corpus.table import data_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacuumed:
    """What was deleted.

    Attributes:
        n_files: Files of posts.
        n_bytes: Their size.
    """

    n_files: int
    n_bytes: int


def vacuum(folder: Path, *, n_versions: int = 1) -> Vacuumed:
    """Delete the files of posts that none of the newest *n_versions* needs, and those that a killed process left.

    The caller is the only writer. The log stays whole, so cursors and the numbers of versions do too.

    Args:
        folder: The corpus.
        n_versions: How many versions stay readable, the newest among them; 1 or more.

    Raises:
        OSError: A file may not be deleted.
    """
    path = posts_folder(folder)
    needed = _needed(path, n_versions)
    gone = [file for file in sorted(path.glob("*.parquet")) if file.name not in needed]
    n_bytes = sum(file.stat().st_size for file in gone)
    for file in gone:
        file.unlink()
    return Vacuumed(n_files=len(gone), n_bytes=n_bytes)


def _needed(path: Path, n_versions: int) -> set[str]:
    newest = DeltaTable(path)
    needed = set(data_files(newest))
    for version in range(newest.version() - 1, max(-1, newest.version() - n_versions), -1):
        try:
            needed |= set(data_files(DeltaTable(path, version=version)))
        except (OSError, DeltaError):
            break  # the log was cut by another program: older versions cannot be read anyway
    return needed
