"""How sure a share of a few is."""

from __future__ import annotations

import math

Z_95 = 1.959964
"""97.5th percentile of the normal distribution."""


def wilson(n_of: int, n: int, *, z: float = Z_95) -> tuple[float, float]:
    """The score interval of a share, 95 % by default (Wilson, *J. of the American Statistical Association* 22, 1927).

    Args:
        n_of: How many have the property, 0 to *n*.
        n: Of how many.
        z: Half the width in standard deviations.

    Returns:
        Low and high, 0-1; (0, 1) of none.

    Example:
        >>> [round(bound, 4) for bound in wilson(8, 10)]
        [0.4902, 0.9433]
    """
    if not n:
        return 0.0, 1.0
    share, spread = n_of / n, z * z / n
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt((share * (1 - share) + spread / 4) / n) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)
