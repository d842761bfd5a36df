"""Forums: topics under a tag, and the posts of each topic, as one listing that can be left and taken up anywhere."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bs4 import BeautifulSoup

from miner.errors import UsageError
from miner.sources.base import Query
from miner.sources.html import html_to_text, printable
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, side_by_side
from miner.sources.pictures import alt_texts_in

# quotations and previews of other pages are other people's words; captions of a picture box repeat its file's name
_NOT_OWN = "aside.quote, aside.onebox, blockquote, .lightbox-wrapper .meta, a.anchor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic in a list.

    Attributes:
        number: Its number on the forum.
        time: When it was last written in, where the list goes by that; None where it does not, or the topic is pinned.
    """

    number: int
    time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a walk stands.

    Attributes:
        topics: Topics to read before the next page of them, the one in progress first: number and time.
        post_page: Page of the first topic's posts.
        topic_page: Next page of topics; None when *topics* are the last.
        listed: Topics of the page before, which come again when somebody opens a topic meanwhile.
    """

    topics: Sequence[tuple[int, str | None]]
    post_page: int
    topic_page: int | None
    listed: Sequence[int]


class Forum(ListingSource):
    """A source of topics with posts. A subclass says how a page of either is asked for."""

    @abstractmethod
    async def topics(self, listing: Listing, page: int, client: PoliteClient) -> tuple[Sequence[Topic], bool]:
        """Topics of a page, from 1 on, and whether there is another one."""

    @abstractmethod
    async def posts(self, listing: Listing, topic: int, page: int, client: PoliteClient) -> tuple[Sequence[Any], bool]:
        """Objects of a page of posts, from 1 on, and whether there is another one. A topic that is gone has none."""

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each forum and tag.

        Raises:
            UsageError: No forum was named.
        """
        name = self.info.name
        bases = query.origins_of(name)
        if not bases:
            raise UsageError(
                f"{name} does not know which forums to read.", f"Name them with `--instance {name}=HOST`, one each."
            )
        return side_by_side(name, bases, {tag: f"topics tagged #{tag}" for tag in query.tags})

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """A page of posts of one topic; before it, when all topics of a page were read, the next page of topics."""
        at = _read_place(place)
        if not at.topics and at.topic_page is not None:
            at = await self._next_topics(listing, at.topic_page, at.listed, client)
        if not at.topics:
            return Batch(items=[], next_place=None)
        number, time = at.topics[0]
        items, has_more = await self.posts(listing, number, at.post_page, client)
        left = at.topics if has_more else at.topics[1:]
        is_end = not left and at.topic_page is None
        onward = json.dumps([left, at.post_page + 1 if has_more else 1, at.topic_page, at.listed])
        written = datetime.fromisoformat(time) if time else None
        return Batch(items=items, next_place=None if is_end else onward, times=[written] * len(items))

    async def _next_topics(self, listing: Listing, page: int, listed: Sequence[int], client: PoliteClient) -> _Place:
        """The topics of a page that were not on the one before; where there are none, the list is at its end."""
        found, has_more = await self.topics(listing, page, client)
        fresh = [
            (topic.number, topic.time.isoformat() if topic.time else None)
            for topic in found
            if topic.number not in listed
        ]
        return _Place(
            topics=fresh,
            post_page=1,
            topic_page=page + 1 if has_more and fresh else None,
            listed=[topic.number for topic in found],
        )


def _read_place(place: str | None) -> _Place:
    if place is None:
        return _Place(topics=[], post_page=1, topic_page=1, listed=[])
    topics, post_page, topic_page, listed = json.loads(place)
    return _Place(
        topics=[(number, time) for number, time in topics], post_page=post_page, topic_page=topic_page, listed=listed
    )


def own_words(html: str) -> tuple[str, tuple[str, ...]]:
    """Text and alt texts of a post without what it quotes.

    Example:
        >>> own_words('<aside class="quote">I had one</aside><p>Me too! <img src="a.png" alt="A red Walkman"></p>')
        ('Me too!', ('A red Walkman',))
    """
    if "<aside" in html or "<blockquote" in html or "lightbox" in html or "anchor" in html:
        tree = BeautifulSoup(printable(html), "lxml")
        for node in tree.select(_NOT_OWN):
            node.decompose()
        html = str(tree.body or "")
    return html_to_text(html), alt_texts_in(html)


def joined(topic: Mapping[str, Any], post: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a server sent
    """What ``to_post`` takes: a post, and what it needs to know of its topic."""
    return {"topic": dict(topic), "post": post}
