"""Reports on disk: ``output/<corpus>/<run>/``."""

from __future__ import annotations

import errno
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from miner.errors import MinerError, StorageFull
from miner.report import Report, read_report, write_report
from miner.report.public import public

FORMATS = ("csv", "json", "html", "xlsx", "parquet")
STAMP = "run.json"
# EFBIG: a limit on the size of files, as batch systems set it
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def save(report: Report, folder: Path, *, is_public: bool = False) -> dict[str, Path]:
    """Write *report* into *folder*, or its public form into ``public/`` below it.

    Beside an internal report stands ``run.json``: the manifest and the time of writing, which no other file holds, so
    that equal runs give equal files.

    Returns:
        Format to path.

    Raises:
        StorageFull: No room left; files written before stand.
        MinerError: The folder cannot be written to.
    """
    if is_public:
        return write_report(public(report), folder / "public", FORMATS)
    paths = write_report(report, folder, FORMATS)
    stamp = {"written_at": datetime.now(UTC).isoformat(timespec="seconds"), "manifest": report.manifest}
    text = json.dumps(stamp, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    write_whole(folder / STAMP, text.encode())
    return paths


def load_report(folder: Path) -> Report:
    """The report that was written into *folder*.

    Raises:
        MinerError: There is none, or it cannot be read.
    """
    return read_report(folder / "report.json")


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file, whole or not at all.

    Raises:
        StorageFull: No room left.
        MinerError: It cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                f"There is no room for {path}.", "Free some space and run the same command again."
            ) from error
        raise MinerError(
            f"{path} cannot be written: {error.strerror}.", "Name another folder with --output."
        ) from error
    finally:
        part.unlink(missing_ok=True)
