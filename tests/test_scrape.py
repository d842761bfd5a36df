"""The scrape stage: streams side by side, commits page by page, failures as values."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from miner.errors import (
    BlockedError,
    CorpusError,
    CredentialsError,
    MinerError,
    RateLimited,
    SourceError,
    StorageFull,
    TooFewPosts,
)
from miner.records import Post, Rejected
from miner.settings import Settings
from miner.sources.base import Page, PlanLine, Query, SourceInfo, stream_host
from miner.sources.http import PoliteClient
from miner.study.scrape import ScrapeResult, StreamResult, plan_scrape, scrape, scrape_async


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    n_new: int
    n_known: int
    barred: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Shelf:
    """A corpus in memory."""

    posts: dict[str, Post] = field(default_factory=dict)
    streams: dict[str, str] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    n_commits: int = 0
    fails_at: int | None = None
    error: MinerError = field(default_factory=lambda: StorageFull("There is no room left.", "Make room."))

    def append(
        self, *, posts: Sequence[Post], rejected: Mapping[str, int], stream: str, cursor: str | None
    ) -> Appended:
        if self.n_commits == self.fails_at:
            raise self.error
        self.n_commits += 1
        new = [post for post in posts if post.id not in self.posts]
        self.posts |= {post.id: post for post in new}
        for reason, n in rejected.items():
            self.rejected[reason] = self.rejected.get(reason, 0) + n
        if cursor is not None:
            self.streams[stream] = cursor
        return Appended(n_new=len(new), n_known=len(posts) - len(new))

    def cursors(self) -> dict[str, str]:
        return dict(self.streams)

    def count(self) -> int:
        return len(self.posts)


@dataclass
class Feed:
    """A source whose streams count upwards, forty posts a page.

    Attributes:
        lengths: Stream to number of posts.
        breaks: Stream to the page before which an error comes, and the error.
        shared: Streams whose posts have ids without the stream: the same posts on several servers.
    """

    lengths: dict[str, int]
    breaks: dict[str, tuple[int, MinerError]] = field(default_factory=dict)
    shared: bool = False
    started: list[str] = field(default_factory=list)
    n_running: int = 0
    most_running: int = 0
    info: SourceInfo = field(
        default_factory=lambda: SourceInfo(
            name="feed",
            title="A made-up feed",
            post_is="a line",
            needs="",
            limits="",
            terms_url="https://example.org",
            terms_read=date(2026, 11, 22),
            min_posts=20,
        )
    )

    def plan(self, query: Query) -> Sequence[PlanLine]:
        return [
            PlanLine(host=stream_host(s), what=", ".join(query.tags), n_requests=None, seconds_per_request=1.0)
            for s in self.lengths
        ]

    def streams(self, query: Query) -> Sequence[str]:
        return list(self.lengths)

    async def pages(
        self, stream: str, query: Query, client: PoliteClient, cursor: str | None
    ) -> AsyncGenerator[Page, None]:
        self.started.append(stream)
        self.n_running += 1
        self.most_running = max(self.most_running, self.n_running)
        try:
            for start in range(int(cursor or 0), self.lengths[stream], 40):
                page, error = self.breaks.get(stream, (-1, None))
                if error is not None and start == page * 40:
                    raise error
                await asyncio.sleep(0.001)
                yield self.page(stream, start)
        finally:
            self.n_running -= 1

    def page(self, stream: str, start: int) -> Page:
        end = min(start + 40, self.lengths[stream])
        prefix = "feed:" if self.shared else f"feed:{stream}:"
        return Page(
            stream=stream,
            posts=[Post(id=f"{prefix}{i}", source="feed", text=f"post {i}") for i in range(start, end)],
            rejected=[Rejected(source="feed", reason="marked sensitive")],
            cursor=str(end),
            is_last=end == self.lengths[stream],
        )

    def objects_in(self, data: Any) -> list[Any]:
        return []

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:
        return Rejected(source="feed", reason="not a line")


def run(shelf: Shelf, feed: Feed, *, limit: int | None = None, **options: Any) -> ScrapeResult:
    return scrape(shelf, [feed], Query(tags=("80s",), limit=limit), Settings(), **options)


def test_every_stream_is_walked_to_its_end() -> None:
    shelf, feed = Shelf(), Feed({"feed/a/80s": 100, "feed/b/80s": 30})
    result = run(shelf, feed)
    assert result.streams == (
        StreamResult(stream="feed/a/80s", n_new=100, n_rejected={"marked sensitive": 3}),
        StreamResult(stream="feed/b/80s", n_new=30, n_rejected={"marked sensitive": 1}),
    )
    assert (result.n_new, result.n_posts, result.exit_code, result.errors) == (130, 130, 0, ())
    assert result.n_rejected == shelf.rejected == {"marked sensitive": 4}


def test_a_page_is_one_commit() -> None:
    shelf = Shelf()
    run(shelf, Feed({"feed/a/80s": 100}))
    assert shelf.n_commits == 3


def test_a_second_run_goes_on_and_finds_nothing_twice() -> None:
    shelf, feed = Shelf(), Feed({"feed/a/80s": 100})
    run(shelf, feed)
    feed.lengths["feed/a/80s"] = 120
    result = run(shelf, feed)
    assert (result.n_new, result.n_known, result.n_posts) == (20, 0, 120)


def test_the_same_posts_on_two_servers_are_stored_once() -> None:
    shelf = Shelf()
    result = run(shelf, Feed({"feed/a/80s": 50, "feed/b/80s": 50}, shared=True))
    assert (result.n_new, result.n_known, len(shelf.posts)) == (50, 50, 50)


def test_hosts_run_side_by_side_and_the_streams_of_a_host_one_by_one() -> None:
    feed = Feed({"feed/a/1": 80, "feed/a/2": 80, "feed/b/1": 80})
    run(Shelf(), feed)
    assert feed.most_running == 2
    assert feed.started[:2] == ["feed/a/1", "feed/b/1"]


def test_a_failing_stream_leaves_the_others_running() -> None:
    error = SourceError("a answered 404.", "Choose another.")
    feed = Feed({"feed/a/1": 80, "feed/a/2": 80, "feed/b/1": 80}, breaks={"feed/a/1": (1, error)})
    result = run(Shelf(), feed)
    assert [stream.n_new for stream in result.streams] == [40, 80, 80]
    assert [stream.error for stream in result.streams] == [error, None, None]
    assert result.exit_code == 4


def test_a_host_that_refuses_is_left_for_all_its_streams() -> None:
    error = BlockedError("a blocks this program.", "Leave it out.")
    feed = Feed({"feed/a/1": 80, "feed/a/2": 80, "feed/b/1": 80}, breaks={"feed/a/1": (0, error)})
    result = run(Shelf(), feed)
    assert feed.started == ["feed/a/1", "feed/b/1"]
    assert result.errors == (error,)
    assert [stream.error for stream in result.streams] == [error, error, None]


LOGIN = CredentialsError("a asks for a login.", "Add one.")
WAIT = RateLimited("a asks for an hour.", "Come back.")
DOWN = SourceError("a has trouble.", "Come back.")


@pytest.mark.parametrize(
    ("errors", "n_posts", "code"),
    [
        ([None], 10, 0),
        ([None], 0, 6),
        ([LOGIN, LOGIN], 0, 3),
        ([LOGIN, None], 10, 4),
        ([LOGIN, DOWN], 0, 4),
        ([DOWN, None], 10, 4),
        ([WAIT, None], 10, 5),
        ([WAIT, DOWN], 10, 5),
    ],
)
def test_the_exit_code_says_what_happened(errors: list[MinerError | None], n_posts: int, code: int) -> None:
    streams = tuple(StreamResult(stream=f"feed/{i}/80s", error=error) for i, error in enumerate(errors))
    assert ScrapeResult(streams=streams, n_posts=n_posts).exit_code == code


@pytest.mark.parametrize("limit", [1, 39, 40, 41, 100])
def test_a_limit_is_kept_to_the_post_and_the_rest_comes_later(limit: int) -> None:
    shelf, feed = Shelf(), Feed({"feed/a/80s": 150, "feed/b/80s": 150})
    result = run(shelf, feed, limit=limit)
    assert len(shelf.posts) == result.n_new == limit
    rest = run(shelf, feed)
    assert (rest.n_posts, len(shelf.posts)) == (300, 300)
    assert rest.exit_code == 0


def test_a_limit_counts_posts_that_are_new() -> None:
    shelf, feed = Shelf(), Feed({"feed/a/80s": 80, "feed/b/80s": 120}, shared=True)
    run(shelf, Feed({"feed/a/80s": 80}, shared=True))
    assert run(shelf, feed, limit=10).n_new == 10
    assert len(shelf.posts) == 90


def test_fewer_posts_than_plausible_are_an_error_that_says_so() -> None:
    shelf = Shelf()
    result = run(shelf, Feed({"feed/a/80s": 5}))
    (error,) = result.errors
    assert isinstance(error, TooFewPosts)
    assert error.happened == "A made-up feed gave 5 posts; a well-known era gives at least 20."
    assert error.advice.startswith("They are kept. Check the tags and the servers")
    assert (result.exit_code, len(shelf.posts)) == (4, 5)


@pytest.mark.parametrize(
    ("feed", "options"),
    [
        (Feed({"feed/a/80s": 20}), {}),
        (Feed({"feed/a/80s": 50}), {"limit": 5}),
        (Feed({"feed/a/80s": 5}, breaks={"feed/a/80s": (0, DOWN)}), {}),
    ],
    ids=["enough", "a limit", "an error of its own"],
)
def test_a_run_that_was_cut_short_is_not_blamed_for_few_posts(feed: Feed, options: dict[str, Any]) -> None:
    assert run(Shelf(), feed, **options).shortfalls == ()


def test_a_run_behind_an_earlier_one_may_find_little() -> None:
    shelf = Shelf()
    run(shelf, Feed({"feed/a/80s": 40}))
    assert run(shelf, Feed({"feed/a/80s": 41})).errors == ()


def test_progress_is_told_after_each_commit() -> None:
    told: list[tuple[str, int, int, int]] = []
    shelf = Shelf()

    def on_page(stream: str, page: Page, appended: Any, n_total: int) -> None:
        assert shelf.streams[stream] == page.cursor
        told.append((stream, len(page.posts), appended.n_new, n_total))

    run(shelf, Feed({"feed/a/80s": 50}), on_page=on_page)
    assert told == [("feed/a/80s", 40, 40, 40), ("feed/a/80s", 10, 10, 50)]


@pytest.mark.parametrize("error", [StorageFull("Full.", "Make room."), CorpusError("Locked.", "Wait.")])
def test_a_corpus_that_cannot_be_written_ends_the_scrape(error: MinerError) -> None:
    shelf = Shelf(fails_at=1, error=error)
    with pytest.raises(type(error)) as caught:
        run(shelf, Feed({"feed/a/80s": 100, "feed/b/80s": 100}))
    assert caught.value is error
    assert len(shelf.posts) == 40


def test_an_interruption_comes_through_and_keeps_what_was_committed() -> None:
    shelf = Shelf()

    def interrupt(stream: str, page: Page, appended: Any, n_total: int) -> None:
        if n_total >= 80:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(shelf, Feed({"feed/a/80s": 400}), on_page=interrupt)
    assert (len(shelf.posts), shelf.streams) == (80, {"feed/a/80s": "80"})
    assert run(shelf, Feed({"feed/a/80s": 400})).n_posts == 400


def test_a_cancelled_scrape_goes_on_later() -> None:
    shelf, feed = Shelf(), Feed({"feed/a/80s": 400, "feed/b/80s": 400})

    async def cancel_soon() -> None:
        def cancel(stream: str, page: Page, appended: Any, n_total: int) -> None:
            if n_total >= 200:
                task.cancel()

        task = asyncio.create_task(scrape_async(shelf, [feed], Query(tags=("80s",)), Settings(), on_page=cancel))
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel_soon())
    assert 200 <= len(shelf.posts) < 800
    assert run(shelf, feed).n_posts == len(shelf.posts) == 800


def test_a_dry_run_asks_nobody() -> None:
    feed = Feed({"feed/a/80s": 5, "feed/b/80s": 5})
    lines = plan_scrape([feed], Query(tags=("80s", "1980s")))
    assert [(line.host, line.what) for line in lines] == [("a", "80s, 1980s"), ("b", "80s, 1980s")]
    assert feed.started == []
