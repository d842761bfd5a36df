"""One row of a file: which fields are understood, and how values are read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.records import Post, Rejected
from miner.sources.files import DEFAULT_MAPPING, Row, row_to_post
from miner.sources.values import to_claim, to_count, to_tags, to_text, to_texts, to_time


def read(fields: dict[str, Any]) -> Post:
    found, _ = row_to_post(Row(1, fields), DEFAULT_MAPPING)
    assert isinstance(found, Post), found
    return found


def test_a_row_of_the_sample_corpus_is_read_whole() -> None:
    row = {
        "id": "s17",
        "source": "forum",
        "author": "ann",
        "created_at": "2012-11-11T17:21:56Z",
        "text": "My Atari",
        "tags": ["80s", "#toys"],
        "alt_texts": ["A console"],
        "url": "https://example.org/17",
        "lang": "en",
        "likes": 4,
        "is_bot": True,
        "repost_of": "s3",
    }
    assert read(row) == Post(
        id="forum:s17",
        source="forum",
        author="ann",
        created_at=datetime(2012, 11, 11, 17, 21, 56, tzinfo=UTC),
        text="My Atari",
        tags=("80s", "toys"),
        alt_texts=("A console",),
        url="https://example.org/17",
        language="en",
        likes=4,
        is_bot=True,
        repost_of="forum:s3",
    )


def test_a_reddit_submission_is_read_whole() -> None:
    row = {
        "id": "x1",
        "title": "My Atari",
        "selftext": "Still works",
        "author": "[deleted]",
        "created_utc": 1372631400,
        "subreddit": "nostalgia",
        "score": -3,
        "num_comments": 2,
        "edited": False,
        "permalink": "/r/nostalgia/x1",
        "over_18": False,
    }
    assert read(row) == Post(
        id="file:x1",
        source="file",
        text="My Atari\n\nStill works",
        created_at=datetime(2013, 6, 30, 22, 30, tzinfo=UTC),
        tags=("r/nostalgia",),
        likes=-3,
        replies=2,
    )


def test_a_mastodon_status_is_read_whole() -> None:
    row = {
        "id": "110",
        "uri": "https://a.example/1",
        "content": "<p>My <b>Atari</b></p>",
        "account": {"acct": "ann@a.example", "bot": True},
        "tags": [{"name": "80s", "url": "https://a.example/tags/80s"}],
        "media_attachments": [{"type": "image", "description": "A console"}],
        "created_at": "2023-01-02T03:04:05.678Z",
        "language": "en-GB",
        "favourites_count": 0,
        "reblog": {"uri": "https://b.example/2"},
        "url": "javascript:alert(1)",
    }
    found = read(row)
    assert (found.text, found.author, found.tags, found.alt_texts) == (
        "My Atari",
        "ann@a.example",
        ("80s",),
        ("A console",),
    )
    assert (found.is_bot, found.language, found.likes, found.url) == (True, "en", 0, None)
    assert found.repost_of == "file:https://b.example/2"


@pytest.mark.parametrize(
    ("row", "post_id"),
    [
        ({"id": "1", "source": "reddit"}, "reddit:1"),
        ({"id": "reddit:1", "source": "reddit"}, "reddit:1"),
        ({"id": "redditor", "source": "reddit"}, "reddit:redditor"),
        ({"id": 7}, "file:7"),
        ({"id": 7.0}, "file:7"),
        ({"id_str": "1234567890123456789", "id": 1234567890123456800}, "file:1234567890123456789"),
    ],
)
def test_an_id_is_made_global_once(row: dict[str, Any], post_id: str) -> None:
    assert read({**row, "text": "x"}).id == post_id


def test_a_row_without_an_id_gets_one_from_its_content_and_not_from_the_author() -> None:
    row = {"text": "My Atari", "date": "2012-01-01"}
    found, notes = row_to_post(Row(1, row), DEFAULT_MAPPING)
    assert isinstance(found, Post)
    assert found.id.startswith("file:")
    assert len(found.id) == len("file:") + 32
    assert notes == ("id made from content",)
    assert read(row).id == read({**row, "author": "ann"}).id == read({**row, "likes": 3}).id
    assert len({read(r).id for r in (row, {**row, "text": "x"}, {**row, "date": "2012-01-02"})}) == 3


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": "1"}, "no text"),
        ({"id": "1", "text": "  "}, "no text"),
        ({"id": "1", "text": "[removed]"}, "no text"),
        ({"id": "1", "text": None, "tags": ["r/nostalgia"]}, "no text"),
        ({"id": "1", "text": float("nan")}, "no text"),
        ({"id": "1", "text": "x", "sensitive": True}, "marked sensitive"),
        ({"id": "1", "text": "x", "over_18": "True"}, "marked sensitive"),
    ],
)
def test_a_row_that_is_no_post_says_why_and_not_what(fields: dict[str, Any], reason: str) -> None:
    found, notes = row_to_post(Row(17, fields), DEFAULT_MAPPING)
    assert found == Rejected(source="file", reason=reason, detail="record 17", raw_id="1")
    assert notes == ()


@pytest.mark.parametrize("fields", [{"tags": "#80s"}, {"alt_texts": ["A console"]}, {"title": "My Atari"}])
def test_a_row_that_says_something_elsewhere_is_a_post(fields: dict[str, Any]) -> None:
    assert read(fields).source == "file"


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        ("My Atari", "works", "My Atari\n\nworks"),
        ("My Atari", "My Atari works", "My Atari works"),
        ("My Atari", "[deleted]", "My Atari"),
        ("", "works", "works"),
    ],
)
def test_a_title_goes_before_the_text(title: str, body: str, text: str) -> None:
    assert read({"title": title, "body": body}).text == text


def test_control_characters_and_halves_of_surrogate_pairs_are_gone() -> None:
    assert read({"text": "My\x00 Atari \ud83d!", "alt_texts": ["A\x07 console"]}).text == "My Atari !"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2012-11-11T17:21:56Z", "2012-11-11T17:21:56+00:00"),
        ("2012-11-11T17:21:56.123456+02:00", "2012-11-11T15:21:56.123456+00:00"),
        ("2012-11-11 17:21:56 UTC", "2012-11-11T17:21:56+00:00"),
        ("2012-11-11 17:21:56", "2012-11-11T17:21:56+00:00"),
        ("2012-11-11", "2012-11-11T00:00:00+00:00"),
        ("20121111", "2012-11-11T00:00:00+00:00"),
        ("Sun, 11 Nov 2012 17:21:56 GMT", "2012-11-11T17:21:56+00:00"),
        ("Sun Nov 11 17:21:56 +0000 2012", "2012-11-11T17:21:56+00:00"),
        ("Sun Nov 11 17:21:56 +0200 2012", "2012-11-11T15:21:56+00:00"),
        (1352654516, "2012-11-11T17:21:56+00:00"),
        (1352654516.25, "2012-11-11T17:21:56.250000+00:00"),
        ("1352654516", "2012-11-11T17:21:56+00:00"),
        ("1352654516.0", "2012-11-11T17:21:56+00:00"),
        (1352654516000, "2012-11-11T17:21:56+00:00"),
        (1352654516000000, "2012-11-11T17:21:56+00:00"),
        (1352654516000000000, "2012-11-11T17:21:56+00:00"),
        (datetime(2012, 11, 11, 19, 21, 56, tzinfo=timezone(timedelta(hours=2))), "2012-11-11T17:21:56+00:00"),
        (date(2012, 11, 11), "2012-11-11T00:00:00+00:00"),
    ],
)
def test_dates_as_files_write_them(value: object, expected: str) -> None:
    found = to_time(value)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    "value", ["yesterday", "", "11/11/2012", "2012-13-40", True, [], float("inf"), 10**30, "99999999"]
)
def test_a_date_that_cannot_be_read_is_none(value: object) -> None:
    assert to_time(value) is None


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ("soon", "date not readable"),
        ("0001-01-01T00:00:00Z", "date before 1980"),
        ("1900-01-01", "date before 1980"),
        (0, "date before 1980"),
        (1999, "date before 1980"),
    ],
)
def test_a_post_with_a_bad_date_is_kept_without_one(value: object, note: str) -> None:
    found, notes = row_to_post(Row(1, {"id": "1", "text": "x", "date": value}), DEFAULT_MAPPING)
    assert isinstance(found, Post)
    assert found.created_at is None
    assert notes == (note,)


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("a b,#c", ("a", "b", "c")),
        ("#80s; toys|films", ("80s", "toys", "films")),
        (["80s", "#80s", " toys "], ("80s", "toys")),
        ('["80s", "my toys"]', ("80s", "my toys")),
        ("['80s' 'toys']", ("80s", "toys")),
        ([{"text": "80s", "indices": [0, 4]}, {"name": "toys"}, {"x": 1}, 7], ("80s", "toys")),
        ("", ()),
        (None, ()),
        ("[]", ()),
    ],
)
def test_tags_as_files_write_them(value: object, tags: tuple[str, ...]) -> None:
    assert to_tags(value) == tags


def test_one_alt_text_is_not_split() -> None:
    assert to_texts("A console, on a table") == ("A console, on a table",)


@pytest.mark.parametrize(
    ("value", "count"),
    [(3, 3), (3.0, 3), ("1,234", 1234), ("-5", -5), ("3.0", 3), ("1.2K", None), (3.5, None), (True, None), ("", None)],
)
def test_counts_as_files_write_them(value: object, count: int | None) -> None:
    assert to_count(value) == count


@pytest.mark.parametrize(("value", "claim"), [("true", True), ("False", False), ("0", False), (1, True), (None, False)])
def test_claims_as_files_write_them(value: object, claim: bool) -> None:
    assert to_claim(value) is claim


@pytest.mark.parametrize(
    ("lang", "expected"), [("en", "en"), ("PT-br", "pt"), ("und", None), ("", None), ("zxx", None)]
)
def test_only_a_two_letter_language_counts(lang: str, expected: str | None) -> None:
    assert read({"text": "x", "lang": lang}).language == expected


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=4))
def test_no_value_is_too_odd(value: object) -> None:
    fields = dict.fromkeys((name for names in DEFAULT_MAPPING.fields.values() for name in names), value)
    found, _ = row_to_post(Row(1, {**fields, "sensitive": None, "over_18": None, "nsfw": None}), DEFAULT_MAPPING)
    assert isinstance(found, Post | Rejected)
    assert isinstance(to_text(value), str)
