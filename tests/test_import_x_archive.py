"""The archive of an account on X: the owner's own posts, and nothing else of what is in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from exports import imported, put, shaped, unpacked, zipped
from hypothesis import given

from miner.errors import MalformedError, UsageError
from miner.records import Post, Rejected
from miner.sources.files.x_archive import element_to_post
from miner.sources.files.x_tweet import tweet_to_post

TWEET: dict[str, Any] = {
    "edit_info": {"initial": {"editTweetIds": ["1050118621198921728"], "editableUntil": "2018-10-10T21:19:24.000Z"}},
    "retweeted": False,
    "entities": {
        "hashtags": [{"text": "Walkman", "indices": ["10", "18"]}],
        "urls": [{"url": "https://t.co/Ab1", "expanded_url": "https://example.org/a", "indices": ["19", "35"]}],
    },
    "favorite_count": "5",
    "id_str": "1050118621198921728",
    "retweet_count": "1",
    "id": "1050118621198921728",
    "possibly_sensitive": False,
    "created_at": "Wed Oct 10 20:19:24 +0000 2018",
    "full_text": "My &lt;3 #Walkman https://t.co/Ab1 https://t.co/Cd2",
    "lang": "en",
    "extended_entities": {"media": [{"url": "https://t.co/Cd2", "type": "photo", "ext_alt_text": "A yellow Walkman"}]},
}
OTHER = TWEET | {"edit_info": None}
ACCOUNT = (
    b'window.YTD.account.part0 = [ {"account": {"email": "ann@example.org", "username": "ann", "accountId": "7"}} ]'
)
SECRET = b'window.YTD.direct_messages.part0 = [ {"dmConversation": {"messages": [{"text": "our secret"}]}} ]'


def script(*tweets: Any, part: int = 0, name: str = "tweets") -> bytes:
    return f"window.YTD.{name}.part{part} = ".encode() + json.dumps([{"tweet": t} for t in tweets], indent=2).encode()


def archive(*tweets: Any) -> dict[str, bytes]:
    return {
        "Your archive.html": b"<html>",
        "data/account.js": ACCOUNT,
        "data/tweets.js": script(*tweets),
        "data/deleted-tweets.js": script(OTHER | {"id_str": "666", "full_text": "deleted"}),
        "data/direct-messages.js": SECRET,
        "data/like.js": b'window.YTD.like.part0 = [ {"like": {"tweetId": "1", "fullText": "somebody else\'s"}} ]',
        "data/tweets_media/1.jpg": b"\xff\xd8\xff",
    }


@pytest.mark.parametrize("way", ["zip", "folder", "inner folder", "in a folder of the zip"])
def test_an_archive_is_known_and_gives_the_owners_posts_alone(tmp_path: Path, way: str) -> None:
    files = archive(TWEET, OTHER | {"id_str": "2", "full_text": "Second"})
    path = {
        "zip": lambda: put(tmp_path / "twitter-2024.zip", zipped(files)),
        "folder": lambda: unpacked(tmp_path / "twitter-2024", files),
        "inner folder": lambda: unpacked(tmp_path / "twitter-2024", files) / "data",
        "in a folder of the zip": lambda: put(tmp_path / "a.zip", zipped({f"mine/{n}": c for n, c in files.items()})),
    }[way]()
    result, posts = imported(path, tmp_path)
    assert result.files[0].format == "x-archive"
    assert (set(posts), result.rejected) == ({"x:1050118621198921728", "x:2"}, {})
    post = posts["x:1050118621198921728"]
    assert post.text == "My <3 #Walkman https://example.org/a"
    assert (post.tags, post.alt_texts, post.language) == (("Walkman",), ("A yellow Walkman",), "en")
    assert (post.likes, post.reposts, post.replies) == (5, 1, None)
    assert str(post.created_at) == "2018-10-10 20:19:24+00:00"
    assert post.url == "https://x.com/ann/status/1050118621198921728"
    assert len({p.author for p in posts.values()}) == 1
    assert "ann" not in (post.author or "ann")


def test_the_parts_of_a_large_archive_are_read_in_their_order_and_none_twice(tmp_path: Path) -> None:
    files = {f"data/tweets-part{k}.js": script(OTHER | {"id_str": str(k)}, part=k) for k in (10, 2, 1)}
    path = put(tmp_path / "a.zip", zipped(files | archive(TWEET)))
    _, posts = imported(path, tmp_path)
    assert list(posts) == ["x:1", "x:2", "x:10", "x:1050118621198921728"]
    alone = put(tmp_path / "tweets.js", files["data/tweets-part2.js"])
    assert list(imported(alone, tmp_path)[1]) == ["x:2"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"full_text": "RT @bob: my Atari"}, "repost"),
        ({"possibly_sensitive": True}, "marked sensitive"),
        ({"edit_info": {"initial": {"editTweetIds": ["1050118621198921728", "9"]}}}, "older version"),
        ({"id_str": "", "id": None}, "no global id"),
        ({"full_text": " ", "extended_entities": {}}, "no text"),
    ],
)
def test_what_is_left_out_is_counted_by_its_reason(change: dict[str, Any], reason: str) -> None:
    found = tweet_to_post(TWEET | change, "ann")
    assert isinstance(found, Rejected)
    assert found.reason == reason


def test_a_repost_that_names_what_it_repeats_is_marked_as_one() -> None:
    found = tweet_to_post(TWEET | {"full_text": "RT @bob: my Atari", "retweeted_status_id_str": "9"}, "ann")
    assert isinstance(found, Post)
    assert found.repost_of == "x:9"


def test_the_form_of_before_2022_is_read(tmp_path: Path) -> None:
    old = b"window.YTD.tweet.part0 = " + json.dumps([TWEET]).encode()
    assert list(imported(put(tmp_path / "tweet.js", old), tmp_path)[1]) == ["x:1050118621198921728"]


def test_broken_entries_are_counted_and_a_cut_file_gives_what_came_before(tmp_path: Path) -> None:
    data = script(TWEET)[:-1].rstrip() + b', 7, {"tweet": {"id_str": "9", nonsense}}, {"tweet": null}, '
    data += json.dumps({"tweet": OTHER | {"id_str": "8"}}).encode()
    result, posts = imported(put(tmp_path / "tweets.js", data + b"]"), tmp_path)
    assert set(posts) == {"x:1050118621198921728", "x:8"}
    assert result.rejected == {"not an object": 1, "line is not JSON": 1, "no global id": 1}
    cut, posts = imported(put(tmp_path / "tweets2.js", data[:-20]), tmp_path)
    assert isinstance(cut.failures[0].error, MalformedError)
    assert "ends in the middle of its list" in str(cut.failures[0].error)
    assert set(posts) == {"x:1050118621198921728"}


def test_another_file_of_the_archive_is_refused_with_what_to_give_instead(tmp_path: Path) -> None:
    path = put(tmp_path / "direct-messages.js", SECRET)
    with pytest.raises(UsageError, match=r"is not the archive of an account on X.*Give the whole archive, or data/tw"):
        imported(path, tmp_path, format_name="x-archive")
    with pytest.raises(UsageError, match="is neither JSON lines nor CSV nor Parquet"):
        imported(path, tmp_path)
    only = put(tmp_path / "a.zip", zipped({"data/direct-messages.js": SECRET}))
    with pytest.raises(UsageError, match=r"holds none of the files that were looked for\. Choose another format"):
        imported(only, tmp_path, format_name="x-archive")


@given(shaped(TWEET | {"id": 5, "retweeted_status": {"id_str": "4"}, "core": {}}))
def test_no_post_raises(raw: Any) -> None:
    assert isinstance(tweet_to_post(raw, "ann"), Post | Rejected)
    assert isinstance(element_to_post(json.dumps({"tweet": raw}).encode(), ""), Post | Rejected)
