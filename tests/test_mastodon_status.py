"""Statuses of the Mastodon API as posts: recorded ones, one by one, and what hostile servers could send."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.records import Post, Rejected
from miner.sources.fields import fold_tag
from miner.sources.mastodon_status import status_to_post

RECORDED = Path(__file__).parent.parent.parent / "shared" / "recorded"
FILES = [
    "mastodon/statuses.jsonl",
    "mastodon/timelines.jsonl",
    "mastodon/search.jsonl",
    "gotosocial/recorded_local.jsonl",
]
REASONS = {"not a status", "no global id", "not public", "marked sensitive", "author asks not to be indexed", "no text"}


def status(**changes: Any) -> dict[str, Any]:
    """A status as a server sends it, written for these tests."""
    account = {"acct": "Ann", "bot": False, "note": "", "discoverable": None, "indexable": False, "noindex": False}
    return {
        "id": "1170",
        "uri": "https://example.social/users/ann/statuses/1170",
        "url": "https://example.social/@ann/1170",
        "created_at": "2026-08-01T13:52:47.767Z",
        "edited_at": None,
        "visibility": "public",
        "sensitive": False,
        "spoiler_text": "",
        "language": "en",
        "content": '<p>My old Walkman <a href="/tags/80s" class="mention hashtag">#<span>80s</span></a></p>',
        "favourites_count": 3,
        "reblogs_count": 2,
        "replies_count": 1,
        "tags": [{"name": "80s", "url": "https://example.social/tags/80s"}],
        "media_attachments": [{"type": "image", "description": "a blue cassette player"}],
        "poll": None,
        "account": account,
        "reblog": None,
    } | changes


def account(**changes: Any) -> dict[str, Any]:
    return {**status()["account"], **changes}


def statuses_in(found: Any) -> Iterator[dict[str, Any]]:
    """Every status in an answer, however deep."""
    if isinstance(found, list):
        for item in found:
            yield from statuses_in(item)
    elif isinstance(found, dict) and {"uri", "account", "content", "visibility"} <= found.keys():
        yield found
        yield from statuses_in([found.get("reblog"), (found.get("quote") or {}).get("quoted_status")])
    elif isinstance(found, dict):
        yield from statuses_in(list(found.values()))


def recorded(name: str) -> list[dict[str, Any]]:
    path = RECORDED / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the project")
    lines = path.read_text(encoding="utf-8").splitlines()
    return [found for line in lines for found in statuses_in(json.loads(line)["body"])]


def test_a_status_becomes_a_post() -> None:
    assert status_to_post(status(), host="example.social") == Post(
        id="mastodon:https://example.social/users/ann/statuses/1170",
        source="mastodon",
        text="My old Walkman #80s",
        created_at=datetime(2026, 8, 1, 13, 52, 47, 767000, tzinfo=UTC),
        author="ann@example.social",
        tags=("80s",),
        alt_texts=("a blue cassette player",),
        url="https://example.social/@ann/1170",
        language="en",
        likes=3,
        reposts=2,
        replies=1,
    )


REJECTIONS: list[tuple[dict[str, Any], str]] = [
    ({"visibility": "private"}, "not public"),
    ({"visibility": "direct"}, "not public"),
    ({"visibility": "local"}, "not public"),
    ({"sensitive": True}, "marked sensitive"),
    ({"sensitive": "yes"}, "not a status"),
    ({"visibility": None}, "not a status"),
    ({"uri": ""}, "no global id"),
    ({"uri": "x" * 5000}, "no global id"),
    ({"uri": "https://a\nb"}, "no global id"),
    ({"content": "", "tags": [], "media_attachments": []}, "no text"),
    ({"account": account(noindex=True)}, "author asks not to be indexed"),
    ({"account": account(discoverable=False, indexable=False)}, "author asks not to be indexed"),
    ({"account": account(note="<p>Hi! #<span>NoBot</span></p>")}, "author asks not to be indexed"),
    ({"account": account(note="#noindex please")}, "author asks not to be indexed"),
    (
        {"account": account(fields=[{"name": "please", "value": "<a>#nobots</a>"}])},
        "author asks not to be indexed",
    ),
    ({"account": None}, "not a status"),
    ({"reblog": status(sensitive=True)}, "marked sensitive"),
    ({"reblog": status(account=account(noindex=True))}, "author asks not to be indexed"),
]


@pytest.mark.parametrize(("changes", "reason"), REJECTIONS, ids=[f"{r} {i}" for i, (_, r) in enumerate(REJECTIONS)])
def test_a_status_is_left_out_for_a_reason(changes: dict[str, Any], reason: str) -> None:
    rejected = status_to_post(status(**changes))
    assert isinstance(rejected, Rejected)
    assert (rejected.reason, rejected.raw_id) == (reason, "1170")


@pytest.mark.parametrize(
    "flags",
    [
        {"discoverable": None, "indexable": False},  # a fresh account: nobody was asked
        {"discoverable": True, "indexable": False},  # from before full-text search asked
        {"discoverable": False},  # GoToSocial knows no indexable
        {"note": "I collect robots, #nobotany"},
        {},
    ],
)
def test_an_account_that_asks_for_nothing_is_kept(flags: dict[str, Any]) -> None:
    bare = {"acct": "ann", **flags}
    assert isinstance(status_to_post(status(account=bare)), Post)


def test_a_boost_is_not_a_post_of_its_own() -> None:
    original = status(uri="https://example.social/users/bob/statuses/1", account=account(acct="bob"))
    boost = status_to_post(status(content="", tags=[], media_attachments=[], reblog=original))
    assert isinstance(boost, Post)
    assert boost.repost_of == "mastodon:https://example.social/users/bob/statuses/1"
    assert (boost.author, boost.text, boost.tags) == ("ann@example.social", "My old Walkman #80s", ("80s",))


def test_a_bot_is_kept_and_marked() -> None:
    post = status_to_post(status(account=account(bot=True)))
    assert isinstance(post, Post)
    assert post.is_bot


def test_a_warning_and_the_options_of_a_poll_are_words_too() -> None:
    poll = {"options": [{"title": "Atari 2600"}, {"title": "ColecoVision"}]}
    post = status_to_post(status(spoiler_text="Consoles", content="<p>Which one?</p>", poll=poll))
    assert isinstance(post, Post)
    assert post.text == "Consoles\n\nWhich one?\n\nAtari 2600\nColecoVision"


@pytest.mark.parametrize(
    ("acct", "host", "author"),
    [
        ("ann", "example.social", "ann@example.social"),
        ("Ann", "Example.Social", "ann@example.social"),
        ("bob@other.example", "example.social", "bob@other.example"),
        ("ann", "", "ann@example.social"),
        ("", "example.social", None),
    ],
)
def test_an_author_is_named_globally(acct: str, host: str, author: str | None) -> None:
    post = status_to_post(status(account=account(acct=acct)), host=host)
    assert isinstance(post, Post)
    assert post.author == author


ODD: list[tuple[str, Any, str, Any]] = [
    ("url", "javascript:alert(1)", "url", None),
    ("url", None, "url", None),
    ("url", "https://", "url", None),
    ("language", "pt-BR", "language", "pt"),
    ("language", "tok", "language", None),
    ("language", "", "language", None),
    ("favourites_count", -1, "likes", None),
    ("favourites_count", 10**30, "likes", None),
    ("favourites_count", None, "likes", None),
    ("created_at", "yesterday", "created_at", None),
    ("created_at", "1985-06-01T00:00:00.000Z", "created_at", datetime(1985, 6, 1, tzinfo=UTC)),
    ("created_at", "2026-08-01T13:52:47+05:30", "created_at", datetime(2026, 8, 1, 8, 22, 47, tzinfo=UTC)),
    ("created_at", "0001-01-01T00:00:00+14:00", "created_at", None),
    ("tags", [{"name": "#Nostalgia"}, {"name": ""}], "tags", ("Nostalgia",)),
    ("tags", None, "tags", ()),
    ("media_attachments", [{"description": None}, {}], "alt_texts", ()),
    ("content", None, "text", ""),
    ("content", "<p>a\x00b\x1b[2J</p>", "text", "ab[2J"),
]


@pytest.mark.parametrize(("field", "value", "name", "expected"), ODD)
def test_an_odd_value_becomes_unknown_and_not_a_guess(field: str, value: Any, name: str, expected: Any) -> None:
    post = status_to_post(status(**{field: value}))
    assert isinstance(post, Post)
    assert getattr(post, name) == expected


def test_tags_are_the_same_in_every_spelling() -> None:
    assert fold_tag("#MUSICTUESDAY") == fold_tag("musicTuesday")
    assert fold_tag("Années80") == "annees80"


@pytest.mark.parametrize("name", FILES)
def test_every_recorded_status_is_a_post_or_has_a_reason(name: str) -> None:
    results = [status_to_post(raw) for raw in recorded(name)]
    assert results
    for result in results:
        if isinstance(result, Rejected):
            assert result.reason in REASONS - {"not a status", "no global id"}
        else:
            assert result.created_at is not None
            assert result.author is not None
            assert "@" in result.author
            assert "<" not in result.text


def verdict(raw: dict[str, Any]) -> str:
    """The judgement by the letter of the rules, one at a time."""
    if raw["visibility"] not in {"public", "unlisted"}:
        return "not public"
    if raw["sensitive"]:
        return "marked sensitive"
    flags = raw["account"]
    asks = flags.get("noindex") or (flags.get("discoverable"), flags.get("indexable")) == (False, False)
    return "author asks not to be indexed" if asks else "post"


@pytest.mark.parametrize("name", FILES)
def test_recorded_statuses_are_judged_by_the_rules(name: str) -> None:
    found = [raw for raw in recorded(name) if not raw.get("reblog")]
    results = [status_to_post(raw) for raw in found]
    outcomes = Counter(result.reason if isinstance(result, Rejected) else "post" for result in results)
    assert outcomes == Counter(map(verdict, found))


def test_the_recorded_author_who_opted_out_is_left_out() -> None:
    """An account on mastodon.social with noindex true, and a no to discovery and to search."""
    found = [raw for raw in recorded("mastodon/statuses.jsonl") if raw["account"].get("noindex")]
    assert found
    for raw in found:
        result = status_to_post(raw | {"sensitive": False, "visibility": "public"})
        assert isinstance(result, Rejected)
        assert result.reason == "author asks not to be indexed"


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**40),
    st.floats(allow_nan=True),
    st.text(),
    st.just("x" * 100_000),
    st.just("\ud800"),
    st.lists(st.none() | st.text() | st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.none() | st.integers(), max_size=3),
)


def paths(found: Any, prefix: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else []
    for key, value in items:
        yield (*prefix, key)
        yield from paths(value, (*prefix, key))


FULL = status(
    poll={"options": [{"title": "Atari"}]},
    reblog=status(),
    account=account(fields=[{"name": "a", "value": "b"}]),
)
PATHS = list(paths(FULL))


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(PATHS), JUNK, st.booleans())
def test_no_mutation_of_a_status_raises(path: tuple[Any, ...], junk: Any, drop: bool) -> None:
    raw = copy.deepcopy(FULL)
    parent: Any = raw
    for key in path[:-1]:
        parent = parent[key]
    if drop:
        del parent[path[-1]]
    else:
        parent[path[-1]] = junk
    result = status_to_post(raw)
    assert isinstance(result, Post) or result.reason in REASONS
    if isinstance(result, Post):
        assert_storable(result)


def assert_storable(post: Post) -> None:
    for text in (post.id, post.text, post.author, post.url, *post.tags, *post.alt_texts):
        (text or "").encode("utf-8")
    assert all(n is None or 0 <= n < 2**31 for n in (post.likes, post.reposts, post.replies))


@given(JUNK)
def test_what_is_no_object_is_no_status(raw: Any) -> None:
    result = status_to_post(raw)
    assert isinstance(result, Rejected)
    assert result.reason == "not a status"


def test_boosts_within_boosts_without_end_are_no_status() -> None:
    raw = status()
    for _ in range(5_000):
        raw = status(reblog=raw)
    assert isinstance(status_to_post(raw), Rejected)
