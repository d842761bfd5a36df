"""The ranked artifacts as Parquet: the columns of ``report.csv`` with types, for whoever goes on counting.

Numbers are numbers, unrounded; ``first_seen`` and ``last_seen`` are times in UTC; ``also_called``, ``lenses`` and
``year_source`` are lists, whole and with bars as they were spelt. What is empty in the CSV is null here, or a list
without items. The file's metadata say which run it is and what the run was made with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from miner.records import RankedArtifact
from miner.report.inert import inert
from miner.report.model import Report
from miner.report.rights import rights_flags
from miner.report.table import COLUMNS, cells

_WHOLE = (
    "rank", "rank_low", "rank_high", "n_authors", "n_posts", "n_sources", "first_year", "heyday_start", "heyday_end",
)  # fmt: skip
_TYPES: Mapping[str, pa.DataType] = {
    **dict.fromkeys(_WHOLE, pa.int64()),
    **dict.fromkeys(("share", "distinctive_z", "probability"), pa.float64()),
    **dict.fromkeys(("first_seen", "last_seen"), pa.timestamp("us", tz="UTC")),
    **dict.fromkeys(("also_called", "lenses", "year_source", "rights_flags"), pa.list_(pa.string())),
    "trend_12m": pa.list_(pa.int64()),
}
SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS])


def write_parquet(report: Report, path: Path) -> None:
    """Writes *report* to *path*."""
    sink = pa.BufferOutputStream()
    pq.write_table(to_table(report), sink, compression="zstd")
    path.write_bytes(sink.getvalue())


def to_table(report: Report) -> pa.Table:
    """*report*'s rows, best first, as an Arrow table of :data:`SCHEMA`."""
    return pa.Table.from_pylist([_record(row) for row in report.rows], schema=SCHEMA.with_metadata(_metadata(report)))


def _record(row: RankedArtifact) -> dict[str, object]:
    found = row.dating
    start, end = found.heyday or (None, None)
    texts = {name: cell or None for name, cell in zip(COLUMNS, cells(row), strict=True)}
    return texts | {
        "rank": row.rank,
        "rank_low": row.rank_low,
        "rank_high": row.rank_high,
        "also_called": [inert(spelling) for spelling in row.artifact.also_called],
        "n_authors": row.n_authors,
        "n_posts": row.n_posts,
        "n_sources": row.n_sources,
        "share": row.share,
        "distinctive_z": row.distinctive_z,
        "lenses": [inert(name) for name in row.lenses],
        "first_year": found.first_year,
        "heyday_start": start,
        "heyday_end": end,
        "year_source": [inert(name) for name in found.sources],
        "rights_flags": list(rights_flags(row)),
        "trend_12m": list(row.months),
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
        "probability": row.artifact.probability,
    }


def _metadata(report: Report) -> dict[str, str]:
    return {
        "format": "nostalgia-miner report",
        "run_id": inert(report.run_id),
        "title": inert(report.title),
        "corpus": inert(report.corpus),
        "era": inert(report.era.name) if report.era else "",
        "lens": inert(report.lens),
        "mode": report.mode,
        "manifest": json.dumps(report.manifest, sort_keys=True, allow_nan=False),
    }
