"""The scrape command's work: what was typed becomes a query, its plan is printed or carried out, its result told."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from miner.cli.console import Console, print_json
from miner.cli.failures import print_error
from miner.cli.order import Order
from miner.cli.plan import echo_plan, host_plans, plan_facts
from miner.errors import NothingFound

if TYPE_CHECKING:
    from miner.corpus import Corpus
    from miner.settings import Settings
    from miner.sources import Page, PlanLine, Query, Source
    from miner.study.scrape import Appended, ScrapeResult


def print_plan(console: Console, order: Order, *, as_json: bool) -> None:
    """Print what *order* would ask of whom, and ask nobody.

    Raises:
        UsageError, CredentialsError: As :meth:`Order.query`.
    """
    _, query, lines = _checked(order, console.settings())
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
    chosen, query, _ = _checked(order, settings)
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


def _checked(order: Order, settings: Settings) -> tuple[list[Source], Query, list[PlanLine]]:
    """Sources, query and plan, before anything is made or asked: the plan also finds names that are no server."""
    from miner.study.scrape import plan_scrape

    chosen, query = order.chosen(), order.query(settings.keys)
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
        "errors": [{"happened": error.happened, "advice": error.advice} for error in result.errors],
    }


def _tell_trouble(console: Console, result: ScrapeResult, order: Order) -> None:
    for error in result.errors:
        print_error(error)
    if result.exit_code == NothingFound.exit_code:
        raise NothingFound(
            f"No post of the era {order.era} was found, and there is none in {order.into}.",
            "Run it again with --dry-run to see what is asked of whom; then try other servers, or a longer time.",
        )
