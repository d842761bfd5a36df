"""One note of Misskey's API as a post. Pure: no network, no clock."""

from __future__ import annotations

from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import (
    count,
    dicts,
    fold_tag,
    hashtags_in,
    inside,
    moment,
    name_of,
    names_of,
    web_address,
    words,
)
from miner.sources.mfm import mfm_to_text

NAME = "misskey"


# {"id": "9xyz3ab", "createdAt": "2024-01-15T10:00:00.000Z", "visibility": "public", "localOnly": false, "cw": null,
#  "text": "$[x2 My **Walkman**] #80s", "tags": ["80s"], "reactions": {"👍": 3}, "reactionCount": 3,
#  "renoteCount": 1, "repliesCount": 0, "replyId": null, "renoteId": null, "renote": {…},
#  "user": {"username": "ann", "host": null, "isBot": false, "requireSigninToViewContents": false, …},
#  "files": [{"type": "image/webp", "comment": "A yellow Walkman", "isSensitive": false, …}],
#  "poll": {"choices": [{"text": …}]}, "channel": {"name": …, "isSensitive": false}, "isHidden": true,
#  "uri": "https://other.example/notes/1", "url": "https://other.example/@bob/1", …}
# "uri", "url" and "user.host" only for notes from other servers; "tags" is absent rather than empty; a note that only
# its followers or users with a login may read comes with "isHidden": true and its text taken out.
def note_to_post(raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    """A note as a post, or the reason why it is none. Never raises.

    A renote without words of its own becomes a post with *repost_of* and the words of what it repeats; of a quoting
    note only its own words are taken.

    Args:
        raw: The decoded note.
        host: Server that sent it: where notes and accounts live that name no other.
    """
    uri, renote = _uri(raw, host), inside(raw, "renote")
    is_renote = isinstance(renote, dict) and not any(inside(raw, part) for part in ("text", "cw", "files", "poll"))
    original = renote if is_renote else raw
    reason = _why_not(raw, uri) or (_why_not(original, _uri(original, host)) if is_renote else None)
    if reason:
        return Rejected(source=NAME, reason=reason, raw_id=uri or name_of(inside(raw, "id")) or None)
    options = [words(inside(choice, "text")) for choice in dicts(inside(original, "poll", "choices"))]
    text = "\n\n".join(filter(None, [mfm_to_text(words(inside(original, "text"))), "\n".join(filter(None, options))]))
    alt_texts = tuple(filter(None, (words(inside(file, "comment")) for file in dicts(inside(original, "files")))))
    tags = _tags(original, text)
    if not (text or alt_texts or tags):
        return Rejected(source=NAME, reason="no text", raw_id=uri)
    return Post(
        id=f"{NAME}:{uri}",
        source=NAME,
        text=text,
        created_at=moment(inside(raw, "createdAt")),
        author=_author(inside(raw, "user"), host),
        tags=tags,
        alt_texts=alt_texts,
        url=web_address(inside(raw, "url")) or uri,
        likes=_likes(original),
        reposts=count(inside(original, "renoteCount")),
        replies=count(inside(original, "repliesCount")),
        is_bot=inside(raw, "user", "isBot") is True,
        repost_of=f"{NAME}:{_uri(original, host)}" if is_renote else None,
        edited_at=moment(inside(original, "updatedAt")),
    )


def _uri(note: Any, host: str) -> str | None:  # noqa: ANN401 - whatever a server sent
    """The global id: where the note lives."""
    uri, own_id = web_address(inside(note, "uri")), name_of(inside(note, "id"))
    return uri or (web_address(f"https://{host}/notes/{own_id}") if host and own_id else None)


def _why_not(note: Any, uri: str | None) -> str | None:  # noqa: ANN401 - whatever a server sent
    if inside(note, "user") is None:
        return "not a note"
    if uri is None:
        return "no global id"
    if inside(note, "deletedAt"):
        return "deleted"
    # "home" is public and left out of timelines; "public_non_ltl" was the same for the local one
    is_public = inside(note, "visibility") in ("public", "home", "public_non_ltl")
    if not is_public or inside(note, "isHidden") or inside(note, "user", "requireSigninToViewContents"):
        return "not public"
    files = dicts(inside(note, "files"))
    # a content warning hides a note, even an empty one; to other servers it goes as "sensitive"
    is_warned = inside(note, "cw") is not None or inside(note, "channel", "isSensitive")
    return "marked sensitive" if is_warned or any(inside(file, "isSensitive") for file in files) else None


def _tags(note: Any, text: str) -> tuple[str, ...]:  # noqa: ANN401 - whatever a server sent
    """Its hashtags. The server has them in lower case; where they stand in the text, they are spelt as there."""
    found = hashtags_in(text)
    spelt = {fold_tag(tag): tag for tag in found}
    return tuple(dict.fromkeys(spelt.get(fold_tag(tag), tag) for tag in names_of(inside(note, "tags")) or found))


def _author(user: Any, host: str) -> str | None:  # noqa: ANN401 - whatever a server sent
    """``ann@example.org``; an account of the server that was asked comes without a host."""
    name, home = name_of(inside(user, "username")), name_of(inside(user, "host")) or host
    return f"{name}@{home}".lower() if name and home else None


def _likes(note: Any) -> int | None:  # noqa: ANN401 - whatever a server sent
    """Reactions of all kinds; servers before 2023 do not sum them up."""
    total = count(inside(note, "reactionCount"))
    reactions = inside(note, "reactions")
    if total is not None or not isinstance(reactions, dict):
        return total
    return count(sum(n for n in map(count, reactions.values()) if n is not None))
