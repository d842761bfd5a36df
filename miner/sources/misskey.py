"""Misskey and its forks: notes that carry a hashtag."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import fold_tag, inside, name_of
from miner.sources.hosts import host_of, origin
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed, side_by_side, with_token
from miner.sources.misskey_note import NAME, note_to_post

# The largest server, and the two of illustrators and of players that follow it; all mostly in Japanese
HOSTS = ("misskey.io", "misskey.design", "nijimiss.moe")
NOTES_PER_PAGE = 100


class Misskey(ListingSource):
    """The notes with a hashtag that a server knows of, from everywhere, newest first."""

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="Misskey",
        post_is="a public note",
        needs="",
        limits="100 notes a request, one a second; servers that forbid /api to crawlers ask for a token (--token-env)",
        terms_url="https://misskey.io/about",
        terms_read=date(2026, 11, 1),
        min_posts=5,
        takes=frozenset({"instance"}),
    )

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each server and hashtag."""
        tokens = {host_of(origin(host)): token for host, token in (query.tokens or {}).items()}
        # Servers keep tags this way; "80S" is another tag to the older ones
        tags = dict.fromkeys(unicodedata.normalize("NFKC", tag.strip().lstrip("#")).lower() for tag in query.tags)
        subjects = {tag: f"notes tagged #{tag}" for tag in tags if tag}
        found = side_by_side(NAME, query.origins_of(NAME, *HOSTS), subjects)
        return [with_token(listing, tokens.get(host_of(listing.base))) for listing in found]

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """The newest notes below the id *place*.

        Never with ``sinceId``, which alone turns the order round. ``untilDate`` is for newer servers; others pass over
        it, and what is too new is left out here.
        """
        start = {"untilDate": int(query.until.timestamp() * 1000)} if query.until else {}
        ask = Ask(
            url=f"{listing.base}/api/notes/search-by-tag",
            what=listing.what,
            body={
                "tag": listing.subject,
                "limit": min(NOTES_PER_PAGE, query.limit or NOTES_PER_PAGE),
                **({"untilId": place} if place else start),
            },
            # Newer servers forbid /api in robots.txt, and nobody but their operators can say that this is not meant
            # for a program like this one: so robots.txt decides, but for users with a token of their own.
            token=listing.token,
            login="Make a token under Settings > API on that server and give it with --token-env, "
            "or leave this server out.",
            pause_s=listing.pause_s,
        )
        notes = await client.get_json(ask)
        if not isinstance(notes, list):
            raise malformed(listing, "no list of notes")
        return Batch(items=notes, next_place=name_of(inside(notes, -1, "id")) or None)

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """A note; see :func:`~miner.sources.misskey_note.note_to_post`."""
        return note_to_post(raw, host=host)

    def why_not(self, post: Post, listing: Listing) -> str | None:
        """``not tagged with the era``: for notes that a server found by other means than their hashtags."""
        is_tagged = fold_tag(listing.subject) in map(fold_tag, post.tags)
        return None if is_tagged else "not tagged with the era"
