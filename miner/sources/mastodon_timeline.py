"""Which hashtag timelines a query asks for, and how they are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from miner.sources.base import Query
from miner.sources.exchange import Ask
from miner.sources.fields import inside
from miner.sources.hosts import host_of, is_loopback, origin
from miner.sources.mastodon_status import NAME

DEFAULT_HOSTS = ("mastodon.social", "mastodon.online", "mstdn.social")
TAGS_PER_REQUEST = 4  # any[] takes no more, the main tag included (LIMIT_PER_MODE)
POSTS_PER_PAGE = 40
# Without a token, 300 requests with max_id or min_id in 15 minutes; with one, 300 of any kind in 5.
PAUSE_S, PAUSE_WITH_TOKEN_S = 3.0, 1.0
LOGIN = "Add a login with `--token-env MASTODON_TOKEN`, or choose another server with `--instance`."
ELSEWHERE = "Choose another server with `--instance`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A stream: one server and up to four hashtags."""

    base: str
    tags: tuple[str, ...]
    token: str | None

    @property
    def stream(self) -> str:
        """Its name."""
        return f"{NAME}/{host_of(self.base)}/{'+'.join(self.tags)}"

    @property
    def pause_s(self) -> float:
        """Seconds between two requests; none on this machine itself, which Mastodon does not limit either."""
        if is_loopback(urlsplit(self.base).hostname or ""):
            return 0.0
        return PAUSE_S if self.token is None else PAUSE_WITH_TOKEN_S

    def ask(self, path: str, what: str, params: Sequence[tuple[str, str]] = ()) -> Ask:
        """A question to its server."""
        return Ask(
            url=self.base + path,
            what=what,
            params=tuple(params),
            token=self.token,
            login=LOGIN,
            elsewhere=ELSEWHERE,
            pause_s=self.pause_s,
        )

    def ask_page(self, tags: Sequence[str], limit: int, place: Mapping[str, str]) -> Ask:
        """A page of the timeline of *tags*; *place* is max_id or min_id.

        The address is made anew for every page: the server's own ``rel=next`` drops any[].
        """
        main, *others = tags
        params = [("limit", str(limit)), *(("any[]", tag) for tag in others), *place.items()]
        return self.ask(f"/api/v1/timelines/tag/{quote(main, safe='')}", f"the #{main} timeline", params)


def timelines_of(query: Query) -> dict[str, Timeline]:
    """The streams of a query by name: servers in order, each with its groups of tags."""
    tags = list(dict.fromkeys(tag.strip().lstrip("#").lower() for tag in query.tags if tag.strip(" #")))
    groups = [tuple(tags[i : i + TAGS_PER_REQUEST]) for i in range(0, len(tags), TAGS_PER_REQUEST)]
    tokens = {host_of(origin(host)): token for host, token in (query.tokens or {}).items()}
    bases = dict.fromkeys(origin(host) for host in query.hosts_of(NAME) or DEFAULT_HOSTS)
    timelines = [Timeline(base=b, tags=group, token=tokens.get(host_of(b))) for b in bases for group in groups]
    return {timeline.stream: timeline for timeline in timelines}


def account_domain(instance: Any) -> str | None:  # noqa: ANN401 - whatever a server sent
    """The domain in the names of a server's accounts, which need not be its host, from ``/api/v2/instance``."""
    domain = inside(instance, "account_domain") or inside(instance, "domain")
    return domain if isinstance(domain, str) and domain else None
