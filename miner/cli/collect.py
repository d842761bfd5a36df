"""Commands that bring posts in: scrape, import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from miner.cli import completion
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
        list[str],
        typer.Argument(metavar="FILE...", help="Files of posts, also .gz, .zst, in a .zip or unpacked; - for stdin."),
    ],
    into: Into,
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="rows (JSONL, CSV, TSV, Parquet), reddit-dump, x-archive, instagram-export, tiktok-export, "
            "pinterest-export or 4cat.  [default: recognised; rows in doubt]",
            show_default=False,
        ),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="For rows: TOML file that says which field is which.")
    ] = None,
    community: Annotated[
        list[str] | None,
        typer.Option("--community", metavar="NAME", help="For reddit-dump: keep this subreddit; may be given again."),
    ] = None,
    era: Annotated[
        str | None,
        typer.Option(
            metavar="ERA",
            autocompletion=completion.era_names,
            help="Keep only posts that name this era (`miner eras`).",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Import posts from files. A second import of the same file adds nothing.

    Example: miner import posts.jsonl.gz --into mine
    """
    from miner.cli.importing import Order, import_into

    order = Order(
        files=files, into=into, format_name=format_name, mapping=mapping, communities=tuple(community or ()), era=era
    )
    raise typer.Exit(import_into(ctx.obj, order, as_json=as_json))
