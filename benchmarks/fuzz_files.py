"""Fuzz targets: every file that ``miner import`` takes, in its format, packed and in archives."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import zstandard
from fuzz_mutate import Shape
from fuzz_target import Target, file_with, held, text_of

from miner.sources.files import DEFAULT_MAPPING, Reading, format_of, get_format, load_mapping, open_posts
from miner.sources.files.opening import PostsFile
from miner.sources.files.tiktok_export import comment_to_post

_TWEET = {
    "tweet": {
        "id_str": "1050118621198921728", "full_text": "My &lt;3 #Walkman https://t.co/Ab1 https://t.co/Cd2", "lang": "en",
        "created_at": "Wed Oct 10 20:19:24 +0000 2018", "favorite_count": "5", "possibly_sensitive": False,
        "entities": {
            "hashtags": [{"text": "Walkman"}],
            "urls": [{"url": "https://t.co/Ab1", "expanded_url": "https://example.org/a"}],
        },
        "extended_entities": {"media": [{"url": "https://t.co/Cd2", "ext_alt_text": "A tape"}]},
        "edit_info": {"initial": {"editTweetIds": ["1050118621198921728"]}},
    }
}  # fmt: skip
_X = b"window.YTD.tweets.part0 = " + json.dumps([_TWEET, _TWEET], indent=1).encode()
_ACCOUNT = b'window.YTD.account.part0 = [{"account": {"username": "ann"}}]'
_INSTAGRAM: Sequence[Any] = (
    [
        {
            "media": [{"uri": "media/posts/1.jpg", "creation_timestamp": 1704067200, "title": "Mein Walkman f\u00c3\u00bcr"}],
            "title": "My #80s Atari", "creation_timestamp": 1704067200,
        }
    ],
    {"photos": [{"caption": "My Atari", "taken_at": "2014-05-01T10:00:00", "path": "photos/1.jpg"}], "videos": []},
    {"ig_reels_media": [{"media": [{"uri": "a", "creation_timestamp": 1, "title": "Tapes"}]}]},
)  # fmt: skip
_TIKTOK = {
    "Profile": {"Profile Information": {"ProfileMap": {"userName": "ann"}}},
    "Post": {
        "Posts": {
            "VideoList": [
                {
                    "Date": "2022-06-07 21:31:52", "Link": "https://www.tiktokv.com/share/video/7106594312292453675/",
                    "Likes": "12", "Title": "my old #walkman", "WhoCanView": "Public", "AlternateText": "A tape",
                }
            ]
        },
        "Recently Deleted Posts": {"PostList": None},
    },
    "Comment": {"Comments": {"CommentsList": [{"date": "2024-05-01 10:00:00 UTC", "comment": "I had one!"}]}},
    "App Settings": {"Settings": {"SettingsMap": {"Private Account": "Off"}}},
}  # fmt: skip
_PIN = (
    b'<html><body><h1 id=y1bkd>Pins</h1>\n<a href="https://www.pinterest.com/pin/123456789/">https://x</a>\n'
    b"<br>Title: My old Walkman,\n<br>Details: some &amp; text,\n<br>Username: ann, <br>Alt Text: No data\n"
    b"<br>Created at: 2017/02/13 15:35:01 <br>Alive: True <br>Is a repin: True <br>Private: False<br><br>\n"
    b"<h1 id=b>Boards</h1></body></html>"
)
_PINS = json.dumps(
    [{"id": "813744226420795884", "created_at": "2020-01-01T20:10:40", "title": "Atari", "description": "d", "alt_text": "a",
      "board_owner": {"username": "ann"}}]
).encode()  # fmt: skip
_CAPTURED: Mapping[str, Any] = {
    "tiktok.com": {
        "id": "7106594312292453675", "desc": "my old #walkman", "createTime": "1654637512", "author": {"uniqueId": "ann"},
        "challenges": [{"title": "80s"}], "textExtra": [{"hashtagName": "walkman"}], "stats": {"diggCount": 12},
        "contents": [{"desc": "a"}], "imagePost": {"title": "t"}, "isAd": False, "privateItem": False,
    },
    "instagram.com": {
        "code": "C1hWCZLPQ9T", "taken_at": 1704067200, "caption": {"text": "my #atari"}, "user": {"username": "ann"},
        "like_count": 12, "carousel_media": [{"accessibility_caption": "A red Walkman"}],
        "edge_media_to_caption": {"edges": [{"node": {"text": "t"}}]}, "edge_media_preview_like": {"count": 12},
    },
    "x.com": {
        "rest_id": "1050118621198921728", "legacy": _TWEET["tweet"],
        "core": {"user_results": {"result": {"legacy": {"screen_name": "ann", "protected": False}}}},
        "note_tweet": {"note_tweet_results": {"result": {"text": "long"}}},
    },
    "pinterest.com": json.loads(_PINS)[0],
}  # fmt: skip
_NDJSON = b"\n".join(
    json.dumps({"nav_index": "1", "item_id": "7", "source_platform": platform, "data": data}).encode()
    for platform, data in _CAPTURED.items()
)
_FOURCAT_CSV = (
    b"id,thread_id,author,body,timestamp,unix_timestamp,hashtags,tiktok_url,likes,is_ad,link,possibly_sensitive\n"
    b'71065,71065,ann,"my old #walkman, ""yes""",2022-06-07 21:31:52,1654637512,"80s,walkman",'
    b"https://www.tiktok.com/@ann/video/71065,12,no,,no\n"
)
_ROWS = (
    b'{"id": "1", "source": "mastodon", "text": "My Atari", "created_at": "2012-11-11T17:21:56Z", "tags": ["80s"], '
    b'"alt_texts": ["x"], "likes": "1,200", "author": {"acct": "ann"}, "sensitive": false, "reblog": {"uri": "u"}}\n'
    b'{"id_str": "t3_x", "title": "My Atari", "selftext": "works", "created_utc": 1372631400, "subreddit": "nostalgia"}\n'
    b'{"content": "<p>My <b>Atari</b></p>", "date": "Wed Oct 10 20:19:24 +0000 2018", "hashtags": "#80s, toys", "bot": 1}'
)
_CSV = (
    b"id,source,text,created_at,tags,likes,lang,url,sensitive\n"
    b'1,file,"My Atari, ""new""",2012-11-11 17:21,"[\'80s\' \'toys\']",5,en-US,https://example.org/a,no\n'
    b"2;file;x;\n3,file,<p>Simon</p>,1372631400000,#80s toys,1.0,und,,0\n"
)
_DUMP = (
    b'{"id":"ei30r4","author":"ann","title":"My **Atari** [2600](https://example.org)","selftext":"> q\\n\\nStill works",'
    b'"created_utc":1577836800,"subreddit":"nostalgia","subreddit_type":"public","score":12,"num_comments":3,'
    b'"link_flair_text":"80\'s","permalink":"/r/nostalgia/comments/ei30r4/my/","over_18":false,"edited":false,'
    b'"gallery_data":{"items":[{"caption":"c"}]},"crosspost_parent_list":[{"name":"t3_ab"}]}\n'
    b'{"id":"fcnb7","author":"bob","body":"I had a Simon &amp; a Lite-Brite","created_utc":"1577836801","subreddit":"80s",'
    b'"link_id":"t3_ei30r4","parent_id":"t3_ei30r4","distinguished":null,"edited":1577836900.0}\n'
)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return sink.getvalue()


def _zips() -> list[bytes]:
    return [
        _zipped({"data/tweets.js": _X, "data/account.js": _ACCOUNT, "data/tweets-part1.js": _X}),
        _zipped({"your_instagram_activity/media/posts_1.json": json.dumps(_INSTAGRAM[0]).encode()}),
        _zipped({"user_data_tiktok.json": json.dumps(_TIKTOK).encode()}),
        _zipped({"pinterest/pins.html": _PIN, "pins.json": _PINS}),
        _zipped({"RS_2020-01.zst": zstandard.ZstdCompressor().compress(_DUMP)}),
        _zipped({"posts.jsonl": _ROWS, "table.csv": _CSV, "a.png": b"\x89PNG"}),
        _zipped({"zeeschuimer-export-x.ndjson": _NDJSON}),
    ]


def _parquet() -> list[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [json.loads(line) for line in _ROWS.splitlines()]
    found = []
    for compression in ("none", "snappy", "zstd"):
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), sink, compression=compression)
        found.append(sink.getvalue())
    return found


def _read(format_name: str, name: str, data: bytes) -> None:
    """As a file that lies nowhere: no disk is touched."""
    file = PostsFile.of_file(io.BytesIO(data), name=name, path=None)
    held(record.found for record in get_format(format_name).read(file, Reading(), 0))


def _read_any(name: str, data: bytes) -> None:
    """As a file on a disk, of a format to be recognised."""
    with open_posts(file_with(data, name)) as file:
        found = format_of(file, None, Reading())
        held(record.found for record in found.read(file, Reading(), 0))


def _read_pins(data: bytes) -> None:
    _read("pinterest-export", "pins.html", data)


def _read_mapping(data: bytes) -> None:
    mapping = load_mapping(file_with(data, "mapping.toml"))
    file = PostsFile.of_file(io.BytesIO(_ROWS), name="posts.jsonl", path=None)
    held(record.found for record in get_format("rows").read(file, Reading(mapping=mapping), 0))
    assert mapping.fingerprint  # noqa: S101 - it is what the import is remembered by
    assert DEFAULT_MAPPING.fingerprint  # noqa: S101


def _read_export(format_name: str, data: bytes) -> None:
    """As the file itself, and in an archive with its usual name."""
    try:
        _read(format_name, "export.json", data)
    finally:
        comment_to_post({"comment": text_of(data[:200])}, "ann")


def _target(run: Callable[[bytes], object], *seeds: bytes, shape: Shape, tokens: Sequence[bytes] = ()) -> Target:
    return Target(run=run, seeds=lambda: list(seeds), shape=shape, tokens=tokens)


_CSV_TOKENS = (b'"', b'""', b",", b";", b"\t", b"\n", b'"\n', b"id,text\n", b"[]", b"['a']")
FILES: Mapping[str, Target] = {
    "rows-jsonl": _target(partial(_read, "rows", "posts.jsonl"), _ROWS, shape="lines"),
    "rows-csv": _target(partial(_read, "rows", "posts.csv"), _CSV, shape="text", tokens=_CSV_TOKENS),
    "rows-tsv": _target(
        partial(_read, "rows", "posts.tsv"), _CSV.replace(b",", b"\t"), shape="text", tokens=_CSV_TOKENS
    ),
    "rows-parquet": Target(run=partial(_read_any, "posts.parquet"), seeds=_parquet, shape="bytes"),
    "reddit-dump": _target(partial(_read, "reddit-dump", "RS_2020-01.jsonl"), _DUMP, shape="lines"),
    "reddit-dump-zst": _target(
        partial(_read, "reddit-dump", "RS_2020-01.zst"), zstandard.ZstdCompressor().compress(_DUMP), shape="zstd"
    ),
    "x-archive": _target(
        partial(_read, "x-archive", "tweets.js"), _X, _X.replace(b'"tweet":', b'"x":'), shape="json",
        tokens=(b"window.YTD.tweets.part0 = [", b"RT @ann: ", b"https://t.co/Ab1"),
    ),
    "instagram-export": _target(
        partial(_read_export, "instagram-export"), *(json.dumps(one).encode() for one in _INSTAGRAM), shape="json"
    ),
    "tiktok-export": _target(
        partial(_read_export, "tiktok-export"), json.dumps(_TIKTOK).encode(), shape="json"
    ),
    "pinterest-export": _target(
        _read_pins, _PIN, shape="text",
        tokens=(b"<br>", b"<br/>", b"<h1>", b"Title: ", b'<a href="https://www.pinterest.com/pin/1/">', b"Pins</h1>"),
    ),
    "pinterest-json": _target(_read_pins, _PINS, shape="json"),
    "4cat-ndjson": _target(partial(_read, "4cat", "zeeschuimer-export.ndjson"), _NDJSON, shape="lines"),
    "4cat-csv": _target(partial(_read, "4cat", "tiktok-search.csv"), _FOURCAT_CSV, shape="text", tokens=_CSV_TOKENS),
    "zip": Target(run=partial(_read_any, "export.zip"), seeds=_zips, shape="zip"),
    "gzip": _target(partial(_read_any, "posts.jsonl.gz"), gzip.compress(_ROWS, mtime=0), shape="gzip"),
    "any-file": _target(
        partial(_read_any, "posts.data"), _ROWS, _CSV, _DUMP, _X, _PIN, _NDJSON, _FOURCAT_CSV, shape="text"
    ),
    "mapping": _target(
        _read_mapping,
        b'text = "message"\ncreated_at = ["posted", "date"]\nauthor = "from.name"\nsource = { value = "forum" }\n'
        b'title = []\nlikes = { value = 1 }\n',
        shape="text",
        tokens=(b"text", b"value", b"[[", b'"""', b"1979-05-27T07:32:00Z", b"inf", b"0x", b"tags", b"id", b"is_bot"),
    ),
}  # fmt: skip
"""Name to target; every one is a door for files of others."""
