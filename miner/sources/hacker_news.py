"""Hacker News, through Algolia's search: stories and comments that name the era."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import count, inside, moment, name_of, words
from miner.sources.html import html_to_text
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed, side_by_side
from miner.sources.slices import second_before_which

NAME = "hacker-news"
HOST = "https://hn.algolia.com"
# Only the first 1,000 hits of a search can be read, so the next one asks for what is older than the last of them.
HITS_PER_PAGE = 1000


class HackerNews(ListingSource):
    """Stories and comments in which a phrase of the era stands, newest first."""

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="Hacker News (Algolia's search)",
        post_is="a story's title and text, or a comment",
        needs="",
        limits="1,000 hits a request; about 10,000 requests an hour",
        terms_url="https://hn.algolia.com/api",
        terms_read=date(2026, 11, 1),
        min_posts=20,
        takes=frozenset({"instance"}),
    )

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each phrase."""
        subjects = {phrase: f"stories and comments with “{phrase}”" for phrase in query.phrases}
        return side_by_side(NAME, query.origins_of(NAME, HOST), subjects)

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """The newest hits before second *place*."""
        before = place or (str(int(query.until.timestamp())) if query.until else None)
        bounds = [f"created_at_i<{before}"] if before else []
        if query.since:
            bounds.append(f"created_at_i>={int(query.since.timestamp())}")
        n_wanted = min(HITS_PER_PAGE, query.limit or HITS_PER_PAGE)
        ask = Ask(
            url=f"{listing.base}/api/v1/search_by_date",
            what=listing.what,
            params=(
                ("query", f'"{listing.subject}"'),
                ("tags", "(story,comment)"),
                ("advancedSyntax", "true"),
                ("hitsPerPage", str(n_wanted)),
                *((("numericFilters", ",".join(bounds)),) if bounds else ()),
            ),
            is_api=True,
            pause_s=listing.pause_s,
        )
        data = await client.get_json(ask)
        if not isinstance(inside(data, "hits"), list):
            raise malformed(listing, "no list of hits")
        hits = self.objects_in(data)
        times = [moment(inside(hit, "created_at_i")) for hit in hits]
        return Batch(items=hits, next_place=second_before_which(times, n_wanted), times=times)

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The hits."""
        hits = inside(data, "hits")
        return hits if isinstance(hits, list) else []

    # {"objectID": "10542777", "created_at": "2015-11-10T21:44:41.000Z", "created_at_i": 1447191881, "author": "ann",
    #  "title": null, "story_text": null, "comment_text": "My first <i>Walkman</i> wasn&#x27;t …", "points": null,
    #  "num_comments": null, "story_id": 10527428, "story_title": "Ask HN: …", "_tags": ["comment", "author_ann", …]}
    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """A hit. The title of a comment's story is somebody else's words and is not taken."""
        item = name_of(inside(raw, "objectID"))
        if not item:
            return Rejected(source=NAME, reason="no global id")
        parts = [words(inside(raw, "title")), _plain(raw, "story_text"), _plain(raw, "comment_text")]
        text = "\n\n".join(part for part in parts if part)
        if not text:
            return Rejected(source=NAME, reason="no text", raw_id=item)
        return Post(
            id=f"{NAME}:{item}",
            source=NAME,
            text=text,
            created_at=moment(inside(raw, "created_at_i")) or moment(inside(raw, "created_at")),
            author=name_of(inside(raw, "author")) or None,
            url=f"https://news.ycombinator.com/item?id={item}" if item.isdigit() else None,
            likes=count(inside(raw, "points")),
            replies=count(inside(raw, "num_comments")),
        )


def _plain(raw: Any, name: str) -> str:  # noqa: ANN401 - whatever a server sent
    return html_to_text(words(inside(raw, name))).strip()
