"""Asking a platform for single posts that are known already: is each still there, and what does it say now?

A post counts as gone only when the server that holds it says so (404 or 410 for it, or its absence from a list of all
that were asked for) *and* has just shown that it is up and what it was: a host that moved, or that answers 404 to
everything, takes nothing with it. A login wall, a rate limit, a robots.txt, a 5xx or a timeout is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from miner.errors import MalformedError, MinerError, RefusedError, UsageError
from miner.records import Post, Rejected
from miner.sources.base import Query
from miner.sources.bluesky_post import post_of
from miner.sources.exchange import Ask
from miner.sources.fields import dicts, inside
from miner.sources.hosts import is_loopback, origin
from miner.sources.http import PoliteClient
from miner.sources.lemmy_post import view_to_post
from miner.sources.mastodon_status import status_to_post
from miner.sources.misskey_note import note_to_post

GONE: Final = frozenset({404, 410})
APPVIEW: Final = "https://public.api.bsky.app"
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


class _OneByOne:
    """Servers of the fediverse, each asked for its own posts by the id at the end of their address."""

    n_at_once = 1

    def __init__(self, path: re.Pattern[str]) -> None:
        self._path = path

    def base_of(self, known: Known) -> str | None:
        """The server in the post's global id."""
        try:
            parts = urlsplit(known.id.partition(":")[2])
            return origin(f"{parts.scheme}://{parts.netloc}") if self._path.fullmatch(parts.path) else None
        except (ValueError, UsageError):
            # ids come from files of others, too
            return None

    async def ask(self, base: str, posts: Sequence[Known], query: Query, client: PoliteClient) -> Sequence[Found]:
        """One request, one post."""
        (known,) = posts
        match = self._path.fullmatch(urlsplit(known.id.partition(":")[2]).path)
        if match is None:
            return [Unsure(id=known.id, reason="an id that cannot be asked for")]
        answer = await client.get(replace(self._question(base, match[1], query), accepts=GONE | {400}))
        if answer.status in GONE or (answer.status == 400 and self._says_gone(answer.body)):
            return [Gone(id=known.id, reason="deleted")]
        if answer.status == 400:
            return [Unsure(id=known.id, reason="the server did not understand")]
        return [told(known.id, self._read(answer.data, urlsplit(base).netloc))]

    async def check(self, base: str, query: Query, client: PoliteClient) -> None:
        """Its description of itself."""
        ask = self._description(base, query)
        if not self._is_description((await client.get(ask)).data):
            raise MalformedError(
                f"{urlsplit(base).netloc} does not describe itself as it should.",
                "Nothing of it was erased. Look at it in a browser; the server may have moved.",
            )

    def _question(self, base: str, own_id: str, query: Query) -> Ask:
        raise NotImplementedError

    def _description(self, base: str, query: Query) -> Ask:
        raise NotImplementedError

    def _is_description(self, data: Any) -> bool:  # noqa: ANN401 - whatever a server sent
        raise NotImplementedError

    def _read(self, data: Any, host: str) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        raise NotImplementedError

    def _says_gone(self, body: bytes) -> bool:
        del body
        return False


class MastodonAgain(_OneByOne):
    """``GET /api/v1/statuses/:id`` (docs.joinmastodon.org/methods/statuses); 404 also for what became private."""

    def __init__(self) -> None:
        super().__init__(re.compile(r"(?:/users/[^/]+|/ap/users/\d+)/statuses/([A-Za-z0-9]{1,40})"))

    def _question(self, base: str, own_id: str, query: Query) -> Ask:
        return _ask(base, f"/api/v1/statuses/{own_id}", "a status", query)

    def _description(self, base: str, query: Query) -> Ask:
        return _ask(base, "/api/v2/instance", "its settings", query)

    def _is_description(self, data: Any) -> bool:  # noqa: ANN401 - whatever a server sent
        return isinstance(inside(data, "domain"), str)

    def _read(self, data: Any, host: str) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        return status_to_post(data, host=host)


class LemmyAgain(_OneByOne):
    """``GET /api/v3/post?id=``; a post that is not there is a 404 or, before 0.19, a 400, with the same code."""

    def __init__(self) -> None:
        super().__init__(re.compile(r"/post/(\d{1,15})"))

    def _question(self, base: str, own_id: str, query: Query) -> Ask:
        return _ask(base, "/api/v3/post", "a post", query, params=(("id", own_id),))

    def _description(self, base: str, query: Query) -> Ask:
        return _ask(base, "/api/v3/site", "its description", query)

    def _is_description(self, data: Any) -> bool:  # noqa: ANN401 - whatever a server sent
        return isinstance(inside(data, "site_view"), dict)

    def _read(self, data: Any, host: str) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        del host
        return view_to_post(inside(data, "post_view"))

    def _says_gone(self, body: bytes) -> bool:
        return b"find_post" in body


class MisskeyAgain(_OneByOne):
    """``POST /api/notes/show``; a note that is not there is a 400 with ``NO_SUCH_NOTE``."""

    def __init__(self) -> None:
        super().__init__(re.compile(r"/notes/([A-Za-z0-9]{1,40})"))

    def _question(self, base: str, own_id: str, query: Query) -> Ask:
        return _ask(base, "/api/notes/show", "a note", query, body={"noteId": own_id})

    def _description(self, base: str, query: Query) -> Ask:
        return _ask(base, "/api/meta", "its description", query, body={"detail": False})

    def _is_description(self, data: Any) -> bool:  # noqa: ANN401 - whatever a server sent
        return isinstance(inside(data, "uri"), str) and isinstance(inside(data, "version"), str)

    def _read(self, data: Any, host: str) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        return note_to_post(data, host=host)

    def _says_gone(self, body: bytes) -> bool:
        return b"NO_SUCH_NOTE" in body


class BlueskyAgain:
    """``app.bsky.feed.getPosts``, 25 at once, of an AppView: what it leaves out of its list is gone.

    Args:
        appview: Its origin.
        account: One that it always shows.
    """

    n_at_once = 25

    def __init__(self, appview: str = APPVIEW, account: str = "bsky.app") -> None:
        self._appview, self._account = appview, account

    def base_of(self, known: Known) -> str | None:
        """The AppView, for everything with an at:// address."""
        return self._appview if known.id.startswith("bluesky:at://") else None

    async def ask(self, base: str, posts: Sequence[Known], query: Query, client: PoliteClient) -> Sequence[Found]:
        """All of them in one request."""
        uris = tuple(("uris", known.id.partition(":")[2]) for known in posts)
        data = await client.get_json(_ask(base, "/xrpc/app.bsky.feed.getPosts", "posts", query, params=uris))
        if not isinstance(inside(data, "posts"), list):
            raise MalformedError(f"{urlsplit(base).netloc} answered with no list of posts.", "Try again later.")
        views = {view.get("uri"): view for view in dicts(inside(data, "posts"))}
        return [
            told(known.id, post_of(views[uri])) if uri in views else Gone(id=known.id, reason="deleted")
            for known, (_, uri) in zip(posts, uris, strict=True)
        ]

    async def check(self, base: str, query: Query, client: PoliteClient) -> None:
        """The AppView shows an account that is always there."""
        params = (("actor", self._account),)
        data = await client.get_json(_ask(base, "/xrpc/app.bsky.actor.getProfile", "a profile", query, params=params))
        if not isinstance(inside(data, "did"), str):
            raise MalformedError(f"{urlsplit(base).netloc} does not show {self._account}.", "Try again later.")


AGAIN: Final[Mapping[str, Again]] = {
    "mastodon": MastodonAgain(),
    "bluesky": BlueskyAgain(),
    "lemmy": LemmyAgain(),
    "misskey": MisskeyAgain(),
}
"""Source to how its posts are asked for again. Those of the others cannot be, and are counted as such."""


def told(post_id: str, read: Post | Rejected) -> Found:
    """What an object says that a server gave for the post *post_id*."""
    if isinstance(read, Post):
        # another post under the same number is no answer
        return read if read.id == post_id else Unsure(id=post_id, reason="the server gave another post")
    return Gone(id=post_id, reason=read.reason) if read.reason in _HIDDEN else Unsure(id=post_id, reason=read.reason)


def is_about_one(error: MinerError) -> bool:
    """Whether an error is about the post alone, so that the server can be asked for the next one."""
    return isinstance(error, MalformedError | RefusedError)


def _ask(
    base: str,
    path: str,
    what: str,
    query: Query,
    *,
    params: tuple[tuple[str, str], ...] = (),
    body: Mapping[str, Any] | None = None,
) -> Ask:
    host = urlsplit(base).netloc
    is_here = is_loopback(urlsplit(base).hostname or "")
    return Ask(
        url=base + path,
        what=what,
        params=params,
        body=body,
        token=(query.tokens or {}).get(host),
        is_api=base == APPVIEW,
        pause_s=0.0 if is_here else 1.0,
    )
