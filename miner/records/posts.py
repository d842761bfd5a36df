"""Posts, what was sent and is none, mentions in them, and the artifacts that the mentions name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Joined = Literal["letters", "slip", "catalogue", "team", "judged"]


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
class Spelling:
    """One of the ways in which people spell an artifact, and why it counts for it.

    Attributes:
        name: As somebody wrote it.
        n_posts: Posts that spell it so.
        joined: ``letters`` it has the same letters and digits (:func:`miner.names.spelling_key`); ``slip`` it is a rare
            misspelling; ``catalogue`` the catalogue lists both as one thing; ``team`` somebody decided so; ``judged``
            the model of aliases holds both for one thing.
    """

    name: str
    n_posts: int
    joined: Joined


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
        spellings: How each of *also_called* came to count for it, in the same order; empty where nobody knows.
    """

    artifact_id: str
    name: str
    also_called: tuple[str, ...]
    keys: tuple[str, ...]
    category: str
    probability: float
    spellings: tuple[Spelling, ...] = ()


def artifact_id(key: str) -> str:
    """The id of the artifact whose most used spelling has this *key*: the same in every run that agrees on the name."""
    return "a_" + hashlib.blake2b(key.encode(), digest_size=5).hexdigest()
