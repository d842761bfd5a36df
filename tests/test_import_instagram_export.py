"""The export of an account on Instagram: captions, their damaged letters mended, and nothing that is private."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from exports import as_json, imported, put, read, shaped, unpacked, zipped
from hypothesis import given
from hypothesis import strategies as st

from miner.errors import MalformedError, UsageError
from miner.records import Post, Rejected
from miner.sources.files.instagram_export import entry_to_post, is_member, mended

MEDIA = {"uri": "media/posts/202401/1.jpg", "creation_timestamp": 1704067200, "media_metadata": {}, "title": ""}
MANY = {"media": [MEDIA, MEDIA], "title": "Mein Walkman für die Hüfte ♥ #80er", "creation_timestamp": 1704067300}
ONE = {"media": [MEDIA | {"title": "My Atari #80s", "cross_post_source": {"source_app": "FB"}}]}
ENTRIES: list[Any] = [MANY, ONE]
REEL = {"media": [{"uri": "media/reels/1.mp4", "creation_timestamp": 1704068000, "title": "Pac-Man by hand"}]}


def as_meta(value: Any) -> bytes:
    """JSON as Meta writes it: each byte of UTF-8 as an escape of its own."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return "".join(c if c.isascii() else "".join(f"\\u{b:04x}" for b in c.encode()) for c in text).encode()


def export(folder: str = "your_instagram_activity/media") -> dict[str, bytes]:
    return {
        f"{folder}/posts_1.json": as_meta(ENTRIES),
        f"{folder}/reels.json": as_meta({"ig_reels_media": [REEL]}),
        f"{folder}/stories.json": as_meta({"ig_stories": [MEDIA | {"title": "a story"}]}),
        f"{folder}/archived_posts.json": as_meta({"ig_archived_post_media": [ONE]}),
        f"{folder}/recently_deleted_content.json": as_meta({"ig_recently_deleted_media": [ONE]}),
        "your_instagram_activity/messages/inbox/bob/message_1.json": as_meta({"messages": [{"content": "secret"}]}),
        "personal_information/personal_information.json": as_meta({"profile_user": [{"email": "ann@example.org"}]}),
        "media/posts/202401/1.jpg": b"\xff\xd8\xff",
    }


@pytest.mark.parametrize("way", ["zip", "folder", "old zip"])
def test_an_export_is_known_and_gives_the_published_captions_alone(tmp_path: Path, way: str) -> None:
    name = "instagram-ann.smith-2024-01-31-Ab1Cd2"
    if way == "folder":
        path = unpacked(tmp_path / name, export())
    else:
        path = put(tmp_path / f"{name}.zip", zipped(export("content") if way == "old zip" else export()))
    result, posts = imported(path, tmp_path)
    assert result.files[0].format == "instagram-export"
    assert sorted(post.text for post in posts.values()) == [
        "Mein Walkman für die Hüfte ♥ #80er",
        "My Atari #80s",
        "Pac-Man by hand",
    ]
    assert result.rejected == {}
    (mine,) = (post for post in posts.values() if post.tags == ("80er",))
    assert str(mine.created_at) == "2024-01-01 00:01:40+00:00"
    assert (mine.source, mine.url, mine.likes) == ("instagram", None, None)
    assert mine.id.startswith("instagram:export-")
    assert len({post.author for post in posts.values()}) == 1
    assert "ann" not in (mine.author or "ann")


def test_the_same_posts_out_of_two_exports_are_the_same(tmp_path: Path) -> None:
    first = put(tmp_path / "instagram-ann-2024-01-31-Ab1Cd2.zip", zipped(export()))
    more = put(tmp_path / "posts_1.json", as_meta([*ENTRIES, {"media": [MEDIA | {"title": "New"}]}]))
    _, one = imported(first, tmp_path)
    _, two = imported(more, tmp_path)
    assert len(two) == 3
    assert len(set(one) & set(two)) == 2


def test_media_json_of_before_2020_gives_photos_and_videos_and_no_messages(tmp_path: Path) -> None:
    old = {
        "photos": [{"caption": "My Game Boy", "taken_at": "2014-05-01T10:00:00", "path": "photos/201405/1.jpg"}],
        "videos": [{"caption": "Tetris!", "taken_at": "2015-05-01T10:00:00", "path": "videos/1.mp4"}],
        "stories": [{"caption": "a story", "taken_at": "2018-05-01T10:00:00", "path": "stories/1.jpg"}],
        "direct": [{"path": "direct/1.jpg", "taken_at": "2018-05-01T10:00:00", "caption": "secret"}],
    }
    path = put(tmp_path / "export.zip", zipped({"media.json": as_meta(old), "inbox/bob/media.json": as_meta(old)}))
    result, posts = imported(path, tmp_path)
    assert sorted(post.text for post in posts.values()) == ["My Game Boy", "Tetris!"]
    assert result.n_read == 2
    assert imported(put(tmp_path / "media.json", as_meta(old)), tmp_path)[0].n_new == 2


@pytest.mark.parametrize(
    ("path", "is_read"),
    [
        ("your_instagram_activity/media/posts_12.json", True),
        ("x/content/reels.json", True),
        ("export/media.json", True),
        ("messages/inbox/bob/media.json", False),
        ("media/stories.json", False),
        ("media/posts_1.html", False),
        ("posts_1.json", False),
    ],
)
def test_which_files_of_an_archive_are_opened(path: str, is_read: bool) -> None:
    assert is_member(path) is is_read


def test_broken_entries_are_counted_and_damage_gives_what_came_before(tmp_path: Path) -> None:
    data = as_meta(ENTRIES)[:-1] + b', 5, {"media": [], "title": "cut}, {"media": []}]'
    result, posts = imported(put(tmp_path / "posts_1.json", data), tmp_path)
    assert len(posts) == 2
    assert result.rejected == {"not an object": 1}
    assert isinstance(result.failures[0].error, MalformedError)
    fine = as_meta(ENTRIES)[:-1] + b', {"media": [nonsense]}, {"media": [{"title": ""}]}]'
    result, posts = imported(put(tmp_path / "posts_2.json", fine), tmp_path)
    assert (len(posts), result.rejected) == (2, {"line is not JSON": 1, "no text": 1})
    cut = put(tmp_path / "reels.json", as_meta({"ig_reels_media": [REEL]})[:-9])
    (failure,) = imported(cut, tmp_path, format_name="instagram-export")[0].failures
    assert "reels.json is damaged or cut short" in str(failure.error)


def test_the_html_variant_is_refused_with_what_to_ask_for(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Ask for the export in the format JSON"):
        imported(put(tmp_path / "posts_1.html", b"<html>"), tmp_path, format_name="instagram-export")


@given(st.text())
def test_every_text_that_meta_damages_is_mended(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert mended(text.encode().decode("latin-1")) == text


@pytest.mark.parametrize("text", ["für", "♥ fÃ¼r", "plain", "", "Ã", 5, None])
def test_a_text_that_is_whole_is_left_alone(text: Any) -> None:
    assert mended(text) == text


@given(shaped(MANY | {"caption": "x", "taken_at": "2014-05-01"}))
def test_no_entry_raises(raw: Any) -> None:
    assert isinstance(entry_to_post(raw, "ann"), Post | Rejected)


@given(shaped({"ig_reels_media": [REEL], "photos": [{"caption": "x"}], "media": [MEDIA]}))
def test_any_document_is_read_or_refused(raw: Any) -> None:
    records, error = read(as_json(raw), "reels.json", "instagram-export")
    assert error is None or error.advice
    assert [record.number for record in records] == list(range(1, len(records) + 1))
