"""What a killed process leaves behind: never part of the corpus, never in the way."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from miner.corpus.folder import posts_folder
from miner.corpus.key import KEY_NAME
from miner.corpus.replay import LogEntry, named_files

_SETTLED_S = 60.0
"""Age from which a file beside the corpora, which has no lock, is nobody's work under way, in seconds."""


def leftovers(folder: Path, entries: Sequence[LogEntry]) -> dict[Path, str]:
    """File or folder to what it is. To be asked only while nobody else writes.

    Args:
        folder: The corpus.
        entries: Its log; a file whose commit is damaged is no leftover.
    """
    table = posts_folder(folder)
    named, damaged = named_files(entries), {entry.number for entry in entries if entry.actions is None}
    found: dict[Path, str] = {}
    for path in sorted(table.glob("*.parquet")):
        if path.name not in named and not (path.name[:20].isdecimal() and int(path.name[:20]) in damaged):
            found[path] = "a file of posts whose storing was stopped"
    for path in sorted((table / "_delta_log").glob("*.tmp*")):
        found[path] = "an entry of the log whose writing was stopped"
    for path in sorted(folder.glob(".posts-*")):
        found[path] = "a table whose making was stopped"
    for path in sorted(folder.glob(".study-*")):
        found[path] = "a description whose writing was stopped"
    for path in sorted(folder.glob(".checked.parquet.part")):
        found[path] = "a list of posts asked for again whose writing was stopped"
    lock = folder / ".lock"
    if lock.is_file() and lock.stat().st_size:
        found[lock] = "signed by a process that has ended"
    return found | _keys(folder.parent)


def _keys(corpora: Path) -> dict[Path, str]:
    settled = time.time() - _SETTLED_S
    found = [path for path in sorted(corpora.glob(f"{KEY_NAME}-*")) if path.stat().st_mtime < settled]
    return dict.fromkeys(found, "a key whose making was stopped") if (corpora / KEY_NAME).exists() else {}


def delete(path: Path) -> None:
    """Delete a leftover; a lock file stays, unsigned, since another process may just be opening it."""
    if path.name == ".lock":
        path.write_bytes(b"")
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
