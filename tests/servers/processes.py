"""Child processes that end with their block, whatever ends it; loopback ports; waiting that ends."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

STOP_S = 15.0
RUN_S = 120.0


class NotStartedError(RuntimeError):
    """A server, or a command that prepares it, did not do what it is for. Says how its log ends."""


def free_port() -> int:
    """A loopback port that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def data_folder() -> Path:
    """Where `.ci/servers.sh` puts what is not a Debian package."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.environ.get("NOSTALGIA_SERVERS_DIR") or f"{cache}/nostalgia-miner/servers").expanduser()


def missing(server: str, needed: Sequence[Path | str]) -> str | None:
    """Why *server* cannot be started here.

    Args:
        server: Its name, for the sentence.
        needed: Files that must exist, and commands that must be found.

    Returns:
        A reason to skip, or None if everything is there.
    """
    absent = [str(n) for n in needed if not (n.exists() if isinstance(n, Path) else shutil.which(n))]
    if not absent:
        return None
    return f"{server} is not installed ({', '.join(absent)} missing): run `bash .ci/servers.sh` as root"


class Processes:
    """Server processes and their folder; leaving the block ends the processes and removes the folder.

    Each process leads a group of its own. A watchdog holds a pipe from here: when this interpreter dies without leaving
    the block (kill -9, a crash), the pipe closes and the watchdog kills the group; the folder then stays.

    Attributes:
        folder: Fresh and private but for passing through, which the database's own account needs.
    """

    def __init__(self, name: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"miner-{name}-"))
        self.folder.chmod(0o711)
        self._running: list[tuple[subprocess.Popen[bytes], subprocess.Popen[bytes], signal.Signals]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        try:
            while self._running:
                _end(*self._running.pop())
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(
        self,
        name: str,
        command: Sequence[Path | str],
        *,
        env: Mapping[str, str] | None = None,
        stop: signal.Signals = signal.SIGTERM,
    ) -> subprocess.Popen[bytes]:
        """Start a server.

        Args:
            name: Its log is `<name>.log` in the folder.
            command: Program and arguments.
            env: Variables added to this process's own.
            stop: The signal that ends it in good order.
        """
        with self.log(name).open("wb") as log:
            child = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
        watchdog = subprocess.Popen(
            ["sh", "-c", f"read _; kill -KILL -{child.pid} 2>/dev/null"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._running.append((child, watchdog, stop))
        return child

    def log(self, name: str) -> Path:
        """Where the server called *name* writes what it prints."""
        return self.folder / f"{name}.log"

    def wait(self, name: str, child: subprocess.Popen[bytes], is_ready: Callable[[], bool], limit_s: float) -> None:
        """Wait until a server answers.

        Args:
            name: The name it was started with.
            child: Its process.
            is_ready: Asked every 50 ms.
            limit_s: When to give up, in seconds.

        Raises:
            NotStartedError: The process ended, or the time is up.
        """
        end = time.monotonic() + limit_s
        while not is_ready():
            if child.poll() is not None:
                raise NotStartedError(f"{name} ended with code {child.returncode}:\n{_tail(self.log(name))}")
            if time.monotonic() > end:
                raise NotStartedError(f"{name} was not ready after {limit_s:.0f} s:\n{_tail(self.log(name))}")
            time.sleep(0.05)


def run(command: Sequence[Path | str], *, feed: str = "", env: Mapping[str, str] | None = None) -> str:
    """Run a command to its end.

    Args:
        command: Program and arguments.
        feed: Its standard input.
        env: Variables added to this process's own.

    Returns:
        Its standard output.

    Raises:
        NotStartedError: It failed.
    """
    words = [str(part) for part in command]
    done = subprocess.run(
        words, input=feed, capture_output=True, text=True, env={**os.environ, **(env or {})}, timeout=RUN_S, check=False
    )
    if done.returncode:
        said = f"{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
        raise NotStartedError(f"{' '.join(words)[:200]} ended with code {done.returncode}:\n{said}")
    return done.stdout


def listens(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end(child: subprocess.Popen[bytes], watchdog: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    # php -S leaves its workers when its first process is asked to end: the watchdog's KILL reaches the whole group
    if child.poll() is None:
        child.send_signal(stop)
        try:
            child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
    assert watchdog.stdin is not None
    watchdog.stdin.close()
    watchdog.wait(STOP_S)
    child.wait(STOP_S)


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]
