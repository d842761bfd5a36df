"""Servers that speak Mastodon's API to people with an account there, and understand less of it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from miner.errors import CredentialsError, UsageError
from miner.records import Post, Rejected
from miner.sources.base import Query
from miner.sources.exchange import Ask
from miner.sources.fields import fold_tag, inside
from miner.sources.hosts import host_of, origin
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed, side_by_side, with_token
from miner.sources.mastodon_status import status_id, status_time, status_to_post
from miner.sources.mastodon_timeline import POSTS_PER_PAGE, account_domain
from miner.sources.refusals import refusal


class TagTimelines(ListingSource):
    """Hashtag timelines, a tag at a time, from the newest status back with ``max_id`` and nothing else.

    A status is the same post through whatever server it was met: the network is one. So its id begins with
    ``mastodon:`` and its source is ``mastodon``, as if a Mastodon server had shown it; only streams and plans bear the
    name of this source.

    A later run begins at the top again and stops a day behind the newest status of the last one. It does not go forward
    with ``min_id``: Pixelfed answers that with the newest page above, which leaves a gap, and GoToSocial sorts by the
    time that a status claims, so that late arrivals lie below the newest one seen.

    Attributes:
        default_hosts: Servers that are asked when none is named.
        extra_params: Further parameters of every page.
        unknown_tag: Statuses that say that the server has no such tag.
    """

    default_hosts: tuple[str, ...] = ()
    extra_params: tuple[tuple[str, str], ...] = ()
    unknown_tag: frozenset[int] = frozenset()

    def __init__(self) -> None:
        self._domains: dict[str, str] = {}

    @property
    @abstractmethod
    def _variable(self) -> str:
        """Environment variable that examples put a token into."""

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each server and tag.

        Raises:
            UsageError: No server was named and there is none that everybody could mean.
        """
        name, tags = self.info.name, [tag.strip().lstrip("#").lower() for tag in query.tags]
        bases = query.origins_of(name, *self.default_hosts)
        if not bases:
            raise UsageError(
                f"{self.info.title} has no server that could stand for all: none was named.",
                f"Name yours with --instance {name}=HOST, and its token with --token-env HOST={self._variable}.",
            )
        tokens = {host_of(origin(host)): token for host, token in (query.tokens or {}).items()}
        subjects = {tag: f"the #{tag} timeline" for tag in dict.fromkeys(tags) if tag}
        return [
            with_token(replace(listing, needs="a login, which is not set"), tokens.get(host_of(listing.base)))
            for listing in side_by_side(name, bases, subjects)
        ]

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """The newest statuses below the id *place*."""
        params = [
            ("limit", str(min(POSTS_PER_PAGE, query.limit or POSTS_PER_PAGE))),
            *self.extra_params,
            *((("max_id", place),) if place else ()),
        ]
        ask = self._ask(listing, f"/api/v1/timelines/tag/{quote(listing.subject, safe='')}", params)
        domain = await self._domain(listing, client)
        answer = await client.get(replace(ask, accepts=self.unknown_tag))
        if answer.status in self.unknown_tag and not answer.is_web_page:
            return Batch(items=[], next_place=None)
        if answer.status >= 300:
            raise refusal(answer, ask)
        if not isinstance(answer.data, list):
            raise malformed(listing, "no list of statuses")
        ids = [i for i in map(status_id, answer.data) if i is not None]
        if answer.data and not ids:
            raise malformed(listing, "statuses without ids")
        items = [_with_domain(raw, domain) for raw in answer.data]
        # neither of them says where the end is but by an empty page: pages before it may be short
        return Batch(items=items, next_place=ids[-1] if ids else None, times=list(map(status_time, items)))

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The statuses of a timeline, of a search's answer, or the one that stands alone."""
        if isinstance(data, dict):
            data = data.get("statuses", [data])
        return data if isinstance(data, list) else []

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """See :func:`miner.sources.mastodon_status.status_to_post`."""
        return status_to_post(raw, host=host)

    def why_not(self, post: Post, listing: Listing) -> str | None:
        """These servers ignore in silence what they do not understand."""
        wanted = fold_tag(listing.subject)
        return None if wanted in map(fold_tag, post.tags) else "not tagged with the era"

    def _ask(self, listing: Listing, path: str, params: Sequence[tuple[str, str]] = ()) -> Ask:
        """A question to its server.

        Raises:
            CredentialsError: There is no token for it.
        """
        host = host_of(listing.base)
        login = f"Make a token in the settings of your account there and add --token-env {host}={self._variable}."
        if listing.token is None:
            raise CredentialsError(
                f"{host} shows {listing.what} to people with an account there alone, and no token for it is set.", login
            )
        return Ask(
            url=listing.base + path,
            what=listing.what,
            params=tuple(params),
            token=listing.token,
            login=login,
            elsewhere=f"Choose another server with --instance {self.info.name}=HOST.",
            pause_s=listing.pause_s,
        )

    async def _domain(self, listing: Listing, client: PoliteClient) -> str:
        """The domain of the server's own accounts; asked for once."""
        if listing.base not in self._domains:
            ask = self._ask(listing, "/api/v2/instance")
            found = (await client.get(replace(ask, accepts=frozenset({400, 404, 410, 422})))).data
            self._domains[listing.base] = account_domain(found) or host_of(listing.base)
        return self._domains[listing.base]


def _with_domain(raw: Any, domain: str) -> Any:  # noqa: ANN401 - whatever a server sent
    """The status with its author's whole name: ``ann`` is ``ann@example.org`` on every other server."""
    account, acct = inside(raw, "account"), inside(raw, "account", "acct")
    if not isinstance(acct, str) or "@" in acct.strip().lstrip("@") or not acct.strip("@ "):
        return raw
    return raw | {"account": account | {"acct": f"{acct}@{domain}"}}
