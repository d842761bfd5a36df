"""Commands that ask sources for known posts again: refresh, export, hydrate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from miner.cli.console import Console, print_json
from miner.cli.failures import print_error
from miner.cli.options import EPILOG, CorpusName, Into, Json

if TYPE_CHECKING:
    from miner.settings import Settings
    from miner.study.asked import AskedAgain
    from miner.study.credentials import Credentials

Only = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="SOURCE", help="Ask this source alone; may be repeated.", show_default=False),
]
Limit = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Ask for at most so many posts.", show_default=False)
]
Rehearsal = Annotated[bool, typer.Option("--dry-run", help="Ask nobody; say who would be asked for how much.")]
Ids = Annotated[Path, typer.Option("--ids", metavar="FILE", help="File to write.", show_default=False)]
IdsFile = Annotated[Path, typer.Argument(metavar="FILE", help="What `miner export --ids` wrote.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("refresh", epilog=EPILOG)(refresh)
    app.command("export", epilog=EPILOG)(export)
    app.command("hydrate", epilog=EPILOG)(hydrate)


def refresh(
    ctx: typer.Context,
    name: CorpusName,
    source: Only = None,
    limit: Limit = None,
    dry_run: Rehearsal = False,
    as_json: Json = False,
) -> None:
    """Ask the sources again: erase what is gone, renew what changed.

    Those posts come first that were asked for longest ago; an interrupted run goes on there. A post is gone when its
    server says so and is well otherwise; no error, no login and no limit erases anything. Reports stay as they are:
    rank again.

    Example: miner refresh mine --limit 500
    """
    from miner.study.again import refresh as refreshed

    console: Console = ctx.obj
    settings = console.settings()
    with console.progress() as show:
        done = refreshed(
            settings,
            name,
            sources=source or (),
            limit=limit,
            is_rehearsal=dry_run,
            credentials=_credentials(settings),
            progress=show,
        )
    _tell(done, as_json=as_json)
    if not as_json and not dry_run:
        words = f"{done.n_edited:,} changed, {sum(done.gone.values()):,} erased"
        typer.echo(f"{done.n_asked:,} posts of {name} asked for again: {done.n_there:,} are there, {words}.")
    raise typer.Exit(done.exit_code)


def export(ctx: typer.Context, name: CorpusName, ids: Ids) -> None:
    """Write the ids of a corpus, to be fetched again.

    Id, source and address of each post, and nothing else: no text, no author. `miner hydrate` fetches them.

    Example: miner export mine --ids ids.jsonl
    """
    from miner.study.ids import export_ids

    console: Console = ctx.obj
    n_posts = export_ids(console.settings(), name, ids)
    typer.echo(f"{n_posts:,} ids of {name} written to {ids}.")


def hydrate(ctx: typer.Context, file: IdsFile, into: Into, limit: Limit = None, as_json: Json = False) -> None:
    """Fetch posts whose ids somebody shared.

    What was deleted or hidden since does not come. What the corpus has already is not asked for, so an interrupted run
    goes on.

    Example: miner hydrate ids.jsonl --into mine
    """
    from miner.study.again import hydrate as hydrated

    console: Console = ctx.obj
    settings = console.settings()
    with console.progress() as show:
        done = hydrated(settings, file, into, limit=limit, credentials=_credentials(settings), progress=show)
    _tell(done, as_json=as_json)
    if not as_json:
        gone = sum(done.gone.values())
        typer.echo(f"{done.n_asked:,} posts asked for: {done.n_new:,} came into {into}, {gone:,} are gone.")
    raise typer.Exit(done.exit_code)


def _credentials(settings: Settings) -> Credentials:
    import os

    from miner.sources import get_source
    from miner.sources.again import AGAIN
    from miner.study.credentials import load_credentials

    return load_credentials(list(map(get_source, AGAIN)), environ=os.environ, file=settings.keys)


def _tell(done: AskedAgain, *, as_json: bool) -> None:
    if as_json:
        from dataclasses import asdict, fields

        facts = {field.name: getattr(done, field.name) for field in fields(done)}
        errors = [{"happened": error.happened, "advice": error.advice} for error in done.errors]
        print_json(facts | {"visits": list(map(asdict, done.visits)), "errors": errors})
    else:
        for visit in done.visits:
            requests = f"{visit.n_requests:,} requests, {max(1, visit.n_requests // 60):,} min or more"
            typer.echo(f"{visit.n_posts:>9,} of {visit.source} at {visit.host}: {requests}")
        for reason, n in done.gone.items():
            typer.echo(f"{n:>9,} gone: {reason}")
        for reason, n in done.unsure.items():
            typer.echo(f"{n:>9,} stay, nobody knows: {reason}")
        for source, n in done.cannot.items():
            typer.echo(f"{n:>9,} of {source} cannot be asked for by their ids")
        if done.n_left and not done.visits:
            typer.echo(f"{done.n_left:>9,} are left; the same command goes on there")
    for error in done.errors:
        print_error(error)
