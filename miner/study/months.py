"""How often an artifact was named in each of the last twelve months of a corpus."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

N_MONTHS = 12
MIN_POSTS = 12
Times = NDArray[np.int64]


def last_months(times: Times, newest: int | None) -> tuple[int, ...]:
    """Posts in each of the twelve months up to the one of *newest*, the oldest first.

    Empty where there are fewer than :data:`MIN_POSTS`: no line can be drawn through so few.

    Args:
        times: When dated posts were put online, microseconds since 1970 UTC.
        newest: Likewise, the newest of all posts counted; None when none is dated.
    """
    if newest is None or len(times) < MIN_POSTS:
        return ()
    back = _months(np.array([newest])) - _months(times)
    return tuple(np.bincount(back[back < N_MONTHS], minlength=N_MONTHS)[::-1].tolist())


def _months(times: Times) -> Times:
    return times.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
