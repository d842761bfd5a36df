"""What went wrong with a corpus's files, in this program's errors and with the file's name."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from miner.corpus.folder import posts_folder
from miner.errors import CorpusError, MinerError, StorageFull

# EFBIG: a limit on the size of files, as batch systems set it
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
# Delta's own errors carry the number in their text only:
# "Generic LocalFileSystem error ↳ Unable to copy data to file ↳ No space left on device (os error 28)"
_OS_ERROR = re.compile(r"\(os error (\d+)\)")


@contextlib.contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turn the errors of the file system, of Arrow and of Delta into this program's.

    Args:
        folder: The corpus that is being read or written.

    Raises:
        StorageFull: No room, or the quota is used up.
        CorpusError: No permission, or a file that is damaged or missing; the message names it.
    """
    try:
        yield
    except MinerError:
        raise
    except (OSError, DeltaError, pa.ArrowException) as error:
        raise explain(error, folder) from error


def explain(error: Exception, folder: Path) -> MinerError:
    """The error to raise in place of *error*, met while working on the corpus in *folder*."""
    number = _number(error)
    if number in _FULL:
        return StorageFull(
            f"There is no room left for the corpus {folder.name} in {folder} ({os.strerror(number)}).",
            "Free some space and run the same command again: what was stored is safe, and it goes on from there.",
        )
    if number in _FORBIDDEN:
        return CorpusError(
            f"The corpus {folder.name} cannot be used: {os.strerror(number)}.",
            f"See whose it is with `ls -la {folder}`, then mend that or choose another folder of corpora.",
        )
    damaged = damaged_file(folder)
    if damaged is not None:
        return CorpusError(
            f"The corpus {folder.name} is damaged: {damaged} is missing or cannot be read.",
            "Put that file back from a backup; without one, "
            f"`miner corpus check {folder.name} --repair` saves the rest.",
        )
    if number == errno.ENOENT:
        return CorpusError(
            f"The corpus {folder.name} was written anew while it was read, and the files of before are gone.",
            "Run the same command again: it reads the corpus as it is now.",
        )
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return CorpusError(
        f"The corpus {folder.name} could not be used: {lines[0]}.", "Run `miner doctor` to check the installation."
    )


def damaged_file(folder: Path) -> Path | None:
    """The first file of the corpus that is missing or cannot be read; None when all can. Reads everything."""
    return _damaged_log_entry(posts_folder(folder) / "_delta_log") or _damaged_data(posts_folder(folder))


def _damaged_log_entry(log: Path) -> Path | None:
    for entry in sorted(log.glob("[0-9]*.json")):
        try:
            actions = [json.loads(line) for line in entry.read_text(encoding="utf-8").splitlines() if line.strip()]
        except (OSError, ValueError):
            return entry
        if not actions:  # a power cut leaves an empty file where the entry was to be
            return entry
    return next((file for file in sorted(log.glob("[0-9]*.checkpoint*.parquet")) if not _is_parquet(file)), None)


def _damaged_data(table: Path) -> Path | None:
    try:
        paths = DeltaTable(table).get_add_actions(flatten=True).column("path").to_pylist()
    except (OSError, DeltaError):
        return None  # the log is whole but says nothing that Delta understands
    return next((table / path for path in sorted(paths) if not _is_parquet(table / path)), None)


def _is_parquet(path: Path) -> bool:
    try:
        with pq.ParquetFile(path) as file:
            for _ in file.iter_batches():
                pass
    except (OSError, pa.ArrowException):
        return False
    return True


def _number(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    found = _OS_ERROR.search(str(error))
    return int(found.group(1)) if found else 0
