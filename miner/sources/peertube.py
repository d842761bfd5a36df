"""PeerTube: videos tagged with the era, on one server or, through Sepia Search, on most of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import (
    count,
    fold_tag,
    inside,
    language,
    moment,
    name_of,
    names_of,
    netloc,
    web_address,
    words,
)
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed, side_by_side
from miner.sources.markdown import read_markdown
from miner.sources.slices import second_before_which

NAME = "peertube"
HOST = "https://sepiasearch.org"
VIDEOS_PER_PAGE = 100
PUBLIC = 1


class PeerTube(ListingSource):
    """Videos that carry one of the era's tags, newest first."""

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="PeerTube (Sepia Search)",
        post_is="a video's title, description and tags",
        needs="",
        limits="100 videos a request; 50 requests in 10 seconds",
        terms_url="https://framasoft.org/en/cgu/",
        terms_read=date(2026, 11, 1),
        min_posts=5,
        takes=frozenset({"instance"}),
    )

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each tag."""
        subjects = {tag: f"videos tagged #{tag}" for tag in query.tags}
        return side_by_side(NAME, query.origins_of(NAME, HOST), subjects)

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """The newest videos before second *place*: a search shows only so many of its hits."""
        before = datetime.fromtimestamp(int(place), UTC) if place else query.until
        n_wanted = min(VIDEOS_PER_PAGE, query.limit or VIDEOS_PER_PAGE)
        ask = Ask(
            url=f"{listing.base}/api/v1/search/videos",
            what=listing.what,
            params=(
                ("tagsOneOf", listing.subject),
                ("nsfw", "false"),
                ("sort", "-publishedAt"),
                ("count", str(n_wanted)),
                *((("endDate", before.isoformat()),) if before else ()),
                *((("startDate", query.since.isoformat()),) if query.since else ()),
            ),
            # a documented API for programs, without a key
            is_api=True,
            pause_s=listing.pause_s,
        )
        data = await client.get_json(ask)
        if not isinstance(inside(data, "data"), list):
            raise malformed(listing, "no list of videos")
        videos = self.objects_in(data)
        times = [moment(inside(video, "publishedAt")) for video in videos]
        return Batch(items=videos, next_place=second_before_which(times, n_wanted), times=times)

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The videos of a list, or the one whose details these are."""
        found = inside(data, "data")
        if isinstance(found, list):
            return found
        return [data] if inside(data, "uuid") is not None else []

    def why_not(self, post: Post, listing: Listing) -> str | None:
        """Sepia Search lists a video's tags, a server does not and is believed."""
        wanted = fold_tag(listing.subject)
        return "not tagged with the era" if post.tags and wanted not in map(fold_tag, post.tags) else None

    # {"uuid": "9c9de5e8-…", "name": "Synth repair", "description": "Fixing a *Juno-60*", "tags": ["80s"], "privacy":
    #  {"id": 1}, "nsfw": false, "publishedAt": "2022-03-04T05:06:07.000Z", "originallyPublishedAt": "1985-01-01T…",
    #  "account": {"name": "ann", "host": "tube.example"}, "language": {"id": "en"}, "url": "https://tube.example/…"}
    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """A video. That it was published elsewhere before is a claim of its uploader."""
        video = name_of(inside(raw, "uuid"))
        if not video:
            return Rejected(source=NAME, reason="no global id")
        if inside(raw, "nsfw") is True:
            return Rejected(source=NAME, reason="marked sensitive", raw_id=video)
        if inside(raw, "privacy", "id") not in (PUBLIC, None):
            return Rejected(source=NAME, reason="not public", raw_id=video)
        text = "\n\n".join(part for part in (words(inside(raw, "name")), _described(raw)) if part)
        if not text:
            return Rejected(source=NAME, reason="no text", raw_id=video)
        url = web_address(inside(raw, "url"))
        account = name_of(inside(raw, "account", "name"))
        server = name_of(inside(raw, "account", "host")) or netloc(url or "") or host
        return Post(
            id=f"{NAME}:{video}",
            source=NAME,
            text=text,
            created_at=moment(inside(raw, "publishedAt")),
            author=f"{account}@{server}" if account else None,
            tags=names_of(inside(raw, "tags")),
            language=language(inside(raw, "language", "id")),
            url=url,
            likes=count(inside(raw, "likes")),
        )


def _described(raw: Any) -> str:  # noqa: ANN401 - whatever a server sent
    """The description, whole where it is given; lists of a server have its first 250 characters."""
    text = words(inside(raw, "description")) or words(inside(raw, "truncatedDescription"))
    return read_markdown(text).text.strip()
