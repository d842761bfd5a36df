"""Mastodon: public statuses from hashtag timelines, of Mastodon itself and of servers that speak its API."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import date
from typing import Any

from miner.errors import BlockedError, CredentialsError, MalformedError, MinerError, UnknownName
from miner.records import Post, Rejected
from miner.sources.base import WEB_BEGAN, Page, PlanLine, Query, SourceInfo, is_within
from miner.sources.fields import fold_tag, inside
from miner.sources.hosts import host_of
from miner.sources.http import PoliteClient
from miner.sources.mastodon_cursor import Cursor, Walk, read_cursor
from miner.sources.mastodon_status import NAME, status_id, status_time, status_to_post, tag_names
from miner.sources.mastodon_timeline import (
    ELSEWHERE,
    LOGIN,
    POSTS_PER_PAGE,
    Timeline,
    account_domain,
    timelines_of,
)
from miner.sources.refusals import refusal


class Mastodon:
    """Public statuses under a hashtag. A source needs no login where the server shows its timelines to everybody."""

    info = SourceInfo(
        name=NAME,
        title="Mastodon and servers with its API",
        post_is="a public status",
        needs="",
        limits="40 statuses a request; 300 requests in 15 minutes without a login, 300 in 5 minutes with one",
        terms_url="https://mastodon.social/terms-of-service",
        terms_read=date(2026, 11, 1),
        min_posts=20,
        takes=frozenset({"instance"}),
    )

    def plan(self, query: Query) -> Sequence[PlanLine]:
        """One line for each server and group of tags; a first run asks for the server's settings and one page."""
        return [
            PlanLine(
                host=host_of(timeline.base),
                what=f"statuses tagged {' or '.join('#' + tag for tag in timeline.tags)}, {POSTS_PER_PAGE} a request",
                n_requests=None,
                seconds_per_request=timeline.pause_s,
                needs="a login, which is set" if timeline.token else "",
            )
            for timeline in timelines_of(query).values()
        ]

    def streams(self, query: Query) -> Sequence[str]:
        """One stream for each server and group of up to four tags."""
        return list(timelines_of(query))

    async def pages(
        self, stream: str, query: Query, client: PoliteClient, cursor: str | None
    ) -> AsyncGenerator[Page, None]:
        """Walk one stream: forward from the newest status seen, then back from the oldest one.

        Raises:
            UnknownName: *stream* is none of :meth:`streams`.
            CredentialsError: The server shows its hashtag timelines to logged-in people only.
            SourceError: And its kin, see :meth:`PoliteClient.get`.
        """
        timelines = timelines_of(query)
        if stream not in timelines:
            raise UnknownName("stream", stream, timelines)
        walker = _Walker(timelines[stream], query, client, read_cursor(cursor, since=query.since, until=query.until))
        async with aclosing(walker.pages()) as pages:
            async for page in pages:
                yield page

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The statuses of a timeline, of a search's answer, or the one that stands alone."""
        if isinstance(data, dict):
            data = data.get("statuses", [data])
        return data if isinstance(data, list) else []

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """See :func:`miner.sources.mastodon_status.status_to_post`."""
        return status_to_post(raw, host=host)


class _Walker:
    """One walk through one stream."""

    def __init__(self, timeline: Timeline, query: Query, client: PoliteClient, cursor: Cursor) -> None:
        self._timeline, self._client, self._cursor = timeline, client, cursor
        self._wanted = frozenset(map(fold_tag, timeline.tags))
        self._page_size = min(POSTS_PER_PAGE, max(1, query.limit or POSTS_PER_PAGE))
        self._domain = host_of(timeline.base)

    async def pages(self) -> AsyncGenerator[Page, None]:
        self._domain = await self._check_instance() or self._domain
        groups = await self._groups()
        missing: list[MinerError] = []
        for group in groups:
            try:
                async with aclosing(self._walk(group)) as pages:
                    async for page in pages:
                        yield page
            except _UnknownTag as unknown:
                missing.append(unknown.error)
        if len(missing) == len(groups):
            raise missing[0]
        yield self._page([], is_last=True)

    async def _check_instance(self) -> str | None:
        """The domain of the server's accounts, after making sure that its hashtag timelines are open.

        Since 4.5 a server can close them, and then answers 401 or, silently, an empty list. Servers that do not know
        ``/api/v2/instance`` are asked for the timeline all the same.
        """
        ask = replace(self._timeline.ask("/api/v2/instance", "its settings"), accepts=frozenset({400, 404, 410, 422}))
        found = (await self._client.get(ask)).data
        instance = found if isinstance(found, dict) else {}
        feeds = inside(instance, "configuration", "timelines_access", "hashtag_feeds")
        access = {feeds.get("local"), feeds.get("remote")} if isinstance(feeds, dict) else {"public"}
        happened = f"{host_of(self._timeline.base)} does not show its hashtag timelines"
        if not access & {"public", "authenticated", None}:
            raise BlockedError(f"{happened} to anybody ({_access_words(access)}).", ELSEWHERE)
        if self._timeline.token is None and not access & {"public", None}:
            raise CredentialsError(f"{happened} without a login ({_access_words(access)}).", LOGIN)
        return account_domain(instance)

    async def _groups(self) -> list[tuple[str, ...]]:
        """The stream's tags as this server can be asked for them: all at once, or each for itself.

        Servers ignore any[] without a word, and the posts of the other tags would be missed. A status without the main
        tag proves that this one does not; without such a proof each tag is asked for alone, which costs requests and
        loses nothing. (Mastodon also answers an empty list for any[] when the main tag was never used on it.)
        """
        together = self._timeline.tags
        alone: list[tuple[str, ...]] = [(tag,) for tag in together]
        walks = self._cursor.walks
        if len(together) == 1 or _key(together) in walks:
            return [together]
        if any(_key(group) in walks for group in alone):
            return alone
        try:
            statuses = await self._statuses(together, {})
        except _UnknownTag:
            return alone
        main = fold_tag(together[0])
        understood = any((names := tag_names(raw)) & self._wanted and main not in names for raw in statuses)
        return [together] if understood else alone

    async def _walk(self, group: tuple[str, ...]) -> AsyncGenerator[Page, None]:
        """Forward from the newest id to now, without gaps; then back to the beginning, or to *since*."""
        walk = self._cursor.walks.get(_key(group), Walk())
        anchors = {i for i in (walk.newest, walk.oldest) if i is not None}
        while walk.newest is not None:
            statuses = await self._statuses(group, {"min_id": walk.newest})
            ids = self._ids(statuses, anchors)
            if not ids:
                break
            walk = replace(walk, newest=ids[0])
            anchors.add(ids[0])
            yield self._page(statuses, group=group, walk=walk)
        while not walk.is_filled:
            statuses = await self._statuses(group, {"max_id": walk.oldest} if walk.oldest else {})
            ids = self._ids(statuses, anchors)
            oldest = ids[-1] if ids else walk.oldest
            walk = Walk(newest=walk.newest or next(iter(ids), None), oldest=oldest, is_filled=not ids)
            anchors |= set(ids[:1] + ids[-1:])
            yield self._page(statuses, group=group, walk=walk)
            if self._is_before_window(statuses):
                break

    async def _statuses(self, group: tuple[str, ...], place: Mapping[str, str]) -> list[Any]:
        ask = self._timeline.ask_page(group, self._page_size, place)
        # GoToSocial answers 404 for a hashtag that nobody there has used
        answer = await self._client.get(ask if place else replace(ask, accepts=frozenset({404})))
        if answer.status == 404:
            raise _UnknownTag(refusal(answer, ask))
        found = answer.data
        if not isinstance(found, list):
            raise MalformedError(f"{ask.host} answered to {ask.what} ({ask.path}) with no list of statuses.", ELSEWHERE)
        return found

    def _ids(self, statuses: list[Any], anchors: set[str]) -> list[str]:
        """Ids of a page, newest first.

        Raises:
            MalformedError: The page came before. GoToSocial answers a max_id that it does not like with the first page,
                for ever.
        """
        ids = [i for i in map(status_id, statuses) if i is not None]
        if (statuses and not ids) or anchors & set(ids):
            raise MalformedError(
                f"{host_of(self._timeline.base)} answered to the #{self._timeline.tags[0]} timeline with "
                f"{'a page that it had sent before' if ids else 'statuses without ids'}, so there is no way on.",
                f"What came before is kept. {ELSEWHERE}",
            )
        return ids

    def _page(
        self, statuses: list[Any], *, group: tuple[str, ...] = (), walk: Walk | None = None, is_last: bool = False
    ) -> Page:
        if walk is not None:
            self._cursor = replace(self._cursor, walks={**self._cursor.walks, _key(group): walk})
        judged = [self._judge(raw) for raw in statuses]
        return Page(
            stream=self._timeline.stream,
            posts=[item for item in judged if isinstance(item, Post)],
            rejected=[item for item in judged if isinstance(item, Rejected)],
            cursor=self._cursor.to_json(),
            is_last=is_last,
        )

    def _judge(self, raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        post = status_to_post(raw, host=self._domain)
        if isinstance(post, Rejected):
            return post
        reason = None
        if not self._wanted & set(map(fold_tag, post.tags)):
            reason = "not tagged with the era"
        elif not is_within(post.created_at, self._cursor.since, self._cursor.until):
            reason = "outside the window"
        return post if reason is None else Rejected(source=NAME, reason=reason, raw_id=status_id(raw))

    def _is_before_window(self, statuses: list[Any]) -> bool:
        """Whether a whole page is older than the window. One old status is not enough: dates can be set back."""
        times = [status_time(raw) for raw in statuses]
        since = self._cursor.since
        return since is not None and bool(times) and all(t is not None and WEB_BEGAN <= t < since for t in times)


class _UnknownTag(Exception):
    """The server has no timeline for a tag."""

    def __init__(self, error: MinerError) -> None:
        self.error = error
        super().__init__(str(error))


def _key(group: tuple[str, ...]) -> str:
    return "+".join(group)


def _access_words(access: set[Any]) -> str:
    return ", ".join(sorted(str(word)[:20] for word in access))
