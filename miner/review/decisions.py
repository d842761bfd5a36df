"""What a team decided about artifacts: keep, reject, merge, split, note. Nothing is taken out; the last word holds.

A decision is one line of JSON; ``docs/decisions.md`` describes it. Lines of several people are put together by their
ids, in any order, without loss: where two people's last words on one thing differ, that is a conflict, which is listed,
and the later one holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from miner.records import Verdict

What = Literal["decision", "department", "note", "same_as", "split"]
Reason = Literal["", "not an object", "duplicate", "wrong year", "too obvious", "cannot be had", "other"]

NO_OBJECT: Final = "not an object"
CHOICES: Final = ("", "keep", "maybe", "reject")
WHATS: Final[tuple[What, ...]] = get_args(What)
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One word of one person on one artifact.

    Attributes:
        id: 32 hex digits, made by whoever wrote it; a line that comes twice counts once.
        at: When, ISO 8601 in UTC (``2026-11-23T14:05:00.123Z``): its alphabet is its order.
        by: Who; a name that the team chose, may be empty.
        artifact_id: Which artifact; ids survive re-runs.
        name: Its name then.
        spellings: Its other spellings then.
        what: What is decided.
        value: ``decision``: one of :data:`CHOICES`; ``department`` and ``note``: words; ``same_as``: the name of the
            artifact that it is the same thing as; ``split``: spellings that are another thing, one a line. Empty takes
            the earlier word back.
        reason: Why it is rejected: one of :data:`REASONS`.
    """

    id: str
    at: str
    by: str
    artifact_id: str
    name: str
    spellings: tuple[str, ...]
    what: What
    value: str
    reason: Reason = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two people's last words on one thing, which differ.

    Attributes:
        holds: The later one.
        other: What somebody else said last.
    """

    holds: Decision
    other: Decision


@dataclass(frozen=True, slots=True)
class Decisions:
    """All that was decided, each line once, oldest first.

    Attributes:
        lines: Sorted by time, then id.
    """

    lines: tuple[Decision, ...] = ()
    _last: Mapping[tuple[str, What], Decision] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        once = {line.id: line for line in self.lines}
        ordered = tuple(sorted(once.values(), key=lambda line: (line.at, line.id)))
        object.__setattr__(self, "lines", ordered)
        object.__setattr__(self, "_last", {(line.artifact_id, line.what): line for line in ordered})

    def with_more(self, lines: Iterable[Decision]) -> Decisions:
        """These and *lines*."""
        return Decisions((*self.lines, *lines))

    def last(self) -> list[Decision]:
        """The last word on each thing, also those that take an earlier one back."""
        return list(self._last.values())

    def holding(self) -> list[Decision]:
        """The last words that say something, by name."""
        said = [line for line in self._last.values() if line.value]
        return sorted(said, key=lambda line: (line.name.casefold(), line.artifact_id, line.what))

    def verdict(self, artifact_id: str) -> Verdict | None:
        """What holds for an artifact; None when nobody said anything about it."""
        said = {what: self._last[artifact_id, what] for what in WHATS if (artifact_id, what) in self._last}
        if not any(line.value for line in said.values()):
            return None
        decided, newest = said.get("decision"), max(said.values(), key=lambda line: (line.at, line.id))
        return Verdict(
            decision=decided.value if decided else "",
            reason=decided.reason if decided else "",
            department=said["department"].value if "department" in said else "",
            note=said["note"].value if "note" in said else "",
            by=newest.by,
        )

    def conflicts(self) -> list[Conflict]:
        """Where two people's last words on one thing differ, by artifact."""
        last: dict[tuple[str, What], dict[str, Decision]] = {}
        for line in self.lines:
            last.setdefault((line.artifact_id, line.what), {})[line.by] = line
        found = []
        for said in last.values():
            *others, holds = sorted(said.values(), key=lambda line: (line.at, line.id))
            differ = [line for line in others if (line.value, line.reason) != (holds.value, holds.reason)]
            found += [Conflict(holds=holds, other=line) for line in differ]
        return sorted(found, key=lambda c: (c.holds.artifact_id, c.holds.what, c.other.at))
