"""The rank stage: a corpus in, a report out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from miner.artifacts.background import load_background
from miner.artifacts.links import Links
from miner.artifacts.parents import parents
from miner.artifacts.themes import places_on_a_map, themes
from miner.corpus import Corpus
from miner.engine import Engine, engine_of
from miner.eras import Era
from miner.errors import NothingFound
from miner.ranking.coverage import Incidence
from miner.ranking.seen import Sightings, order, rank_intervals, seen_shares, source_counts, tiers
from miner.records import FunnelStep, RankedArtifact, Story, Theme
from miner.report.model import Report
from miner.review.decisions import Decisions
from miner.settings import Settings
from miner.study.choose import Chosen, choose
from miner.study.decisions import joined, links_of
from miner.study.evidence import with_evidence
from miner.study.gather import UNDATED, connected, gather, moment
from miner.study.identify import NO_LINKS, Identified, identify
from miner.study.left_out import Told, told
from miner.study.lenses import reference
from miner.study.listed import Asked, Listed, LookUp, listed
from miner.study.manifest import manifest_of
from miner.study.mentions import extracted, uses_of
from miner.study.models import Models, load_models
from miner.study.months import last_months
from miner.study.names import Names
from miner.study.read import Facts, read
from miner.study.stages import Progress, Workshop, silent
from miner.study.summary import summarise

TOP = 132
ANY = "any"
NO_STORY = Story()
NO_DECISIONS = Decisions()


def rank(
    corpus: Corpus,
    *,
    era: Era | None,
    settings: Settings,
    top: int = TOP,
    models: Models | None = None,
    links: Links = NO_LINKS,
    decisions: Decisions = NO_DECISIONS,
    keep: Collection[str] = (),
    story: Story = NO_STORY,
    lens: str = "seen",
    look_up: LookUp | None = None,
    engine: Engine | None = None,
    afresh: bool = False,
    progress: Progress = silent,
) -> Report:
    """The artifacts that most people of *corpus* name, with what they rest on.

    Args:
        corpus: Posts of one study.
        era: Posts of this era are counted; None counts all.
        settings: Models, threshold and seed.
        top: Rows of the report, at least 1.
        models: Loaded models, to spare loading them again.
        links: What somebody decided about pairs of names; obeyed whatever the models say.
        decisions: What a team decided: its merges, splits and "not an object" are obeyed, the rest is shown.
        keep: Which of :data:`miner.study.choose.KEEPABLE` to count all the same.
        story: When and where the story plays.
        lens: Which of :data:`miner.study.lenses.LENSES` chooses and orders the rows.
        look_up: Finds years that the catalogue lacks; None asks nobody.
        engine: Where the posts are read and the mentions extracted; None for that of *settings*.
        afresh: What earlier runs kept is not used, and nothing is kept.
        progress: Told the stage and how many of its posts are done.

    Raises:
        NothingFound: No posts, none of the era, or nothing that two authors name.
        SettingsError, UnknownName, UsageError: A model is missing; no such lens; *links* contradict *decisions*.
        EngineError: Its workers die again and again.
    """
    version, links = corpus.version, joined([links, links_of(decisions)])
    with _bench(corpus.folder, engine or _engine(settings), progress, afresh=afresh) as workshop:
        chosen, facts, funnel = _chosen(corpus, version, era, keep, workshop)
        models = models or _loaded(settings, progress)
        found = _identified(chosen, facts, era, settings, Names(models=models, workshop=workshop), links)
        every = _ranked(found, chosen, settings.seed, progress)
        asked = Asked(top=top, links=links, keep=sorted(keep), story=story, lens=lens, decisions=decisions)
        others = reference(chosen, facts, era, load_background())
        made = listed(every, others, chosen, era, models.catalogue, asked, ordinary=found.ordinary, look_up=look_up)
        made, grouped = _shown(made, found, chosen, ledger := told(funnel, found, chosen, top=top))
    return summarise(
        corpus=corpus,
        era=era,
        chosen=chosen,
        listed=made,
        themes=grouped,
        funnel=(*ledger.steps, *found.funnel),
        manifest=manifest_of(corpus, version, era, settings, models, asked, chosen, found, made),
        seen=Incidence.of([1] * found.n_named_once + [row.n_authors for row in every], chosen.n_authors),
    )


def _engine(settings: Settings) -> Engine:
    return engine_of(settings.engine, n_workers=settings.workers, address=settings.ray_address)


@contextmanager
def _bench(corpus: Path, engine: Engine, progress: Progress, *, afresh: bool) -> Iterator[Workshop]:
    """Results are kept in the corpus; *afresh*, or where it must not be written, in a folder that goes with the run."""
    if not afresh and os.access(corpus, os.W_OK):
        yield Workshop(folder=corpus, engine=engine, progress=progress)
        return
    with tempfile.TemporaryDirectory(prefix="miner-") as folder:
        yield Workshop(folder=Path(folder), engine=engine, progress=progress)


def _chosen(
    corpus: Corpus, version: int, era: Era | None, keep: Collection[str], workshop: Workshop
) -> tuple[Chosen, Facts, list[FunnelStep]]:
    """The posts that are counted, what is known of all, and the steps that left out the others.

    Of one version: a scrape that goes on meanwhile does not slip into the count.
    """
    posts = gather(corpus.view(version), workshop.progress)
    if not len(posts):
        raise NothingFound(
            f"The corpus {corpus.name!r} is empty.",
            f"Fill it with `miner scrape {era.name if era else '80s'} --source mastodon --instance HOST "
            f"--into {corpus.name}` or `miner import FILE --into {corpus.name}`.",
        )
    facts = read(posts, era, workshop)
    chosen, funnel = choose(posts, facts, era=era, keep=keep)
    if not len(chosen):
        raise NothingFound(
            f"Of {len(posts):,} posts in {corpus.name!r} none of {_label(era)} is left.",
            "Run `miner corpus info` to see what it holds, or choose another --era.",
        )
    return chosen, facts, funnel


def _loaded(settings: Settings, progress: Progress) -> Models:
    progress("loading models", 0, 0)
    return load_models(settings)


def _identified(
    chosen: Chosen, facts: Facts, era: Era | None, settings: Settings, names: Names, links: Links
) -> Identified:
    """The artifacts that the chosen posts name."""
    kept = extracted(chosen, facts, settings, names.models, names.workshop)
    names.workshop.progress("counting names", 0, 0)
    with tempfile.TemporaryDirectory(prefix="miner-") as spill, connected(spill) as db:
        uses = uses_of(kept, chosen, db)
        found = identify(uses, chosen.authors, names, threshold=settings.threshold, links=links)
    if not found.artifacts:
        raise NothingFound(
            f"{len(chosen):,} posts of {_label(era)} name no artifact that two authors share.",
            "Collect more posts with `miner scrape`, or lower `threshold` in miner.toml.",
        )
    return found


def _label(era: Era | None) -> str:
    return f"the {era.name}" if era else "any era"


def _ranked(found: Identified, chosen: Chosen, seed: int, progress: Progress) -> list[RankedArtifact]:
    sightings = Sightings.of(found.mentions.pairs(), chosen.source_of_author, len(found.artifacts))
    counts, n_authors = source_counts(sightings)
    shares = seen_shares(counts, n_authors)
    progress("measuring intervals", 0, 0)
    low, high = rank_intervals(sightings, seed=seed)
    names, tier = [a.name for a in found.artifacts], tiers(shares)
    wider, dates = parents(names), chosen.dates
    newest = int(dates[-1]) if len(dates) else None
    bounds, times = found.mentions.bounds().tolist(), chosen.created[found.mentions.posts]
    rows = []
    for place, i in enumerate(order(shares, names).tolist(), 1):
        mine = times[bounds[i] : bounds[i + 1]]
        dated = mine[mine != UNDATED]
        rows.append(
            RankedArtifact(
                rank=place,
                rank_low=min(place, int(low[i])),
                rank_high=max(place, int(high[i])),
                artifact=found.artifacts[i],
                n_authors=int(counts[:, i].sum()),
                n_posts=len(mine),
                n_sources=int((counts[:, i] > 0).sum()),
                share=round(float(shares[i]), 6),
                months=last_months(dated, newest),
                sources=tuple(chosen.sources[s] for s in np.flatnonzero(counts[:, i]).tolist()),
                first_seen=moment(dated.min()) if len(dated) else None,
                last_seen=moment(dated.max()) if len(dated) else None,
                tier=int(tier[i]),
                parent=None if (above := wider[i]) is None else names[above],
            )
        )
    progress("describing", 0, 0)
    return rows


def _quoted(rows: Sequence[RankedArtifact], found: Identified, chosen: Chosen, ledger: Told) -> list[RankedArtifact]:
    at = {a.artifact_id: i for i, a in enumerate(found.artifacts)}
    rows = [replace(row, left_out=ledger.of.get(row.artifact.artifact_id, ())) for row in rows]
    return with_evidence(rows, found.mentions, chosen, [at[row.artifact.artifact_id] for row in rows])


def _shown(made: Listed, found: Identified, chosen: Chosen, ledger: Told) -> tuple[Listed, list[Theme]]:
    """What is listed with its evidence, its themes and its places on the map, and the themes."""
    rows, grouped = _mapped(_quoted(made.rows, found, chosen, ledger), found)
    return replace(made, rows=rows, also=_quoted(made.also, found, chosen, ledger)), grouped


def _mapped(rows: Sequence[RankedArtifact], found: Identified) -> tuple[list[RankedArtifact], list[Theme]]:
    """*rows* with their themes and their places on the map, and the themes."""
    at = {a.artifact_id: i for i, a in enumerate(found.artifacts)}
    vectors: NDArray[np.float32] = found.vectors[[at[r.artifact.artifact_id] for r in rows]]
    grouped = themes([r.artifact for r in rows], vectors)
    named = {identity: theme.name for theme in grouped for identity in theme.artifact_ids}
    places = places_on_a_map(vectors).tolist()
    return [
        replace(row, theme=named.get(row.artifact.artifact_id), place=(across, down))
        for row, (across, down) in zip(rows, places, strict=True)
    ], grouped
