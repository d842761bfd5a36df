"""Commands that make a list: rank, report, run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from miner.cli.collect import Hosts, Into, Limit, Since, Sources, TokenEnv, Until, collect
from miner.cli.console import Console

if TYPE_CHECKING:
    from miner.report import Report

EraName = Annotated[str, typer.Option("--era", help="An era (`miner eras`), a path to an era file, or `any`.")]
Top = Annotated[int, typer.Option(min=1, help="Artifacts in the list.")]
Seed = Annotated[int | None, typer.Option(help="Seed of the intervals.")]
Json = Annotated[bool, typer.Option("--json", help="Print the whole report as JSON on stdout.")]
Public = Annotated[
    bool, typer.Option("--public", help="No quotes, links or handles; artifacts under 5 authors left out.")
]

N_SHOWN = 12


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("rank")(rank)
    app.command("report")(report)
    app.command("run")(run)


def rank(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of a corpus.")],
    era: EraName = "80s",
    top: Top = 132,
    seed: Seed = None,
    threshold: Annotated[float | None, typer.Option(help="Probability from which a name is an artifact, 0-1.")] = None,
    as_json: Json = False,
    is_public: Public = False,
) -> None:
    """Rank the artifacts that most people name, and write the report.

    Example: miner rank mine --era 80s --top 132
    """
    from miner.corpus import Corpus, corpus_folder
    from miner.study import load_study_era, save
    from miner.study import rank as rank_stage

    console: Console = ctx.obj
    settings = console.settings(seed=seed, threshold=threshold)
    chosen_era = load_study_era(era)
    with console.progress() as progress:
        made = rank_stage(
            Corpus.open(corpus_folder(settings.corpora, name)),
            era=chosen_era,
            settings=settings,
            top=top,
            progress=progress,
        )
    folder = settings.output / name / made.run_id
    show(made, save(made, folder, is_public=is_public), as_json=as_json)


def report(
    ctx: typer.Context,
    run: Annotated[Path, typer.Argument(help="Folder of a run, as `miner rank` named it.")],
    as_json: Json = False,
    is_public: Public = False,
) -> None:
    """Write the report of a finished run again, without ranking anew.

    Example: miner report output/mine/80s-1a2b3c4d --public
    """
    from miner.study import load_report, save

    console: Console = ctx.obj
    folder = find_run(run, console.settings().output)
    made = load_report(folder)
    show(made, save(made, folder, is_public=is_public), as_json=as_json)


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
    era: Annotated[str, typer.Argument(help="An era (`miner eras`) or a path to an era file.")],
    into: Into,
    source: Sources,
    instance: Hosts = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = None,
    token_env: TokenEnv = None,
    top: Top = 132,
    seed: Seed = None,
) -> None:
    """Scrape, then rank: posts of an era in, report out.

    Example: miner run 80s --source mastodon --instance mastodon.social --into mine --limit 2000
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
        token_env=token_env,
    )
    rank(ctx, into, era=era, top=top, seed=seed)
    raise typer.Exit(code)


def show(made: Report, paths: dict[str, Path], *, as_json: bool) -> None:
    """The result of a run on stdout: the ledger, the first artifacts and where the report lies."""
    if as_json:
        typer.echo(paths["json"].read_text(encoding="utf-8"), nl=False)
        return
    width = max(len(f"{step.n_left:,}") for step in made.funnel)
    typer.echo(f"{made.title}\n")
    for step in made.funnel:
        typer.echo(f"  {step.n_left:>{width},} left   {step.n_out:>{width},} out: {step.name}")
    typer.echo(f"\n{'rank':>5}  {'90 % interval':<13}  {'authors':>7}  artifact")
    for row in made.rows[:N_SHOWN]:
        interval = f"{row.rank_low}-{row.rank_high}"
        typer.echo(f"{row.rank:>5}  {interval:<13}  {row.n_authors:>7,}  {row.artifact.name[:48]}")
    if len(made.rows) > N_SHOWN:
        typer.echo(f"       ... and {len(made.rows) - N_SHOWN:,} more")
    typer.echo("")
    for kind, path in sorted(paths.items()):
        typer.echo(f"{kind:>5}  {path}")
    typer.echo(f"Report: {paths['html']}")
