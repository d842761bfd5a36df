"""One post of Bluesky as a post: as the AppView shows it, or as Jetstream tells of it. Pure: no network, no clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import count, dicts, fold_tag, hashtags_in, inside, language, moment, name_of, names_of, words
from miner.sources.jetstream_event import POST, event_of, view_of

NAME = "bluesky"
FIRST_POSTS = datetime(2022, 11, 1, tzinfo=UTC)
"""Nobody posted on Bluesky before; people who move there bring posts along that claim it."""
AHEAD = timedelta(days=1)
_URI = re.compile(rf"at://(did:[a-z]+:[A-Za-z0-9._:%-]{{1,2000}})/{re.escape(POST)}/([A-Za-z0-9._:~-]{{1,512}})")
# The labels that every app hides or covers, as the authors or the moderation set them, those of older versions too
_SENSITIVE = frozenset({"porn", "sexual", "nudity", "graphic-media", "!warn", "!hide"}) | {
    *("gore", "nsfl", "nsfw", "sexual-figurative", "corpse", "self-harm"),
}
_GONE = frozenset({"!takedown", "!suspend"})
# An account's wish that apps do not show it to people who are not logged in
_OPT_OUT = "!no-unauthenticated"
_BOT = "bot"
# What a GIF carries as its description: "Alt: …" is its poster's, "ALT: …" the GIF library's
_OWN_GIF_WORDS = "Alt: "


# {"uri": "at://did:plc:ann/app.bsky.feed.post/3mptbypfywk2v", "cid": "bafy…",
#  "author": {"did": "did:plc:ann", "handle": "ann.example.org", "labels": [{"src": "did:plc:ann", "val": "bot", …}]},
#  "record": {"$type": "app.bsky.feed.post", "createdAt": "2026-07-04T14:38:07.323Z", "langs": ["en"],
#             "text": "My Walkman 🧡 #80s example.org/walkm...", "tags": ["nostalgia"],
#             "facets": [{"index": {"byteStart": 16, "byteEnd": 20},
#                         "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "80s"}]}, …],
#             "embed": {"$type": "app.bsky.embed.images", "images": [{"alt": "a blue cassette player", "image": …}]},
#             "labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "nudity"}]},
#             "reply": {"root": …, "parent": …}},
#  "embed": {"$type": "app.bsky.embed.images#view", …}, "indexedAt": "2026-07-04T14:38:08.090Z",
#  "labels": [{"src": "did:plc:mod", "uri": …, "val": "porn", "neg": true, "cts": "2026-07-04T15:00:00Z"}],
#  "likeCount": 3, "repostCount": 0, "replyCount": 1, "quoteCount": 0, "bookmarkCount": 0}
def post_of(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    """A post, or the reason why it is none. Never raises.

    Args:
        raw: A postView of the AppView, or an event of Jetstream in either of its formats.

    Note:
        A quoting post keeps its own words; the quoted ones, and the title of a linked page, are somebody else's. An
        event says nothing of its author's account: neither its labels nor its wish to be left alone.
    """
    event = event_of(raw)
    found = view_of(event) if event is not None else raw if isinstance(raw, dict) else "not a post"
    if isinstance(found, str):
        return Rejected(source=NAME, reason=found, raw_id=name_of(event.uri) or None if event is not None else None)
    uri = inside(found, "uri")
    named = _URI.fullmatch(uri) if isinstance(uri, str) else None
    record = inside(found, "record")
    if inside(record, "$type") not in (None, POST) or not isinstance(record, dict):
        return Rejected(source=NAME, reason="not a post", raw_id=uri if named else None)
    if named is None:
        return Rejected(source=NAME, reason="no global id")
    post = _post(found, record, named)
    reason = _why_not(found, record) or (None if post.text or post.tags or post.alt_texts else "no text")
    return Rejected(source=NAME, reason=reason, raw_id=uri) if reason else post


def sort_time(raw: Any) -> datetime | None:  # noqa: ANN401 - whatever a server sent
    """Where a post stands in a search, newest first: the earlier of what its author claims and when it was indexed."""
    times = (moment(inside(raw, "record", "createdAt")), moment(inside(raw, "indexedAt")))
    return min((time for time in times if time is not None), default=None)


def tags_of(record: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a server sent
    """The hashtags of a post's record, without ``#``, each once: marked in the text, beside it, or only typed."""
    marked = sorted(_features(record, "tag"), key=lambda found: found[0])
    listed = inside(record, "tags")
    strings = [tag for tag in listed if isinstance(tag, str)] if isinstance(listed, list) else []
    found = names_of([*(feature.get("tag") for _, _, feature in marked), *strings])
    tags: dict[str, str] = {}
    for tag in (*found, *hashtags_in(words(inside(record, "text")))):
        tags.setdefault(fold_tag(tag), tag)
    return tuple(tags.values())


def _post(view: Any, record: Any, named: re.Match[str]) -> Post:  # noqa: ANN401 - whatever a server sent
    did, key = named.groups()
    return Post(
        id=f"{NAME}:{named.group()}",
        source=NAME,
        text=_text(record),
        created_at=_created(view, record),
        author=did,
        tags=tags_of(record),
        alt_texts=tuple(alt for alt in _alts(inside(record, "embed")) if alt),
        url=f"https://bsky.app/profile/{did}/post/{key}",
        language=language(inside(record, "langs", 0)),
        likes=count(inside(view, "likeCount")),
        reposts=count(inside(view, "repostCount")),
        replies=count(inside(view, "replyCount")),
        is_bot=_BOT in _labels(inside(view, "author", "labels")),
    )


def _why_not(view: Any, record: Any) -> str | None:  # noqa: ANN401 - whatever a server sent
    own = {words(inside(label, "val")) for label in dicts(inside(record, "labels", "values"))}
    account = _labels(inside(view, "author", "labels"))
    labels = own | account | _labels(inside(view, "labels"))
    if labels & _GONE:
        return "deleted"
    if _OPT_OUT in labels:
        return "author asks not to be indexed"
    return "marked sensitive" if labels & _SENSITIVE else None


def _labels(found: Any) -> set[str]:  # noqa: ANN401 - whatever a server sent
    """Labels that stand: whoever set one can take it back with a later one of the same value that is negated."""
    oldest = datetime.min.replace(tzinfo=UTC)
    labels = sorted(dicts(found), key=lambda label: moment(label.get("cts")) or oldest)
    standing = {(words(label.get("src")), words(label.get("val"))): label.get("neg") is not True for label in labels}
    return {val for (_, val), stands in standing.items() if stands}


def _created(view: Any, record: Any) -> datetime | None:  # noqa: ANN401 - whatever a server sent
    """When it was put online: what the author's app says, unless that cannot be, and then when it was indexed.

    Apps may say anything: 1985, next year, the day of a post that was brought along from elsewhere.
    """
    said, indexed = moment(inside(record, "createdAt")), moment(inside(view, "indexedAt"))
    is_plausible = said is not None and said >= FIRST_POSTS and (indexed is None or said <= indexed + AHEAD)
    return said if is_plausible else indexed


def _text(record: Any) -> str:  # noqa: ANN401 - whatever a server sent
    """The text, with links that are shown shortened (``example.org/walkm...``) written out.

    Places in it are counted in bytes of UTF-8: an emoji before a link is four of them.
    """
    text = inside(record, "text")
    if not isinstance(text, str):
        return ""
    whole, parts, done = text.encode("utf-8", "ignore"), list[bytes](), 0
    for start, end, feature in sorted(_features(record, "link"), key=lambda found: found[:2]):
        shown, uri = whole[start:end], words(feature.get("uri")).encode()
        cut = shown.removesuffix("…".encode()).removesuffix(b"...")
        if done <= start < end <= len(whole) and cut != shown and len(cut) > 3 and cut in uri:
            parts += [whole[done:start], uri]
            done = end
    return words(b"".join([*parts, whole[done:]]).decode("utf-8", "replace"))


def _features(record: Any, kind: str) -> Iterator[tuple[int, int, dict[str, Any]]]:  # noqa: ANN401 - as above
    """What is marked in the text: first byte, the byte behind the last, and the mark."""
    for facet in dicts(inside(record, "facets")):
        start, end = (_byte(inside(facet, "index", name)) for name in ("byteStart", "byteEnd"))
        for feature in dicts(facet.get("features")):
            if feature.get("$type") == f"app.bsky.richtext.facet#{kind}":
                yield start, end, feature


def _byte(found: Any) -> int:  # noqa: ANN401 - whatever a server sent
    return found if isinstance(found, int) and not isinstance(found, bool) else -1


def _alts(embed: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a server sent
    """Descriptions of pictures, videos and GIFs that the author wrote. In what is quoted they are another's."""
    kind = inside(embed, "$type")
    media = inside(embed, "media") if kind == "app.bsky.embed.recordWithMedia" else embed
    kind = inside(media, "$type")
    if kind in ("app.bsky.embed.images", "app.bsky.embed.gallery"):
        pictures = inside(media, "images" if kind == "app.bsky.embed.images" else "items")
        yield from (words(picture.get("alt")) for picture in dicts(pictures))
    elif kind == "app.bsky.embed.video":
        yield words(inside(media, "alt"))
    elif kind == "app.bsky.embed.external":
        described = words(inside(media, "external", "description"))
        if described.startswith(_OWN_GIF_WORDS):
            yield described.removeprefix(_OWN_GIF_WORDS).strip()
