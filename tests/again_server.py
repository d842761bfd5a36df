"""Servers that are asked for single posts: Mastodon, Lemmy, Misskey and Bluesky's AppView, as a plain function."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, object]
PROFILE = "/xrpc/app.bsky.actor.getProfile"
POSTS = "/xrpc/app.bsky.feed.getPosts"
VIDEOS, COMMENTS = "/youtube/v3/videos", "/youtube/v3/comments"
FIRST_VIDEO = "jNQXAC9IVRw"


def status_id(host: str, number: int) -> str:
    return f"mastodon:https://{host}/users/ann{number}/statuses/{number}"


def status(host: str, number: int, text: str, **others: object) -> dict[str, object]:
    return {
        "id": str(number),
        "uri": status_id(host, number).partition(":")[2],
        "url": f"https://{host}/@ann{number}/{number}",
        "created_at": "2024-05-06T07:08:09.000Z",
        "visibility": "public",
        "content": f"<p>{text}</p>",
        "tags": [],
        "account": {"acct": f"ann{number}"},
        **others,
    }


def view(host: str, number: int, text: str, **others: object) -> dict[str, object]:
    return {
        "post": {"ap_id": f"https://{host}/post/{number}", "name": text, "published": "2024-05-06T07:08:09Z", **others},
        "creator": {"name": "ann", "actor_id": f"https://{host}/u/ann"},
        "community": {"name": "toys", "actor_id": f"https://{host}/c/toys"},
    }


def note(number: int, text: str, **others: object) -> dict[str, object]:
    user = {"username": "ann", "host": None}
    return {"id": f"n{number}", "text": text, "visibility": "public", "user": user} | {
        "createdAt": "2024-05-06T07:08:09.000Z",
        **others,
    }


def skeet(number: int, text: str) -> dict[str, object]:
    uri = f"at://did:plc:ann/app.bsky.feed.post/{number}"
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2024-05-06T07:08:09.000Z"}
    author = {"did": "did:plc:ann", "handle": "ann.example"}
    return {"uri": uri, "author": author, "record": record, "indexedAt": "2024-05-06T07:08:09.000Z"}


def video(number: int, text: str) -> dict[str, object]:
    snippet = {"title": text, "description": "", "publishedAt": "2024-05-06T07:08:09Z", "channelId": "UCann"}
    status = {"privacyStatus": "public", "uploadStatus": "processed"}
    return {"kind": "youtube#video", "id": f"video{number:06}", "snippet": snippet, "status": status}


def comment(number: int, text: str) -> dict[str, object]:
    snippet = {"videoId": "video000001", "textOriginal": text, "publishedAt": "2024-05-06T07:08:09Z"}
    return {"kind": "youtube#comment", "id": f"Ugcomment{number:06}", "snippet": snippet}


class Fediverse:
    """Answers for any number of hosts.

    Attributes:
        posts: Host and number of a post to what is told of it; what is not there is gone.
        instead: Host to what it answers to everything but robots.txt.
        asked: Host and path of all requests, in order.
        on_post: Called before a post is told of.
        refuses_posts: What to answer, with a 400, to who asks for a post; None tells of it.
    """

    def __init__(self, posts: Mapping[tuple[str, int], Mapping[str, Any]]) -> None:
        self.posts = dict(posts)
        self.instead: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.on_post: Callable[[], None] = lambda: None
        self.refuses_posts: object = None

    @property
    def asked_for(self) -> list[str]:
        """The requests for posts alone."""
        return [
            each
            for each in self.asked
            if any(word in each for word in ("/statuses/", "/post", "/notes/", POSTS, VIDEOS, COMMENTS))
        ]

    def __call__(self, host: str, target: str, body: bytes) -> Answer:
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        if path == "/robots.txt":
            return 404, {}
        self.asked.append(f"{host}{path}")
        if host in self.instead:
            return self.instead[host]
        if told := _settings(path):
            return 200, told
        self.on_post()
        if self.refuses_posts:
            return 400, self.refuses_posts
        if path in {VIDEOS, COMMENTS}:
            asked = query["id"][0].split(",")
            return 200, {"items": [p for p in self.posts.values() if p["id"] in asked] or _first_video(asked)}
        if path == POSTS:
            numbers = [int(uri.rpartition("/")[2]) for uri in query["uris"]]
            return 200, {"posts": [self.posts[host, i] for i in numbers if (host, i) in self.posts]}
        return self._one(host, path, query, body)

    def _one(self, host: str, path: str, query: Mapping[str, list[str]], body: bytes) -> Answer:
        if path == "/api/v3/post":
            found = self.posts.get((host, int(query["id"][0])))
            return (200, {"post_view": found}) if found else (400, {"error": "couldnt_find_post"})
        if path == "/api/notes/show":
            found = self.posts.get((host, int(json.loads(body)["noteId"].removeprefix("n"))))
            return (200, found) if found else (400, {"error": {"code": "NO_SUCH_NOTE"}})
        found = self.posts.get((host, int(path.rpartition("/")[2])))
        return (200, found) if found else (404, {"error": "Record not found"})


def _first_video(asked: list[str]) -> list[dict[str, object]]:
    return [{"id": FIRST_VIDEO}] if asked == [FIRST_VIDEO] else []


def _settings(path: str) -> object:
    told: dict[str, object] = {
        "/api/v2/instance": {"domain": "any.example", "configuration": {}},
        "/api/v3/site": {"site_view": {"site": {}}},
        "/api/meta": {"uri": "https://any.example", "version": "2025.1.0"},
        PROFILE: {"did": "did:plc:bsky", "handle": "bsky.app"},
    }
    return told.get(path)
