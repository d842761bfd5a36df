"""Forums: topics under a tag, and the posts of each topic, as one listing that can be left and taken up anywhere."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from bs4 import BeautifulSoup, Tag

from miner.errors import UsageError
from miner.sources.base import Query
from miner.sources.exchange import Answer, Ask
from miner.sources.html import html_to_text, printable
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed, side_by_side
from miner.sources.pictures import alt_texts_in
from miner.sources.refusals import refusal

# quotations and previews of other pages are other people's words; a picture box repeats its file's name, and a poll
# ends with "0 voters"
_NOT_OWN = "aside.quote, aside.onebox, blockquote, .link-preview, .lightbox-wrapper .meta, .poll-info, a.anchor"
_SIGNS = ("<aside", "<blockquote", "class=")


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """A topic in a list.

    Attributes:
        number: Its number on the forum.
        time: When it was last written in, UTC, where the list goes by that; None where it does not, or the topic is
            pinned.
    """

    number: int
    time: datetime | None = None


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a walk stands.

    Attributes:
        topics: Topics to read before the next page of them, the one in progress first.
        post_page: Page of the first topic's posts.
        topic_page: Next page of topics; None when *topics* are the last.
        listed: Topics of the page before, which come again when somebody opens a topic meanwhile.
    """

    topics: Sequence[Topic] = ()
    post_page: int = 1
    topic_page: int | None = 1
    listed: Sequence[int] = ()


class Forum(ListingSource):
    """A source of topics with posts. A subclass says how a page of either is asked for.

    A reply counts as a post and has the tags of its topic: "Mine was a ColecoVision" is about #80s because of where it
    stands. The title is the words of the first post.
    """

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
            return Batch(items=[], next_place=_written(at))
        topic = at.topics[0]
        items, has_more = await self.posts(listing, topic.number, at.post_page, client)
        onward = msgspec.structs.replace(
            at, topics=at.topics if has_more else at.topics[1:], post_page=at.post_page + 1 if has_more else 1
        )
        return Batch(items=items, next_place=_written(onward), times=[topic.time] * len(items))

    async def _next_topics(self, listing: Listing, page: int, listed: Sequence[int], client: PoliteClient) -> _Place:
        """The topics of a page that were not on the one before.

        The page before is asked for once more: a topic that was deleted meanwhile has pulled one from this page over to
        that, and nobody would look for it there.
        """
        before = (await self.topics(listing, page - 1, client))[0] if page > 1 else []
        found, has_more = await self.topics(listing, page, client)
        numbers = {topic.number for topic in found}
        if found and has_more and numbers <= {topic.number for topic in before}:
            raise malformed(listing, f"the same topics on pages {page - 1} and {page}")
        fresh = {topic.number: topic for topic in (*before, *found) if topic.number not in listed}
        return _Place(
            topics=_in_order(list(fresh.values())),
            topic_page=page + 1 if has_more else None,
            listed=sorted(numbers | {topic.number for topic in before}),
        )


def _in_order(topics: Sequence[Topic]) -> list[Topic]:
    """Topics with times that only fall: one of an old time before a newer one must not end a later walk."""
    ordered: list[Topic] = []
    newest: datetime | None = None
    for topic in reversed(topics):
        if topic.time is not None:
            newest = max(topic.time, newest or topic.time)
            topic = Topic(number=topic.number, time=newest)
        ordered.append(topic)
    return ordered[::-1]


def _read_place(place: str | None) -> _Place:
    """A place as written by :func:`_written`; the beginning for None, and for one of another version."""
    try:
        return msgspec.json.decode(place, type=_Place) if place else _Place()
    except msgspec.MsgspecError:
        return _Place()


def _written(place: _Place) -> str | None:
    """A place to go on from; None when nothing is left to read."""
    is_end = not place.topics and place.topic_page is None
    return None if is_end else msgspec.json.encode(place).decode()


def is_gone(answer: Answer, ask: Ask) -> bool:
    """Whether a topic cannot be read by anybody any more: deleted, or moved to where only members read.

    Raises:
        BlockedError: The refusal is a web page: it is the forum's guard that refuses, for every topic and not for one.
        CredentialsError: Likewise, with a page to log in at.
    """
    if answer.status in {401, 403} and answer.is_web_page:
        raise refusal(answer, ask)
    return answer.status >= 400


def own_words(html: str) -> tuple[str, tuple[str, ...]]:
    """Text and alt texts of a post without what it quotes.

    Example:
        >>> own_words('<aside class="quote">I had one</aside><p>Me too! <img src="a.png" alt="A red Walkman"></p>')
        ('Me too!', ('A red Walkman',))
    """
    if any(sign in html for sign in _SIGNS):
        tree = BeautifulSoup(printable(html), "lxml")
        for quotation in tree.select("blockquote"):
            line = quotation.find_previous_sibling()
            if isinstance(line, Tag) and _announces(line):
                line.decompose()
        for node in tree.select(_NOT_OWN):
            node.decompose()
        # the author wrote the address; its page's title was put in its place
        for link in tree.select("a.inline-onebox"):
            link.string = str(link.get("href", ""))
        html = str(tree.body or "")
    return html_to_text(html), alt_texts_in(html)


def _announces(line: Tag) -> bool:
    """Whether a paragraph only says whom a quotation is of: ``@ann said in <a href="/post/2">Best mixtapes</a>:``.

    Forums write it in their own language, and with the title of somebody's topic.
    """
    text = line.get_text().strip()
    is_linked = line.select_one('a[href*="/post/"]') is not None
    return line.name == "p" and text.endswith((":", "：")) and (is_linked or len(text.split()) <= 3) and "@" in text


def joined(topic: Mapping[str, Any], post: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a server sent
    """What ``to_post`` takes: a post, and what it needs to know of its topic."""
    return {"topic": dict(topic), "post": post}
