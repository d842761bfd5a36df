"""What every source is: a description of itself, a plan, and pages of posts."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from miner.errors import CredentialsError
from miner.sources.hosts import origin

if TYPE_CHECKING:
    from miner.records import Post, Rejected
    from miner.sources.http import PoliteClient

WEB_BEGAN = datetime(1991, 1, 1, tzinfo=UTC)
"""Nobody put anything online on these platforms before; servers take posts that are dated back all the same."""
CLOCK_ERROR = timedelta(days=1)
"""How far a server's clock may be ahead of ours."""
_ENTRY = re.compile(r"(?:([a-z][a-z0-9-]*)=)?(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A credential that a source needs, one value each.

    Attributes:
        name: Environment variable that holds it; the same in lower case is its line in the file of keys.
        what: What it is, in words ("a consumer key").
        url: Page where its owner gets it.
    """

    name: str
    what: str
    url: str


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
        min_posts: Fewest posts that a search of a well-known era gives when all works; fewer is an error.
        keys: Credentials without which it gives nothing.
        takes: What else can be chosen: ``instance`` (servers), ``url`` (addresses), ``community``.
    """

    name: str
    title: str
    post_is: str
    needs: str
    limits: str
    terms_url: str
    terms_read: date
    min_posts: int
    keys: tuple[Key, ...] = ()
    takes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to ask a source for.

    Attributes:
        tags: Hashtags of the era, without ``#``, most used first.
        phrases: What names the era in running text ("the 80s"), most used first, for sources without hashtags.
        hosts: Servers to ask, for sources that have many; ``lemmy=example.org`` for one source alone.
        urls: Addresses to read, for sources that take them; ``feeds=https://…`` for one source alone.
        communities: Subreddits, communities or groups to read, likewise.
        since, until: Window of *created_at*, UTC, half-open; None is open.
        limit: Stop after this many posts in all; None is no limit.
        tokens: Host to access token, from the environment or a 0600 file; never printed.
        keys: Name of a :class:`Key` to its value, likewise.
    """

    tags: tuple[str, ...]
    phrases: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    tokens: Mapping[str, str] | None = field(default=None, repr=False)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    def hosts_of(self, source: str) -> tuple[str, ...]:
        """The servers that *source* is to ask: those given for it, and those given for all."""
        return _for_source(source, self.hosts)

    def origins_of(self, source: str, *default: str) -> tuple[str, ...]:
        """Origins of the servers that *source* is to ask; *default*, when none were given.

        Raises:
            UsageError: A name that is no server's.
        """
        return tuple(dict.fromkeys(origin(host) for host in self.hosts_of(source) or default))

    def urls_of(self, source: str) -> tuple[str, ...]:
        """The addresses that *source* is to read."""
        return _for_source(source, self.urls)

    def communities_of(self, source: str) -> tuple[str, ...]:
        """The communities that *source* is to read."""
        return _for_source(source, self.communities)

    def key(self, key: Key) -> str:
        """The value of *key*.

        Raises:
            CredentialsError: It was not given.
        """
        value = self.keys.get(key.name, "")
        if not value:
            raise CredentialsError(
                f"{key.name}, {key.what}, is not set.",
                f"Get one at {key.url}, then run `export {key.name}=…` or write it into the file of keys "
                "(`miner sources --help`).",
            )
        return value


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

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The objects of one decoded answer that :meth:`to_post` takes, in order. Pure, never raises."""
        ...

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """One object of an answer as a post, or the reason why it is none.

        Args:
            raw: The object, decoded.
            host: Server that sent it, where names are local to a server; empty when not known.
        """
        ...


def is_within(time: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    """Whether a post of that time lies in the window [since, until). One of an unknown time lies in the open window."""
    if time is None:
        return since is None and until is None
    return (since is None or time >= since) and (until is None or time < until)


def believable(time: datetime | None, now: datetime) -> datetime | None:
    """*time*, or None when nothing can have been put online then: before the web, or more than a day after *now*."""
    return time if time is not None and WEB_BEGAN <= time <= now + CLOCK_ERROR else None


def _for_source(source: str, entries: tuple[str, ...]) -> tuple[str, ...]:
    """``example.org`` and ``lemmy=example.org`` for lemmy; a ``=`` behind anything but a source's name is its own."""
    parts = [(match.group(1), match.group(2)) for match in map(_ENTRY.fullmatch, entries) if match]
    return tuple(dict.fromkeys(value for name, value in parts if name in {None, source}))


def stream_host(stream: str) -> str:
    """The host of a stream's name: streams of one host are walked one after the other.

    Example:
        >>> stream_host("mastodon/example.social/80s+1980s")
        'example.social'
    """
    return stream.split("/", 2)[1] if "/" in stream else stream
