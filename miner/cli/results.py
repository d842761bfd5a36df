"""Commands that make a list: rank, report, run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from miner.cli import completion
from miner.cli.console import Console, print_json_text
from miner.cli.failures import insistent
from miner.cli.layout import cut, pad, paragraph, terminal_width
from miner.cli.options import (
    EPILOG,
    Communities,
    CorpusName,
    DryRun,
    EngineName,
    Era,
    EraName,
    Expires,
    Hosts,
    Into,
    Keep,
    Langs,
    Lens,
    Limit,
    LinksFile,
    LookBook,
    Online,
    Output,
    PaperSize,
    Pdf,
    Public,
    RayAddress,
    Region,
    ReportJson,
    Seed,
    Since,
    Sources,
    StoryYear,
    Threshold,
    TokenEnv,
    Top,
    Until,
    Urls,
    Workers,
)
from miner.records import HOME_REGION, Story

if TYPE_CHECKING:
    from miner.records import FunnelStep, RankedArtifact
    from miner.report import Report

N_MOVED = 1
N_SHOWN = 12


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("rank", epilog=EPILOG)(rank)
    app.command("report", epilog=EPILOG)(report)
    app.command("run", epilog=EPILOG)(run)


def rank(
    ctx: typer.Context,
    name: CorpusName,
    era: EraName = "80s",
    top: Top = 132,
    seed: Seed = None,
    threshold: Threshold = None,
    links: LinksFile = None,
    keep: Keep = None,
    lens: Lens = "seen",
    story_year: StoryYear = None,
    region: Region = HOME_REGION,
    online: Online = False,
    engine: EngineName = None,
    workers: Workers = None,
    ray_address: RayAddress = None,
    output: Output = None,
    as_json: ReportJson = False,
    is_public: Public = False,
) -> None:
    """Rank the artifacts that most people name; write the report.

    Example: miner rank mine --era 80s --top 132
    """
    from miner.corpus import Corpus, corpus_folder

    console: Console = ctx.obj
    settings = console.settings(
        seed=seed, threshold=threshold, output=output, engine=engine, workers=workers, ray_address=ray_address
    )
    corpus = Corpus.open(corpus_folder(settings.corpora, name))

    from miner.review.log import read_decisions
    from miner.study import kept_of, load_study_era, look_up, read_links
    from miner.study import rank as rank_stage
    from miner.study.inputs import inputs_of, write_inputs

    asked: dict[str, Any] = {
        "era": load_study_era(era),
        "settings": settings,
        "top": top,
        "links": read_links(links),
        "decisions": read_decisions(corpus.folder),
        "keep": kept_of(keep or ()),
        "lens": lens,
        "story": Story(year=story_year, region=region.upper()),
    }
    with insistent(), console.progress() as progress:
        ask = partial(look_up, settings=settings, story_year=story_year, progress=progress) if online else None
        made = rank_stage(corpus, **asked, look_up=ask, progress=progress)
    console.detail(f"models: {made.manifest.get('models')}")
    folder = settings.output / name / made.run_id
    write_inputs(inputs_of(made, **asked, is_online=online), folder)
    finish(made, folder, as_json=as_json, is_public=is_public)


def report(
    ctx: typer.Context,
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN",
            autocompletion=completion.run_folders,
            help="Name of a run, or its folder as `rank` printed it.",
        ),
    ],
    output: Output = None,
    as_json: ReportJson = False,
    is_public: Public = False,
    pdf: Pdf = False,
    look_book: LookBook = False,
    paper: PaperSize = "a4",
    expires: Expires = None,
) -> None:
    """Write the report of a finished run again, without ranking anew.

    Example: miner report output/mine/80s-1a2b3c4d --public
    """
    from miner.study import load_report

    console: Console = ctx.obj
    folder = find_run(run, console.settings(output=output).output)
    made = load_report(folder)
    if expires is not None:
        made = replace(made, expires_at=expires.replace(tzinfo=UTC))
    finish(made, folder, as_json=as_json, is_public=is_public)
    sheets = [("report.pdf", False)] * pdf + [("look-book.pdf", True)] * look_book
    for name, is_look_book in sheets:
        from miner.report import public
        from miner.report.pdf import print_pdf

        path = (folder / "public" if is_public else folder) / name
        print_pdf(public(made) if is_public else made, path, paper=paper, is_look_book=is_look_book)
        console.detail(f"printed {path}")
        if not as_json:
            typer.echo(f"{'pdf':<7}  {path}")


def find_run(run: Path, output: Path) -> Path:
    """Folder of *run*: as typed, or below the output folder by its name alone."""
    from miner.errors import UnknownName

    if (run / "report.json").is_file():
        return run
    known = {p.parent.name: p.parent for p in sorted(output.glob("*/*/report.json"))}
    if run.name not in known:
        raise UnknownName("run", str(run), known, "Run `miner rank NAME` to make one." if not known else "")
    return known[run.name]


def run(
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
    top: Top = 132,
    seed: Seed = None,
    threshold: Threshold = None,
    output: Output = None,
    is_dry_run: DryRun = False,
    as_json: ReportJson = False,
    is_public: Public = False,
) -> None:
    """Scrape, then rank: posts of an era in, report out.

    Example: miner run 80s --source mastodon --into mine --limit 2000
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
        return
    result = collect(ctx.obj, order, is_first_step=True)
    if result.n_posts:
        rank(
            ctx,
            into,
            era,
            top,
            seed=seed,
            threshold=threshold,
            output=output,
            as_json=as_json,
            is_public=is_public,
        )
    raise typer.Exit(result.exit_code)


def finish(made: Report, folder: Path, *, as_json: bool, is_public: bool) -> None:
    """Write the report; print it, or the ledger, the first artifacts and where the files lie."""
    from miner.report import public
    from miner.study import save

    paths = save(made, folder, is_public=is_public)
    made = public(made) if is_public else made
    if as_json:
        print_json_text(paths["json"].read_text(encoding="utf-8"))
        return
    typer.echo(f"{made.title}\n")
    _show_funnel(made.funnel)
    _show_rows(made.rows)
    typer.echo("")
    for kind, path in sorted(paths.items()):
        typer.echo(f"{kind:<7}  {path}")


def _show_funnel(funnel: tuple[FunnelStep, ...]) -> None:
    width = max((len(f"{max(step.n_left, step.n_out):,}") for step in funnel), default=0)
    n_left = -1
    for step in funnel:
        if step.n_left + step.n_out != n_left:
            typer.echo(f"  {step.n_left + step.n_out:>{width},} {'posts' if n_left < 0 else 'names in them'}")
        typer.echo(paragraph(step.name, first=f"  {step.n_left:>{width},} left  {step.n_out:>{width},} out  "))
        for move in step.moved[:N_MOVED]:
            typer.echo(
                paragraph(f"({move.name}: {move.rank:,}, with them {move.rank_with:,})", first=" " * (2 * width + 14))
            )
        n_left = step.n_left


def _show_rows(rows: tuple[RankedArtifact, ...]) -> None:
    from miner.report import places

    width = terminal_width()
    typer.echo(f"\n{'rank':>5}  {'90 % interval':<13}  {'authors':>7}  artifact")
    for row, place in zip(rows[:N_SHOWN], places(rows), strict=False):
        interval = f"{row.rank_low}-{row.rank_high}"
        typer.echo(pad(f"{place:>5}  {interval:<13}  {row.n_authors:>7,}  ", 31) + cut(row.artifact.name, width - 31))
    if len(rows) > N_SHOWN:
        typer.echo(f"{'':31}and {len(rows) - N_SHOWN:,} more")
