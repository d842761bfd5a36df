"""A report as plain data: what every writer gets, and all that it gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from miner.records import FunnelStep, RankedArtifact, Theme

Mode = Literal["internal", "public"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEra:
    """The era of a report.

    Attributes:
        name: Short name, as typed (``80s``).
        title: Name for people (``the 1980s``).
        start, end: First and last year, both included.
    """

    name: str
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCount:
    """What one source gave to the count.

    Attributes:
        n_posts: Posts counted, those left out by the funnel not among them.
        n_authors: Distinct authors of these posts; each post without an author counts as one.
    """

    n_posts: int
    n_authors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The ranked artifacts of one run, and what they rest on.

    Attributes:
        title: Headline ("The 80s, as people remember them").
        corpus: Name of the corpus.
        run_id: Name of the run; equal runs have equal names.
        created_at: When it was made, in UTC. None where two runs have to give the same bytes.
        era: The era asked for; None when posts of any era were counted.
        first_seen, last_seen: Dates of the oldest and newest dated post that was counted, in UTC; None when no post
            is dated. When posts were put online, not the time they tell of.
        sources: Name of each source to what it gave.
        n_posts: Posts counted.
        n_authors: Distinct authors of these posts; each post without an author counts as one.
        n_without_author: Posts counted whose source names no author.
        funnel: What was left out and why, in the order in which it happened. Steps over posts come first; a step that
            does not start from what the one before it left begins the count of the names found in those posts.
        rows: The artifacts, best first by *lens*.
        also: Artifacts that only the other lenses list, by rank: for the page's tabs.
        themes: Themes of these artifacts, largest first; an artifact is in one or in none.
        limits: What a reader has to know before trusting a row, one sentence each ("3,210 posts have no author; each
            counts as an author of its own.").
        lens: What orders *rows*: ``seen`` (the rank), ``distinctive`` or ``deep`` (the z-score against other eras).
        manifest: What the run was made with: versions, models, seed, corpus version. Made of what JSON can say: text,
            numbers, truth values, None, lists, and mappings with text keys.
        mode: ``internal`` has quotes and links; ``public`` has none (see :func:`miner.report.public.public`).
        expires_at: Day after which an internal report should be deleted, in UTC; None when nobody set one.

    Raises:
        ValueError: A public report that holds evidence.
    """

    title: str
    corpus: str
    run_id: str
    created_at: datetime | None = None
    era: ReportEra | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    sources: Mapping[str, SourceCount] = field(default_factory=dict)
    n_posts: int
    n_authors: int
    n_without_author: int = 0
    funnel: tuple[FunnelStep, ...] = ()
    rows: tuple[RankedArtifact, ...] = ()
    also: tuple[RankedArtifact, ...] = ()
    themes: tuple[Theme, ...] = ()
    limits: tuple[str, ...] = ()
    lens: str = "seen"
    manifest: Mapping[str, object] = field(default_factory=dict)
    mode: Mode = "internal"
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        quoted = any(row.evidence for row in (*self.rows, *self.also)) or any(s.examples for s in self.funnel)
        if self.mode == "public" and quoted:
            raise ValueError("a public report holds no quotes; make it with public(report)")


def places(rows: Sequence[RankedArtifact]) -> list[str]:
    """The rank of each row as a sports table writes it: ``12=`` for all that share the twelfth place."""
    shared = Counter(row.tier for row in rows if row.tier)
    return [f"{row.tier}=" if shared[row.tier] > 1 else str(row.rank) for row in rows]
