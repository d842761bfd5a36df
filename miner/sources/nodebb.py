"""NodeBB: the posts of topics that carry one of the era's tags."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from miner.records import Post, Rejected
from miner.sources.base import SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import count, dicts, inside, moment, name_of, netloc, words
from miner.sources.forum import Forum, Topic, is_gone, joined, own_words
from miner.sources.html import html_to_text
from miner.sources.http import PoliteClient
from miner.sources.listing import Listing, malformed

NAME = "nodebb"


class NodeBB(Forum):
    """Posts of topics that began on the forum itself.

    A topic that came from another server has a UUID for a number, and the forum marks its copy of it noindex.
    """

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="NodeBB forums",
        post_is="a post in a tagged topic; the first one with the topic's title",
        needs="",
        limits="20 posts a request; limits are the forum's own, one request a second is kept",
        terms_url="https://docs.nodebb.org/api/",
        terms_read=date(2026, 11, 1),
        min_posts=1,
        takes=frozenset({"instance"}),
    )
    # how a forum orders the topics of a tag is a setting of its own
    is_newest_first = False

    async def topics(self, listing: Listing, page: int, client: PoliteClient) -> tuple[Sequence[Topic], bool]:
        """Topics with the tag; an unknown tag has none."""
        answer = await client.get(
            Ask(
                url=f"{listing.base}/api/tags/{quote(listing.subject, safe='')}",
                what=listing.what,
                params=(("page", str(page)),),
                accepts=frozenset({404}),
                pause_s=listing.pause_s,
            )
        )
        if answer.status == 404:
            return [], False
        found = inside(answer.data, "topics")
        if not isinstance(found, list):
            raise malformed(listing, "no list of topics")
        numbers = [number for raw in dicts(found) if (number := count(raw.get("tid"))) is not None]
        return [Topic(number=number) for number in numbers], _has_more(answer.data, page)

    async def posts(self, listing: Listing, topic: int, page: int, client: PoliteClient) -> tuple[Sequence[Any], bool]:
        """Posts of a topic, oldest first."""
        ask = Ask(
            url=f"{listing.base}/api/topic/{topic}",
            what=f"topic {topic}",
            # a forum may show the newest or the best posts first, and those pages shift while they are read
            params=(("page", str(page)), ("sort", "oldest_to_newest")),
            accepts=frozenset({401, 403, 404}),
            pause_s=listing.pause_s,
        )
        answer = await client.get(ask)
        if is_gone(answer, ask):
            return [], False
        if not isinstance(inside(answer.data, "posts"), list):
            raise malformed(listing, f"no list of posts for topic {topic}")
        return self.objects_in(answer.data), _has_more(answer.data, page)

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The posts of a topic, each with its topic; or the topics of a list, which are no posts."""
        found = inside(data, "posts")
        if not isinstance(found, list):
            return dicts(inside(data, "topics"))
        topic = {
            name: inside(data, name) for name in ("tid", "titleRaw", "title", "slug", "tags", "mainPid", "deleted")
        }
        return [joined(topic, post) for post in found]

    # {"topic": {"tid": 2, "titleRaw": "Mixtapes", "mainPid": 2, "tags": [{"value": "80s"}], "deleted": 0}, "post":
    #  {"pid": 2, "content": "<p>I recorded …", "timestamp": 1795386400082, "deleted": 0, "upvotes": 0, "replies":
    #  {"count": 0}, "user": {"uid": 1, "username": "ann", "userslug": "ann"}}}
    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """A post in a topic; one that came from another server has its address for a number."""
        post, topic = inside(raw, "post"), inside(raw, "topic")
        number = name_of(inside(post, "pid"))
        if not number:
            return Rejected(source=NAME, reason="not a post", raw_id=name_of(inside(raw, "tid")) or None)
        if not host:
            return Rejected(source=NAME, reason="no global id", raw_id=number)
        reason = _why_not(post, topic)
        if reason:
            return Rejected(source=NAME, reason=reason, raw_id=number)
        text, alt_texts = own_words(words(inside(post, "content")))
        if name_of(inside(topic, "mainPid")) == number:
            title = html_to_text(words(inside(topic, "titleRaw")) or words(inside(topic, "title")))
            text = "\n\n".join(part for part in (title, text) if part)
        if not (text or alt_texts):
            return Rejected(source=NAME, reason="no text", raw_id=number)
        is_foreign = netloc(number) != ""
        return Post(
            id=f"{NAME}:{number.split('://', 1)[1]}" if is_foreign else f"{NAME}:{host}/{number}",
            source=NAME,
            text=text,
            created_at=moment(inside(post, "timestampISO")) or moment(inside(post, "timestamp")),
            author=_author(post, host),
            tags=_tags(topic),
            alt_texts=alt_texts,
            url=number if is_foreign else f"https://{host}/post/{quote(number, safe='')}",
            likes=count(inside(post, "upvotes")),
            replies=count(inside(post, "replies", "count")),
        )


def _why_not(post: Any, topic: Any) -> str | None:  # noqa: ANN401 - whatever a server sent
    if inside(post, "deleted") in (1, True) or inside(topic, "deleted") in (1, True):
        return "deleted"
    return "marked sensitive" if words(inside(post, "contentWarning")) else None


def _has_more(data: Any, page: int) -> bool:  # noqa: ANN401 - whatever a server sent
    return (count(inside(data, "pagination", "pageCount")) or 1) > page


def _author(post: Any, host: str) -> str | None:  # noqa: ANN401 - whatever a server sent
    """``ann@forum.example``; guests, whose number is 0, are nobody."""
    user = inside(post, "user")
    name = name_of(inside(user, "userslug")) or name_of(inside(user, "username"))
    if not name or inside(user, "uid") == 0:
        return None
    return name if "@" in name else f"{name}@{host}"


def _tags(topic: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a server sent
    return tuple(dict.fromkeys(tag for raw in dicts(inside(topic, "tags")) if (tag := words(raw.get("value")))))
