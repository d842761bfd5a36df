"""How often an artifact was named in each of the last twelve months of a corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from miner.records import Mention
from miner.study.choose import Chosen

N_MONTHS = 12
MIN_POSTS = 12


def newest_of(chosen: Chosen) -> datetime | None:
    """Time of the newest dated post; None when none is dated."""
    return max((post.created_at for post in chosen.posts if post.created_at is not None), default=None)


def last_months(mentions: Sequence[Mention], chosen: Chosen, newest: datetime | None) -> tuple[int, ...]:
    """Posts that name it in each of the twelve months up to *newest*'s, the oldest first.

    Empty where fewer than :data:`MIN_POSTS` dated posts name it: no line can be drawn through so few.
    """
    dates = [date for m in mentions if (date := chosen.posts[m.post].created_at) is not None]
    if newest is None or len(dates) < MIN_POSTS:
        return ()
    counts = Counter(_month(newest) - _month(date) for date in dates)
    return tuple(counts[back] for back in reversed(range(N_MONTHS)))


def _month(date: datetime) -> int:
    return date.year * 12 + date.month
