"""Mending a corpus without losing what can be read of it. What is damaged goes to ``damaged/`` and is never deleted.

```
summer-80s/
├── damaged/20261123T101500Z/    one folder a repair
└── posts/
```
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from miner.corpus.check import check_corpus
from miner.corpus.findings import Checked, Finding
from miner.corpus.folder import is_corpus, posts_folder, unknown_corpus, write_study
from miner.corpus.key import KEY_NAME, load_key
from miner.corpus.leftovers import delete, leftovers
from miner.corpus.lock import WAIT_S, WriterLock
from miner.corpus.mend_data import mend_data
from miner.corpus.mend_log import mend_log
from miner.corpus.replay import read_log
from miner.corpus.trouble import storage_errors
from miner.errors import MinerError


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What a repair did.

    Attributes:
        done: Sentences.
        n_lost: Posts that were acknowledged and are lost.
        streams: The walks that these came from; they begin anew when the same command is run again.
        aside: Folder of what was damaged; None when nothing was.
        before, after: What a check found.
    """

    done: tuple[str, ...]
    n_lost: int
    streams: tuple[str, ...]
    aside: Path | None
    before: Checked
    after: Checked


def _now() -> datetime:
    return datetime.now(UTC)


def repair_corpus(
    folder: Path, *, key_file: Path | None = None, wait_s: float = WAIT_S, clock: Callable[[], datetime] = _now
) -> Repaired:
    """Mend what :func:`miner.corpus.check.check_corpus` finds and calls mendable. Being killed, it can be run again.

    Args:
        folder: The corpus.
        key_file: Key of the pseudonyms; None is ``.author-key`` beside *folder*.
        wait_s: How long to wait for another writer, in seconds.
        clock: Gives the time, UTC.

    Raises:
        UnknownName: There is no such corpus.
        CorpusError: Another process is writing, or the files may not be written.
        StorageFull: No room for what is saved; nothing that was readable is lost.
    """
    if not is_corpus(folder):
        raise unknown_corpus(folder)
    key_file = key_file or folder.parent / KEY_NAME
    lock = WriterLock(folder / ".lock", wait_s=wait_s)
    with storage_errors(folder):
        lock.acquire()
        try:
            before = check_corpus(folder, key_file=key_file, clock=clock)
            mended = _mend(folder, key_file, before, clock())
        finally:
            lock.release()
        after = check_corpus(folder, key_file=key_file, clock=clock)
    done, n_lost, streams, aside = mended
    return Repaired(done=tuple(done), n_lost=n_lost, streams=streams, aside=aside, before=before, after=after)


class Aside:
    """The folder that damaged files are moved to, made when the first one comes."""

    def __init__(self, corpus: Path, now: datetime) -> None:
        self._corpus = corpus
        self._folder = corpus / "damaged" / now.strftime("%Y%m%dT%H%M%SZ")
        self.made: Path | None = None

    def take(self, path: Path) -> None:
        """Move *path* there, under its name; what is missing is left alone."""
        if not path.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self.made = self._folder
        to = self._folder / path.name
        n = 1
        while to.exists():
            n += 1
            to = self._folder / f"{path.name}.{n}"
        path.rename(to)


def _mend(
    folder: Path, key_file: Path, before: Checked, now: datetime
) -> tuple[list[str], int, tuple[str, ...], Path | None]:
    aside = Aside(folder, now)
    log = posts_folder(folder) / "_delta_log"
    done = [*_key(before.findings, key_file), *_description(folder, before.findings, key_file, aside, now)]
    for finding in before.findings:
        if finding.kind == "checkpoint":
            aside.take(finding.path)
            if finding.path.name != "_last_checkpoint":
                aside.take(log / "_last_checkpoint")
            done.append(f"Moved aside {finding.path.name}: the log says all that it said.")
    done += mend_log(folder, now, take_aside=aside.take)
    words, n_lost, streams = mend_data(folder, now, take_aside=aside.take)
    done += words
    done += _leftovers(folder)
    return done, n_lost, streams, aside.made


def _key(findings: Sequence[Finding], key_file: Path) -> list[str]:
    if any(finding.kind == "key" and finding.is_mendable for finding in findings):
        key_file.chmod(0o600)
        return [f"Closed {key_file} to others (mode 600)."]
    return []


def _description(folder: Path, findings: Sequence[Finding], key_file: Path, aside: Aside, now: datetime) -> list[str]:
    if not any(finding.kind == "description" and finding.is_mendable for finding in findings):
        return []
    fingerprint = ""
    with contextlib.suppress(MinerError):  # a lost key is a finding of its own
        fingerprint = load_key(key_file).fingerprint
    aside.take(folder / "study.toml")
    write_study(folder, created=_created(folder) or now, author_key=fingerprint)
    return [f"Wrote {folder / 'study.toml'} anew from the log and the key."]


def _created(folder: Path) -> datetime | None:
    first = read_log(posts_folder(folder) / "_delta_log")[0]
    for metadata in first.of_kind("metaData"):
        with contextlib.suppress(ValueError, KeyError, TypeError, OverflowError):
            return datetime.fromtimestamp(int(metadata["createdTime"]) / 1000, UTC)
    return None


def _leftovers(folder: Path) -> list[str]:
    found = leftovers(folder, read_log(posts_folder(folder) / "_delta_log"))
    deleted = [path for path in found if path.name != ".lock"]  # this repair's own, at this moment
    for path in deleted:
        delete(path)
    return [f"Deleted {len(deleted)} leftovers of processes that were killed."] if deleted else []
