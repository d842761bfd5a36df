"""Two runs side by side: what is new, what is gone, what moved beyond its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from miner.records import RankedArtifact
from miner.report.model import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An artifact that both runs rank, and whose two intervals do not touch."""

    before: RankedArtifact
    after: RankedArtifact


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changed from one run to another.

    Attributes:
        new: In the second list alone, best place first.
        gone: In the first list alone, best place first.
        moved: In both, by more than their intervals allow, the farthest first.
        n_same: In both, and not moved so.
    """

    new: tuple[RankedArtifact, ...]
    gone: tuple[RankedArtifact, ...]
    moved: tuple[Moved, ...]
    n_same: int


def difference(before: Report, after: Report) -> Difference:
    """What changed from *before* to *after*.

    Artifacts are the same when their ids are, or when the name of one is a spelling of the other: the spelling that
    most authors use may change, and the id with it. Lists of different lengths call new or gone what is merely below
    the shorter one's end: compare runs with the same ``--top``.
    """
    pairs = _pairs(before.rows, after.rows)
    moved = [
        Moved(before=one, after=other)
        for one, other in pairs
        if one.rank_high < other.rank_low or other.rank_high < one.rank_low
    ]
    moved.sort(key=lambda m: (-abs(m.after.rank - m.before.rank), m.after.rank))
    known_before = {one.artifact.artifact_id for one, _ in pairs}
    known_after = {other.artifact.artifact_id for _, other in pairs}
    return Difference(
        new=tuple(row for row in after.rows if row.artifact.artifact_id not in known_after),
        gone=tuple(row for row in before.rows if row.artifact.artifact_id not in known_before),
        moved=tuple(moved),
        n_same=len(pairs) - len(moved),
    )


def _pairs(
    before: Sequence[RankedArtifact], after: Sequence[RankedArtifact]
) -> list[tuple[RankedArtifact, RankedArtifact]]:
    by_id = {row.artifact.artifact_id: row for row in before}
    by_key = {key: row for row in reversed(before) for key in row.artifact.keys}
    pairs, taken = [], set()
    for row in after:
        same = by_id.get(row.artifact.artifact_id)
        same = same or next((by_key[key] for key in row.artifact.keys if key in by_key), None)
        if same is not None and same.artifact.artifact_id not in taken:
            taken.add(same.artifact.artifact_id)
            pairs.append((same, row))
    return pairs
