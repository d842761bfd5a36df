"""Commands that bring posts in: scrape, import, sources."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from miner.cli.console import Console
from miner.errors import CredentialsError, UsageError

if TYPE_CHECKING:
    from miner.corpus import Corpus
    from miner.settings import Settings
    from miner.sources import Query, Source
    from miner.study.scrape import ScrapeResult

Into = Annotated[str, typer.Option("--into", help="Name of the corpus; made if it is not there.")]
Sources = Annotated[list[str], typer.Option("--source", help="Where to look (`miner sources`); may be given again.")]
Hosts = Annotated[list[str] | None, typer.Option("--instance", help="Server to ask; may be given again.")]
Since = Annotated[str | None, typer.Option(help="Only posts put online from this day on (2024-01-31), UTC.")]
Until = Annotated[str | None, typer.Option(help="Only posts put online before this day, UTC.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Stop after this many new posts.")]
TokenEnv = Annotated[
    list[str] | None,
    typer.Option(help="Environment variable with a server's access token: NAME, or HOST=NAME with several servers."),
]
Langs = Annotated[list[str] | None, typer.Option("--lang", help="Only the era's tags of this language; may be repeated.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("scrape")(scrape)
    app.command("import")(import_posts)
    app.command("sources")(sources)


def scrape(
    ctx: typer.Context,
    era: Annotated[str, typer.Argument(help="An era (`miner eras`) or a path to an era file.")],
    into: Into,
    source: Sources,
    instance: Hosts = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = None,
    lang: Langs = None,
    token_env: TokenEnv = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be asked of whom; ask nothing.")] = False,
) -> None:
    """Collect posts tagged with an era. Run it again to go on where it stopped.

    Example: miner scrape 80s --source mastodon --instance mastodon.social --into mine --limit 2000
    """
    code = collect(
        ctx.obj,
        era=era,
        into=into,
        sources=source,
        instances=instance,
        since=since,
        until=until,
        limit=limit,
        langs=lang,
        token_env=token_env,
        is_dry_run=dry_run,
    )
    raise typer.Exit(code)


def collect(
    console: Console,
    *,
    era: str,
    into: str,
    sources: Sequence[str],
    instances: Sequence[str] | None,
    since: str | None,
    until: str | None,
    limit: int | None,
    langs: Sequence[str] | None = None,
    token_env: Sequence[str] | None,
    is_dry_run: bool = False,
) -> int:
    """Scrape, say what came of it, and give the exit code."""
    from miner.corpus import Corpus, corpus_folder, is_corpus
    from miner.eras import load_era
    from miner.sources import Query, get_source

    settings = console.settings()
    hosts = tuple(instances or ())
    query = Query(
        tags=load_era(era).all_tags(tuple(langs) if langs else None),
        hosts=hosts,
        since=_day(since, "--since"),
        until=_day(until, "--until"),
        limit=limit,
        tokens=_tokens(token_env or (), hosts),
    )
    chosen = [get_source(name) for name in dict.fromkeys(sources)]
    if is_dry_run:
        return _print_plan(chosen, query)
    folder = corpus_folder(settings.corpora, into)
    corpus = Corpus.open(folder) if is_corpus(folder) else Corpus.create(folder)
    result = _scrape(console, corpus, chosen, query, settings)
    return _say(console, result, into, era)


def _scrape(
    console: Console, corpus: Corpus, chosen: Sequence[Source], query: Query, settings: Settings
) -> ScrapeResult:
    from miner.study.scrape import scrape as scrape_stage

    counts: dict[str, int] = {}
    with console.progress() as show:

        def on_page(stream: str, page: object, appended: object, n_total: int) -> None:
            counts[stream] = counts.get(stream, 0) + getattr(appended, "n_new", 0)
            show(stream, counts[stream], query.limit or 0)

        return scrape_stage(corpus, chosen, query, settings, on_page=on_page)


def _say(console: Console, result: ScrapeResult, into: str, era: str) -> int:
    typer.echo(f"{result.n_new:,} new posts, {result.n_known:,} met again; {result.n_posts:,} in {into}.")
    for reason, n in result.n_rejected.items():
        typer.echo(f"  {n:,} left out: {reason}")
    for warning in result.warnings:
        console.say(f"Warning: {warning}")
    for error in result.errors:
        typer.echo(f"Error: {error.happened}\n{error.advice}", err=True)
    if result.n_posts:
        typer.echo(f"Next: miner rank {into} --era {era}")
    return result.exit_code


def _print_plan(sources: Sequence[Source], query: Query) -> int:
    from miner.study.scrape import plan_scrape

    for line in plan_scrape(sources, query):
        amount = "as many as there are" if line.n_requests is None else f"at least {line.n_requests:,}"
        typer.echo(f"{line.host}: {line.what}")
        typer.echo(f"  requests: {amount}, one every {line.seconds_per_request:g} s; needs: {line.needs or 'nothing'}")
    return 0


def _day(text: str | None, flag: str) -> datetime | None:
    if text is None:
        return None
    try:
        day = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{flag} is {text!r}, which is no date.", "Write it like 2024-01-31.") from error
    return day.replace(tzinfo=UTC) if day.tzinfo is None else day.astimezone(UTC)


def _tokens(given: Sequence[str], hosts: Sequence[str]) -> Mapping[str, str]:
    """Host to token, read from the environment variables that ``--token-env`` names."""
    tokens = {}
    for item in given:
        host, _, name = item.rpartition("=")
        if not host and len(hosts) != 1:
            raise UsageError(
                f"--token-env {item} does not say for which of {len(hosts)} servers.", "Write --token-env HOST=NAME."
            )
        token = os.environ.get(name, "").strip()
        if not token:
            raise CredentialsError(f"The environment variable {name} is not set.", f"Run: export {name}=… and try again.")
        tokens[host or hosts[0]] = token
    return tokens


def import_posts(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(help="JSONL (.gz, .zst), CSV, TSV or Parquet files; - for stdin.")],
    into: Into,
    mapping: Annotated[Path | None, typer.Option(help="TOML file that says which field is which.")] = None,
) -> None:
    """Import posts from files of your own. A second import of the same file adds nothing.

    Example: miner import posts.jsonl.gz --into mine
    """
    from miner.cli.importing import import_into

    raise typer.Exit(import_into(ctx.obj, files, into, mapping))


def sources() -> None:
    """List the sources: what one post is there, what it needs, its limits, when its terms were read.

    Example: miner sources
    """
    from miner.sources import SOURCES

    for source in SOURCES.values():
        info = source.info
        typer.echo(f"{info.name}: {info.title}; one post is {info.post_is}")
        typer.echo(f"  needs: {info.needs or 'nothing'}\n  limits: {info.limits}")
        typer.echo(f"  terms: {info.terms_url}, read {info.terms_read.isoformat()}")
