"""Servers of the fediverse, asked for one post after the other: Mastodon, Lemmy, Misskey and what speaks like them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from miner.errors import MalformedError, UsageError
from miner.records import Post, Rejected
from miner.sources.again_base import Found, Gone, Known, Unsure, ask_of, told
from miner.sources.base import Query
from miner.sources.exchange import Ask
from miner.sources.fields import inside
from miner.sources.hosts import origin
from miner.sources.http import PoliteClient
from miner.sources.lemmy_post import view_to_post
from miner.sources.mastodon_status import status_to_post
from miner.sources.misskey_note import note_to_post

GONE: Final = frozenset({404, 410})


class _OneByOne:
    """Servers of the fediverse, each asked for its own posts by the id at the end of their address."""

    n_at_once = 1

    def __init__(self, path: re.Pattern[str]) -> None:
        self._path = path

    def base_of(self, known: Known) -> str | None:
        """The server in the post's global id."""
        try:
            parts = urlsplit(known.id.partition(":")[2])
            return origin(f"{parts.scheme}://{parts.netloc}") if self._path.fullmatch(parts.path) else None
        except (ValueError, UsageError):
            # ids come from files of others, too
            return None

    async def ask(self, base: str, posts: Sequence[Known], query: Query, client: PoliteClient) -> Sequence[Found]:
        """One request, one post."""
        (known,) = posts
        match = self._path.fullmatch(urlsplit(known.id.partition(":")[2]).path)
        if match is None:
            return [Unsure(id=known.id, reason="an id that cannot be asked for")]
        answer = await client.get(replace(self._question(base, match[1], query), accepts=GONE | {400}))
        if answer.status in GONE or (answer.status == 400 and self._says_gone(answer.body)):
            return [Gone(id=known.id, reason="deleted")]
        if answer.status == 400:
            return [Unsure(id=known.id, reason="the server did not understand")]
        return [told(known.id, self._read(answer.data, urlsplit(base).netloc))]

    async def check(self, base: str, query: Query, client: PoliteClient) -> None:
        """Its description of itself."""
        ask = self._description(base, query)
        if not self._is_description((await client.get(ask)).data):
            raise MalformedError(
                f"{urlsplit(base).netloc} does not describe itself as it should.",
                "Nothing of it was erased. Look at it in a browser; the server may have moved.",
            )

    def _question(self, base: str, own_id: str, query: Query) -> Ask:
        raise NotImplementedError

    def _description(self, base: str, query: Query) -> Ask:
        raise NotImplementedError

    def _is_description(self, data: Any) -> bool:  # noqa: ANN401 - whatever a server sent
        raise NotImplementedError

    def _read(self, data: Any, host: str) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        raise NotImplementedError

    def _says_gone(self, body: bytes) -> bool:
        del body
        return False


class MastodonAgain(_OneByOne):
    """``GET /api/v1/statuses/:id`` (docs.joinmastodon.org/methods/statuses); 404 also for what became private."""

    def __init__(self) -> None:
        super().__init__(re.compile(r"(?:/users/[^/]+|/ap/users/\d+)/statuses/([A-Za-z0-9]{1,40})"))

    def _question(self, base: str, own_id: str, query: Query) -> Ask:
        return ask_of(base, f"/api/v1/statuses/{own_id}", "a status", query)

    def _description(self, base: str, query: Query) -> Ask:
        return ask_of(base, "/api/v2/instance", "its settings", query)

    def _is_description(self, data: Any) -> bool:  # noqa: ANN401 - whatever a server sent
        return isinstance(inside(data, "domain"), str)

    def _read(self, data: Any, host: str) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        return status_to_post(data, host=host)


class LemmyAgain(_OneByOne):
    """``GET /api/v3/post?id=``; a post that is not there is a 404 or, before 0.19, a 400, with the same code."""

    def __init__(self) -> None:
        super().__init__(re.compile(r"/post/(\d{1,15})"))

    def _question(self, base: str, own_id: str, query: Query) -> Ask:
        return ask_of(base, "/api/v3/post", "a post", query, params=(("id", own_id),))

    def _description(self, base: str, query: Query) -> Ask:
        return ask_of(base, "/api/v3/site", "its description", query)

    def _is_description(self, data: Any) -> bool:  # noqa: ANN401 - whatever a server sent
        return isinstance(inside(data, "site_view"), dict)

    def _read(self, data: Any, host: str) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        del host
        return view_to_post(inside(data, "post_view"))

    def _says_gone(self, body: bytes) -> bool:
        return b"find_post" in body


class MisskeyAgain(_OneByOne):
    """``POST /api/notes/show``; a note that is not there is a 400 with ``NO_SUCH_NOTE``."""

    def __init__(self) -> None:
        super().__init__(re.compile(r"/notes/([A-Za-z0-9]{1,40})"))

    def _question(self, base: str, own_id: str, query: Query) -> Ask:
        return ask_of(base, "/api/notes/show", "a note", query, body={"noteId": own_id})

    def _description(self, base: str, query: Query) -> Ask:
        return ask_of(base, "/api/meta", "its description", query, body={"detail": False})

    def _is_description(self, data: Any) -> bool:  # noqa: ANN401 - whatever a server sent
        return isinstance(inside(data, "uri"), str) and isinstance(inside(data, "version"), str)

    def _read(self, data: Any, host: str) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        return note_to_post(data, host=host)

    def _says_gone(self, body: bytes) -> bool:
        return b"NO_SUCH_NOTE" in body
