"""Dumps of Reddit: what becomes of their lines, at which speed, and that none is lost or read twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from exports import JSON, as_json, imported, put, read, shaped, unpacked, zipped
from hypothesis import example, given

from miner.corpus import Corpus
from miner.eras import load_era
from miner.errors import MalformedError, UsageError
from miner.records import Post, Rejected
from miner.sources.files import Reading, get_format, open_posts
from miner.sources.files.reddit_text import read_fast
from miner.sources.files.reddit_thing import Thing, raw_to_post, thing_to_post
from miner.sources.markdown import read_markdown
from miner.study.imports import import_files

ROOT = Path(__file__).parent.parent
SUBMISSION = {
    "id": "ei30r4",
    "title": "My sister&#39;s 80s Walkman &amp; me",
    "selftext": "Still **works**, see [here](https://example.org).\n\n* one\n* two",
    "author": "ann",
    "created_utc": 1577836806,
    "edited": 1577840000,
    "permalink": "/r/nostalgia/comments/ei30r4/my_sisters_walkman/",
    "subreddit": "nostalgia",
    "subreddit_type": "public",
    "score": 12,
    "num_comments": 3,
    "over_18": False,
    "link_flair_text": "80's",
    "removed_by_category": None,
    "crosspost_parent_list": [{"name": "t3_ehzzzz"}],
    "gallery_data": {"items": [{"caption": "The keypad"}]},
}
COMMENT = {
    "id": "fco0x1a",
    "link_id": "t3_ei30r4",
    "body": "&gt; the keypad\n\nMine had none #walkman",
    "author": "[deleted]",
    "created_utc": "1577836900",
    "subreddit": "nostalgia",
    "score": 2,
    "score_hidden": True,
}


def lines(*things: Any) -> bytes:
    return b"".join(json.dumps(thing).encode() + b"\n" for thing in things)


def zst(data: bytes, *, window_log: int = 31) -> bytes:
    """As the real dumps are packed; their size is not in the header."""
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=window_log)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return packer.compress(data) + packer.flush()


def test_a_dump_with_a_window_of_two_gigabytes_is_known_and_read(tmp_path: Path) -> None:
    path = put(tmp_path / "RS_2020-01.zst", zst(lines(SUBMISSION)))
    result, posts = imported(path, tmp_path)
    (file,) = result.files
    assert (file.format, file.n_read, file.n_new, file.rejected) == ("reddit-dump", 1, 1, {})
    (post,) = posts.values()
    assert post.id == "reddit:t3_ei30r4"
    assert post.text == "My sister&#39;s 80s Walkman & me\n\nStill works, see here.\n\none\ntwo"
    assert post.tags == ("r/nostalgia", "80s")
    assert post.alt_texts == ("The keypad",)
    assert post.url == "https://www.reddit.com/r/nostalgia/comments/ei30r4/my_sisters_walkman/"
    assert (post.likes, post.replies, post.repost_of) == (12, 3, "reddit:t3_ehzzzz")
    assert str(post.created_at) == "2020-01-01 00:00:06+00:00"
    assert str(post.edited_at) == "2020-01-01 00:53:20+00:00"
    assert post.author is not None
    assert "ann" not in post.author


def test_a_comment_is_its_own_words_without_those_it_quotes(tmp_path: Path) -> None:
    _, posts = imported(put(tmp_path / "RC_2020-01.zst", zst(lines(COMMENT))), tmp_path)
    (post,) = posts.values()
    assert (post.id, post.text, post.author) == ("reddit:t1_fco0x1a", "Mine had none #walkman", None)
    assert (post.tags, post.likes) == (("r/nostalgia", "walkman"), None)
    assert post.url == "https://www.reddit.com/comments/ei30r4/_/fco0x1a/"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"_meta": {"was_deleted_later": True}}, "deleted later"),
        ({"_meta": {"removal_type": "moderator"}}, "deleted later"),
        ({"removed_by_category": "moderator"}, "deleted later"),
        ({"selftext": "[removed]"}, "deleted later"),
        ({"selftext": "[ Removed by Reddit ]"}, "deleted later"),
        ({"title": "[deleted by user]", "selftext": ""}, "deleted later"),
        ({"over_18": True}, "marked sensitive"),
        ({"subreddit_type": "private"}, "not public"),
        ({"id": "../etc"}, "no global id"),
        ({"id": ""}, "no global id"),
        ({"title": "", "selftext": "", "gallery_data": None}, "no text"),
    ],
)
def test_what_is_left_out_is_counted_by_its_reason(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    path = put(tmp_path / "RS_2024-01.jsonl", lines(SUBMISSION | change, SUBMISSION | {"id": "kept"}))
    result, posts = imported(path, tmp_path)
    assert result.rejected == {reason: 1}
    assert set(posts) == {"reddit:t3_kept"}


def test_broken_lines_are_counted_and_are_not_the_end(tmp_path: Path) -> None:
    data = b"".join(
        [
            lines(SUBMISSION),
            b'{"id": "cut", "title": "\n',
            b"[1, 2]\n",
            b'"a string"\n\n',
            b'{"id": "nan1", "title": "fine", "score": NaN}\n',
            b'{"id": "half", "title": "half \\ud83d"}\n',
            b'{"id": "caf", "title": "caf\xe9"}\n',
            b'{"id": "odd", "title": "odd", "score": "many", "edited": "no", "gallery_data": [], "author": 7}\n',
            b"[" * 200_000 + b"\n",
            b"x" * (1 << 25) + b"xx\n",
            lines(COMMENT).rstrip(),
        ]
    )
    result, posts = imported(put(tmp_path / "RS_2020-01.zst", zst(data, window_log=20)), tmp_path)
    assert result.rejected == {"line is not JSON": 2, "not an object": 2, "line too long": 1}
    assert result.notes == {"invalid UTF-8 replaced": 1}
    texts = {id_.removeprefix("reddit:"): post.text.partition("\n")[0] for id_, post in posts.items()}
    assert texts == {
        "t3_ei30r4": "My sister&#39;s 80s Walkman & me",
        "t3_nan1": "fine",
        "t3_half": "half",
        "t3_caf": "caf\ufffd",
        "t3_odd": "odd",
        "t1_fco0x1a": "Mine had none #walkman",
    }


def test_only_the_communities_that_were_named_are_kept(tmp_path: Path) -> None:
    things = [SUBMISSION, SUBMISSION | {"id": "b", "subreddit": "80s"}, SUBMISSION | {"id": "c", "subreddit": "cats"}]
    things.append(SUBMISSION | {"id": "d", "subreddit": "cats", "title": 'I said "subreddit":"80s" there'})
    things.append(SUBMISSION | {"id": "e", "subreddit": "cats", "crosspost_parent_list": [{"subreddit": "80s"}]})
    path = put(tmp_path / "RS_2020-01.zst", zst(lines(*things) + b"broken\n"))
    result, posts = imported(path, tmp_path, communities=["r/Nostalgia", "80s"])
    assert set(posts) == {"reddit:t3_ei30r4", "reddit:t3_b"}
    assert result.rejected == {"other community": 4}
    table = put(tmp_path / "a.jsonl", b'{"id": 1, "text": "My Atari"}\n')
    with pytest.raises(UsageError, match=r"chooses subreddits of a dump, and a\.jsonl is read as rows"):
        imported(table, tmp_path, communities=["80s"])
    with pytest.raises(UsageError, match="'no name' is not the name of a subreddit"):
        imported(path, tmp_path, communities=["no name"])


def test_only_posts_that_name_the_era_are_kept_and_another_era_is_read_anew(tmp_path: Path) -> None:
    things = [SUBMISSION, SUBMISSION | {"id": "b", "title": "Best of the 1990s", "link_flair_text": None}]
    things.append(SUBMISSION | {"id": "c", "title": "A cat", "link_flair_text": None})
    path = put(tmp_path / "RS_2020-01.zst", zst(lines(*things)))
    corpus = Corpus.create(tmp_path / "mine")
    first = import_files([path], corpus, era=load_era("80s"))
    assert (first.n_new, first.rejected) == (1, {"other era": 2})
    assert import_files([path], corpus, era=load_era("80s")).n_new == 0
    assert import_files([path], corpus, era=load_era("90s")).n_new == 1
    assert {post.id for post in corpus.posts()} == {"reddit:t3_ei30r4", "reddit:t3_b"}


def test_a_list_of_an_archives_search_is_read_as_well(tmp_path: Path) -> None:
    path = put(tmp_path / "found.json", as_json([SUBMISSION, "x", COMMENT]))
    result, posts = imported(path, tmp_path, format_name="reddit-dump")
    assert (len(posts), result.rejected) == (2, {"not an object": 1})
    one_line = put(tmp_path / "found2.json", json.dumps([SUBMISSION, COMMENT]).encode())
    assert imported(one_line, tmp_path)[0].files[0].format == "reddit-dump"


@pytest.mark.parametrize("is_folder", [False, True])
def test_several_dumps_in_an_archive_or_a_folder_are_resumed_in_the_midst_of_the_second(
    tmp_path: Path, is_folder: bool
) -> None:
    months = {f"RS_2020-0{month}.zst": zst(lines(*_things(month)) + b"\n\n") for month in (1, 2, 3)}
    path = unpacked(tmp_path / "dumps", months) if is_folder else put(tmp_path / "dumps.zip", zipped(months))
    corpus = Corpus.create(tmp_path / "mine")

    def stop(progress: Any) -> None:
        if progress.n_read >= 150:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_files([path], corpus, batch_size=50, on_batch=stop)
    assert corpus.count() == 150
    result = import_files([path], corpus, batch_size=50)
    assert (result.n_read, result.n_new, result.files[0].n_skipped) == (300, 150, 150)
    assert len({post.id for post in corpus.posts()}) == corpus.count() == 300


def _things(month: int) -> list[dict[str, Any]]:
    return [SUBMISSION | {"id": f"{month}x{number}"} for number in range(100)]


def test_a_dump_that_is_cut_short_gives_what_came_before(tmp_path: Path) -> None:
    rng = random.Random(80)  # noqa: S311 - incompressible text
    things = [SUBMISSION | {"id": f"{n:x}", "title": rng.randbytes(300).hex()} for n in range(3_000)]
    whole = zst(lines(*things))
    result, posts = imported(put(tmp_path / "RS_2020-01.zst", whole[: len(whole) // 2]), tmp_path)
    assert isinstance(result.failures[0].error, MalformedError)
    assert 1_000 < len(posts) < 1_600
    assert result.rejected == {}


@pytest.mark.slow
def test_a_dump_killed_at_ten_moments_ends_with_every_post_once(tmp_path: Path) -> None:
    n = 8_000
    things = (SUBMISSION | {"id": f"{i:x}", "over_18": i % 10 == 0} for i in range(n))
    path = put(tmp_path / "RS_2020-01.zst", zst(lines(*things)))
    folder = tmp_path / "mine"
    Corpus.create(folder)
    rng = random.Random(80)  # noqa: S311 - moments, not secrets
    for _ in range(10):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.import_driver", str(folder), str(path)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        for _ in range(rng.randrange(12)):
            process.stdout.readline()
        time.sleep(rng.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    n_before = Corpus.open(folder).count()
    assert 100 < n_before < n * 0.9
    result = import_files([path], Corpus.open(folder))
    corpus = Corpus.open(folder)
    assert result.n_new == n * 0.9 - n_before
    assert len({post.id for post in corpus.posts()}) == corpus.count() == n * 0.9
    assert corpus.rejections() == result.rejected == {"marked sensitive": n // 10}


def test_the_fast_reading_of_a_line_is_the_exact_one_for_usual_lines() -> None:
    for raw in (SUBMISSION, COMMENT, SUBMISSION | {"author": "toysbot", "distinguished": "moderator"}):
        thing = msgspec.json.decode(json.dumps(raw), type=Thing)
        fast, exact = thing_to_post(thing), raw_to_post(raw)
        assert isinstance(fast, Post)
        assert isinstance(exact, Post)
        assert repr(fast).replace("\\n", " ").replace("  ", " ") == repr(exact).replace("\\n", " ").replace("  ", " ")
        assert hash(fast) == hash(Post(**{name: getattr(fast, name) for name in Post.__slots__}))
    assert thing_to_post(msgspec.json.decode('{"id": "a", "title": "I am a bot"}', type=Thing)).is_bot  # type: ignore[union-attr]


@given(shaped(SUBMISSION | COMMENT | {"_meta": {"was_deleted_later": None}}))
@example({"id": "a", "title": "x", "created_utc": 1e300, "edited": True})
@example({"id": "a", "title": "x", "created_utc": -(10**30)})
def test_no_line_raises_and_both_ways_of_reading_agree(raw: Any) -> None:
    exact = raw_to_post(raw)
    assert isinstance(exact, Post | Rejected)
    try:
        thing = msgspec.json.decode(json.dumps(raw), type=Thing)
    except msgspec.MsgspecError:
        return
    fast = thing_to_post(thing)
    assert type(fast) is type(exact)
    if isinstance(fast, Post) and isinstance(exact, Post):
        assert (fast.id, fast.author, fast.created_at, fast.edited_at) == (
            exact.id, exact.author, exact.created_at, exact.edited_at
        )  # fmt: skip
    elif isinstance(fast, Rejected) and isinstance(exact, Rejected):
        assert fast.reason == exact.reason


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "**bold** and *thin*, 2 * 3 * 4, snake_case_name, _em_ and ~~gone~~ `code`",
        "# A heading\n\ntext\n\n---\n\n* one\n* two\n\n1. first\n2. second",
        "> they said\n> more\n\nI say",
        '[words](https://example.org/a_(b)) and ![img](x9 "My Atari") https://example.org/a_b_c',
        "1986\\. What a year! \\*not bold\\*",
        "|game|year|\n|:-|:-:|\n|Pac-Man|1980|",
        ">!a secret!< x^2 and ^(small words)",
        "a &lt; b &amp; c",
        "***\n\nafter a rule",
        "[unclosed](http://example.org and * a star",
    ],
)
def test_fast_markdown_says_what_the_exact_reading_says(text: str) -> None:
    fast, alt_texts = read_fast(text)
    exact = read_markdown(text)
    assert "".join(fast.split()) == "".join(exact.text.split())
    assert alt_texts == exact.alt_texts


@pytest.mark.parametrize(
    "sign", ["*", "_", "[", "](", "`", "~~", "|", "\\", "^(", ">", "#", "<http:", "![", "\n- ", "&"]
)
def test_fast_markdown_takes_time_that_grows_with_the_text_alone(sign: str) -> None:
    started = time.process_time()
    read_fast(sign * 20_000)
    read_fast((sign + "a") * 10_000)
    assert time.process_time() - started < 2.0


@given(JSON)
def test_a_file_of_any_json_is_read_or_refused_with_advice(value: Any) -> None:
    records, error = read((json.dumps(value) + "\n").encode() * 3, "RS_2020-01.jsonl", "reddit-dump")
    assert error is None or error.advice
    assert all(isinstance(record.found, Post | Rejected) for record in records)


def test_memory_is_that_of_a_block_and_not_of_the_dump(tmp_path: Path) -> None:
    path = put(tmp_path / "RS_2020-01.zst", zst(lines(SUBMISSION) * 50_000, window_log=20))
    with open_posts(path) as file:
        records = get_format("reddit-dump").read(file, Reading(), 0)
        next(iter(records))
        assert file.n_bytes_read <= file.n_bytes  # type: ignore[operator]
        assert sum(1 for _ in records) == 49_999
