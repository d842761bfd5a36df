"""The command line: a signature, one call, one line of result a command. Heavy imports happen inside commands."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from miner import __version__
from miner.cli import collect, inspect, results
from miner.cli.console import Console
from miner.errors import MinerError, StorageFull

INTERRUPTED = 130


class _Group(TyperGroup):
    """Turns the errors of this program into one message and its exit code."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - the signature of the library
        try:
            return super().invoke(ctx)
        except MinerError as error:
            _fail(error, ctx)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            _fail(
                StorageFull(f"No room left on the disk: {error.filename or error}.", "Free some and run it again."), ctx
            )
        except KeyboardInterrupt:
            typer.echo(
                "\nInterrupted. What was collected is saved; the same command goes on where it stopped.", err=True
            )
            ctx.exit(INTERRUPTED)


def _fail(error: MinerError, ctx: Any) -> None:  # noqa: ANN401 - the library's context has no public name
    typer.echo(f"Error: {error.happened}\n{error.advice}", err=True)
    ctx.exit(error.exit_code)


app = typer.Typer(
    name="miner",
    cls=_Group,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Find out which things people see and remember of an era.\n\n"
    "Start: miner scrape 80s --source mastodon --instance mastodon.social --into mine, then: miner rank mine --era 80s",
)
collect.add_to(app)
results.add_to(app)
inspect.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nostalgia-miner {__version__}")
        raise typer.Exit


@app.callback()
def settings_of_all(
    ctx: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="Settings file (TOML). Default: miner.toml here, if there is one.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more on stderr.")] = False,
    no_input: Annotated[
        bool, typer.Option("--no-input", help="Never ask; every command runs unattended anyway.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Find out which things people see and remember of an era."""
    del no_input, version
    ctx.obj = Console(config=config, is_quiet=quiet, is_verbose=verbose)


def main() -> None:
    """Run the command line."""
    # a terminal that cannot show a character gets a question mark, not a traceback
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app()
