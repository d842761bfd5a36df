"""The command that puts a run's page behind a server, so that decisions are kept as they are made."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from miner.cli import completion
from miner.cli.console import Console
from miner.cli.layout import printable
from miner.cli.options import EPILOG
from miner.cli.results import find_run

if TYPE_CHECKING:
    from starlette.applications import Starlette

HERE: Final = "127.0.0.1"
PORT: Final = 8765
MIN_TOKEN: Final = 16
GRACE_S: Final = 5
MAX_CONNECTIONS: Final = 200
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# "SERVE_TOKEN" is a name; "kQ3xV_9sLw" may be the secret itself, typed where its name belongs
_SURELY_A_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")

Run = Annotated[
    Path | None,
    typer.Argument(
        metavar="RUN",
        autocompletion=completion.run_folders,
        help="Name of a run, or its folder; the newest if there is none.",
        show_default=False,
    ),
]
Host = Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on; any but the default needs a token.")]
Names = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        metavar="NAME",
        help="Another name or address that browsers may call this server by; may be repeated.",
        show_default=False,
    ),
]
Port = Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
Token = Annotated[
    str | None,
    typer.Option(
        "--token-env",
        metavar="NAME",
        help=f"Environment variable with what visitors have to know, {MIN_TOKEN} characters or more.",
        show_default=False,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("serve", epilog=EPILOG)(serve)


def serve(
    ctx: typer.Context,
    run: Run = None,
    host: Host = HERE,
    port: Port = PORT,
    token_env: Token = None,
    allow_host: Names = None,
) -> None:
    """Show a run's page, and save what is decided on it.

    They go into the corpus's decisions.jsonl, where `miner decide` and every later rank find them. All who use this
    machine can open the page. With a token in a variable that you name, only those who open the address with /?token=…
    behind it can, once in each browser. Nothing is encrypted: listen only in a network that you trust. With --host
    0.0.0.0, name with --allow-host what the others call this machine.

    Example: miner serve 80s-1a2b3c4d
    """
    _check_extra()
    from miner.corpus import Corpus, corpus_folder
    from miner.report import read_report
    from miner.report.html import to_html
    from miner.review.app import make_app, names_of
    from miner.review.log import FILE

    console: Console = ctx.obj
    token = _token(host, token_env, os.environ)
    settings = console.settings()
    folder = newest_run(settings.output) if run is None else find_run(run, settings.output)
    report = read_report(folder / "report.json")
    corpus = Corpus.open(corpus_folder(settings.corpora, report.corpus))
    with _listen(host, port) as listening:
        port = listening.getsockname()[1]
        hosts = names_of(host, port, allow_host or ())
        app = make_app(partial(to_html, report), corpus.folder, token=token, hosts=hosts)
        shown = f"[{host}]" if ":" in host else host
        typer.echo(f"Serving {printable(report.run_id)} at http://{shown}:{port}/  (Ctrl-C ends it)")
        _answer(app, listening)
    console.say(f"Ended. What was decided is in {corpus.folder / FILE}.")


def newest_run(output: Path) -> Path:
    """Folder of the run whose report was written last.

    Raises:
        NothingFound: There is no run.
    """
    from miner.errors import NothingFound

    found = [(path.stat().st_mtime_ns, path.parent) for path in output.glob("*/*/report.json")]
    if not found:
        raise NothingFound(f"There is no run in {output}.", "Run `miner rank NAME` to make one.")
    return max(found)[1]


def _check_extra() -> None:
    try:
        import starlette  # noqa: F401 - what miner.review.app is made of
        import uvicorn  # noqa: F401 - what it runs on
    except ModuleNotFoundError as error:
        from miner.errors import SettingsError

        raise SettingsError(
            f"`miner serve` needs {error.name}, which is not installed.",
            "Run `pip install 'nostalgia-miner[serve]'`.",
        ) from error


def _token(host: str, name: str | None, environ: Mapping[str, str]) -> str | None:
    """What visitors have to know; None where only this machine can reach the server and nobody asked for one.

    What was typed is not repeated unless it is surely a name: people type the token itself.

    Raises:
        UsageError: There has to be one and there is none, or it can be guessed.
    """
    from miner.errors import UsageError

    make, name_it = "export SERVE_TOKEN=$(openssl rand -hex 16)", "--token-env SERVE_TOKEN"
    if name is None:
        if host == HERE:
            return None
        raise UsageError(
            f"With --host {host}, everybody in that network could read and decide.",
            f"Run `{make}` and add {name_it}.",
        )
    if not _VARIABLE.fullmatch(name):
        raise UsageError(
            "--token-env takes the name of an environment variable, and what follows it is none.",
            f"Run `{make}` and write {name_it}.",
        )
    token = environ.get(name, "").strip()
    if len(token) < MIN_TOKEN:
        shown = name if _SURELY_A_NAME.fullmatch(name) else "that --token-env names"
        what = f"holds {len(token)} characters, and a token has at least {MIN_TOKEN}" if token else "is not set"
        raise UsageError(f"The environment variable {shown} {what}.", f"Run `{make}` and write {name_it}.")
    return token


def _listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on.

    Raises:
        UsageError: The address is not one of this machine, or is in use.
    """
    from miner.errors import UsageError

    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, UnicodeError) as error:
        code = error.errno if isinstance(error, OSError) else None
        if code == errno.EADDRINUSE:
            raise UsageError(
                f"Port {port} is in use.", "Choose another, for example `--port 0` for any that is free."
            ) from error
        # a name that cannot be looked up has a number of its own, below 0
        why = os.strerror(code) if code and code > 0 else "it is no address of this machine"
        raise UsageError(
            f"Nothing can listen on {host}, port {port}: {why}.",
            f"Leave --host out for {HERE}, or see this machine's addresses with `ip address`.",
        ) from error


def _answer(app: Starlette, listening: socket.socket) -> None:
    """Answer until Ctrl-C. A decision that is being saved then is saved."""
    from uvicorn import Config, Server

    config = Config(
        app,
        # the parts that come with it everywhere, whatever else is installed
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
        # a team, not a crowd: whoever opens connections and says nothing cannot take all of them
        limit_concurrency=MAX_CONNECTIONS,
    )
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listening])
