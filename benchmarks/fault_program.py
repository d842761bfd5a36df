"""The program as the bench of faults starts it: a process of its own each time, in milliseconds.

A server process imports the program once and forks a child for each command, so that a kill falls into the command's
work and not into a second of imports, where it could harm nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing as mp
import os
import resource
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

PRELOAD = (
    "__main__",
    "fault_program",
    "deltalake",
    "pyarrow.parquet",
    "pyarrow.dataset",
    "httpx",
    "miner.cli.scraping",
    "miner.cli.importing",
    "miner.corpus",
    "miner.study.scrape",
    "miner.review.app",
    "uvicorn",
)
"""What the server process imports; nothing of it may start a thread, which a fork would lose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended; *code* is negative for a signal."""

    code: int
    out: str
    err: str

    @property
    def has_traceback(self) -> bool:
        """Whether anything that Python or Rust prints in despair was printed."""
        return any(word in self.err + self.out for word in ("Traceback (most recent", "panicked at", "This is a bug"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A command that runs, with its words in files, where a kill leaves them."""

    process: ForkServerProcess
    out: Path
    err: Path

    def wait(self, timeout_s: float) -> bool:
        """Whether it ended within *timeout_s*."""
        self.process.join(max(0.0, timeout_s))
        return self.process.exitcode is not None

    def kill(self) -> Ended:
        """Kill -9, unless it ended first."""
        self.process.kill()
        return self.end(timeout_s=30)

    def end(self, *, timeout_s: float = 600.0) -> Ended:
        """Wait for its end.

        Raises:
            TimeoutError: It did not come; the process is killed.
        """
        if not self.wait(timeout_s):
            self.process.kill()
            self.process.join()
            raise TimeoutError(f"a command did not end within {timeout_s:.0f} s: {self.err.read_text()[-500:]}")
        code = self.process.exitcode
        out, err = (path.read_text(encoding="utf-8", errors="replace") for path in (self.out, self.err))
        self.process.close()
        return Ended(code=-1 if code is None else code, out=out, err=err)


class Program:
    """Starts commands.

    Args:
        words: Folder for what they print.
    """

    def __init__(self, words: Path) -> None:
        self._context = mp.get_context("forkserver")
        self._context.set_forkserver_preload(list(PRELOAD))
        self._words = words
        self._n_started = 0

    def start(
        self,
        cwd: Path,
        *args: str,
        env: Mapping[str, str] | None = None,
        most_bytes: int | None = None,
        obeys_modes: bool = False,
    ) -> Running:
        """Start ``miner`` with *args* in *cwd*; *most_bytes* is the most that any file may grow to.

        Root may read and write everything; with *obeys_modes* it may not.
        """
        self._n_started += 1
        out, err = (self._words / f"{self._n_started % 64}.{kind}" for kind in ("out", "err"))
        for path in (out, err):
            path.write_bytes(b"")
        process = self._context.Process(
            target=_work, args=(cwd, args, dict(env or {}), most_bytes, obeys_modes, out, err)
        )
        process.start()
        return Running(process=process, out=out, err=err)

    def run(
        self,
        cwd: Path,
        *args: str,
        env: Mapping[str, str] | None = None,
        most_bytes: int | None = None,
        obeys_modes: bool = False,
    ) -> Ended:
        """Start and wait."""
        return self.start(cwd, *args, env=env, most_bytes=most_bytes, obeys_modes=obeys_modes).end()


def _work(
    cwd: Path,
    args: Sequence[str],
    env: Mapping[str, str],
    most_bytes: int | None,
    obeys_modes: bool,
    out: Path,
    err: Path,
) -> None:
    for path, number in ((out, 1), (err, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), number)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False, buffering=1)
    os.chdir(cwd)
    for name in [name for name in os.environ if name.startswith(("MINER_", "MASTODON_"))]:
        del os.environ[name]
    os.environ |= {"COLUMNS": "80", **env}
    if most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    from miner.cli import run

    if obeys_modes and os.geteuid() == 0:
        _obey_modes()

    code = 1
    try:
        run(args)
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
    os._exit(code)


def _obey_modes() -> None:
    """Give up root's right to pass over permissions, by capset(2); another user could not read this Python itself."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, nothing):
        raise OSError(ctypes.get_errno(), "capset")


def wait_for(path: Path, text: str, *, is_over: threading.Event, timeout_s: float = 30.0) -> str | None:
    """The line of *path* that begins with *text*, once it is there; None when *is_over*, or after *timeout_s*."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until and not is_over.is_set():
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.startswith(text) and line.endswith("\n"):
                return line
        time.sleep(0.002)
    return None
