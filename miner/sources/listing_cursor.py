"""Where a walk through a listing stands: enough to go on after any interruption."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

# one without a zone cannot be compared with the others
_Time = Annotated[datetime, msgspec.Meta(tz=True)]


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """Where the walk through a listing stands, stored as JSON.

    Attributes:
        place: Next page to read; None is the beginning.
        top: Newest time seen by the walk in progress.
        floor: Newest time seen by the last complete walk: a later one may stop there.
        is_done: No walk is in progress.
        since, until: Window of the walk; what lies outside was left out on the way.
        mark: What the last complete walk kept to ask whether anything has changed since (:class:`Batch`).
    """

    place: str | None = None
    top: _Time | None = None
    floor: _Time | None = None
    is_done: bool = False
    since: _Time | None = None
    until: _Time | None = None
    mark: str | None = None


def read_cursor(text: str | None, *, since: datetime | None, until: datetime | None) -> Cursor:
    """The cursor to go on from; a fresh one when there is none, it is not of this program, or the window grew.

    Starting over costs requests and no posts: the corpus knows what it has.
    """
    try:
        found = msgspec.json.decode(text or "", type=Cursor)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        found = Cursor()
    from_start = found.since is None or (since is not None and since >= found.since)
    to_end = found.until is None or (until is not None and until <= found.until)
    if not (from_start and to_end):
        found = Cursor()
    begun = Cursor(floor=found.floor, mark=found.mark) if found.is_done else found
    return msgspec.structs.replace(begun, since=since, until=until)
