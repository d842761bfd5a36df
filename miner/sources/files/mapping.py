"""Which field of a file becomes which field of a post."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from miner.errors import UnknownName, UsageError
from miner.settings import toml_of

_DEFAULT: Mapping[str, tuple[str, ...]] = {
    # "id_str": numbers of 64 bits lose their last digits in programs that know only floats
    "id": ("id_str", "id", "post_id", "status_id", "tweet_id", "comment_id", "uri"),
    "source": ("source", "platform"),
    "text": ("text", "full_text", "body", "selftext", "content", "message", "caption", "comment"),
    "title": ("title", "subject"),
    "created_at": (
        "created_at",
        "created_utc",
        "created",
        "date",
        "datetime",
        "timestamp",
        "time",
        "published",
        "published_at",
        "posted_at",
        "epoch",
    ),
    "author": (
        "author",
        "username",
        "user",
        "user_name",
        "screen_name",
        "account",
        "acct",
        "handle",
        "author_id",
        "user_id",
    ),
    "tags": ("tags", "hashtags", "entities.hashtags", "keywords"),
    "community": ("subreddit", "community"),
    "alt_texts": ("alt_texts", "alt_text", "alt", "media_attachments"),
    "url": ("url", "permalink", "link", "uri"),
    "language": ("language", "lang"),
    "likes": ("likes", "like_count", "favourites_count", "favorite_count", "favorites", "score", "ups"),
    "reposts": ("reposts", "reblogs_count", "retweet_count", "retweets", "shares"),
    "replies": ("replies", "replies_count", "reply_count", "num_comments"),
    "is_bot": ("is_bot", "bot", "account.bot"),
    "repost_of": ("repost_of", "reblog.uri", "reblog.id", "retweeted_status.id_str"),
    "edited_at": ("edited_at", "edited"),
    "sensitive": ("sensitive", "over_18", "nsfw"),
}

TARGETS = frozenset(_DEFAULT)
"""Fields of a post, and three that flow into them: *title* goes before the text, *community* becomes the tag ``r/…``, a
*sensitive* row is left out."""

KNOWN_FIELDS = frozenset(name for names in _DEFAULT.values() for name in names)
"""All names that are understood without a mapping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMapping:
    """Names of a file's fields for each target.

    Attributes:
        fields: Target to names; the first that holds something is taken. ``a.b`` is field *b* of the object *a*.
        constants: Target to a value that every row has; wins over *fields*.
    """

    fields: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, object] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """16 hex digits that differ whenever the same row could become another post."""
        text = json.dumps([self.fields, self.constants], sort_keys=True, default=str)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def get(self, row: Mapping[str, object], target: str) -> object:
        """What *row* says about *target*; None when it says nothing."""
        if target in self.constants:
            return self.constants[target]
        for name in self.fields[target]:
            value = row.get(name)
            if value is None:
                if "." not in name:
                    continue
                value = _inside(row, name)
            if not _is_nothing(value):
                return value
        return None


DEFAULT_MAPPING = FieldMapping(fields=_DEFAULT)
"""Fields of this program's own files, and the usual names on Mastodon, Reddit, Twitter and in spreadsheets."""


def load_mapping(path: Path) -> FieldMapping:
    """Read a user's mapping: the default, with the lines of a TOML file in its place.

    ::

        text = "message"                 # this field
        created_at = ["posted", "date"]  # the first of these that holds something
        author = "from.name"             # a field of an object
        source = { value = "forum" }     # the same for every row
        title = []                       # not used

    Raises:
        UnknownName: A target that posts do not have.
        UsageError: The file cannot be read, is not TOML, or a line has another form.
    """
    try:
        lines = toml_of(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"The mapping {path} cannot be read: {error.strerror}.", "Check --mapping.") from error
    except ValueError as error:
        raise UsageError(f"The mapping {path} is not TOML: {error}.", 'Write lines such as `text = "body"`.') from error
    fields, constants = dict(_DEFAULT), {}
    for target, value in lines.items():
        if target not in TARGETS:
            raise UnknownName("field of a post", target, TARGETS)
        match value:
            case str():
                fields[target] = (value,)
            case list() if all(isinstance(name, str) for name in value):
                fields[target] = tuple(value)
            case {"value": constant} if len(value) == 1:
                constants[target] = constant
            case _:
                raise UsageError(
                    f"The mapping {path} says {target} = {value!r}.",
                    f'Write `{target} = "field"`, `{target} = ["field", "other"]` or `{target} = {{ value = "…" }}`.',
                )
    return FieldMapping(fields=fields, constants=constants)


def nothing_to_read(name: str, columns: frozenset[str], mapping: FieldMapping) -> UsageError | None:
    """The error for a file in which no row has a text, when it is the mapping's fault; None when it is not.

    Args:
        name: The file's name.
        columns: Names of the fields seen in it.
        mapping: What was looked for.
    """
    wanted = [mapping.fields[target] for target in ("text", "title", "alt_texts", "tags")]
    if any(column.split(".")[0] in columns for names in wanted for column in names) or "text" in mapping.constants:
        return None
    listed = sorted(columns)
    near = difflib.get_close_matches("text", listed, n=1, cutoff=0.4) or listed[:1] or ["FIELD"]
    return UsageError(
        f"No field of {name} is known as a post's text; its fields are: {', '.join(listed)}.",
        f'Say which one is: write `text = "{near[0]}"` into a file mapping.toml and add `--mapping mapping.toml`.',
    )


def _is_nothing(value: object) -> bool:
    """What files write for nothing: null, an empty text or list, false (Reddit's *edited*), NaN (never itself)."""
    return value is None or value is False or value == "" or value == [] or value != value


def _inside(row: Mapping[str, object], path: str) -> object:
    value: object = row
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value
