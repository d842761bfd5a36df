"""What Zeeschuimer and 4CAT write of TikTok, Instagram, X and Pinterest."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from exports import imported, put, shaped, zipped
from hypothesis import given
from hypothesis import strategies as st

from miner.errors import UsageError
from miner.records import Post, Rejected
from miner.sources.files.fourcat import captured_to_post
from miner.sources.files.fourcat_table import item_to_post

TIKTOK = {
    "id": "7106594312292453675",
    "desc": "my old #walkman",
    "createTime": "1654637512",
    "author": {"uniqueId": "ann", "privateAccount": False},
    "textLanguage": "en",
    "challenges": [{"title": "80s"}],
    "textExtra": [{"hashtagName": "walkman"}],
    "stats": {"diggCount": 12, "shareCount": 1, "commentCount": 3},
    "contents": [{"desc": "x"}],
    "isAd": False,
}
INSTAGRAM = {
    "code": "C1hWCZLPQ9T",
    "taken_at": 1704067200,
    "caption": {"text": "My Atari #80s"},
    "user": {"username": "ann", "is_private": False},
    "like_count": 12,
    "comment_count": 3,
    "product_type": "feed",
    "carousel_media": [
        {"accessibility_caption": "An Atari 2600"},
        {"accessibility_caption": "May be an image of 1 person"},
    ],
}
GRAPH = {
    "__typename": "GraphImage",
    "shortcode": "B1hWCZLPQ9T",
    "taken_at_timestamp": 1504067200,
    "owner": {"username": "bob"},
    "edge_media_to_caption": {"edges": [{"node": {"text": "Pac-Man"}}]},
    "edge_media_preview_like": {"count": 7},
}
TWEET = {
    "rest_id": "1050118621198921728",
    "legacy": {
        "full_text": "My Rubik's Cube…",
        "created_at": "Wed Oct 10 20:19:24 +0000 2018",
        "lang": "en",
        "reply_count": 2,
    },
    "core": {"user_results": {"result": {"legacy": {"screen_name": "ann", "protected": False}}}},
    "note_tweet": {"note_tweet_results": {"result": {"text": "My Rubik's Cube, solved at last #80s"}}},
}
PIN = {
    "id": "813744226420795884",
    "created_at": "2020-01-01T20:10:40",
    "title": "My Game Boy",
    "pinner": {"username": "ann"},
}
CAPTURED = {"tiktok.com": TIKTOK, "instagram.com": INSTAGRAM, "twitter.com": TWEET, "pinterest.com": PIN}


def captured(platform: str, data: Any) -> dict[str, Any]:
    return {
        "nav_index": "1:2:3",
        "item_id": "1",
        "timestamp_collected": 1654637512000,
        "source_platform": platform,
        "user_agent": "Mozilla/5.0",
        "data": data,
    }


def of_4cat(platform: str, data: dict[str, Any]) -> dict[str, Any]:
    meta = captured(platform, None)
    return data | {"__import_meta": {name: meta[name] for name in meta if name != "data"}}


def ndjson(*items: Any) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


@pytest.mark.parametrize("wrap", [captured, of_4cat])
@pytest.mark.parametrize(("packed"), [False, True])
def test_captured_objects_of_four_platforms_become_posts(tmp_path: Path, wrap: Any, packed: bool) -> None:
    data = ndjson(*(wrap(platform, raw) for platform, raw in CAPTURED.items()), wrap("instagram.com", GRAPH))
    path = tmp_path / ("a.zip" if packed else "zeeschuimer-export-all.ndjson")
    result, posts = imported(put(path, zipped({"zeeschuimer.ndjson": data}) if packed else data), tmp_path)
    assert (result.files[0].format, result.rejected) == ("4cat", {})
    assert {id_: post.text for id_, post in posts.items()} == {
        "tiktok:7106594312292453675": "my old #walkman",
        "instagram:C1hWCZLPQ9T": "My Atari #80s",
        "instagram:B1hWCZLPQ9T": "Pac-Man",
        "x:1050118621198921728": "My Rubik's Cube, solved at last #80s",
        "pinterest:813744226420795884": "My Game Boy",
    }
    video, picture = posts["tiktok:7106594312292453675"], posts["instagram:C1hWCZLPQ9T"]
    assert (video.tags, video.likes, video.reposts, video.replies) == (("80s", "walkman"), 12, 1, 3)
    assert (video.url, str(video.created_at)) == (
        "https://www.tiktok.com/@ann/video/7106594312292453675",
        "2022-06-07 21:31:52+00:00",
    )
    assert (picture.alt_texts, picture.likes, picture.replies) == (("An Atari 2600",), 12, 3)
    assert posts["instagram:B1hWCZLPQ9T"].likes == 7
    assert posts["x:1050118621198921728"].url == "https://x.com/ann/status/1050118621198921728"
    assert not {"ann", "bob"} & {post.author for post in posts.values()}


@pytest.mark.parametrize(
    ("platform", "change", "reason"),
    [
        ("tiktok.com", {"author": {"uniqueId": "ann", "privateAccount": True}}, "not public"),
        ("tiktok.com", {"privateItem": True}, "not public"),
        ("tiktok.com", {"isAd": True}, "advertisement"),
        ("tiktok.com", {"id": None}, "no global id"),
        ("instagram.com", {"user": {"username": "ann", "is_private": True}}, "not public"),
        ("instagram.com", {"product_type": "ad"}, "advertisement"),
        ("instagram.com", {"caption": None, "carousel_media": None}, "no text"),
        ("twitter.com", {"promoted": True}, "advertisement"),
        ("twitter.com", {"user": {"protected": True}}, "not public"),
        ("twitter.com", {"legacy": TWEET["legacy"] | {"possibly_sensitive": True}}, "marked sensitive"),  # type: ignore[operator]
        ("twitter.com", {"legacy": None}, "no global id"),
        ("pinterest.com", {"privacy": "secret"}, "not public"),
        ("linkedin.com", {}, "platform not known"),
        ("tiktok-comments", {}, "platform not known"),
    ],
)
def test_what_is_left_out_is_counted_by_its_reason(platform: str, change: dict[str, Any], reason: str) -> None:
    found = captured_to_post(captured(platform, CAPTURED.get(platform, TIKTOK) | change))  # type: ignore[operator]
    assert isinstance(found, Rejected)
    assert found.reason == reason


def table(*rows: dict[str, str]) -> bytes:
    sink = io.StringIO()
    writer = csv.DictWriter(sink, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue().encode()


ROW = {
    "id": "7106594312292453675",
    "thread_id": "7106594312292453675",
    "author": "ann",
    "body": "my old #walkman,\nof 1985",
    "timestamp": "2022-06-07 21:31:52",
    "unix_timestamp": "1654637512",
    "hashtags": "80s,walkman",
    "tiktok_url": "https://www.tiktok.com/@ann/video/7106594312292453675",
    "likes": "12",
    "comments": "3",
    "shares": "1",
    "is_ad": "no",
}


def test_a_table_of_4cat_is_known_by_its_header(tmp_path: Path) -> None:
    path = put(
        tmp_path / "tiktok-search-80s-1a2b3c.csv", table(ROW, ROW | {"id": "7106594312292453676", "is_ad": "yes"})
    )
    result, posts = imported(path, tmp_path)
    assert (result.files[0].format, result.rejected) == ("4cat", {"advertisement": 1})
    (post,) = posts.values()
    assert (post.id, post.text, post.tags) == ("tiktok:7106594312292453675", ROW["body"], ("80s", "walkman"))
    assert (post.likes, post.reposts, post.replies, post.url) == (12, 1, 3, ROW["tiktok_url"])
    assert str(post.created_at) == "2022-06-07 21:31:52+00:00"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"tiktok_url": "", "url": "https://www.instagram.com/p/C1hWCZLPQ9T/", "id": "C1hWCZLPQ9T"},
            "instagram:C1hWCZLPQ9T",
        ),
        ({"tiktok_url": "", "link": "https://x.com/ann/status/1050", "id": "105011"}, "x:105011"),
        ({"tiktok_url": "", "link": "https://x.com/ann/status/1050", "is_retweet": "yes"}, "repost"),
        ({"tiktok_url": "", "link": "https://x.com/ann/status/1050", "body": "RT @bob: Atari"}, "repost"),
        ({"possibly_sensitive": "yes"}, "marked sensitive"),
        ({"tiktok_url": "https://evil.example/tiktok.com"}, "platform not known"),
        ({"tiktok_url": "https://www.tiktok.com.evil.example/@a/video/1"}, "platform not known"),
        ({"id": "=cmd|' /C calc'!A0"}, "no global id"),
        ({"body": "", "hashtags": ""}, "no text"),
    ],
)
def test_rows_of_other_platforms_and_those_left_out(row: dict[str, str], expected: str) -> None:
    found = item_to_post(ROW | row)
    assert (found.id if isinstance(found, Post) else found.reason) == expected


def test_broken_lines_are_counted_and_are_not_the_end(tmp_path: Path) -> None:
    data = ndjson(captured("tiktok.com", TIKTOK)) + b'{"source_platform": "tik\n[1]\n\n{"data": null}\n'
    data += ndjson(captured("tiktok.com", None), captured("tiktok.com", TIKTOK | {"id": "22222"}))
    result, posts = imported(put(tmp_path / "a.ndjson", data), tmp_path)
    assert list(posts) == ["tiktok:7106594312292453675", "tiktok:22222"]
    assert result.rejected == {
        "line is not JSON": 1,
        "not an object": 1,
        "platform not known": 1,
        "no global id": 1,
    }


def test_another_file_is_refused_and_plain_tables_stay_rows(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is neither NDJSON nor CSV.*Give the \.ndjson file"):
        imported(put(tmp_path / "a.tsv", b"id\ttext\n1\tx\n"), tmp_path, format_name="4cat")
    plain = put(tmp_path / "posts.csv", b"id,thread_id,body,timestamp\n1,1,My Atari,2020-01-01\n")
    assert imported(plain, tmp_path)[0].files[0].format == "rows"


ANY = TIKTOK | INSTAGRAM | GRAPH | TWEET | PIN


@pytest.mark.parametrize("platform", [*CAPTURED, "x.com"])
@given(raw=shaped(ANY))
def test_no_object_raises(platform: str, raw: Any) -> None:
    assert isinstance(captured_to_post(captured(platform, raw)), Post | Rejected)


@given(shaped(of_4cat("tiktok.com", {"id": "1"})))
def test_no_line_raises(raw: Any) -> None:
    assert isinstance(captured_to_post(raw), Post | Rejected)


@given(
    st.dictionaries(st.sampled_from([*ROW, "link", "subject"]), st.text(max_size=15) | st.sampled_from([*ROW.values()]))
)
def test_no_row_raises(row: dict[str, str]) -> None:
    assert isinstance(item_to_post(row), Post | Rejected)
