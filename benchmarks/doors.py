"""Every door through which bytes of others come in, as a function of bytes, with inputs to begin from."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

import zstandard

from miner.artifacts.catalogue import Catalogue, by_key, load_all, load_catalogue
from miner.corpus.cursors import load_state
from miner.eras import Era, era_names, load_era, read_eras
from miner.eras.checks import parse_era
from miner.names import spelling_key, words_of
from miner.records import Story
from miner.report.jsonfile import report_from_json
from miner.review.log import read_lines
from miner.settings import load_settings
from miner.sources import SOURCES, get_source
from miner.sources.feed_posts import entry_to_post, read_feed, too_much
from miner.sources.files.format import Reading
from miner.sources.files.formats import format_of
from miner.sources.files.opening import open_posts
from miner.sources.hosts import origin
from miner.sources.html import html_to_text
from miner.sources.listing_cursor import read_cursor
from miner.sources.markdown import read_markdown
from miner.sources.page_posts import article_to_post, read_page
from miner.sources.robots import read_robots
from miner.study.gold import read_gold
from miner.study.links import read_links
from miner.study.script import read_script
from miner.text.accounts import frame, is_offer
from miner.text.clean import clean
from miner.text.duplicates import sketches, whole
from miner.text.hashtags import hashtags_in, split_hashtag
from miner.text.language import language_of

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
GOLD = ROOT / "tests" / "gold" / "report" / "report.json"
GOLD_LIST = ROOT / "corpora" / "sample-80s" / "gold.csv"
SAMPLE = ROOT / "corpora" / "sample-80s" / "posts.jsonl"
MAX_SEEDS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A parser and what it is begun with.

    Attributes:
        read: Takes any bytes; may raise a :class:`miner.errors.MinerError` and nothing else.
        seeds: Inputs that it understands.
        is_json: Its inputs are JSON, and are changed value by value as well as byte by byte.
    """

    read: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]] = field(default=list)
    is_json: bool = False


def doors() -> Mapping[str, Door]:
    """All doors, by name."""
    found = {
        f"source {name}": Door(read=partial(_answer, name), seeds=partial(_cases, name), is_json=True)
        for name in sorted(SOURCES)
    }
    found |= {f"file {name}": Door(read=partial(_file, name), seeds=partial(_files, name)) for name in FILES}
    return found | {
        "html": Door(read=lambda data: html_to_text(_text(data)), seeds=_html),
        "markdown": Door(read=lambda data: read_markdown(_text(data)), seeds=_texts),
        "page": Door(read=_page, seeds=_html),
        "feed": Door(read=_feed, seeds=lambda: [FEED, ATOM]),
        "robots": Door(read=_robots, seeds=lambda: [ROBOTS]),
        "host": Door(read=lambda data: origin(_text(data)), seeds=lambda: HOSTS),
        "listing cursor": Door(read=lambda data: read_cursor(_text(data), since=None, until=None), seeds=list),
        "era file": Door(read=lambda data: parse_era(_text(data), "fuzz.toml"), seeds=_eras),
        "era in text": Door(read=lambda data: read_eras(_text(data), _text(data).split(), _all_eras()), seeds=_texts),
        "catalogue": Door(read=partial(_on_disk, "own.csv", load_catalogue), seeds=lambda: [CATALOGUE]),
        "gold": Door(read=partial(_on_disk, "gold.csv", read_gold), seeds=lambda: [GOLD_LIST.read_bytes()]),
        "links": Door(read=partial(_on_disk, "links.csv", read_links), seeds=lambda: [LINKS]),
        "decisions": Door(read=read_lines, seeds=lambda: [DECISIONS]),
        "settings": Door(read=partial(_on_disk, "miner.toml", _settings), seeds=lambda: [SETTINGS]),
        "script": Door(read=lambda data: read_script(_text(data), _told(), Story(year=1984)), seeds=_texts),
        "report": Door(read=_report, seeds=lambda: [GOLD.read_bytes()], is_json=True),
        "corpus log": Door(read=_log, seeds=lambda: [LOG], is_json=True),
        "text": Door(read=_read_text, seeds=_texts),
    }


def _text(data: bytes) -> str:
    # lone surrogates come through JSON, so they must come through here
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode("utf-8", "surrogatepass")
    return data.decode("latin-1")


def _robots(data: bytes) -> bool:
    return read_robots(200, data, now=0.0).allows("https://a.example/b")


def _report(data: bytes) -> object:
    return report_from_json(_text(data))


def _answer(name: str, data: bytes) -> None:
    source = get_source(name)
    with contextlib.suppress(ValueError, RecursionError):
        decoded = json.loads(data)
        for raw in source.objects_in(decoded):
            source.to_post(raw, host="example.org")
        source.to_post(decoded, host="example.org")


def _file(name: str, data: bytes) -> None:
    _on_disk(name, _posts_of, data)


def _posts_of(path: Path) -> None:
    reading = Reading()
    with open_posts(path) as file:
        for _ in format_of(file, None, reading).read(file, reading, 0):
            pass


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="miner-fuzz-"))


def _on_disk(name: str, read: Callable[[Path], object], data: bytes) -> None:
    path = _folder() / name
    path.write_bytes(data)
    read(path)


def _settings(path: Path) -> object:
    return load_settings(config=path, environ={})


def _log(data: bytes) -> object:
    log = _folder() / "_delta_log"
    log.mkdir(exist_ok=True)
    (log / f"{0:020}.json").write_bytes(data)
    return load_state(log, 0)


def _page(data: bytes) -> None:
    article_to_post(read_page(data, "https://a.example/b"))


def _feed(data: bytes) -> None:
    if too_much(data) is None and (feed := read_feed(data, "https://a.example/feed")):
        for entry in feed.get("entries", []):
            entry_to_post(entry, host="a.example")


def _read_text(data: bytes) -> None:
    text = _text(data)
    plain = clean(text)
    for tag in hashtags_in(text)[:20]:
        split_hashtag(tag)
    language_of(plain)
    spelling_key(plain), words_of(plain)
    is_offer(plain), frame(plain), whole(plain), sketches([plain])


@cache
def _all_eras() -> tuple[Era, ...]:
    return tuple(load_era(name) for name in era_names()[:6])


@cache
def _told() -> Catalogue:
    return load_all(None)


def _cases(name: str) -> list[bytes]:
    paths = sorted((CASES / name).rglob("answer.json"))[:MAX_SEEDS]
    return [path.read_bytes() for path in paths] or [b"{}"]


def _posts() -> list[bytes]:
    return SAMPLE.read_bytes().splitlines()[:12]


def _texts() -> list[bytes]:
    return [json.loads(line)["text"].encode() for line in _posts()]


def _html() -> list[bytes]:
    return [*[path.read_bytes() for path in sorted((CASES / "pages").rglob("*.html"))[:MAX_SEEDS]], HTML]


def _eras() -> list[bytes]:
    return [path.read_bytes() for path in sorted((ROOT / "miner" / "eras").rglob("*.toml"))[:3]]


def _csv() -> bytes:
    lines = io.StringIO()
    table = csv.DictWriter(lines, ["id", "text", "author", "created_at"], extrasaction="ignore")
    table.writeheader()
    table.writerows(json.loads(line) for line in _posts())
    return lines.getvalue().encode()


def _zipped(**members: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", "/").replace("_dot_", ".")), content)
    return data.getvalue()


def _files(name: str) -> list[bytes]:
    lines = b"\n".join(_posts())
    return {
        "posts.jsonl": [lines, DUMP],
        "posts.csv": [_csv()],
        "posts.json": [b"[" + b",".join(_posts()) + b"]"],
        "posts.jsonl.gz": [gzip.compress(lines, mtime=0)],
        "posts.zst": [zstandard.compress(DUMP * 5)],
        "posts.zip": [
            _zipped(data__tweets_dot_js=TWEET, data__account_dot_js=ACCOUNT),
            _zipped(posts_dot_jsonl=lines),
        ],
        "tweets.js": [TWEET],
        "posts.ndjson": [b'{"item_id": "1", "data": {"text": "Atari"}, "source_platform": "x"}\n'],
    }[name]


FILES = (
    *("posts.jsonl", "posts.csv", "posts.json", "posts.jsonl.gz"),
    *("posts.zst", "posts.zip", "tweets.js", "posts.ndjson"),
)
TWEET = (
    b'window.YTD.tweets.part0 = [{"tweet": {"id_str": "1", "full_text": "An Atari #80s", '
    b'"created_at": "Mon Jan 01 00:00:00 +0000 2024"}}]'
)
ACCOUNT = b'window.YTD.account.part0 = [{"account": {"username": "a", "accountId": "1"}}]'
DUMP = b'{"id": "a", "author": "b", "subreddit": "80s", "title": "Atari", "selftext": "x", "created_utc": 1700000000}\n'
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><item><guid>1</guid><title>Atari</title>
<description>&lt;p&gt;An Atari&lt;/p&gt;</description>
<pubDate>Mon, 01 Jan 2024 00:00:00 GMT</pubDate></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id><title>b</title>
<updated>2024-01-01T00:00:00Z</updated><content type="html">&lt;b&gt;Simon&lt;/b&gt;</content></entry></feed>"""
ROBOTS = b"User-agent: *\nDisallow: /a*$\nCrawl-delay: 3\nUser-agent: nostalgia-miner\nAllow: /\n"
HOSTS = [b"mastodon.social", b"https://a.example:8080/"]
HTML = b"""<html><head><meta charset="utf-8"><meta property="og:title" content="Toys"><title>Toys</title></head>
<body><article><h1>Simon</h1><p>A <b>Simon</b> &amp; an Atari<br>in the attic</p><ul><li>one<li>two</ul></article>
</body></html>"""
CATALOGUE = b"name,also_called,category,first_year\nWalkman,Sony Walkman|Walk Man,audio,1979\n"
LINKS = b"name_a,name_b,same\nWalkman,Sony Walkman,yes\nAtari,Intellivision,no\n"
SETTINGS = b'threshold = 0.6\nseed = 8\ncontact = "a"\n'
DECISIONS = (
    b'{"at": "2026-01-01T00:00:00Z", "by": "a", "artifact_id": "x", "name": "Atari", "what": "keep", "value": ""}\n'
)
LOG = b'{"commitInfo": {"timestamp": 1767225600000, "miner": "{}"}}\n'


def nasty() -> Iterator[tuple[str, bytes]]:
    """Inputs that are large or deep, made to cost time and memory in the square, by what they are."""
    yield "1 MB of one letter", b"a" * 1_000_000
    yield "1 MB of hashes", b"#" * 1_000_000
    yield "1 MB of tags", b"#a " * 333_000
    yield "1 MB of opening brackets", b"<" * 1_000_000
    yield "80,000 open elements", b"<b>" * 80_000
    yield "1 MB of stars", b"*" * 1_000_000
    yield "1 MB of brackets", b"[" * 1_000_000
    yield "1 MB of links", b"[a](" * 250_000
    yield "1 MB of quotes", b'"' * 1_000_000
    yield "1 MB of years", b"1985 " * 200_000
    yield "1 MB of ands", b"80s and " * 125_000
    yield "1 MB of blanks", b" " * 1_000_000
    yield "1 MB of line ends", b"\n" * 1_000_000
    yield "1 MB of commas", b"," * 1_000_000
    yield "1 MB of ampersands", b"&" * 1_000_000
    yield "1 MB of joiners", "\u200d\u0301".encode() * 200_000
    yield "deep lists", b"[" * 100_000 + b"]" * 100_000
    yield "deep objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    yield "a large number", b"9" * 100_000
    yield "laughs", LAUGHS
    yield "100,000 columns", b",".join(b"c%d" % i for i in range(100_000)) + b"\n" + b",".join([b"1"] * 100_000)
    yield "zip of nothing but zeros", _zipped(posts_dot_jsonl=b"0" * 60_000_000)


LAUGHS = (
    b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha">"""
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, (b"&%c;" % (97 + i)) * 10) for i in range(9))
    + b"""]><rss><channel><item><title>&j;</title></item></channel></rss>"""
)


def known_keys() -> Mapping[str, object]:
    """The catalogue by spelling; loaded before memory is measured."""
    return by_key(load_all(None).told)
