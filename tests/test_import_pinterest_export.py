"""The page that Pinterest sends to its users: the pins, and none of the lists around them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from exports import as_json, imported, put, read, shaped, unpacked, zipped
from hypothesis import given
from hypothesis import strategies as st

from miner.errors import UsageError
from miner.records import Post, Rejected
from miner.sources.files.pinterest_export import object_to_post, pin_to_post

PIN = (
    '<a href="https://www.pinterest.com/pin/{id}/">https://www.pinterest.com/pin/{id}/</a>\n'
    "<br>Title: {title},\n<br>Details: A toy &amp; its box, of 1985 #80stoys,\n<br>Image: 0a1b2c3d,\n"
    "<br>Ip Address: 203.0.113.7,\n<br>Username: ann,\n<br>Alt Text: {alt},\n"
    "<br>Created at: 2017/02/13 15:35:01\n<br>Alive: {alive}\n<br>Is a repin: True\n<br>Private: {private}<br><br>\n"
)


def pin(item: str = "123456789", **fields: str) -> str:
    return PIN.format(
        **({"id": item, "title": "My old Walkman", "alt": "No data", "alive": "True", "private": "False"} | fields)
    )


def page(*pins: str) -> bytes:
    return (
        "<!DOCTYPE html><html><head><title>Pinterest data</title></head><body>"
        "<h1 id=a1>Searches</h1>my illness<br>" + '<a href="https://www.pinterest.com/pin/666666/">sent by bob</a><br>'
        "<h1 id=y1bkd>Pins</h1>\n" + "".join(pins) + "<h1 id=z9>Messages</h1>"
        '<a href="https://www.pinterest.com/pin/777777/">our secret</a><br>Title: secret,<br>Alive: True</body></html>'
    ).encode()


@pytest.mark.parametrize("way", ["zip", "folder", "file"])
def test_a_page_is_known_and_gives_the_pins_alone(tmp_path: Path, way: str) -> None:
    files = {"pinterest-export.html": page(pin(), pin("234567890", title="Pac-Man", alt="An arcade <b>game</b>"))}
    path = {
        "zip": lambda: put(tmp_path / "export.zip", zipped(files)),
        "folder": lambda: unpacked(tmp_path / "export", files),
        "file": lambda: unpacked(tmp_path, files) / "pinterest-export.html",
    }[way]()
    result, posts = imported(path, tmp_path)
    assert (result.files[0].format, result.rejected) == ("pinterest-export", {})
    assert list(posts) == ["pinterest:123456789", "pinterest:234567890"]
    first, second = posts.values()
    assert first.text == "My old Walkman\n\nA toy & its box, of 1985 #80stoys"
    assert (first.tags, first.alt_texts, second.alt_texts) == (("80stoys",), (), ("An arcade game",))
    assert str(first.created_at) == "2017-02-13 15:35:01+00:00"
    assert first.url == "https://www.pinterest.com/pin/123456789/"
    assert first.author == second.author != "ann"
    stored = repr(list(posts.values()))
    assert not any(secret in stored for secret in ("secret", "illness", "203.0.113.7", "bob"))


def test_secret_pins_and_those_that_are_gone_are_counted(tmp_path: Path) -> None:
    pins = (pin("11111"), pin("22222", private="True"), pin("33333", alive="False"), pin("44444", private="maybe"))
    nothing = pin("55555", title="No data").replace("A toy &amp; its box, of 1985 #80stoys", "No data")
    path = put(tmp_path / "pinterest.html", page(*pins, nothing))
    result, posts = imported(path, tmp_path)
    assert list(posts) == ["pinterest:11111"]
    assert result.rejected == {"not public": 2, "deleted later": 1, "no text": 1}


OBJECT = {
    "id": "813744226420795884",
    "created_at": "2020-01-01T20:10:40",
    "title": "My Game Boy",
    "description": "with Tetris",
    "alt_text": "A grey Game Boy",
    "board_owner": {"username": "ann"},
    "pinner": {"username": "bob"},
    "privacy": "public",
    "is_private": False,
}


def test_pins_as_json_are_read_when_the_format_is_said(tmp_path: Path) -> None:
    raw = {"items": [OBJECT, OBJECT | {"id": "x"}, 5, OBJECT | {"id": "22222", "privacy": "SECRET"}]}
    result, posts = imported(put(tmp_path / "pins.json", as_json(raw)), tmp_path, format_name="pinterest-export")
    assert {id_: post.text for id_, post in posts.items()} == {
        "pinterest:813744226420795884": "My Game Boy\n\nwith Tetris"
    }
    assert result.rejected == {"no global id": 1, "not an object": 1, "not public": 1}


def test_a_page_without_pins_and_a_file_that_is_no_page(tmp_path: Path) -> None:
    result, posts = imported(put(tmp_path / "pinterest.html", b"<html><h1>Boards</h1>"), tmp_path)
    assert (posts, result.exit_code) == ({}, 6)
    with pytest.raises(UsageError, match=r"is neither a page nor JSON.*Give the \.html file that Pinterest sent"):
        imported(put(tmp_path / "a.txt", b"Pins"), tmp_path, format_name="pinterest-export")
    with pytest.raises(UsageError, match="is a web page or XML"):
        imported(put(tmp_path / "other.html", b"<html><body>A page about cats"), tmp_path)


@given(shaped(OBJECT))
def test_no_object_raises(raw: Any) -> None:
    assert isinstance(object_to_post(raw, "ann"), Post | Rejected)


NAMES = ("Title", "Details", "Alt Text", "Username", "Created at", "Alive", "Private")


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=20)))
def test_no_pin_raises(fields: dict[str, str]) -> None:
    assert isinstance(pin_to_post("12345", fields, "ann"), Post | Rejected)


@given(
    st.lists(
        st.sampled_from(["<br>", "Title: x,", "<", ">", '<a href="https://www.pinterest.com/pin/12345/">', "é", "&#0;"])
    )
)
def test_any_page_is_read(parts: list[str]) -> None:
    records, error = read(page(*parts), "a.html", "pinterest-export")
    assert error is None
    assert len(records) == sum("<a href" in part for part in parts)
