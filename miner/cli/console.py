"""What the commands share: settings, and progress on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from miner.settings import Settings, load_settings

LINE_EVERY_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Options that every command obeys.

    Attributes:
        config: Settings file, or None for the default one.
        is_quiet: Nothing but errors on stderr.
        is_verbose: More on stderr.
    """

    config: Path | None
    is_quiet: bool
    is_verbose: bool

    def settings(self, **flags: object) -> Settings:
        """Settings from the file, the environment and *flags* (None: not typed)."""
        return load_settings(config=self.config, environ=os.environ, flags=flags)

    def say(self, text: str) -> None:
        """One line on stderr, unless quiet."""
        if not self.is_quiet:
            typer.echo(text, err=True)

    @contextmanager
    def progress(self) -> Iterator[Callable[[str, int, int], None]]:
        """A function that shows (what, done, total); bars with rate and time left on a terminal, else sparse lines."""
        if self.is_quiet:
            yield lambda what, done, total: None
        elif sys.stderr.isatty():
            with _bars() as show:
                yield show
        else:
            yield _lines()


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    tasks: dict[str, TaskID] = {}
    started = time.monotonic()
    with Progress(*columns, console=Terminal(stderr=True)) as bars:

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total or None, rate="")
            rate = f"{done / max(0.001, time.monotonic() - started):,.0f}/s" if done else ""
            bars.update(tasks[what], completed=done, total=total or None, rate=rate)

        yield show


def _lines() -> Callable[[str, int, int], None]:
    told: dict[str, float] = {}

    def show(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what not in told or done == total != 0 or now - told[what] >= LINE_EVERY_S:
            told[what] = now
            typer.echo(f"{what}: {done:,} of {total:,}" if total else f"{what}: {done:,}" if done else what, err=True)

    return show
