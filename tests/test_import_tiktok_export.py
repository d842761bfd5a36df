"""The export of an account on TikTok: titles and comments of the owner, and no other part of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from exports import as_json, imported, put, read, shaped, unpacked, zipped
from hypothesis import given

from miner.errors import UsageError
from miner.records import Post, Rejected
from miner.sources.files.tiktok_export import comment_to_post, video_to_post

PAGE = "https://www.tiktok.com/@ann.s/video/7106594312292453675/"
VIDEO = {
    "Date": "2022-06-07 21:31:52",
    "Link": PAGE,
    "Likes": "12",
    "Title": "my old #walkman",
    "WhoCanView": "Public",
    "AlternateText": "A yellow Walkman",
}
DOWNLOAD = VIDEO | {
    "Link": "https://v16m.tiktokcdn.com/abc?expire=1&signature=secret",
    "Title": "Atari",
    "AlternateText": "N/A",
}
COMMENT = {"date": "2024-05-01 10:00:00 UTC", "comment": "I had one! #80s", "originalPostUrl": PAGE}
SECRETS = {
    "Direct Message": {"Direct Messages": {"ChatHistory": {"Chat History with bob:": [{"Content": "our secret"}]}}},
    "Likes and Favorites": {"Like List": {"ItemFavoriteList": [{"link": PAGE}]}},
    "Your Activity": {"Searches": {"SearchList": [{"SearchTerm": "my illness"}]}},
}


def export(videos: Any, comments: Any = None, **parts: Any) -> dict[str, Any]:
    deleted = {"PostList": [VIDEO | {"Title": "deleted"}]}
    return {
        **SECRETS,
        "Post": {"Posts": {"VideoList": videos}, "Recently Deleted Posts": deleted},
        "Comment": {"Comments": {"CommentsList": comments}},
        "Profile": {"Profile Information": {"ProfileMap": {"userName": "ann.s", "emailAddress": "ann@example.org"}}},
        **parts,
    }


@pytest.mark.parametrize("way", ["zip", "folder", "file"])
def test_an_export_is_known_and_gives_titles_and_comments_alone(tmp_path: Path, way: str) -> None:
    files = {"user_data_tiktok.json": as_json(export([VIDEO, DOWNLOAD], [COMMENT]))}
    path = {
        "zip": lambda: put(tmp_path / "TikTok_Data_1.zip", zipped(files)),
        "folder": lambda: unpacked(tmp_path / "TikTok", files),
        "file": lambda: unpacked(tmp_path, files) / "user_data_tiktok.json",
    }[way]()
    result, posts = imported(path, tmp_path)
    assert result.files[0].format == "tiktok-export"
    assert result.rejected == {"deleted later": 1}
    by_text = {post.text: post for post in posts.values()}
    assert set(by_text) == {"my old #walkman", "Atari", "I had one! #80s"}
    video = by_text["my old #walkman"]
    assert (video.id, video.url) == ("tiktok:7106594312292453675", PAGE.rstrip("/"))
    assert (video.tags, video.alt_texts, video.likes) == (("walkman",), ("A yellow Walkman",), 12)
    assert str(video.created_at) == "2022-06-07 21:31:52+00:00"
    assert (by_text["Atari"].url, by_text["Atari"].alt_texts) == (None, ())
    assert by_text["I had one! #80s"].url is None
    assert len({post.author for post in posts.values()}) == 1
    stored = repr(list(posts.values()))
    assert not any(secret in stored for secret in ("secret", "illness", "example.org", "signature"))


@pytest.mark.parametrize(
    "who", ["Friends", "Private", "Only me", "Followers", "SELF_ONLY", "Not public", "Public to friends", "öffentlich"]
)
def test_a_video_that_not_everybody_may_see_is_not_public(who: str) -> None:
    found = video_to_post(VIDEO | {"WhoCanView": who}, "ann")
    assert isinstance(found, Rejected)
    assert found.reason == "not public"


@pytest.mark.parametrize("who", ["Public", "Everyone", "PUBLIC_TO_EVERYONE", "", "N/A", None])
def test_a_video_that_everybody_may_see_is_a_post(who: str | None) -> None:
    assert isinstance(video_to_post(VIDEO | {"WhoCanView": who}, "ann"), Post)


@pytest.mark.parametrize("part", ["App Settings", "Profile And Settings"])
def test_nothing_of_a_private_account_is_a_post(tmp_path: Path, part: str) -> None:
    settings = {part: {"Settings": {"SettingsMap": {"Private Account": "On"}}}}
    path = put(tmp_path / "user_data_tiktok.json", as_json(export([VIDEO], [COMMENT], **settings)))
    result, posts = imported(path, tmp_path)
    assert (posts, result.rejected) == ({}, {"not public": 2, "deleted later": 1})
    assert result.exit_code == 6


@pytest.mark.parametrize(
    "old",
    [
        {"Video": {"Videos": {"VideoList": [VIDEO]}}, "Activity": {"Like List": {"ItemFavoriteList": None}}},
        {"Activity": {"Video": {"Videos": {"VideoList": [VIDEO]}}, "Favorite Videos": {"FavoriteVideoList": []}}},
    ],
)
def test_the_forms_of_former_years_are_read(tmp_path: Path, old: dict[str, Any]) -> None:
    result, posts = imported(put(tmp_path / "user_data.json", as_json(old)), tmp_path)
    assert (result.files[0].format, list(posts)) == ("tiktok-export", ["tiktok:7106594312292453675"])


def test_broken_entries_are_counted_and_a_cut_file_is_said(tmp_path: Path) -> None:
    videos = [VIDEO, 5, None, VIDEO | {"Title": "N/A", "AlternateText": None}]
    result, posts = imported(put(tmp_path / "user_data_tiktok.json", as_json(export(videos, "none"))), tmp_path)
    assert len(posts) == 1
    assert result.rejected == {"not an object": 2, "deleted later": 1, "no text": 1}
    cut = put(tmp_path / "user_data.json", as_json(export(videos))[:-5])
    (failure,) = imported(cut, tmp_path, format_name="tiktok-export")[0].failures
    assert "user_data.json is damaged or cut short" in str(failure.error)


def test_the_text_variant_is_refused_with_what_to_ask_for(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is no JSON object, .*Ask for the export in the format JSON"):
        imported(put(tmp_path / "Posts.txt", b"Date: 2022\nLink: x"), tmp_path, format_name="tiktok-export")


@given(shaped(VIDEO), shaped(COMMENT | {"Date": 5, "Comment": "x"}))
def test_no_entry_raises(video: Any, comment: Any) -> None:
    assert isinstance(video_to_post(video, "ann"), Post | Rejected)
    assert isinstance(comment_to_post(comment, "ann"), Post | Rejected)


@given(shaped(export([VIDEO], [COMMENT], **{"App Settings": {"Settings": {"SettingsMap": {"Private Account": "On"}}}})))
def test_any_document_is_read_or_refused(raw: Any) -> None:
    records, error = read(as_json(raw), "user_data.json", "tiktok-export")
    assert error is None or error.advice
    assert not any("secret" in repr(record) or "illness" in repr(record) for record in records)
