"""The scrape command's work: what was typed becomes a query, its plan is printed or carried out, its result told."""

from __future__ import annotations

import os
import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from miner.cli.console import Console, print_json
from miner.cli.failures import print_error
from miner.cli.plan import echo_plan, host_plans, plan_facts
from miner.errors import CredentialsError, NothingFound, UsageError

if TYPE_CHECKING:
    from miner.corpus import Corpus
    from miner.settings import Settings
    from miner.sources import Page, PlanLine, Query, Source
    from miner.study.scrape import Appended, ScrapeResult

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# "MASTODON_TOKEN" is a name; "kQ3xV_9sLw" may be the secret itself, typed where its name belongs
_SURELY_A_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A scrape as it was typed. The attributes are the options of ``miner scrape``."""

    era: str
    into: str
    sources: Sequence[str]
    instances: Sequence[str] | None
    since: str | None
    until: str | None
    limit: int | None
    langs: Sequence[str] | None
    token_env: Sequence[str] | None

    def query(self) -> Query:
        """What to ask the sources for.

        Raises:
            UsageError: A value that does not fit; UnknownName for the era and its languages.
            CredentialsError: A variable that ``--token-env`` names is not set.
        """
        from miner.eras import load_era
        from miner.sources import Query

        since, until = _day(self.since, "--since"), _day(self.until, "--until")
        if since and until and since >= until:
            raise UsageError(
                f"No day lies from {since:%Y-%m-%d} on and before {until:%Y-%m-%d}.", "Exchange --since and --until."
            )
        hosts = tuple(self.instances or ())
        era, languages = load_era(self.era), tuple(self.langs) if self.langs else None
        return Query(
            tags=era.all_tags(languages),
            phrases=era.phrases(languages),
            hosts=hosts,
            since=since,
            until=until,
            limit=self.limit,
            tokens=_tokens(self.token_env or (), hosts),
        )


def print_plan(console: Console, order: Order, *, as_json: bool) -> None:
    """Print what *order* would ask of whom, and ask nobody.

    Raises:
        UsageError, CredentialsError: As :meth:`Order.query`.
    """
    _, query, lines = _checked(order)
    plan = host_plans(lines, is_limited=query.limit is not None)
    if as_json:
        print_json(plan_facts(plan))
    else:
        echo_plan(plan, lists_all=console.is_verbose)


def collect(console: Console, order: Order, *, as_json: bool = False, is_first_step: bool = False) -> ScrapeResult:
    """Carry out *order* and say what came of it.

    Args:
        console: Settings and stderr.
        order: What to scrape.
        as_json: Print JSON.
        is_first_step: Ranking follows, so stdout belongs to the report: the result goes to stderr.

    Raises:
        NothingFound: No server failed, and there is no post in the corpus.
        MinerError: What :func:`miner.study.scrape.scrape` and :meth:`Order.query` raise.
    """
    from miner.corpus import Corpus, corpus_folder, is_corpus

    settings = console.settings()
    folder = corpus_folder(settings.corpora, order.into)
    chosen, query, _ = _checked(order)
    corpus = Corpus.open(folder) if is_corpus(folder) else Corpus.create(folder)
    result = _scrape(console, corpus, chosen, query, settings)
    if is_first_step:
        for line in _lines(result, order):
            console.say(line)
    elif as_json:
        print_json(_facts(result, order))
    else:
        typer.echo("\n".join(_lines(result, order)))
        if result.n_posts:
            typer.echo(f"Next: miner rank {order.into} --era {shlex.quote(order.era)}")
    _tell_trouble(console, result, order)
    return result


def _checked(order: Order) -> tuple[list[Source], Query, list[PlanLine]]:
    """Sources, query and plan, before anything is made or asked: the plan also finds names that are no server."""
    from miner.sources import get_source
    from miner.study.scrape import plan_scrape

    chosen = [get_source(name) for name in dict.fromkeys(order.sources)]
    query = order.query()
    return chosen, query, plan_scrape(chosen, query)


def _scrape(
    console: Console, corpus: Corpus, chosen: Sequence[Source], query: Query, settings: Settings
) -> ScrapeResult:
    from miner.study.scrape import scrape as scrape_stage

    counts: Counter[str] = Counter()
    with console.progress() as show:

        def on_page(stream: str, page: Page, appended: Appended, n_total: int) -> None:
            counts[stream] += appended.n_new
            show(stream, counts[stream], query.limit or 0)
            console.detail(
                f"{stream}: {appended.n_new} new, {appended.n_known} known, {len(page.rejected)} left out; "
                f"{n_total:,} in the corpus"
            )

        return scrape_stage(corpus, chosen, query, settings, on_page=on_page)


def _lines(result: ScrapeResult, order: Order) -> list[str]:
    first = f"{result.n_new:,} new posts, {result.n_known:,} met again; {result.n_posts:,} in {order.into}."
    return [first, *(f"{n:>9,} left out: {reason}" for reason, n in result.n_rejected.items())]


def _facts(result: ScrapeResult, order: Order) -> dict[str, object]:
    return {
        "corpus": order.into,
        "n_new": result.n_new,
        "n_known": result.n_known,
        "n_posts": result.n_posts,
        "rejected": dict(result.n_rejected),
        "warnings": list(result.warnings),
        "errors": [{"happened": error.happened, "advice": error.advice} for error in result.errors],
    }


def _tell_trouble(console: Console, result: ScrapeResult, order: Order) -> None:
    for warning in result.warnings:
        console.say(f"Warning: {warning}")
    for error in result.errors:
        print_error(error)
    if result.exit_code == NothingFound.exit_code:
        raise NothingFound(
            f"No post of the era {order.era} was found, and there is none in {order.into}.",
            "Run it again with --dry-run to see what is asked of whom; then try other servers, or a longer time.",
        )


def _day(text: str | None, flag: str) -> datetime | None:
    if text is None:
        return None
    try:
        day = datetime.fromisoformat(text)
        return day.replace(tzinfo=UTC) if day.tzinfo is None else day.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # 0001-01-01T00:00+23:00 has no UTC
        raise UsageError(f"{flag} is {text!r}, which is no date.", "Write it like 2024-01-31.") from error


def _tokens(given: Sequence[str], hosts: Sequence[str]) -> Mapping[str, str]:
    """Host to token, read from the environment variables that ``--token-env`` names.

    What was typed is not repeated in a message unless it is surely a name: people type the token itself.
    """
    tokens = {}
    for item in given:
        host, _, name = item.rpartition("=")
        if not _VARIABLE.fullmatch(name):
            raise UsageError(
                "--token-env takes the name of an environment variable, and what follows it is none.",
                "Put the token into a variable, `export MASTODON_TOKEN=…`, and write --token-env MASTODON_TOKEN.",
            )
        host = _host_of_token(host, hosts)
        token = os.environ.get(name, "").strip()
        if not token:
            shown = name if _SURELY_A_NAME.fullmatch(name) else "that --token-env names"
            raise CredentialsError(
                f"The environment variable {shown} is not set.",
                f"Run `export {shown}=…` with the token and try again."
                if shown == name
                else "Give the name of a variable, such as MASTODON_TOKEN, not the token itself.",
            )
        tokens[host] = token
    return tokens


def _host_of_token(host: str, hosts: Sequence[str]) -> str:
    """The server that a token is for: *host*, or the only one that is asked."""
    from miner.sources.hosts import origin

    if host:
        if hosts and origin(host) not in {origin(asked) for asked in hosts}:
            raise UsageError(
                f"A --token-env names a server that is not asked; asked are: {', '.join(hosts)}.",
                "Write HOST as in --instance, or add that server with --instance.",
            )
        return host
    if len(hosts) == 1:
        return hosts[0]
    raise UsageError(
        "A --token-env does not say for which server it is.", "Write --token-env HOST=NAME, or give one --instance."
    )
