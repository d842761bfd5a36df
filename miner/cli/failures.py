"""What a failure looks like at the terminal: what happened, what to do next, and an exit code."""

from __future__ import annotations

import errno
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType

import typer

from miner import __version__
from miner.cli.layout import printable
from miner.errors import MinerError, StorageFull

INTERRUPTED = 130
AGAIN_S = 1.0
_GOES_ON = "What was collected is stored; the same command goes on from there."
_AFTER_INTERRUPT = {
    "scrape": _GOES_ON,
    "import": _GOES_ON,
    "run": _GOES_ON,
    "rank": "The corpus is as it was and no report was begun; the same command goes on to make it.",
}
# EFBIG: a limit on the size of files, as batch systems set it
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def reported(command: str, *, is_verbose: bool) -> Iterator[None]:
    """Turn what comes out of *command* into a message on stderr and an exit code.

    A closed pipe (``miner eras | head -1``) is left to the library, which ends without a word.

    Raises:
        typer.Exit: In place of everything else.
    """
    try:
        yield
    except (typer.TyperException, typer.Exit, typer.Abort, BrokenPipeError):
        raise
    except MinerError as error:
        raise _told(error) from None
    except KeyboardInterrupt:
        typer.echo(f"\nInterrupted. {_AFTER_INTERRUPT.get(command, '')}".rstrip(), err=True)
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:  # the last net: whatever is left is a bug or the machine's trouble
        raise _told(_trouble(error) or _bug(error, is_verbose=is_verbose)) from None


@contextmanager
def insistent() -> Iterator[None]:
    """Repeat a Ctrl-C each second until it gets through, and raise it whatever a library makes of it.

    spaCy builds its patterns with a library whose objects have a ``__del__``; an interrupt that lands in one is printed
    as ignored and lost. DuckDB raises a RuntimeError of its own in its place. Not for code under asyncio, which has a
    handler of its own that lets a commit end first.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    rung: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        rung.append(number)
        signal.setitimer(signal.ITIMER_REAL, AGAIN_S)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt), signal.signal(signal.SIGALRM, interrupt)
    try:
        yield
    except Exception as error:
        if rung:
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGALRM, before[1])


def print_error(error: MinerError) -> None:
    """What happened and the next step, on stderr."""
    # a server's or a file's own words may be quoted in it
    typer.echo(f"Error: {printable(error.happened)}\n{printable(error.advice)}", err=True)


def _told(error: MinerError) -> typer.Exit:
    print_error(error)
    return typer.Exit(error.exit_code)


def _trouble(error: Exception) -> MinerError | None:
    """The machine's trouble in this program's words; None when *error* is none."""
    if isinstance(error, MemoryError):
        return MinerError("There is not enough memory.", "Close other programs and run the same command again.")
    if not isinstance(error, OSError) or error.errno is None:
        return None
    name = error.filename if isinstance(error.filename, str | Path) else ""
    if error.errno in _FULL:
        return StorageFull(
            f"There is no room left on the disk{f' for {name}' if name else ''}.",
            "Free some space and run the same command again: what was stored is safe.",
        )
    if not name:
        return None
    return MinerError(f"{name} cannot be used: {error.strerror}.", f"See whose it is with `ls -ld {name}`.")


def _bug(error: Exception, *, is_verbose: bool) -> MinerError:
    """A sentence about an error that nobody foresaw. Its text is left to ``-v``: it may quote a post or a password."""
    if is_verbose:
        traceback.print_exception(error, file=sys.stderr)
        advice = "Report it with the traceback above and what you typed."
    else:
        advice = "Run it again with -v, and report the traceback that it prints with what you typed."
    where = _place(error.__traceback__)
    return MinerError(f"This is a bug in nostalgia miner {__version__}: {type(error).__name__}{where}.", advice)


def _place(trace: TracebackType | None) -> str:
    """The last line of this program that *trace* went through: " in miner/study/rank.py, line 68"."""
    package = Path(__file__).parent.parent
    frames = [f for f in traceback.extract_tb(trace) if Path(f.filename).is_relative_to(package)]
    if not frames:
        return ""
    return f" in {Path(frames[-1].filename).relative_to(package.parent).as_posix()}, line {frames[-1].lineno}"
