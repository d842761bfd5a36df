"""Whether a corpus is whole: each file is read, and what is not as it must be is named with the way to mend it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from miner.corpus.findings import Checked, Finding
from miner.corpus.folder import is_corpus, posts_folder, read_study, unknown_corpus
from miner.corpus.key import KEY_NAME, load_key
from miner.corpus.leftovers import leftovers
from miner.corpus.replay import LogEntry, Stored, is_being_written, named_files, read_log, stored_files
from miner.corpus.schema import SCHEMA
from miner.errors import CorpusError, SettingsError

_AHEAD = timedelta(minutes=5)
_FROM_BACKUP = "Put {file} back from a backup; without one, `miner corpus check {name} --repair` "
_REPAIR = "`miner corpus check {name} --repair` "


@dataclass(slots=True)
class _Seen:
    """What reading the data files came to."""

    n_posts: int = 0
    n_again: int = 0
    ids: set[str] = field(default_factory=set)
    latest: datetime | None = None
    latest_in: Path | None = None


def _now() -> datetime:
    return datetime.now(UTC)


def check_corpus(folder: Path, *, key_file: Path | None = None, clock: Callable[[], datetime] = _now) -> Checked:
    """Read everything that the corpus in *folder* consists of; change nothing.

    Args:
        folder: The corpus.
        key_file: Key of the pseudonyms; None is ``.author-key`` beside *folder*.
        clock: Gives the time, UTC.

    Raises:
        UnknownName: There is none.
    """
    if not is_corpus(folder):
        raise unknown_corpus(folder)
    is_busy = is_being_written(folder)
    entries = read_log(posts_folder(folder) / "_delta_log")
    files = stored_files(entries)
    seen = _Seen()
    findings = [
        *_description(folder, key_file or folder.parent / KEY_NAME),
        *_log(folder, entries),
        *_checkpoints(folder),
        *(found for file in files for found in _data(folder, file, seen)),
        *_posts(folder, seen, clock()),
        *(() if is_busy else leftover_findings(folder, entries)),
    ]
    return Checked(
        n_posts=seen.n_posts, n_files=len(files), n_commits=len(entries), is_busy=is_busy, findings=tuple(findings)
    )


def _description(folder: Path, key_file: Path) -> Iterator[Finding]:
    path = folder / "study.toml"
    fingerprint = ""
    try:
        fingerprint = read_study(folder).author_key
    except CorpusError as error:
        is_newer = "has format" in error.happened
        advice = error.advice if is_newer else (_FROM_BACKUP + "writes it anew.").format(file=path, name=folder.name)
        yield Finding(kind="description", what=error.happened, path=path, advice=advice, is_mendable=not is_newer)
    else:
        if not fingerprint:
            yield Finding(
                kind="description",
                what=f"{path} does not say which key the pseudonyms were made with.",
                path=path,
                advice=(_REPAIR + "writes it in.").format(name=folder.name),
            )
    yield from _key(folder, key_file, fingerprint)


def _key(folder: Path, path: Path, fingerprint: str) -> Iterator[Finding]:
    try:
        key = load_key(path)
    except SettingsError as error:
        yield Finding(kind="key", what=error.happened, path=path, advice=error.advice)
    except CorpusError as error:
        yield Finding(kind="key", what=error.happened, path=path, advice=error.advice, is_mendable=False)
    else:
        if fingerprint and key.fingerprint != fingerprint:
            yield Finding(
                kind="key",
                what=f"The key {path} is not the one that the pseudonyms in {folder.name} were made with.",
                path=path,
                advice="Put the right key in its place: with this one the same person would be counted twice.",
                is_mendable=False,
            )


def _log(folder: Path, entries: Sequence[LogEntry]) -> Iterator[Finding]:
    for entry in entries:
        if entry.actions is None:
            of_it = unnamed_files(folder, entries, entry.number)
            yield Finding(
                kind="log",
                what=f"Entry {entry.number} of the log, {entry.path}, cannot be read: {entry.reason}.",
                path=entry.path,
                n_lost=None if not of_it and entry.number < len(entries) - 1 else 0,
                advice=(_FROM_BACKUP + "makes it anew from the file of posts that belongs to it.").format(
                    file="it", name=folder.name
                ),
            )


def unnamed_files(folder: Path, entries: Sequence[LogEntry], number: int) -> list[Path]:
    """Data files written for commit *number* that no entry names: those of a damaged entry, or of a killed write."""
    named = named_files(entries)
    return [p for p in sorted(posts_folder(folder).glob(f"{number:020}-*.parquet")) if p.name not in named]


def _checkpoints(folder: Path) -> Iterator[Finding]:
    log = posts_folder(folder) / "_delta_log"
    for path in sorted(log.glob("*.checkpoint*.parquet")):
        reason = parquet_fault(path)
        if reason:
            yield _checkpoint(folder, path, reason)
    pointer = log / "_last_checkpoint"
    if pointer.exists():
        try:
            version = int(json.loads(pointer.read_text(encoding="utf-8"))["version"])
            if not list(log.glob(f"{version:020}.checkpoint*.parquet")):
                yield _checkpoint(folder, pointer, "the checkpoint that it names is missing")
        except (OSError, ValueError, OverflowError, RecursionError, KeyError, TypeError):
            yield _checkpoint(folder, pointer, "it is cut off or overwritten")


def _checkpoint(folder: Path, path: Path, reason: str) -> Finding:
    return Finding(
        kind="checkpoint",
        what=f"{path} cannot be read: {reason}.",
        path=path,
        advice=(_REPAIR + "moves it aside: it only repeats what the log says.").format(name=folder.name),
    )


def parquet_fault(path: Path) -> str:
    """Why the Parquet file cannot be read completely; empty when it can."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for _ in file.iter_batches():
                pass
    except FileNotFoundError:
        return "it is missing"
    except OSError as error:
        return error.strerror or "it is cut off or overwritten"
    except (pa.ArrowException, ValueError):
        return "it is cut off or overwritten"
    return ""


def _data(folder: Path, file: Stored, seen: _Seen) -> Iterator[Finding]:
    path = posts_folder(folder) / file.name
    reason = _read_posts(path, file, seen)
    if reason:
        yield Finding(
            kind="data",
            what=f"The file of posts {path} cannot be used: {reason}.",
            path=path,
            n_lost=file.n_rows,
            streams=(file.stream,) if file.stream else (),
            advice=(_FROM_BACKUP + "saves what can be read of it and sets the walk back to its start.").format(
                file="it", name=folder.name
            ),
        )


def _read_posts(path: Path, file: Stored, seen: _Seen) -> str:
    reason = parquet_fault(path)
    if reason:
        return reason
    if path.stat().st_size != file.size:
        return f"it has {path.stat().st_size:,} bytes, and the log says {file.size:,}"
    with pq.ParquetFile(path) as opened:
        n_rows, schema = opened.metadata.num_rows, opened.schema_arrow
        if file.n_rows not in (None, n_rows):
            return f"it has {n_rows:,} rows, and the log says {file.n_rows:,}"
        wrong = [f.name for f in SCHEMA if f.name not in schema.names or schema.field(f.name).type != f.type]
        if wrong:
            return f"it lacks the columns {', '.join(wrong)}, or they hold something else"
        for batch in opened.iter_batches(columns=["id", "fetched_at"]):
            _note(batch, path, seen)
    seen.n_posts += n_rows
    return ""


def _note(batch: pa.RecordBatch, path: Path, seen: _Seen) -> None:
    ids = batch.column("id").to_pylist()
    before = len(seen.ids)
    seen.ids.update(ids)
    seen.n_again += len(ids) - (len(seen.ids) - before)
    moments = [moment for moment in batch.column("fetched_at").to_pylist() if moment is not None]
    if moments and (seen.latest is None or max(moments) > seen.latest):
        seen.latest, seen.latest_in = max(moments), path


def _posts(folder: Path, seen: _Seen, now: datetime) -> Iterator[Finding]:
    if seen.n_again:
        yield Finding(
            kind="ids",
            what=f"{seen.n_again:,} posts are in {folder.name} more than once.",
            path=posts_folder(folder),
            advice=(_REPAIR + "keeps the first of each.").format(name=folder.name),
        )
    if seen.latest is not None and seen.latest_in is not None and seen.latest > now + _AHEAD:
        yield Finding(
            kind="clock",
            what=f"Posts in {seen.latest_in} say they were stored on {seen.latest:%Y-%m-%d %H:%M} UTC, a time to come.",
            path=seen.latest_in,
            advice="Set this computer's clock right (`date -u`); no post is lost, and nothing is counted by that time.",
            is_mendable=False,
        )


def leftover_findings(folder: Path, entries: Sequence[LogEntry]) -> Iterator[Finding]:
    """What killed processes left in and beside the corpus; nothing of it was acknowledged."""
    for path, what in leftovers(folder, entries).items():
        yield Finding(
            kind="leftover",
            what=f"{path} is {what}.",
            path=path,
            advice=f"Nothing of it was acknowledged and it harms nothing; {_REPAIR}deletes it.".format(
                name=folder.name
            ),
        )
