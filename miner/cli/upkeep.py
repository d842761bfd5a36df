"""Commands that keep a corpus in good order: compact, vacuum, export, set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from miner.cli.console import Console, print_json
from miner.cli.inspect import corpora
from miner.cli.options import EPILOG, CorpusName, Json

Versions = Annotated[int, typer.Option("--versions", metavar="N", min=1, help="Newest versions that stay readable.")]
WithKept = Annotated[bool, typer.Option("--kept", help="Also what runs kept; it is worked out again when needed.")]
Parquet = Annotated[Path, typer.Option("--parquet", metavar="FILE", help="File to write.", show_default=False)]
Retention = Annotated[
    int, typer.Option("--retention", metavar="DAYS", min=0, help="Days that a post may stay; 0 takes the word back.")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file, which are those of ``miner corpus``."""
    del app
    corpora.command("compact", epilog=EPILOG)(compact)
    corpora.command("vacuum", epilog=EPILOG)(vacuum)
    corpora.command("export", epilog=EPILOG)(export)
    corpora.command("set", epilog=EPILOG)(set_)


def compact(ctx: typer.Context, name: CorpusName, as_json: Json = False) -> None:
    """Join the many small files of a corpus to few large ones.

    Posts, their order and all cursors stay. `miner corpus vacuum` then deletes the small files.

    Example: miner corpus compact mine
    """
    from miner.study.upkeep import compact_corpus

    console: Console = ctx.obj
    done = compact_corpus(console.settings(), name)
    if as_json:
        print_json({"n_files_before": done.n_before, "n_files_after": done.n_after})
        return
    typer.echo(f"{name} had {done.n_before:,} files and now has {done.n_after:,}.")


def vacuum(
    ctx: typer.Context, name: CorpusName, versions: Versions = 1, kept: WithKept = False, as_json: Json = False
) -> None:
    """Delete files that only older versions of a corpus need.

    Example: miner corpus vacuum mine
    """
    from miner.study.upkeep import vacuum_corpus

    console: Console = ctx.obj
    done = vacuum_corpus(console.settings(), name, n_versions=versions, with_kept=kept)
    if as_json:
        print_json({"n_files": done.n_files, "n_bytes": done.n_bytes})
        return
    typer.echo(f"{done.n_files:,} files of {name} deleted, {done.n_bytes:,} bytes freed.")


def export(ctx: typer.Context, name: CorpusName, parquet: Parquet, as_json: Json = False) -> None:
    """Write the posts of a corpus into one Parquet file.

    Authors are pseudonyms in it and the key is not. What is forgotten later stays in such a file: delete it then.

    Example: miner corpus export mine --parquet mine.parquet
    """
    from miner.study.upkeep import export_corpus

    console: Console = ctx.obj
    n_posts = export_corpus(console.settings(), name, parquet)
    if as_json:
        print_json({"file": str(parquet), "n_posts": n_posts})
        return
    typer.echo(f"{n_posts:,} posts written to {parquet}.")


def set_(ctx: typer.Context, name: CorpusName, retention: Retention) -> None:
    """Say how many days a corpus may keep a post.

    `miner purge` obeys it; nothing is deleted before that.

    Example: miner corpus set mine --retention 30
    """
    from miner.study.upkeep import set_retention

    console: Console = ctx.obj
    set_retention(console.settings(), name, retention or None)
    typer.echo(
        f"{name} may keep a post for {retention:,} days." if retention else f"{name} has no retention of its own."
    )
