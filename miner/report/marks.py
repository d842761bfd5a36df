"""Small drawings in a row: where its interval lies, and how often it was named month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from miner.records import RankedArtifact


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Where an interval of ranks lies on a line from the first place to the last, all in hundredths of its length."""

    start: str
    width: str
    mark: str


def bar_of(row: RankedArtifact, longest: int) -> Bar:
    """The bar of *row* on a line of *longest* places."""

    def place(rank: int) -> float:
        # a mark is two hundredths wide, so that the last place still lies on the line
        return 98 * (min(max(rank, 1), longest) - 1) / max(longest - 1, 1)

    start, end = place(row.rank_low), place(row.rank_high)
    return Bar(start=f"{start:.2f}", width=f"{max(end - start, 0) + 2:.2f}", mark=f"{place(row.rank):.2f}")


def spark_of(months: Sequence[int]) -> str:
    """Points of a line through the months on a field of 100 by 20; empty without months."""
    most = max(months, default=0)
    if not most:
        return ""
    return " ".join(f"{100 * i / (len(months) - 1):.0f},{19 - 18 * n / most:.0f}" for i, n in enumerate(months))
