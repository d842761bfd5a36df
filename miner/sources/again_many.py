"""Platforms that are asked for many posts at once, and leave out of their answer what is gone: Bluesky, YouTube."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from miner.errors import MalformedError
from miner.sources.again_base import Found, Gone, Known, ask_of, told
from miner.sources.base import Query
from miner.sources.bluesky_post import post_of as bluesky_post
from miner.sources.fields import dicts, inside
from miner.sources.http import PoliteClient
from miner.sources.listing import Listing
from miner.sources.youtube import HOST
from miner.sources.youtube_ask import KEY, Refused, ask_api
from miner.sources.youtube_post import post_of as youtube_post

APPVIEW: Final = "https://public.api.bsky.app"
_YOUTUBE_ID: Final = re.compile(r"youtube:[\w.-]{1,100}", re.ASCII)
_VIDEO_ID_LENGTH: Final = 11


class BlueskyAgain:
    """``app.bsky.feed.getPosts``, 25 at once, of an AppView: what it leaves out of its list is gone.

    Args:
        appview: Its origin.
        account: One that it always shows.
    """

    n_at_once = 25

    def __init__(self, appview: str = APPVIEW, account: str = "bsky.app") -> None:
        self._appview, self._account = appview, account

    def base_of(self, known: Known) -> str | None:
        """The AppView, for everything with an at:// address."""
        return self._appview if known.id.startswith("bluesky:at://") else None

    async def ask(self, base: str, posts: Sequence[Known], query: Query, client: PoliteClient) -> Sequence[Found]:
        """All of them in one request."""
        uris = tuple(("uris", known.id.partition(":")[2]) for known in posts)
        data = await client.get_json(
            ask_of(base, "/xrpc/app.bsky.feed.getPosts", "posts", query, params=uris, is_api=True)
        )
        if not isinstance(inside(data, "posts"), list):
            raise MalformedError(f"{urlsplit(base).netloc} answered with no list of posts.", "Try again later.")
        views = {view.get("uri"): view for view in dicts(inside(data, "posts"))}
        return [
            told(known.id, bluesky_post(views[uri])) if uri in views else Gone(id=known.id, reason="deleted")
            for known, (_, uri) in zip(posts, uris, strict=True)
        ]

    async def check(self, base: str, query: Query, client: PoliteClient) -> None:
        """The AppView shows an account that is always there."""
        params = (("actor", self._account),)
        data = await client.get_json(
            ask_of(base, "/xrpc/app.bsky.actor.getProfile", "a profile", query, params=params, is_api=True)
        )
        if not isinstance(inside(data, "did"), str):
            raise MalformedError(f"{urlsplit(base).netloc} does not show {self._account}.", "Try again later.")


class YouTubeAgain:
    """``videos`` and ``comments`` of the Data API v3, 50 at once, with a key; one unit of 10,000 a day each.

    What is stored of YouTube has to be renewed or deleted after 30 days, say its terms.

    Args:
        api: Its origin.
        video: One that is always shown; by default the first of all.
    """

    n_at_once = 50

    def __init__(self, api: str = HOST, video: str = "jNQXAC9IVRw") -> None:
        self._video = video
        self._listing = Listing(stream="youtube", base=api, subject="", what="known videos and comments")

    def base_of(self, known: Known) -> str | None:
        """The API, for ids that it can have given."""
        return self._listing.base if _YOUTUBE_ID.fullmatch(known.id) else None

    async def ask(self, base: str, posts: Sequence[Known], query: Query, client: PoliteClient) -> Sequence[Found]:
        """A request for the videos among them, and one for the comments."""
        del base
        ids = [known.id.partition(":")[2] for known in posts]
        videos, comments = ([i for i in ids if (len(i) == _VIDEO_ID_LENGTH) == is_video] for is_video in (True, False))
        shown = await self._items("videos", "snippet,statistics,status,contentDetails", videos, query, client)
        shown |= await self._items("comments", "snippet", comments, query, client)
        return [
            told(known.id, youtube_post(shown[i])) if i in shown else Gone(id=known.id, reason="deleted")
            for known, i in zip(posts, ids, strict=True)
        ]

    async def check(self, base: str, query: Query, client: PoliteClient) -> None:
        """The API shows a video that is always there."""
        if self._video not in await self._items("videos", "id", [self._video], query, client):
            raise MalformedError(f"{urlsplit(base).netloc} does not show the video {self._video}.", "Try again later.")

    async def _items(
        self, method: str, part: str, ids: Sequence[str], query: Query, client: PoliteClient
    ) -> dict[str, Any]:
        if not ids:
            return {}
        params = [
            ("part", part),
            ("id", ",".join(ids)),
            *([("textFormat", "plainText")] if method == "comments" else []),
        ]
        try:
            data = await ask_api(client, self._listing, query.key(KEY), method, params)
        except Refused as refused:
            raise refused.error from refused
        return {item["id"]: item for item in dicts(data["items"]) if isinstance(item.get("id"), str)}
