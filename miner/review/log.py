"""The file of a corpus's decisions: read with care, written by appending, whoever else writes meanwhile."""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from miner.errors import CorpusError, StorageFull, UsageError
from miner.review.decisions import CHOICES, Decision, Decisions, Reason, What

FILE: Final = "decisions.jsonl"
MAX_LINE: Final = 16_384
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of ``decisions.jsonl``, as ``docs/decisions.md`` describes it."""

    v: Literal[1] = 1
    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    at: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$")]
    by: Annotated[str, msgspec.Meta(max_length=200)] = ""
    artifact: Annotated[str, msgspec.Meta(pattern="^a_[0-9a-f]{10}$")]
    name: _Name
    spellings: Annotated[list[_Name], msgspec.Meta(max_length=40)] = []
    what: What
    value: Annotated[str, msgspec.Meta(max_length=4000)]
    reason: Reason = ""


_READER = msgspec.json.Decoder(Line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import of decisions did.

    Attributes:
        n_new: Lines that were not there.
        n_known: Lines that were.
        rejected: Why lines were refused, and how many for each reason.
        decisions: All there are now.
    """

    n_new: int
    n_known: int
    rejected: Mapping[str, int]
    decisions: Decisions


def decision_from(line: bytes) -> Decision:
    """The decision that a line holds.

    Raises:
        UsageError: It holds none, or one of a later version of this program; the message says what is wrong.
    """
    if len(line) > MAX_LINE:
        raise UsageError("a line of more than 16 kB", _ADVICE)
    try:
        found = _READER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(_CONTROL.sub("", str(error))[:200], _ADVICE) from error
    if found.what == "decision" and found.value not in CHOICES:
        raise UsageError("Invalid value for a decision", _ADVICE)
    return Decision(
        id=found.id,
        at=found.at,
        by=_clean(found.by),
        artifact_id=found.artifact,
        name=_clean(found.name),
        spellings=tuple(map(_clean, found.spellings)),
        what=found.what,
        value=_clean(found.value),
        reason=found.reason,
    )


_ADVICE: Final = "Export the decisions again; docs/decisions.md says how a line is built."


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)


def as_line(decision: Decision) -> bytes:
    """The decision as a line of ``decisions.jsonl``."""
    line = Line(
        id=decision.id,
        at=decision.at,
        by=decision.by,
        artifact=decision.artifact_id,
        name=decision.name,
        spellings=list(decision.spellings),
        what=decision.what,
        value=decision.value,
        reason=decision.reason,
    )
    return msgspec.json.encode({"v": 1} | msgspec.to_builtins(line), order="sorted") + b"\n"


def read_lines(data: bytes) -> tuple[list[Decision], dict[str, int]]:
    """Decisions of a file, and why lines of it are none, with how many for each reason."""
    found: list[Decision] = []
    rejected: Counter[str] = Counter()
    for line in filter(bytes.strip, data.split(b"\n")):
        try:
            found.append(decision_from(line))
        except UsageError as error:
            rejected[error.happened] += 1
    return found, dict(rejected)


def read_decisions(folder: Path) -> Decisions:
    """The decisions of the corpus in *folder*; none when there is no file.

    Raises:
        CorpusError: The file cannot be read.
    """
    try:
        data = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return Decisions()
    except OSError as error:
        raise CorpusError(f"{folder / FILE} cannot be read: {error.strerror}.", "Mend its permissions.") from error
    return Decisions(tuple(read_lines(data)[0]))


def add_decisions(folder: Path, lines: Iterable[Decision], rejected: Mapping[str, int] | None = None) -> Imported:
    """Append those of *lines* that are not there yet; when this returns they are on the disk.

    Any number of processes may do so at once: one writes after the other.

    Raises:
        CorpusError: The file cannot be written, or read.
        StorageFull: The disk is full. What was there before stays.
    """
    given = list(lines)
    path = folder / FILE
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            # one writer after the other; the kernel lets go for a process that is killed
            fcntl.flock(handle, fcntl.LOCK_EX)
            before = read_decisions(folder)
            known = {line.id for line in before.lines}
            new = list({line.id: line for line in given if line.id not in known}.values())
            _append(handle, new)
            if new and not before.lines:
                _settle(folder)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(f"There is no room for {path}.", "Free some space and import again.") from error
        raise CorpusError(f"{path} cannot be written: {error.strerror}.", "Mend its permissions.") from error
    return Imported(
        n_new=len(new),
        n_known=len(given) - len(new),
        rejected=dict(rejected or {}),
        decisions=before.with_more(new),
    )


def _append(handle: int, new: Sequence[Decision]) -> None:
    """Whole lines or none: what a full disk cut off is taken away again."""
    size = os.fstat(handle).st_size
    data = b"".join(map(as_line, new))
    # a crash may have cut the last line: it ends here, and is rejected when read
    if size and data and os.pread(handle, 1, size - 1) != b"\n":
        data = b"\n" + data
    try:
        while data:
            data = data[os.write(handle, data) :]
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, size)
        raise


def _settle(folder: Path) -> None:
    """A new file's name is on the disk only once its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def import_decisions(folder: Path, file: Path) -> Imported:
    """Add the lines of *file* to the decisions of the corpus in *folder*.

    Raises:
        UsageError: The file cannot be read, or holds no decision.
        CorpusError, StorageFull: As in :func:`add_decisions`.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", "Check the path.") from error
    found, rejected = read_lines(data)
    if not found:
        why = next(iter(rejected), "it is empty")
        raise UsageError(f"{file} holds no decision: {why}", "Give a decisions.jsonl that a report exported.")
    return add_decisions(folder, found, rejected)
