"""The rank stage: a corpus in, a report out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from miner.artifacts.links import Links
from miner.artifacts.parents import parents
from miner.artifacts.themes import places_on_a_map, themes
from miner.corpus import Corpus
from miner.eras import Era, EraReader, era_names, load_era
from miner.errors import NothingFound
from miner.ranking.coverage import Incidence
from miner.ranking.seen import Sightings, order, rank_intervals, seen_shares, source_counts, tiers
from miner.records import FunnelStep, Mention, Post, RankedArtifact, Story, Theme
from miner.report.model import Report
from miner.review.decisions import Decisions
from miner.settings import Settings
from miner.study.choose import Chosen, choose
from miner.study.decisions import joined, links_of
from miner.study.evidence import evidence_of
from miner.study.identify import NO_LINKS, Identified, identify
from miner.study.left_out import told
from miner.study.listed import Asked, LookUp, listed
from miner.study.manifest import manifest_of
from miner.study.models import Models, load_models
from miner.study.months import last_months, newest_of
from miner.study.summary import summarise
from miner.text.extract import Text, extract

TOP = 132
ANY = "any"
NO_STORY = Story()
NO_DECISIONS = Decisions()
Progress = Callable[[str, int, int], None]


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
    progress: Progress = lambda stage, done, total: None,
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
        story: When and where the story plays, for the period check.
        lens: Which of :data:`miner.study.lenses.LENSES` chooses and orders the rows.
        look_up: Finds years for rows that the catalogue does not date; None asks nobody.
        progress: Told the stage and how many of its posts are done.

    Raises:
        NothingFound: No posts, none of the era, or nothing that two authors name.
        SettingsError: A model is missing.
        UnknownName: There is no such lens.
        UsageError: *links* and *decisions* contradict each other.
    """
    version, links = corpus.version, joined([links, links_of(decisions)])
    posts = _posts(corpus, version, era, progress)
    chosen, funnel = _chosen(posts, corpus.name, era, keep)
    models = models or load_models(settings)
    mentions, found = _identified(chosen, era, settings, models, links, progress)
    every = _ranked(found, chosen, settings.seed, progress)
    asked = Asked(top=top, links=links, keep=sorted(keep), story=story, lens=lens, decisions=decisions)
    made = listed(every, posts, chosen, era, models.catalogue, asked, ordinary=found.ordinary, look_up=look_up)
    rows, grouped = _mapped(made.rows, found)
    return summarise(
        corpus=corpus,
        era=era,
        chosen=chosen,
        listed=replace(made, rows=rows),
        themes=grouped,
        funnel=(*told(funnel, found, chosen, top=top), *found.funnel),
        manifest=manifest_of(corpus, version, era, settings, models, asked, chosen, mentions, found, made),
        seen=Incidence.of([1] * found.n_named_once + [row.n_authors for row in every], len(chosen.source_of_author)),
    )


def _chosen(
    posts: Sequence[Post], corpus: str, era: Era | None, keep: Collection[str]
) -> tuple[Chosen, list[FunnelStep]]:
    """The posts that are counted, and the steps that left out the others."""
    chosen, funnel = choose(posts, is_in_era=is_in_era(era), keep=keep)
    if not chosen.posts:
        raise NothingFound(
            f"Of {len(posts):,} posts in {corpus!r} none of {_label(era)} is left.",
            "Run `miner corpus info` to see what it holds, or choose another --era.",
        )
    return chosen, list(funnel)


def _identified(
    chosen: Chosen, era: Era | None, settings: Settings, models: Models, links: Links, progress: Progress
) -> tuple[list[Mention], Identified]:
    """Candidate mentions of the posts, and the artifacts among them."""
    mentions = list(
        extract(_told(chosen, progress), nlp=models.nlp, gazetteer=models.gazetteer, is_stop_tag=_stop_tags(era))
    )
    progress("judging names", 0, 0)
    is_english = [text.language == "en" for text in chosen.texts]
    found = identify(mentions, chosen.authors, models, is_english=is_english, threshold=settings.threshold, links=links)
    if not found.artifacts:
        raise NothingFound(
            f"{len(chosen.posts):,} posts of {_label(era)} name no artifact that two authors share.",
            "Collect more posts with `miner scrape`, or lower `threshold` in miner.toml.",
        )
    return mentions, found


def _posts(corpus: Corpus, version: int, era: Era | None, progress: Progress) -> list[Post]:
    """All posts of one version: a scrape that goes on meanwhile does not slip into the count."""
    total = corpus.count()
    posts = []
    for done, post in enumerate(corpus.posts(version=version), 1):
        posts.append(post)
        if done % 1000 == 0:
            progress("reading", done, total)
    progress("reading", len(posts), max(total, len(posts)))
    if not posts:
        raise NothingFound(
            f"The corpus {corpus.name!r} is empty.",
            f"Fill it with `miner scrape {era.name if era else '80s'} --source mastodon --instance HOST "
            f"--into {corpus.name}` or `miner import FILE --into {corpus.name}`.",
        )
    return posts


def is_in_era(era: Era | None) -> Callable[[Post], bool]:
    """Whether a post belongs to *era* by its tags, its text or its alt texts; with None every post does."""
    if era is None:
        return lambda post: True
    reader = EraReader([era])
    return lambda post: bool(reader.read(" \n".join((post.text, *post.alt_texts)), post.tags))


def _stop_tags(era: Era | None) -> Callable[[str], bool]:
    """Whether a hashtag only says when: "#80s", "#backtothe80s"."""
    reader = EraReader([load_era(name) for name in era_names()] + ([era] if era else []))
    return lambda tag: bool(reader.read("", [tag]))


def _label(era: Era | None) -> str:
    return f"the {era.name}" if era else "any era"


def _told(chosen: Chosen, progress: Progress) -> Iterator[Text]:
    for done, text in enumerate(chosen.texts, 1):
        yield text
        if done % 200 == 0 or done == len(chosen.texts):
            progress("extracting", done, len(chosen.texts))


def _ranked(found: Identified, chosen: Chosen, seed: int, progress: Progress) -> list[RankedArtifact]:
    pairs = ((chosen.authors[m.post], column) for column, named in enumerate(found.mentions) for m in named)
    sightings = Sightings.of(pairs, chosen.source_of_author, len(found.artifacts))
    counts, n_authors = source_counts(sightings)
    shares = seen_shares(counts, n_authors)
    progress("measuring intervals", 0, 0)
    low, high = rank_intervals(sightings, seed=seed)
    names, tier = [a.name for a in found.artifacts], tiers(shares)
    wider, newest = parents(names), newest_of(chosen)
    rows = []
    for place, i in enumerate(order(shares, names).tolist(), 1):
        mentions = found.mentions[i]
        dates = sorted(d for m in mentions if (d := chosen.posts[m.post].created_at) is not None)
        rows.append(
            RankedArtifact(
                rank=place,
                rank_low=min(place, int(low[i])),
                rank_high=max(place, int(high[i])),
                artifact=found.artifacts[i],
                n_authors=int(counts[:, i].sum()),
                n_posts=len(mentions),
                n_sources=int((counts[:, i] > 0).sum()),
                share=round(float(shares[i]), 6),
                months=last_months(mentions, chosen, newest),
                sources=tuple(chosen.sources[s] for s in np.flatnonzero(counts[:, i]).tolist()),
                first_seen=dates[0] if dates else None,
                last_seen=dates[-1] if dates else None,
                evidence=evidence_of(mentions, chosen),
                tier=int(tier[i]),
                parent=None if (above := wider[i]) is None else names[above],
            )
        )
    return rows


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
