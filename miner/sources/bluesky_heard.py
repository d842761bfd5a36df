"""What was heard of Bluesky since the last page: posts of the era, until somebody takes them back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from miner.records import Post, Rejected
from miner.sources.base import Page, Query, is_within
from miner.sources.bluesky_post import NAME, post_of, tags_of
from miner.sources.fields import fold_tag
from miner.sources.jetstream_event import Event, view_of

POSTS_PER_PAGE = 100
# What is heard again after a break is of ten seconds; in those there are a handful of posts of any era.
MAX_REMEMBERED = 10_000


class Heard:
    """The posts, and the rejections, of a page that is not full yet.

    Each is taken once, however often it is heard. Until the page is given, its posts are their authors' to change: one
    that is deleted, or whose account is closed, is left out; one that is written anew has its new words. Later a corpus
    has it, and the stream does not change what a corpus has.

    Args:
        stream: Name of the stream.
        query: Window and limit.
        tags: Hashtags of the era.
    """

    def __init__(self, stream: str, query: Query, tags: Iterable[str]) -> None:
        self._stream, self._query = stream, query
        self._wanted = frozenset(map(fold_tag, tags))
        self._size = min(POSTS_PER_PAGE, query.limit or POSTS_PER_PAGE)
        self._posts: dict[str, Post] = {}
        self._rejected: list[Rejected] = []
        self._remembered: dict[str, None] = {}
        self._begun_at = _tick()

    def add(self, heard: Event | Rejected) -> None:
        """Keep what has a hashtag of the era, and what went wrong."""
        if isinstance(heard, Rejected):
            self._rejected.append(heard)
        elif heard.is_farewell:
            for uri in [uri for uri, post in self._posts.items() if post.author == heard.did]:
                self._reject(uri, "deleted")
        elif heard.is_new_post:
            self._take(heard)
        elif heard.is_of_post and heard.uri in self._posts:
            self._change(heard)

    def due_in_s(self, page_s: float) -> float:
        """Seconds until a page is due; 0 when it is full or late.

        Args:
            page_s: Longest time between two pages, in seconds.
        """
        is_full = max(len(self._posts), len(self._rejected)) >= self._size
        return 0.0 if is_full else max(0.0, self._begun_at + page_s - _tick())

    def page(self, cursor: str, *, is_last: bool = False) -> Page:
        """All of it as a page that ends at *cursor*; the next one begins."""
        page = Page(
            stream=self._stream,
            posts=list(self._posts.values()),
            rejected=self._rejected,
            cursor=cursor,
            is_last=is_last,
        )
        self._posts, self._rejected, self._begun_at = {}, [], _tick()
        return page

    def _take(self, event: Event) -> None:
        if event.uri in self._remembered or self._wanted.isdisjoint(map(fold_tag, tags_of(event.record))):
            return
        self._remembered[event.uri] = None
        if len(self._remembered) > MAX_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        post = post_of(view_of(event))
        if isinstance(post, Rejected):
            self._rejected.append(post)
        elif is_within(post.created_at, self._query.since, self._query.until):
            self._posts[event.uri] = post
        else:
            self._reject(event.uri, "outside the window")

    def _change(self, event: Event) -> None:
        """A post of this page was deleted, or written anew."""
        if event.operation != "update":
            self._reject(event.uri, "deleted")
            return
        post = post_of(view_of(replace(event, operation="create")))
        if isinstance(post, Rejected):
            self._reject(event.uri, post.reason)
        elif self._wanted.isdisjoint(map(fold_tag, post.tags)):
            self._reject(event.uri, "not tagged with the era")
        else:
            # when it was put online stays as it was
            self._posts[event.uri] = replace(post, created_at=self._posts[event.uri].created_at)

    def _reject(self, uri: str, reason: str) -> None:
        self._posts.pop(uri, None)
        self._rejected.append(Rejected(source=NAME, reason=reason, raw_id=uri))


def _tick() -> float:
    return asyncio.get_running_loop().time()
