"""What the commands share: settings, JSON on stdout, and progress on stderr."""

from __future__ import annotations

import json
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

Show = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Options that every command obeys.

    Attributes:
        config: Settings file, or None for the default one.
        is_quiet: Nothing but errors on stderr.
        is_verbose: More on stderr: details, and tracebacks of bugs.
    """

    config: Path | None = None
    is_quiet: bool = False
    is_verbose: bool = False

    def settings(self, **flags: object) -> Settings:
        """Settings from the file, the environment and *flags* (None: not typed)."""
        return load_settings(config=self.config, environ=os.environ, flags=flags)

    def say(self, text: str) -> None:
        """One line on stderr, unless quiet."""
        if not self.is_quiet:
            typer.echo(text, err=True)

    def detail(self, text: str) -> None:
        """One line on stderr, if verbose."""
        if self.is_verbose:
            typer.echo(text, err=True)

    @contextmanager
    def progress(self) -> Iterator[Show]:
        """A function that shows (what, done, total); bars with rate and time left on a terminal, else sparse lines."""
        if self.is_quiet:
            yield lambda what, done, total: None
        elif sys.stderr.isatty():
            with _bars() as show:
                yield show
        else:
            yield _lines()


def print_json(data: object) -> None:
    """*data* as JSON on stdout."""
    print_json_text(json.dumps(data, ensure_ascii=False, indent=1))


def print_json_text(text: str) -> None:
    """JSON on stdout as it is; with escapes where stdout is not UTF-8, which would turn "é" into "?"."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    if encoding != "utf8":
        text = json.dumps(json.loads(text), indent=1)
    typer.echo(text.rstrip("\n"))


@contextmanager
def _bars() -> Iterator[Show]:
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    tasks: dict[str, TaskID] = {}
    started: dict[str, float] = {}
    with Progress(*columns, console=Terminal(stderr=True)) as bars:

        def show(what: str, done: int, total: int) -> None:
            if not done and not total:
                # "judging names" counts nothing: a bar of it would run until the end
                bars.console.print(what, markup=False, highlight=False)
                return
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total or None, rate="")
                started[what] = time.monotonic()
            rate = f"{done / max(0.001, time.monotonic() - started[what]):,.0f}/s"
            bars.update(tasks[what], completed=done, total=total or None, rate=rate)

        yield show


def _lines() -> Show:
    told: dict[str, float] = {}

    def show(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what not in told or done == total != 0 or now - told[what] >= LINE_EVERY_S:
            told[what] = now
            typer.echo(f"{what}: {done:,} of {total:,}" if total else f"{what}: {done:,}" if done else what, err=True)

    return show
