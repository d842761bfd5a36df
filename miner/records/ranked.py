"""The nouns of a ranking: artifacts in their places, with evidence, dates and a team's verdicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from miner.records.posts import Artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A post quoted to show why an artifact is in the list.

    Attributes:
        post_id: Global id of the post.
        quote: At most 200 characters of it, around the mention.
        url: Link to the post, or None.
        source: Name of its source.
        created_at: When it was put online, UTC, or None.
    """

    post_id: str
    quote: str
    url: str | None
    source: str
    created_at: datetime | None


HOME_REGION = "US"
Confidence = Literal["high", "medium", "none"]
Level = Literal["block", "warn", "info", "ok", "undated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dating:
    """When an artifact came.

    Attributes:
        first_year: First year in the region asked for; None when nobody says.
        region: Region that *first_year* holds for; empty for the world.
        sources: Who says so.
        confidence: ``high`` when two sources agree within a year, ``medium`` for one, or for several that differ (then
            *first_year* is the earliest), ``none`` without any.
        heyday: First and last year in which it was everywhere; None when that is not known.
        brand: Who made it; may be empty.
        category: As the catalogue has it.
        life_years: Years after its heyday for which it still stands about; 0: eaten, or thrown away.
        is_brand: The name stands for many models, each of which has a year of its own.
    """

    first_year: int | None = None
    region: str = ""
    sources: tuple[str, ...] = ()
    confidence: Confidence = "none"
    heyday: tuple[int, int] | None = None
    brand: str = ""
    category: str = "other"
    life_years: int = 10
    is_brand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFlag:
    """What a story year makes of an artifact.

    Attributes:
        level: ``block`` not there yet; ``warn`` look it up; ``info`` worth knowing; ``ok``; ``undated`` nobody says.
        reason: In words, for a person.
    """

    level: Level
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """When and where a story plays.

    Attributes:
        year: None when nobody asked for the period check.
        region: Two letters of the country, or ``EU``.
    """

    year: int | None = None
    region: str = HOME_REGION


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a team decided about an artifact.

    Attributes:
        decision: ``keep``, ``maybe`` or ``reject``; empty when nobody did.
        reason: Why it is rejected; may be empty.
        department: Whose it is, where the team does not take the usual one; else empty.
        note: The team's own words.
        by: Who spoke last.
    """

    decision: str = ""
    reason: str = ""
    department: str = ""
    note: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Posts that name an artifact and were not counted.

    Attributes:
        step: Name of the step of the funnel that left them out.
        n_posts: How many of them name it.
        is_sample: Whether only a sample of what the step left out was looked at: then there are more.
    """

    step: str
    n_posts: int
    is_sample: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedArtifact:
    """An artifact and the evidence for its place.

    Attributes:
        rank: 1 is most seen. Ties are broken by name.
        rank_low, rank_high: 90 % interval of *rank*, resampling authors; low is the better place.
        artifact: The artifact.
        n_authors: Distinct authors who named it in this era, reposts, near-duplicates, sellers and bots left out. A
            post without an author counts as an author of its own.
        n_posts: Posts that name it; at least *n_authors*.
        n_sources: Sources in which it is named; at least 1.
        share: Mean over the sources of the share (0-1) of a source's authors who name it. The number that ranks.
        first_seen, last_seen: Dates of the oldest and newest dated post that names it; None when no post is dated.
        evidence: Up to three posts of different authors.
        theme: Name of its theme; None when it is in none.
        parent: Name of the wider thing that it is a kind of ("Walkman" of "Walkman WM-2"), an artifact of the same run;
            None when there is none.
        distinctive_z: z-score of the log-odds that more authors name it here than in the corpus's other eras; None
            where there are too few posts of others.
        lenses: Through which of the three lenses it is among the first.
        place: Where it lies on a map of meanings, across and down, 0 to 1; None when there is no map.
        months: Posts that name it in each of the corpus's last twelve months, oldest first; empty below twelve dated.
        sources: Names of the sources in which it is named, sorted.
        tier: Rank of the first artifact with this very share: inside a tier only the alphabet orders. 0 when not known.
        dating: When it came, as far as the catalogue knows.
        verdict: What the team decided about it; None when it decided nothing.
        period: What the story year of the run makes of it; None when no story year was given.
        left_out: Posts that name it and were not counted, by the step that left them out.
    """

    rank: int
    rank_low: int
    rank_high: int
    artifact: Artifact
    n_authors: int
    n_posts: int
    n_sources: int
    share: float
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    theme: str | None = None
    parent: str | None = None
    distinctive_z: float | None = None
    lenses: tuple[str, ...] = ("seen",)
    sources: tuple[str, ...] = ()
    place: tuple[float, float] | None = None
    months: tuple[int, ...] = ()
    tier: int = 0
    dating: Dating = Dating()
    period: PeriodFlag | None = None
    verdict: Verdict | None = None
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What posts that were left out would have done to an artifact.

    Attributes:
        name: Name of the artifact.
        rank: Its place in the whole list; 1 is most seen.
        rank_with: The place it would have had, had these posts been counted.
    """

    name: str
    rank: int
    rank_with: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """One line of the ledger of what was kept and what was left out.

    Attributes:
        name: What this step did, in plain words ("reposts left out").
        n_out: How many it took away; 0 or more.
        n_left: How many remained after it.
        examples: Up to three of the posts that it left out, of steps over posts of the era.
        moved: At most five artifacts whose place it changed most, by the ratio of the two places.
    """

    name: str
    n_out: int
    n_left: int
    examples: tuple[Evidence, ...] = ()
    moved: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Artifacts that belong together.

    Attributes:
        name: The names of its two or three most typical artifacts, joined with a middle dot.
        artifact_ids: Its artifacts, most seen first.
    """

    name: str
    artifact_ids: tuple[str, ...] = field(default=())
