"""What every source is: a description of itself, a plan, and pages of posts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from miner.records import Post, Rejected
    from miner.sources.http import PoliteClient


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """What ``miner sources`` prints of a source.

    Attributes:
        name: What ``--source`` takes.
        title: The platform's name.
        post_is: What one post is there ("a public status").
        needs: Credentials in words; empty when none are needed.
        limits: The platform's own limits, in words with figures.
        terms_url: Where its terms stand.
        terms_read: When the facts about them that this project goes by were last gathered.
        min_posts: Fewest posts that a search of a well-known era gives when all works; fewer is suspicious.
    """

    name: str
    title: str
    post_is: str
    needs: str
    limits: str
    terms_url: str
    terms_read: date
    min_posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to ask a source for.

    Attributes:
        tags: Hashtags of the era, without ``#``, most used first.
        hosts: Servers to ask, for sources that have many.
        since, until: Window of *created_at*, UTC, half-open; None is open.
        limit: Stop after this many posts in all; None is no limit.
        tokens: Host to access token, from the environment or a 0600 file; never printed.
    """

    tags: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    tokens: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of a source, ready to be stored in one commit.

    Attributes:
        stream: Names the walk that this page continues (``mastodon/example.social/80s+1980s``: source, host, what is
            asked for); cursors are kept by it.
        posts, rejected: What the answer held; each of its objects is in one of the two.
        cursor: Where the walk stands after this page: opaque to everybody but the source.
        is_last: The walk has reached its end for now.
    """

    stream: str
    posts: Sequence[Post]
    rejected: Sequence[Rejected]
    cursor: str
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One line of a ``--dry-run``: what would be asked of one host.

    Attributes:
        host: Server that would be asked.
        what: What would be asked for, in words.
        n_requests: Requests that are certain at least; None when it depends on how much there is.
        seconds_per_request: Pause that politeness or the platform's limit demands.
        needs: Credentials in words, and whether they are set; empty when none are needed.
    """

    host: str
    what: str
    n_requests: int | None
    seconds_per_request: float
    needs: str = ""


class Source(Protocol):
    """A platform. ``pages`` does the network; ``to_post`` is pure."""

    info: SourceInfo

    def plan(self, query: Query) -> Sequence[PlanLine]:
        """What :meth:`pages` would do, without doing it."""
        ...

    def streams(self, query: Query) -> Sequence[str]:
        """Names of the walks that *query* needs, each independent of the others: source, host, what is asked for."""
        ...

    def pages(self, stream: str, query: Query, client: PoliteClient, cursor: str | None) -> AsyncGenerator[Page, None]:
        """Walk one stream from *cursor* (None: from the start). Raises SourceError and its kin."""
        ...

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """One object of an answer as a post, or the reason why it is none.

        Args:
            raw: The object, decoded.
            host: Server that sent it, where names are local to a server; empty when not known.
        """
        ...


def stream_host(stream: str) -> str:
    """The host of a stream's name: streams of one host are walked one after the other.

    Example:
        >>> stream_host("mastodon/example.social/80s+1980s")
        'example.social'
    """
    return stream.split("/", 2)[1] if "/" in stream else stream
