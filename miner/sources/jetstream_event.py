"""One event of Jetstream, in the format of its first version or of its second. Pure: no network, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from miner.sources.fields import inside, moment, words

POST = "app.bsky.feed.post"
_SECOND = "network.bsky.jetstream.subscribeEvents#"
_KINDS = frozenset({"commit", "identity", "account", "sync"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_GONE = frozenset({"deleted", "deactivated", "suspended", "takendown"})
_MAX_US = 253_402_300_799_999_999
"""The last microsecond of the year 9999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened on the network.

    Attributes:
        did: The account that it happened to.
        time_us: When the server saw it, in microseconds since 1970: where to go on after a break. None when it does not
            say.
        kind: ``commit`` (a record was written), ``identity``, ``account`` or ``sync``.
        operation: Of a commit: ``create``, ``update`` or ``delete``.
        collection: Of a commit: the kind of record.
        rkey: Of a commit: the record's key.
        record: Of a commit that is no deletion: the record.
        is_farewell: Of an account: it has been closed, by its owner or by the moderation, and shows nothing any more.
    """

    did: str
    time_us: int | None
    kind: str
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: Any = None
    is_farewell: bool = False

    @property
    def uri(self) -> str:
        """The record's address; of other events the account's."""
        return "/".join(filter(None, (f"at://{self.did}", self.collection, self.rkey)))

    @property
    def is_of_post(self) -> bool:
        """Whether something was posted, changed or taken back."""
        return (self.kind, self.collection) == ("commit", POST)

    @property
    def is_new_post(self) -> bool:
        """Whether somebody has posted something."""
        return self.is_of_post and self.operation == "create"


# {"did": "did:plc:ann", "time_us": 1783175888172335, "kind": "commit",
#  "commit": {"rev": "3mptbypoove2w", "operation": "create", "collection": "app.bsky.feed.post", "rkey": "3mptbypf",
#             "record": {"$type": "app.bsky.feed.post", "text": …, "createdAt": …, …}, "cid": "bafy…"}}
# {"did": "did:plc:ann", "time_us": 1783175888384849, "kind": "identity", "identity": {"did": …, "seq": …, "time": …}}
# {"did": "did:plc:ann", "time_us": 1783175888390226, "kind": "account",
#  "account": {"did": "did:plc:ann", "active": false, "status": "deleted", "seq": …, "time": …}}
# and in the second version (lexicon network.bsky.jetstream.subscribeEvents):
# {"$type": "message", "payload": {"$type": "network.bsky.jetstream.subscribeEvents#commit", "seq": 31527015470,
#  "did": "did:plc:ann", "time": "2026-07-04T14:38:08.172335Z", "witnessedAt": "2026-07-04T14:38:08.172335Z",
#  "rev": …, "operation": "create", "collection": "app.bsky.feed.post", "rkey": …, "record": {…}, "cid": …}}
def event_of(data: Any) -> Event | None:  # noqa: ANN401 - whatever a server sent
    """An event from a decoded message; None for anything else."""
    if inside(data, "$type") == "message":
        return _second(inside(data, "payload"))
    kind, did, time = words(inside(data, "kind")), words(inside(data, "did")), inside(data, "time_us")
    if kind not in _KINDS or not did:
        return None
    is_time = isinstance(time, int) and not isinstance(time, bool) and 0 < time <= _MAX_US
    return _event(did, time if is_time else None, kind, data, inside(data, "commit"))


def notice_of(data: Any) -> str:  # noqa: ANN401 - whatever a server sent
    """The name of a notice in the second version's format (``OutdatedCursor``); empty for anything else."""
    is_notice = inside(data, "payload", "$type") == f"{_SECOND}info"
    return words(inside(data, "payload", "name")) if is_notice else ""


def error_of(data: Any) -> str | None:  # noqa: ANN401 - whatever a server sent
    """Why a server of the second version ends the stream (``ConsumerTooSlow``); None for anything else."""
    return words(inside(data, "error")) if inside(data, "$type") == "error" else None


def view_of(event: Event) -> dict[str, Any] | str:
    """The new post that an event tells of, in the shape in which the AppView shows posts; or why there is none."""
    if not event.is_of_post:
        return "not a post"
    if event.operation != "create":
        return "deleted" if event.operation == "delete" else "not a new post"
    seen = None if event.time_us is None else (_EPOCH + event.time_us * _MICROSECOND).isoformat()
    return {"uri": event.uri, "record": event.record, "indexedAt": seen}


def _second(payload: Any) -> Event | None:  # noqa: ANN401 - whatever a server sent
    kind, did = words(inside(payload, "$type")).removeprefix(_SECOND), words(inside(payload, "did"))
    if kind not in _KINDS or not did:
        return None
    # "time" may have been set by an operator; where to go on is counted by when the event was seen
    time = moment(inside(payload, "witnessedAt")) or moment(inside(payload, "time"))
    return _event(did, None if time is None else (time - _EPOCH) // _MICROSECOND, kind, payload, payload)


def _event(did: str, time_us: int | None, kind: str, data: Any, commit: Any) -> Event:  # noqa: ANN401 - as above
    account = inside(data, "account") if kind == "account" else None
    return Event(
        did=did,
        time_us=time_us,
        kind=kind,
        operation=words(inside(commit, "operation")),
        collection=words(inside(commit, "collection")),
        rkey=words(inside(commit, "rkey")),
        record=inside(commit, "record"),
        # "desynchronized" and "throttled" are troubles of a server, and no wish
        is_farewell=inside(account, "active") is False and words(inside(account, "status")) in _GONE,
    )
