"""Lists that show only the newest so many: read on by asking for what is older than the last one seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


def second_before_which(times: Sequence[datetime | None], n_wanted: int) -> str | None:
    """Seconds since 1970 before which the next page begins; None when there is nothing older.

    It is the second after the oldest, which older posts may share with it; those that were seen come again. A full page
    of one single second goes on before that second: what else was posted in it cannot be had.

    Args:
        times: Times of the posts of a page.
        n_wanted: Posts that were asked for: fewer came when there are no more.

    Example:
        >>> from datetime import UTC
        >>> page = [datetime.fromtimestamp(second, UTC) for second in (900, 800, 800)]
        >>> second_before_which(page, 3), second_before_which(page[1:], 2), second_before_which(page[1:], 3)
        ('801', '800', None)
    """
    seconds = [int(time.timestamp()) for time in times if time is not None]
    if not seconds:
        return None
    if min(seconds) < max(seconds):
        return str(min(seconds) + 1)
    return None if len(times) < n_wanted else str(min(seconds))
