"""Asking a platform for single posts that are known already: is each still there, and what does it say now?

A post counts as gone only when the server that holds it says so (404 or 410 for it, or its absence from a list of all
that were asked for) *and* has just shown that it is up and what it was: a host that moved, or that answers 404 to
everything, takes nothing with it. A login wall, a rate limit, a robots.txt, a 5xx or a timeout is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from miner.errors import MalformedError, MinerError, RefusedError
from miner.records import Post, Rejected
from miner.sources.base import Query
from miner.sources.exchange import Ask
from miner.sources.hosts import is_loopback
from miner.sources.http import PoliteClient

_HIDDEN: Final = frozenset({"not public", "marked sensitive", "author asks not to be indexed", "deleted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A post as far as one has to know it to ask for it again.

    Attributes:
        id: Its global id.
        source: Name of its source.
        url: Its address; None when it has none.
    """

    id: str
    source: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A post that is not to be seen any more, and why: ``deleted``, or what a :class:`Rejected` says."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """A post of which nobody knows: the answer was none, or none that can be read."""

    id: str
    reason: str


Found = Post | Gone | Unsure


class Again(Protocol):
    """How the posts of one source are asked for again.

    Attributes:
        n_at_once: Posts in one request.
    """

    n_at_once: int

    def base_of(self, known: Known) -> str | None:
        """Origin of the server to ask; None for a post that cannot be asked for."""
        ...

    async def ask(self, base: str, posts: Sequence[Known], query: Query, client: PoliteClient) -> Sequence[Found]:
        """What became of each of *posts*, at most :attr:`n_at_once`, in their order.

        Raises:
            SourceError: And its kin: nothing is known of any of them.
        """
        ...

    async def check(self, base: str, query: Query, client: PoliteClient) -> None:
        """Make sure that the server is up and still what it was.

        Raises:
            SourceError: And its kin: what it says about posts is worth nothing.
        """
        ...


def told(post_id: str, read: Post | Rejected) -> Found:
    """What an object says that a server gave for the post *post_id*."""
    if isinstance(read, Post):
        # another post under the same number is no answer
        return read if read.id == post_id else Unsure(id=post_id, reason="the server gave another post")
    return Gone(id=post_id, reason=read.reason) if read.reason in _HIDDEN else Unsure(id=post_id, reason=read.reason)


def is_about_one(error: MinerError) -> bool:
    """Whether an error is about the post alone, so that the server can be asked for the next one."""
    return isinstance(error, MalformedError | RefusedError)


def ask_of(
    base: str,
    path: str,
    what: str,
    query: Query,
    *,
    params: tuple[tuple[str, str], ...] = (),
    body: Mapping[str, Any] | None = None,
    is_api: bool = False,
) -> Ask:
    """A question to the server at *base*; see :class:`Ask`."""
    host = urlsplit(base).netloc
    is_here = is_loopback(urlsplit(base).hostname or "")
    return Ask(
        url=base + path,
        what=what,
        params=params,
        body=body,
        token=(query.tokens or {}).get(host),
        is_api=is_api,
        pause_s=0.0 if is_here else 1.0,
    )
