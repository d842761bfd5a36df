"""A run's numbers as a report, with what a reader has to know before trusting a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from miner.corpus import Corpus
from miner.eras import Era
from miner.ranking.coverage import Incidence, coverage, new_artifacts
from miner.records import FunnelStep, RankedArtifact, Theme
from miner.report.model import Report, ReportEra, SourceCount
from miner.study.choose import Chosen
from miner.study.gather import moment
from miner.study.left_out import MAX_POSTS
from miner.study.lenses import Reference
from miner.study.listed import Listed

FEW_AUTHORS = 1000
DOUBTED = 0.8


def summarise(
    *,
    corpus: Corpus,
    era: Era | None,
    chosen: Chosen,
    listed: Listed,
    themes: Sequence[Theme],
    funnel: Sequence[FunnelStep],
    manifest: Mapping[str, object],
    seen: Incidence,
) -> Report:
    """The report of a run."""
    dates = chosen.dates
    posts = np.bincount(chosen.source_of_author[chosen.authors], minlength=len(chosen.sources)).tolist()
    authors = np.bincount(chosen.source_of_author, minlength=len(chosen.sources)).tolist()
    return Report(
        title=f"{era.title if era else 'All eras'}, as people remember them",
        corpus=corpus.name,
        run_id=str(manifest["run"]),
        era=ReportEra(name=era.name, title=era.title, start=era.start, end=era.end) if era else None,
        first_seen=moment(dates[0]) if len(dates) else None,
        last_seen=moment(dates[-1]) if len(dates) else None,
        sources={name: SourceCount(n_posts=posts[i], n_authors=authors[i]) for i, name in enumerate(chosen.sources)},
        n_posts=len(chosen),
        n_authors=chosen.n_authors,
        n_without_author=chosen.n_without_author,
        funnel=tuple(funnel),
        rows=tuple(listed.rows),
        also=tuple(listed.also),
        themes=tuple(themes),
        limits=(
            *_limits(chosen, listed.rows, len(dates)),
            *_tied(listed.rows, listed.n_tied_out),
            *_weighed(listed.rows, listed.others, listed.n_elsewhen),
            *([str(listed.looked_up)] if listed.looked_up else []),
            _covered(seen),
        ),
        lens=listed.lens,
        manifest=manifest,
    )


def _tied(rows: Sequence[RankedArtifact], n_out: int) -> Iterator[str]:
    if n_out:
        yield (
            f"{n_out:,} more artifacts are named by as many as the one at place {rows[-1].rank:,}: only the alphabet "
            "kept them off the list."
        )


def _weighed(rows: Sequence[RankedArtifact], others: Reference, n_elsewhen: int) -> Iterator[str]:
    if n_elsewhen:
        yield (
            f"{n_elsewhen:,} artifacts are not in this list because every source dates them after the era, or because "
            "their heyday was another time."
        )
    if any(row.distinctive_z is not None for row in rows):
        yield f"What sets the era apart is weighed against {others}."


def _covered(seen: Incidence) -> str:
    new = new_artifacts(seen, seen.n_units)
    return (
        f"About {coverage(seen):.0%} of what people name is among the artifacts found; as many authors again "
        f"would add about {new:,.0f} artifacts that nobody has named so far (Good-Turing, Chao 2014)."
    )


def _limits(chosen: Chosen, rows: Sequence[RankedArtifact], n_dated: int) -> Iterator[str]:
    n_posts, n_authors = len(chosen), chosen.n_authors
    if chosen.n_without_author:
        yield (
            f"{chosen.n_without_author:,} of {n_posts:,} posts have no author; each counts as an author of its own, "
            "so somebody who posts often without a name is counted more than once."
        )
    if n_dated < n_posts:
        yield f"{n_posts - n_dated:,} posts have no date; first and last seen leave them out."
    if n_authors < FEW_AUTHORS:
        yield f"Only {n_authors:,} authors are counted: neighbouring ranks can rarely be told apart; see the intervals."
    foreign = {code: n for code, n in chosen.languages.items() if code != "en"}
    if foreign:
        named = ", ".join(f"{code} {n:,}" for code, n in list(foreign.items())[:6])
        yield (
            f"{sum(foreign.values()):,} posts are not in English ({named}): in these, only known names, capitalised "
            "names, lists and hashtags are found."
        )
    if rows:
        weakest = sum(row.artifact.probability < DOUBTED for row in rows)
        yield (
            "Whether a name is an artifact is a trained model's judgement; "
            f"{weakest:,} of these {len(rows):,} rows have a probability under {DOUBTED} and deserve a look."
        )
    if any(len(rows) > MAX_POSTS for rows in chosen.left_out.values()):
        yield (
            f"Where more than {MAX_POSTS:,} posts were left out, what they would have moved was worked out with an "
            "even sample of as many."
        )
    yield "A tag or a decade in a post says what its author associates with the era, not when a thing was made."
