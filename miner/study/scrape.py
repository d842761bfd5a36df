"""The first stage: from sources into a corpus, page by page, so that an interruption at any moment loses nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from miner.errors import BlockedError, CredentialsError, MinerError, NothingFound, RateLimited, SourceError, TooFewPosts
from miner.records import Post
from miner.settings import Settings
from miner.sources.base import Page, PlanLine, Query, Source, stream_host
from miner.sources.http import PoliteClient
from miner.study.dates import with_believable_times


class Appended(Protocol):
    """What a commit did."""

    @property
    def n_new(self) -> int:
        """Posts that were not in the corpus before."""

    @property
    def n_known(self) -> int:
        """Posts that were."""

    @property
    def barred(self) -> Mapping[str, int]:
        """Posts that the corpus was told never to hold again, by reason."""


class PostStore(Protocol):
    """The side of a corpus that a scrape needs."""

    def append(
        self, *, posts: Sequence[Post], rejected: Mapping[str, int], stream: str, cursor: str | None
    ) -> Appended:
        """Store posts, counts and cursor in one atomic commit; a post whose id is known is not stored twice."""

    def cursors(self) -> Mapping[str, str]:
        """The newest cursor of each stream."""

    def count(self) -> int:
        """Posts in the corpus."""


OnPage = Callable[[str, Page, Appended, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamResult:
    """What one stream gave in this run.

    Attributes:
        stream: Name of the stream.
        n_new: Posts that came into the corpus.
        n_known: Posts that were there already, from this or another server.
        n_rejected: What did not become a post, by reason.
        error: Why the stream stopped early; None when it came to its end or to the limit.
    """

    stream: str
    n_new: int = 0
    n_known: int = 0
    n_rejected: Mapping[str, int] = field(default_factory=dict)
    error: MinerError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrapeResult:
    """What a scrape did.

    Attributes:
        streams: One result for each stream, in the order of the plan.
        n_posts: Posts in the corpus afterwards.
        shortfalls: Sources that came to their end with fewer posts than are plausible.
    """

    streams: tuple[StreamResult, ...]
    n_posts: int
    shortfalls: tuple[TooFewPosts, ...] = ()

    @property
    def n_new(self) -> int:
        """Posts that this run brought into the corpus."""
        return sum(stream.n_new for stream in self.streams)

    @property
    def n_known(self) -> int:
        """Posts that it met and that were there already."""
        return sum(stream.n_known for stream in self.streams)

    @property
    def n_rejected(self) -> Mapping[str, int]:
        """What did not become a post, by reason, most frequent first."""
        counts: Counter[str] = Counter()
        for stream in self.streams:
            counts.update(stream.n_rejected)
        return dict(counts.most_common())

    @property
    def errors(self) -> tuple[MinerError, ...]:
        """The errors that stopped streams, one that stopped all streams of a host once; then the shortfalls."""
        stopped = (stream.error for stream in self.streams if stream.error is not None)
        return tuple(dict.fromkeys([*stopped, *self.shortfalls]))

    @property
    def exit_code(self) -> int:
        """0 all well, 3 every stream asks for a login, 5 a server asks for a long wait, 4 some failed, 6 no posts."""
        if not self.n_posts and len(self.shortfalls) == len(self.errors):
            return NothingFound.exit_code
        if not self.errors:
            return 0
        if self.streams and all(isinstance(stream.error, CredentialsError) for stream in self.streams):
            return CredentialsError.exit_code
        if any(isinstance(error, RateLimited) for error in self.errors):
            return RateLimited.exit_code
        return SourceError.exit_code


def plan_scrape(sources: Sequence[Source], query: Query) -> list[PlanLine]:
    """What :func:`scrape` would ask for, without asking: the lines of ``--dry-run``."""
    return [line for source in sources for line in source.plan(query)]


def scrape(
    corpus: PostStore,
    sources: Sequence[Source],
    query: Query,
    settings: Settings,
    *,
    on_page: OnPage | None = None,
    client: PoliteClient | None = None,
) -> ScrapeResult:
    """Bring what *query* asks for into *corpus*, going on where an earlier run stopped.

    Hosts are walked side by side, the streams of one host one after the other. A page and its cursor are one commit:
    after an interruption (Ctrl-C, ``kill -9``, a power cut) the next run goes on from the last commit, and what it
    reads again is known by its id. A failing stream leaves the others running.

    Args:
        corpus: Where posts go.
        sources: The sources to ask.
        query: What to ask for. ``limit`` counts the posts that this run adds.
        settings: Of the HTTP client.
        on_page: Called after each commit with the stream, the page, what the commit did, and the posts in the corpus.
        client: The HTTP client; None makes one from *settings*, and closes it.

    Returns:
        What each stream gave; errors of servers are values in it.

    Raises:
        CorpusError: The corpus cannot be written.
        StorageFull: The disk is full. Pages committed before are safe.
    """
    return asyncio.run(scrape_async(corpus, sources, query, settings, on_page=on_page, client=client))


async def scrape_async(
    corpus: PostStore,
    sources: Sequence[Source],
    query: Query,
    settings: Settings,
    *,
    on_page: OnPage | None = None,
    client: PoliteClient | None = None,
) -> ScrapeResult:
    """:func:`scrape` for callers that run an event loop, such as a notebook."""
    async with AsyncExitStack() as stack:
        polite = client if client is not None else await stack.enter_async_context(PoliteClient(settings))
        run = _Run(corpus, query, polite, on_page)
        jobs = [(source, stream) for source in sources for stream in source.streams(query)]
        try:
            async with asyncio.TaskGroup() as group:
                for host in dict.fromkeys(stream_host(stream) for _, stream in jobs):
                    group.create_task(run.walk_host([job for job in jobs if stream_host(job[1]) == host]))
        except BaseExceptionGroup as failures:
            # the first failure cancels the others; callers know MinerError, not groups
            raise failures.exceptions[0] from None
    results = tuple(run.results[stream].result() for _, stream in jobs)
    shortfalls = _shortfalls(sources, query, results, begun_before=run.begun_before)
    return ScrapeResult(streams=results, n_posts=run.n_total, shortfalls=tuple(shortfalls))


@dataclass(slots=True)
class _Tally:
    """A stream's result while it grows."""

    stream: str
    n_new: int = 0
    n_known: int = 0
    n_rejected: Counter[str] = field(default_factory=Counter)
    error: MinerError | None = None

    def result(self) -> StreamResult:
        counts = dict(self.n_rejected)
        return StreamResult(
            stream=self.stream, n_new=self.n_new, n_known=self.n_known, n_rejected=counts, error=self.error
        )


class _Run:
    """What the hosts of one scrape share. All of it happens on one thread; a commit is never interrupted."""

    def __init__(self, corpus: PostStore, query: Query, client: PoliteClient, on_page: OnPage | None) -> None:
        self._corpus, self._query, self._client, self._on_page = corpus, query, client, on_page
        self._cursors = dict(corpus.cursors())
        self.begun_before = frozenset(self._cursors)
        self._n_left = query.limit
        self.n_total = corpus.count()
        self.results: dict[str, _Tally] = {}

    async def walk_host(self, jobs: Sequence[tuple[Source, str]]) -> None:
        """The streams of one host, one after the other; one that the host refuses ends the visit."""
        refused: MinerError | None = None
        for source, stream in jobs:
            tally = self.results.setdefault(stream, _Tally(stream))
            if refused is not None:
                tally.error = refused
                continue
            try:
                await self._walk(source, tally)
            except (SourceError, CredentialsError) as error:
                tally.error = error
                if isinstance(error, BlockedError | RateLimited | CredentialsError):
                    refused = error

    async def _walk(self, source: Source, tally: _Tally) -> None:
        if self._n_left == 0:
            return
        cursor = self._cursors.get(tally.stream)
        async with aclosing(source.pages(tally.stream, self._query, self._client, cursor)) as pages:
            async for page in pages:
                if self._n_left != 0:
                    self._store(page, tally)
                # before the next page is asked for: of a live stream it may be long in coming
                if self._n_left == 0:
                    return

    def _store(self, page: Page, tally: _Tally) -> None:
        """Commit a page. One that the limit cuts is stored without its cursor, so that its rest comes again."""
        page = with_believable_times(page, self._query, now=datetime.now(UTC))
        rejected = Counter(item.reason for item in page.rejected)
        if not page.posts and not rejected and page.cursor == self._cursors.get(page.stream):
            return
        posts, is_whole = list(page.posts), False
        while not is_whole and self._n_left != 0:
            part, posts = posts[: self._n_left], posts[self._n_left :] if self._n_left is not None else []
            is_whole = not posts
            appended = self._corpus.append(
                posts=part,
                rejected=rejected if is_whole else {},
                stream=page.stream,
                cursor=page.cursor if is_whole else None,
            )
            self._count(appended, tally)
            if is_whole:
                self._cursors[page.stream] = page.cursor
                tally.n_rejected.update(rejected)
            if self._on_page is not None:
                self._on_page(page.stream, page, appended, self.n_total)

    def _count(self, appended: Appended, tally: _Tally) -> None:
        tally.n_new += appended.n_new
        tally.n_known += appended.n_known
        tally.n_rejected.update(appended.barred)
        self.n_total += appended.n_new
        if self._n_left is not None:
            self._n_left = max(0, self._n_left - appended.n_new)


def _shortfalls(
    sources: Sequence[Source], query: Query, results: Sequence[StreamResult], *, begun_before: Collection[str]
) -> list[TooFewPosts]:
    """A source that breaks quietly looks like one that has little: say so when it gives less than is plausible.

    Nothing is expected of a window, of a limited run, and of one that went on behind an earlier one.
    """
    if query.limit is not None or query.since is not None or query.until is not None:
        return []
    errors = []
    for source in sources:
        mine = [r for r in results if r.stream.startswith(f"{source.info.name}/")]
        n_met, least = sum(r.n_new + r.n_known for r in mine), source.info.min_posts
        if any(r.error or r.stream in begun_before for r in mine) or n_met >= least:
            continue
        errors.append(
            TooFewPosts(
                f"{source.info.title} gave {n_met} posts; a well-known era gives at least {least}.",
                "They are kept. Check the tags and the servers, and whether the source still works, before trusting "
                "this corpus.",
            )
        )
    return errors
