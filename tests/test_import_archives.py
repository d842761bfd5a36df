"""Zip archives and folders: bombs, tricks with paths, damage; and what they are when they hold several things."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from exports import imported, put, unpacked, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.corpus import Corpus
from miner.errors import MalformedError, MinerError, UsageError
from miner.sources.files import FORMATS, Reading, open_posts
from miner.sources.files.archive import MAX_RATIO, Archive
from miner.sources.files.elements import elements
from miner.study.imports import import_files

TWEETS = b'window.YTD.tweets.part0 = [{"tweet": {"id_str": "1", "full_text": "My Atari"}}]'
ROWS = b'{"id": 1, "text": "My Atari"}\n{"id": 2, "text": "My Walkman"}\n'


def test_tables_in_an_archive_are_rows_one_after_the_other_packed_or_not(tmp_path: Path) -> None:
    import gzip

    files = {
        "b.csv": b"id,text\n3,Pac-Man\n",
        "a.jsonl": ROWS,
        "c.jsonl.gz": gzip.compress(b'{"id": 4, "text": "Tetris"}'),
    }
    path = put(tmp_path / "a.zip", zipped(files | {"notes.txt": b"x", "__MACOSX/._a.jsonl": b"\0\5"}))
    result, posts = imported(path, tmp_path)
    assert (result.files[0].format, list(posts)) == ("rows", ["file:1", "file:2", "file:3", "file:4"])
    corpus = Corpus.create(tmp_path / "mine")
    assert [import_files([path], corpus, batch_size=1).n_new for _ in range(2)] == [4, 0]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = zipped({"data/tweets.js": TWEETS[:-1] + b", " + b" " * (MAX_RATIO * (1 << 17)) + b"]"})
    assert len(bomb) < 100_000
    tracemalloc.start()
    with pytest.raises(UsageError, match=r"tweets\.js in a\.zip would grow from [0-9,]+ to [0-9,]+ bytes\. No export"):
        imported(put(tmp_path / "a.zip", bomb), tmp_path)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_member_that_says_it_is_small_is_read_no_further_than_it_says(tmp_path: Path) -> None:
    data = bytearray(zipped({"data/tweets.js": TWEETS + b" " * 5_000_000}))
    at = data.rfind(b"PK\x01\x02") + 24
    struct.pack_into("<I", data, at, len(TWEETS))
    result, posts = imported(put(tmp_path / "a.zip", bytes(data)), tmp_path)
    assert posts == {}
    assert "data/tweets.js in a.zip is damaged after 0 bytes (Bad CRC-32" in str(result.failures[0].error)


def test_members_that_lie_over_one_another_are_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"data/tweets.js": TWEETS, "b.js": b"x"}, compression=zipfile.ZIP_STORED))
    at = data.rfind(b"PK\x01\x02") + 20
    struct.pack_into("<II", data, at, 5_000, 5_000)
    with pytest.raises(UsageError, match=r"The files in a\.zip lie over one another|cannot be read \(Overlapped"):
        imported(put(tmp_path / "a.zip", bytes(data)), tmp_path)


def test_an_archive_that_claims_a_million_files_is_refused_before_its_list_is_read(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.jsonl": ROWS}))
    end = data.rfind(b"PK\x05\x06")
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**6, 10**6, 50, 0)
    with pytest.raises(UsageError, match=r"a\.zip says that it holds 1,000,000 files; over 200,000 are not read"):
        imported(put(tmp_path / "a.zip", bytes(data[:end]) + end64 + bytes(data[end:])), tmp_path)


def test_paths_that_lead_out_of_the_archive_are_names_and_nothing_else(tmp_path: Path) -> None:
    outside = tmp_path / "outside.jsonl"
    names = [
        "../outside.jsonl",
        "/etc/outside.jsonl",
        "C:\\outside.jsonl",
        "a/../../outside.jsonl",
        "nul\u202egpj.jsonl",
    ]
    files = {name: json.dumps({"id": number, "text": "x"}).encode() for number, name in enumerate(names)}
    _, posts = imported(put(tmp_path / "a.zip", zipped(files)), tmp_path)
    assert len(posts) == len(names)
    assert not outside.exists()
    assert {path.name for path in tmp_path.iterdir()} == {".author-key", "a.zip", "corpus-0"}


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    secret = put(tmp_path / "secret.js", TWEETS.replace(b'"1"', b'"2"'))
    folder = unpacked(tmp_path / "twitter", {"data/tweets.js": TWEETS})
    (folder / "data" / "tweets-part1.js").symlink_to(secret)
    (folder / "loop").symlink_to(folder)
    _, posts = imported(folder, tmp_path)
    assert list(posts) == ["x:1"]


def test_a_locked_and_an_oddly_packed_archive_are_refused_with_advice(tmp_path: Path) -> None:
    data = bytearray(zipped({"data/tweets.js": TWEETS}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(magic) + offset] |= 1
    with pytest.raises(UsageError, match=r"is locked with a password\. Unpack it"):
        imported(put(tmp_path / "a.zip", bytes(data)), tmp_path)
    with pytest.raises(UsageError, match="is packed with method 14, which is not read"):
        imported(put(tmp_path / "b.zip", zipped({"data/tweets.js": TWEETS}, compression=zipfile.ZIP_LZMA)), tmp_path)


def test_damage_in_a_member_gives_what_came_before(tmp_path: Path) -> None:
    many = b"window.YTD.tweets.part0 = [" + b",".join(
        json.dumps({"tweet": {"id_str": str(n), "full_text": f"Atari {n}"}}).encode() for n in range(20_000)
    )
    data = bytearray(zipped({"data/tweets.js": many + b"]"}, compression=zipfile.ZIP_STORED))
    data[-200] ^= 1  # the checksum is looked at when all is read
    result, posts = imported(put(tmp_path / "a.zip", bytes(data)), tmp_path)
    assert isinstance(result.failures[0].error, MalformedError)
    assert len(posts) > 15_000


def test_an_archive_of_two_exports_asks_which(tmp_path: Path) -> None:
    files = {"data/tweets.js": TWEETS, "user_data_tiktok.json": b'{"Post": {"Posts": {"VideoList": []}}}'}
    path = put(tmp_path / "a.zip", zipped(files))
    with pytest.raises(
        UsageError, match=r"holds files of x-archive and of tiktok-export\. Choose one: add `--format x-ar"
    ):
        imported(path, tmp_path)
    assert list(imported(path, tmp_path, format_name="x-archive")[1]) == ["x:1"]


def test_a_folder_that_is_no_export_is_refused_with_what_to_give(tmp_path: Path) -> None:
    for files in ({"a.jsonl": ROWS}, {"picture.jpg": b"\xff\xd8"}):
        folder = unpacked(tmp_path / f"mine{len(files)}{next(iter(files))}", files)
        with pytest.raises(UsageError, match=r"is a folder\. Give its files"):
            imported(folder, tmp_path)


def test_a_folder_imported_again_adds_nothing_and_a_new_file_in_it_is_found(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "twitter", {"data/tweets.js": TWEETS})
    corpus = Corpus.create(tmp_path / "mine")
    assert import_files([folder], corpus).n_new == 1
    version = corpus.version
    assert import_files([folder], corpus).files[0].n_skipped == 1
    assert corpus.version == version
    unpacked(folder, {"data/tweets-part1.js": TWEETS.replace(b'"1"', b'"2"')})
    result = import_files([folder], corpus)
    assert (result.n_new, result.n_known) == (1, 1)


def test_every_format_says_what_it_is() -> None:
    for name, found in FORMATS.items():
        info = found.info
        assert info.name == name
        assert all((info.title, info.file_is, info.get_it, info.post_is, info.left_out, info.caveats))


@settings(max_examples=150)
@given(st.data())
def test_no_damaged_archive_raises_anything_but_an_error_with_advice(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(zipped({"data/tweets.js": TWEETS, "data/account.js": b"[]"}))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = put(tmp_path_factory.mktemp("zip") / "a.zip", bytes(content[: data.draw(st.integers(50, len(content)))]))
    problem: MinerError | None = None
    try:
        with open_posts(path) as file:
            list(FORMATS["x-archive"].read(file, Reading(), 0))
    except MinerError as error:
        problem = error
    assert problem is None or problem.advice


@given(
    st.lists(st.recursive(st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3))),
    st.integers(1, 9),
)
def test_elements_are_those_of_the_whole_wherever_the_pieces_end(values: list[object], size: int) -> None:
    text = json.dumps(values, ensure_ascii=False).encode()
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    assert [json.loads(found) for found in elements(pieces, "a")] == values


@pytest.mark.parametrize("text", [b"", b"{}", b"[1", b'["a', b"[[1]", b"[}", b"[1, 2}"])
def test_an_array_that_is_none_or_does_not_end_is_damaged(text: bytes) -> None:
    with pytest.raises(MalformedError):
        list(elements(iter([text]), "a"))


def test_a_list_of_paths_is_in_the_order_that_people_count_in() -> None:
    names = ["t-part10.js", "t-part2.js", "t.js", "t-part\u0661.js", "t-part" + "9" * 40 + ".js"]
    found = Archive(io.BytesIO(zipped(dict.fromkeys(names, b"x"))), "a.zip").names
    assert found.index("t-part2.js") < found.index("t-part10.js")
    assert set(found) == set(names)
