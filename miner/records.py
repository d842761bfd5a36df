"""The nouns that pass between the stages: posts in, ranked artifacts out.

All are frozen and keyword-only, so that a stage can hand them on without fear. Bulk data (mentions of a million posts)
travels as Arrow tables with the same column names; these classes are for one thing at a time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One thing that somebody put online.

    Attributes:
        id: Global id, the same wherever the post is met: the source's name, a colon, then the platform's own global id
            (``mastodon:https://example.social/users/a/statuses/1``). Key of the corpus.
        source: Name of the source, as in ``miner sources``.
        text: Plain text, no markup. May be empty when *alt_texts* or *tags* say something.
        created_at: When it was put online, in UTC, as the platform says. None when unknown; never a stand-in date.
        author: The account as the source names it, globally (``ann@example.social``). The corpus stores a keyed
            pseudonym in its place, and reads give that pseudonym. None when the source does not say.
        tags: Hashtags and communities as the source lists them, without ``#``, in order, spelt as found.
        alt_texts: Descriptions of its pictures, in order.
        url: Where a person can see it; http(s) only, otherwise None.
        language: ISO 639-1 code claimed by the source. A claim: the text stage checks it.
        likes, reposts, replies: Counts when it was read; None when the source does not say.
        is_bot: The account says that it is automated.
        repost_of: Global id of the post that this one repeats, when the source marks it as a repost.
        edited_at: Time of the last edit, in UTC.
    """

    id: str
    source: str
    text: str
    created_at: datetime | None = None
    author: str | None = None
    tags: tuple[str, ...] = ()
    alt_texts: tuple[str, ...] = ()
    url: str | None = None
    language: str | None = None
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    is_bot: bool = False
    repost_of: str | None = None
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Something a source sent that did not become a post.

    Attributes:
        source: Name of the source.
        reason: A short fixed phrase (``no text``, ``marked sensitive``, ``not an object``): what funnels count by.
        detail: What was wrong with this one, for the log; never the text of a post.
        raw_id: The platform's id, when it could be read.
    """

    source: str
    reason: str
    detail: str = ""
    raw_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A span of a post that names something.

    Attributes:
        post: Row of the post in the batch that was read.
        surface: The span as written, trimmed of determiners and of words like "old" and "my".
        key: Spelling key of *surface* (see :func:`miner.names.spelling_key`): what variants of one spelling share.
        origin: Where it was found: ``chunk``, ``run``, ``list``, ``title``, ``quote``, ``hashtag``, ``alt``
            or ``name`` (a known one).
        part: Where in the post: 0 the text, 1 and up its alt texts in order, -1 its hashtags.
        start, end: Character offsets in that cleaned part; -1 in hashtags.
        is_initial: It begins a sentence, a line or a quotation, so that its capital tells nothing.
        has_cue: It follows words of having, wearing, playing, remembering in the same sentence.
        is_inside: A capitalised word stands right before or behind it, so that it may be part of a longer name: "Simon"
            of "Paul Simon".
    """

    post: int
    surface: str
    key: str
    origin: str
    part: int
    start: int
    end: int
    is_initial: bool = True
    has_cue: bool = False
    is_inside: bool = False


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
        is_brand: The name stands for many models, each of which has a year of its own.
    """

    first_year: int | None = None
    region: str = ""
    sources: tuple[str, ...] = ()
    confidence: Confidence = "none"
    heyday: tuple[int, int] | None = None
    brand: str = ""
    category: str = "other"
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
class Artifact:
    """A thing that people name, with all the ways they spell it.

    Attributes:
        artifact_id: ``a_`` and 10 hex digits, from the spelling key of the catalogue's name for it, else of its most
            used name (:func:`artifact_id`).
        name: The spelling that most authors use.
        also_called: The other spellings, most used first.
        keys: Spelling keys of all of them.
        category: One of the categories of ``docs/method.md``, or ``other``.
        probability: Calibrated probability that this is a specific artifact, 0-1.
    """

    artifact_id: str
    name: str
    also_called: tuple[str, ...]
    keys: tuple[str, ...]
    category: str
    probability: float


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
        tier: Rank of the first artifact with this very share: inside a tier only the alphabet orders. 0 when not known.
        dating: When it came, as far as the catalogue knows.
        period: What the story year of the run makes of it; None when no story year was given.
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
    tier: int = 0
    dating: Dating = Dating()
    period: PeriodFlag | None = None


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


def artifact_id(key: str) -> str:
    """The id of the artifact whose most used spelling has this *key*: the same in every run that agrees on the name."""
    return "a_" + hashlib.blake2b(key.encode(), digest_size=5).hexdigest()
