"""Reports on disk: ``output/<corpus>/<run>/``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from miner.report import Report, read_report, write_report
from miner.report.public import public

FORMATS = ("csv", "json", "html")
STAMP = "run.json"


def save(report: Report, folder: Path, *, is_public: bool = False) -> dict[str, Path]:
    """Write *report* into *folder*, or its public form into ``public/`` below it.

    Beside an internal report stands ``run.json``: the manifest and the time of writing, which no other file holds, so
    that equal runs give equal files.

    Returns:
        Format to path.

    Raises:
        StorageFull: No room left; files written before stand.
    """
    if is_public:
        return write_report(public(report), folder / "public", FORMATS)
    paths = write_report(report, folder, FORMATS)
    stamp = {"written_at": datetime.now(UTC).isoformat(timespec="seconds"), "manifest": report.manifest}
    (folder / STAMP).write_text(json.dumps(stamp, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return paths


def load_report(folder: Path) -> Report:
    """The report that was written into *folder*.

    Raises:
        MinerError: There is none, or it cannot be read.
    """
    return read_report(folder / "report.json")
