"""Where a walk through a hashtag timeline stands: enough to go on after any interruption, without a gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import msgspec

# one without a zone cannot be compared with the others
_Time = Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Progress through one timeline. Ids are opaque strings.

    Attributes:
        newest: Newest id seen: a later run goes forward from here.
        oldest: Oldest id seen: the back-fill goes on from here.
        is_filled: The back-fill has met the beginning of the timeline.
    """

    newest: str | None = None
    oldest: str | None = None
    is_filled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """What is stored with a page, as JSON.

    Attributes:
        walks: Progress by timeline: one for all tags of a stream (``80s+1980s``), or one for each, where the server
            does not understand ``any[]``.
        since, until: Window of the walk; what lies outside was left out on the way, so that another window needs
            another walk.
    """

    walks: Mapping[str, Walk]
    since: _Time | None = None
    until: _Time | None = None

    def to_json(self) -> str:
        """The string that :func:`read_cursor` reads."""
        return msgspec.json.encode(self).decode()

    def covers(self, since: datetime | None, until: datetime | None) -> bool:
        """Whether everything in that window would have been kept on the way so far."""
        from_start = self.since is None or (since is not None and since >= self.since)
        to_end = self.until is None or (until is not None and until <= self.until)
        return from_start and to_end


def read_cursor(text: str | None, *, since: datetime | None, until: datetime | None) -> Cursor:
    """The cursor to go on from; a fresh one when there is none, when it is not of this program, or the window grew.

    Starting over costs requests and no posts: the corpus knows what it has.
    """
    since, until = _utc(since), _utc(until)
    try:
        cursor = msgspec.json.decode(text or "", type=Cursor)
    except (msgspec.MsgspecError, UnicodeError):
        cursor = Cursor(walks={})
    walks = cursor.walks if cursor.covers(since, until) else {}
    return Cursor(walks=walks, since=since, until=until)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
