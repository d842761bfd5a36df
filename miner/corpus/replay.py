"""The table's log read by hand, entry by entry, where Delta would stop at the first that is damaged."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec

from miner.corpus.cursors import ENTRY, read_entry

Action = Mapping[str, Any]
MAX_GAP = 10_000
"""Entries that may be missing side by side; each is read, and listed, on its own."""
_NUMBER = re.compile("[0-9]{20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """A commit.

    Attributes:
        number: Its version.
        path: Its file, which need not exist.
        actions: What it says; None when it is missing or cannot be read.
        reason: Why there are no actions; empty when there are.
    """

    number: int
    path: Path
    actions: Sequence[Action] | None
    reason: str = ""

    def of_kind(self, kind: str) -> list[Mapping[str, Any]]:
        """The ``add``, ``remove`` or ``commitInfo`` actions."""
        return [action[kind] for action in self.actions or () if isinstance(action.get(kind), Mapping)]

    @property
    def stream(self) -> str | None:
        """The walk whose page it holds; None for commits of another kind."""
        for info in self.of_kind("commitInfo"):
            if ENTRY in info:
                stream = json.loads(info[ENTRY]).get("stream")
                return stream if isinstance(stream, str) else None
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A data file that the newest version is made of.

    Attributes:
        name: Its path inside the table.
        size: Bytes, as the log says.
        n_rows: Rows, as the log says; None when it does not.
        stream: The walk that its posts came from; None when the log does not say.
    """

    name: str
    size: int
    n_rows: int | None
    stream: str | None


def read_log(log: Path) -> list[LogEntry]:
    """All entries from 0 to the newest; those that are missing between are entries without actions."""
    newest = 0
    for number in entry_numbers(log):
        if number - newest <= MAX_GAP:  # behind it, a file that somebody else named
            newest = number
    return [_read(log, number) for number in range(newest + 1)]


def entry_numbers(log: Path) -> list[int]:
    """Numbers of the log's entries, ascending; a file that is called otherwise is none of them."""
    return sorted(int(path.stem) for path in log.glob("*.json") if _NUMBER.fullmatch(path.stem))


def _read(log: Path, number: int) -> LogEntry:
    path = log / f"{number:020}.json"
    try:
        actions = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        reason = _fault(actions)
    except OSError as error:
        actions, reason = None, error.strerror or "unreadable"
    except (ValueError, RecursionError):
        actions, reason = None, "it is cut off or overwritten"
    return LogEntry(number=number, path=path, actions=None if reason else actions, reason=reason)


def _fault(actions: Sequence[Any]) -> str:
    """Why *actions* are none of this program; empty when they are."""
    if not actions:
        return "it is empty"  # as a power cut leaves it
    if not all(isinstance(action, dict) and action for action in actions):
        return "it holds something else than a commit"
    try:
        for info in (action["commitInfo"] for action in actions if "commitInfo" in action):
            if ENTRY in info:
                read_entry(info[ENTRY])
        for add in (action["add"] for action in actions if "add" in action):
            str(add["path"]), int(add["size"])
        for remove in (action["remove"] for action in actions if "remove" in action):
            str(remove["path"])
    except (ValueError, OverflowError, RecursionError, KeyError, TypeError, msgspec.MsgspecError):
        return "what it says of the walk or its file is overwritten"
    return ""


def stored_files(entries: Iterable[LogEntry]) -> list[Stored]:
    """The data files of the newest version, in the order in which they are read."""
    found: dict[str, Stored] = {}
    for entry in entries:
        for remove in entry.of_kind("remove"):
            found.pop(unquote(str(remove["path"])), None)
        for add in entry.of_kind("add"):
            name = unquote(str(add["path"]))
            found[name] = Stored(name=name, size=int(add["size"]), n_rows=_n_rows(add), stream=entry.stream)
    return [found[name] for name in sorted(found)]


def _n_rows(add: Mapping[str, Any]) -> int | None:
    try:
        return int(json.loads(add["stats"])["numRecords"])
    except (ValueError, OverflowError, RecursionError, KeyError, TypeError):
        return None


def named_files(entries: Iterable[LogEntry]) -> set[str]:
    """Data files that any version is made of: older ones may still be read."""
    return {unquote(str(add["path"])) for entry in entries for add in entry.of_kind("add")}


def is_being_written(folder: Path) -> bool:
    """Whether a process holds the writer's lock of the corpus in *folder* at this moment."""
    try:
        handle = os.open(folder / ".lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
