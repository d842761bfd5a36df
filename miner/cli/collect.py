"""Commands that bring posts in: scrape, import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from miner.cli.options import (
    EPILOG,
    Communities,
    DryRun,
    Era,
    Hosts,
    Into,
    Json,
    Langs,
    Limit,
    Since,
    Sources,
    TokenEnv,
    Until,
    Urls,
)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("scrape", epilog=EPILOG)(scrape)
    app.command("import", epilog=EPILOG)(import_posts)


def scrape(
    ctx: typer.Context,
    era: Era,
    into: Into,
    source: Sources,
    instance: Hosts = None,
    url: Urls = None,
    community: Communities = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = None,
    lang: Langs = None,
    token_env: TokenEnv = None,
    is_dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Collect posts tagged with an era. Run it again to go on where it stopped.

    Example: miner scrape 80s --source mastodon --into mine --limit 2000
    """
    from miner.cli.order import Order
    from miner.cli.scraping import collect, print_plan

    order = Order(
        era=era,
        into=into,
        sources=source,
        instances=instance,
        urls=url,
        communities=community,
        since=since,
        until=until,
        limit=limit,
        langs=lang,
        token_env=token_env,
    )
    if is_dry_run:
        print_plan(ctx.obj, order, as_json=as_json)
    else:
        raise typer.Exit(collect(ctx.obj, order, as_json=as_json).exit_code)


def import_posts(
    ctx: typer.Context,
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="JSONL (.gz, .zst), CSV, TSV or Parquet; - for stdin.")
    ],
    into: Into,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML file that says which field is which.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import posts from files. A second import of the same file adds nothing.

    Example: miner import posts.jsonl.gz --into mine
    """
    from miner.cli.importing import import_into

    raise typer.Exit(import_into(ctx.obj, files, into, mapping, as_json=as_json))
