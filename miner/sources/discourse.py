"""Discourse: the posts of topics that carry one of the era's tags."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from miner.records import Post, Rejected
from miner.sources.base import SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import count, dicts, inside, moment, name_of, names_of, words
from miner.sources.forum import Forum, Topic, is_gone, joined, own_words
from miner.sources.http import PoliteClient
from miner.sources.listing import Listing, malformed

NAME = "discourse"
FULL_PAGE = 20
WRITTEN_BY_PEOPLE = 1
WHISPER = 4


class Discourse(Forum):
    """Posts of topics, those written in last first; a later walk reads those that somebody wrote in since.

    An old topic that is given the tag later, without a reply, keeps its old place in the list: only a walk from the
    beginning finds it.
    """

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="Discourse forums",
        post_is="a post in a tagged topic; the first one with the topic's title",
        needs="",
        limits="20 posts a request; often 50 requests in 10 seconds and 200 a minute",
        terms_url="https://docs.discourse.org/",
        terms_read=date(2026, 11, 1),
        min_posts=1,
        takes=frozenset({"instance"}),
    )

    async def topics(self, listing: Listing, page: int, client: PoliteClient) -> tuple[Sequence[Topic], bool]:
        """Topics with the tag; none where the forum has no such tag."""
        answer = await client.get(
            Ask(
                url=f"{listing.base}/tag/{quote(listing.subject, safe='')}.json",
                what=listing.what,
                params=(("page", str(page - 1)),),
                accepts=frozenset({404}),
                pause_s=listing.pause_s,
            )
        )
        if answer.status == 404:
            return [], False
        found = inside(answer.data, "topic_list", "topics")
        if not isinstance(found, list):
            raise malformed(listing, "no list of topics")
        has_more = bool(inside(answer.data, "topic_list", "more_topics_url"))
        return [_topic(raw) for raw in dicts(found) if count(raw.get("id")) is not None], has_more

    async def posts(self, listing: Listing, topic: int, page: int, client: PoliteClient) -> tuple[Sequence[Any], bool]:
        """Posts of a topic, oldest first."""
        ask = Ask(
            url=f"{listing.base}/t/{topic}.json",
            what=f"topic {topic}",
            params=(("page", str(page)),) if page > 1 else (),
            accepts=frozenset({403, 404, 410}),
            pause_s=listing.pause_s,
        )
        answer = await client.get(ask)
        if is_gone(answer, ask):
            return [], False
        found = inside(answer.data, "post_stream", "posts")
        if not isinstance(found, list):
            raise malformed(listing, f"no list of posts for topic {topic}")
        return self.objects_in(answer.data), _has_more(answer.data)

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The posts of a topic, each with its topic; or the topics of a list, which are no posts."""
        found = inside(data, "post_stream", "posts")
        if not isinstance(found, list):
            return dicts(inside(data, "topic_list", "topics"))
        topic = {name: inside(data, name) for name in ("id", "title", "slug", "tags", "archetype", "visible")}
        return [joined(topic, post) for post in found]

    # {"topic": {"id": 13, "title": "Your first console", "slug": "your-first-console", "tags": ["80s"]}, "post": {"id":
    #  16, "username": "ann", "user_id": 1, "created_at": "2016-10-01T13:51:26.235Z", "cooked": "<p>An Atari …",
    #  "post_number": 1, "post_type": 1, "reply_count": 0, "hidden": false, "user_deleted": false, "deleted_at": null}}
    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """A post in a topic."""
        post, topic = inside(raw, "post"), inside(raw, "topic")
        number = inside(post, "id")
        if not isinstance(number, int) or isinstance(number, bool):
            return Rejected(source=NAME, reason="not a post", raw_id=name_of(inside(raw, "id")) or None)
        if not host:
            return Rejected(source=NAME, reason="no global id", raw_id=str(number))
        reason = _why_not(post, topic)
        html = words(inside(post, "cooked"))
        text, alt_texts = own_words(html) if reason is None else ("", ())
        is_first = inside(post, "post_number") == 1
        text = "\n\n".join(part for part in (words(inside(topic, "title")) if is_first else "", text) if part)
        if reason is None and not (text or alt_texts):
            reason = "no text"
        if reason:
            return Rejected(source=NAME, reason=reason, raw_id=str(number))
        user = name_of(inside(post, "username"))
        place = [count(inside(topic, "id")), count(inside(post, "post_number"))]
        return Post(
            id=f"{NAME}:{host}/{number}",
            source=NAME,
            text=text,
            created_at=moment(inside(post, "created_at")),
            author=f"{user}@{host}" if user else None,
            tags=names_of(inside(topic, "tags")),
            alt_texts=alt_texts,
            url=f"https://{host}/p/{number}" if None in place else f"https://{host}/t/{place[0]}/{place[1]}",
            likes=_likes(post),
            replies=count(inside(post, "reply_count")),
        )


def _topic(raw: dict[str, Any]) -> Topic:
    is_pinned = any(raw.get(mark) is True for mark in ("pinned", "pinned_globally"))
    return Topic(number=int(raw["id"]), time=None if is_pinned else moment(raw.get("bumped_at")))


def _has_more(data: Any) -> bool:  # noqa: ANN401 - whatever a server sent
    """Whether posts of the topic are left: ``stream`` holds the numbers of all of them.

    A topic of over 10,000 posts comes without it, and ``posts_count`` leaves out the notes between the posts ("closed
    this topic"), so that it would end too early.
    """
    posts = inside(data, "post_stream", "posts")
    last = inside(data, "post_stream", "stream", -1)
    is_known = isinstance(last, int)
    return len(posts) > 0 and (last not in [inside(p, "id") for p in posts] if is_known else len(posts) >= FULL_PAGE)


def _why_not(post: Any, topic: Any) -> str | None:  # noqa: ANN401 - whatever a server sent
    if inside(post, "user_deleted") is True or inside(post, "deleted_at"):
        return "deleted"
    kind = inside(post, "post_type")
    is_private = inside(topic, "archetype") == "private_message" or inside(topic, "visible") is False
    if inside(post, "hidden") is True or kind == WHISPER or is_private:
        return "not public"
    # "system", "discobot" and their like have numbers below zero
    user = inside(post, "user_id")
    is_program = isinstance(user, int) and user < 0
    return "not a post" if is_program or kind not in (WRITTEN_BY_PEOPLE, None) else None


def _likes(post: Any) -> int | None:  # noqa: ANN401 - whatever a server sent
    """Of the actions on a post, number 2 is the like."""
    likes = (action.get("count") for action in dicts(inside(post, "actions_summary")) if action.get("id") == 2)
    return count(next(likes, None))
