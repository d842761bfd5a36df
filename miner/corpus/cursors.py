"""Where each walk of a source stands, and what it rejected: read from and written into the commits themselves.

A commit's metadata holds one entry under the name :data:`ENTRY`, as JSON:

```
{"stream": "mastodon/example.social/80s", "cursor": "1103…", "rejected": {"no text": 3}, "restarts": false,
 "at": "2026-11-02T10:15:00+00:00"}
```

Every :data:`SNAPSHOT_EVERY` commits the entry also has ``"all"``: the state after this commit, complete. So the state
is found by walking back over at most that many small files, however many commits there are. Delta's checkpoints leave
this metadata out, which is why the files of the log are what is read, and why the table is created with the removal of
old ones switched off (:data:`CONFIGURATION`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from miner.errors import CorpusError

ENTRY = "miner"
SNAPSHOT_EVERY = 64
CONFIGURATION = {
    "delta.enableExpiredLogCleanup": "false",
    # for other programs that write to the table and clean up on their own terms
    "delta.logRetentionDuration": "interval 36500 days",
    # Statistics of texts would put the first and last text of a page into the log, out of reach of `miner forget`.
    "delta.dataSkippingStatsColumns": "created_at,fetched_at",
}


@dataclass(slots=True, kw_only=True)
class StreamState:
    """The state of all streams after some commit.

    Attributes:
        cursors: Stream to cursor.
        rejected: Stream to reason to count.
        times: Stream to the time of its last commit, ISO 8601.
        since_snapshot: Commits since one that holds the complete state.
    """

    cursors: dict[str, str] = field(default_factory=dict)
    rejected: dict[str, dict[str, int]] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    since_snapshot: int = 0

    def apply(self, entry: Mapping[str, Any]) -> None:
        """Bring the state to where it is after the commit with this *entry*."""
        if "all" in entry:
            self.cursors = dict(entry["all"]["cursors"])
            self.rejected = {stream: dict(counts) for stream, counts in entry["all"]["rejected"].items()}
            self.times = dict(entry["all"].get("times", {}))
            self.since_snapshot = 0
            return
        stream = entry["stream"]
        if "at" in entry:
            self.times[stream] = entry["at"]
        if entry["cursor"] is not None:
            self.cursors[stream] = entry["cursor"]
        counts = {} if entry.get("restarts") else dict(self.rejected.get(stream, {}))
        for reason, n in entry["rejected"].items():
            counts[reason] = counts.get(reason, 0) + n
        self.rejected[stream] = counts
        self.since_snapshot += 1

    def entry(
        self, *, stream: str, cursor: str | None, rejected: Mapping[str, int], restarts: bool, at: datetime
    ) -> str:
        """The metadata of the next commit, made at time *at*; with the complete state in it when that is due."""
        entry: dict[str, Any] = {
            "stream": stream,
            "cursor": cursor,
            "rejected": {reason: n for reason, n in sorted(rejected.items()) if n},
            "restarts": restarts,
            "at": at.isoformat(timespec="seconds"),
        }
        if self.since_snapshot + 1 >= SNAPSHOT_EVERY:
            after = StreamState(cursors=dict(self.cursors), rejected=dict(self.rejected), times=dict(self.times))
            after.apply(entry)
            entry["all"] = {"cursors": after.cursors, "rejected": after.rejected, "times": after.times}
        return json.dumps(entry)

    def totals(self) -> dict[str, int]:
        """Reason to count over all streams, the most frequent reason first."""
        sums: dict[str, int] = {}
        for counts in self.rejected.values():
            for reason, n in counts.items():
                sums[reason] = sums.get(reason, 0) + n
        return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


class _State(msgspec.Struct):
    """What ``"all"`` of an entry holds."""

    cursors: dict[str, str]
    rejected: dict[str, dict[str, int]]
    times: dict[str, datetime] = {}


class _Whole(msgspec.Struct):
    """An entry with the complete state."""

    all: _State


class _Step(msgspec.Struct):
    """An entry without it."""

    stream: str
    cursor: str | None
    rejected: dict[str, int]
    restarts: bool = False
    at: datetime | None = None


def read_entry(text: str) -> Mapping[str, Any]:
    """What a commit's entry says.

    Raises:
        ValueError, RecursionError, TypeError, msgspec.MsgspecError: It is none of this program.
    """
    found: Mapping[str, Any] = json.loads(text)
    msgspec.convert(found, _Whole if "all" in found else _Step)
    return found


def load_state(log: Path, version: int) -> StreamState:
    """The state after commit *version*.

    Args:
        log: The table's folder ``_delta_log``.
        version: Number of a commit that exists.

    Raises:
        CorpusError: An entry of the log is missing or damaged.
    """
    entries: list[Mapping[str, Any]] = []
    for number in range(version, -1, -1):
        entry = _read_entry(log, number)
        if entry is not None:
            entries.append(entry)
            if "all" in entry:
                break
    state = StreamState()
    for entry in reversed(entries):
        state.apply(entry)
    return state


def advance_state(state: StreamState, log: Path, *, after: int, version: int) -> None:
    """Bring a *state* that stands at commit *after* to *version*. Raises CorpusError like :func:`load_state`."""
    for number in range(after + 1, version + 1):
        entry = _read_entry(log, number)
        if entry is not None:
            state.apply(entry)


def _read_entry(log: Path, number: int) -> Mapping[str, Any] | None:
    """What this program wrote into a commit; None for commits of others, such as a compaction."""
    path = log / f"{number:020}.json"
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        first, *others = map(json.loads, lines)  # an empty file, as a power cut leaves it, fails here
        info: Mapping[str, Any] = next((a["commitInfo"] for a in (first, *others) if "commitInfo" in a), {})
        entry = read_entry(info[ENTRY]) if ENTRY in info else None
    except (OSError, ValueError, RecursionError, TypeError, msgspec.MsgspecError) as error:
        raise CorpusError(
            f"The corpus {log.parent.parent.name} is damaged: {path} is missing or cannot be read.",
            "Put that file back from a backup; without one, "
            f"`miner corpus check {log.parent.parent.name} --repair` saves the rest.",
        ) from error
    return entry
