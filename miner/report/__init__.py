"""A report as plain data, and the files it is written to."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from miner.errors import MinerError, StorageFull, UnknownName
from miner.report.html import write_html
from miner.report.jsonfile import read_report, report_from_json, write_json
from miner.report.model import Report, ReportEra, SourceCount, places
from miner.report.parquet import write_parquet
from miner.report.public import public
from miner.report.table import write_csv
from miner.report.workbook import write_xlsx

Writer = Callable[[Report, Path], None]

WRITERS: Mapping[str, Writer] = {
    "csv": write_csv,
    "json": write_json,
    "html": write_html,
    "xlsx": write_xlsx,
    "parquet": write_parquet,
}

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

__all__ = [
    "WRITERS",
    "Report",
    "ReportEra",
    "SourceCount",
    "Writer",
    "places",
    "public",
    "read_report",
    "report_from_json",
    "write_report",
]


def write_report(report: Report, folder: Path, formats: Iterable[str] = tuple(WRITERS)) -> dict[str, Path]:
    """Writes *report* into *folder* as ``report.csv``, ``report.json``, … and says where.

    Each file appears whole or not at all: it is written beside its place and then renamed. A file of an earlier run
    stays until its successor is complete.

    Args:
        report: What to write.
        folder: Made if it is not there.
        formats: Names in :data:`WRITERS`; all of them by default.

    Returns:
        Each format to its file, in the order asked for.

    Raises:
        UnknownName: A format that there is not; nothing is written then.
        StorageFull: No room left on the disk.
        MinerError: The folder cannot be written to.
    """
    wanted = list(dict.fromkeys(formats))
    for name in wanted:
        if name not in WRITERS:
            raise UnknownName("report format", name, WRITERS)
    paths = {name: folder / f"report.{name}" for name in wanted}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in paths.items():
            _write_whole(WRITERS[name], report, path)
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                f"There is no room for the report in {folder}.",
                "Free some space, or name another folder with --output, and run the same command again.",
            ) from error
        raise MinerError(
            f"The report cannot be written to {folder}: {error.strerror}.", "Name another folder with --output."
        ) from error
    return paths


def _write_whole(writer: Writer, report: Report, path: Path) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        writer(report, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
