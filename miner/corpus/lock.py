"""One writer at a time. The kernel drops the lock with its process, so a killed writer never leaves one behind."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from miner.errors import CorpusError

WAIT_S = 3.0
"""How long a second writer waits for the first, in seconds: longer than any commit, shorter than patience."""


class WriterLock:
    """An advisory lock on a file, with the holder's name in it.

    Args:
        path: The lock file; made when missing, and left behind empty.
        wait_s: How long to wait for another holder, in seconds.
        sleep, clock: For tests.
    """

    def __init__(
        self,
        path: Path,
        *,
        wait_s: float = WAIT_S,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._wait_s = wait_s
        self._sleep = sleep
        self._clock = clock
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            CorpusError: Another process holds it for longer than *wait_s*; the message says which.
            OSError: The lock file cannot be opened.
        """
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        deadline = self._clock() + self._wait_s
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if self._clock() < deadline:
                    self._sleep(0.05)
                    continue
                os.close(handle)
                raise self._in_use() from None
            except BaseException:
                os.close(handle)
                raise
        self._handle = handle
        self._sign(handle)

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._handle is None:
            return
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle, 0)
        os.close(self._handle)
        self._handle = None

    def _sign(self, handle: int) -> None:
        holder = {"pid": os.getpid(), "command": _command(), "since": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")}
        with contextlib.suppress(OSError):  # a full disk: the lock holds, unsigned
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(holder).encode(), 0)

    def _in_use(self) -> CorpusError:
        try:
            holder = json.loads(self._path.read_text(encoding="utf-8"))
            who = f"process {holder['pid']} ({holder['command']}, since {holder['since']} UTC)"
        except (OSError, ValueError, RecursionError, KeyError, TypeError):
            who = "another process"
        return CorpusError(
            f"The corpus {self._path.parent.name} is being written by {who}.",
            "Wait until it has ended, then run the same command again.",
        )


def _command() -> str:
    """``miner scrape``: the program and its first word, and no more, since arguments may hold names and tokens."""
    word = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1].isalpha() else ""
    return f"{Path(sys.argv[0] or 'python').name} {word}".strip()
