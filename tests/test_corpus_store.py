"""The corpus: what is stored comes back, once, in order, and nobody's name with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from hypothesis import given
from hypothesis import strategies as st

from miner.corpus import SCHEMA, Corpus, corpora_in, corpus_folder
from miner.corpus.cursors import SNAPSHOT_EVERY
from miner.corpus.known import KnownIds
from miner.errors import CorpusError, UnknownName, UsageError
from miner.records import Post

WHEN = datetime(2012, 11, 11, 17, 21, 56, 123456, tzinfo=UTC)


def post(number: int, **changes: object) -> Post:
    return replace(Post(id=f"forum:{number}", source="forum", text=f"My Atari {number}"), **changes)  # type: ignore[arg-type]


def append(corpus: Corpus, posts: Sequence[Post], stream: str = "s", cursor: str | None = "c") -> tuple[int, int]:
    done = corpus.append(posts=posts, rejected={}, stream=stream, cursor=cursor)
    return done.n_new, done.n_known


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.create(tmp_path / "corpora" / "toys")


def test_times_keep_their_microseconds_and_move_to_utc(corpus: Corpus) -> None:
    summer = WHEN.astimezone(timezone(timedelta(hours=2)))
    append(corpus, [post(1, created_at=summer, edited_at=WHEN)])
    (found,) = corpus.posts()
    assert found.created_at == found.edited_at == WHEN
    assert str(found.created_at) == "2012-11-11 17:21:56.123456+00:00"


def test_a_time_without_a_zone_is_refused_and_nothing_of_its_page_is_stored(corpus: Corpus) -> None:
    with pytest.raises(ValueError, match=r"created_at is 2012-11-11 17:21:56\.123456, without a time zone"):
        append(corpus, [post(1), post(2, created_at=WHEN.replace(tzinfo=None))])
    assert corpus.count() == 0
    assert corpus.cursors() == {}
    assert append(corpus, [post(1)]) == (1, 0)


def test_a_count_beyond_64_bits_is_unknown(corpus: Corpus) -> None:
    append(corpus, [post(1, likes=10**30, replies=3), post(2, likes=7)])
    assert [(p.likes, p.replies) for p in corpus.posts()] == [(None, 3), (7, None)]


def test_a_page_appended_twice_is_stored_once(corpus: Corpus) -> None:
    page = [post(1), post(2)]
    assert append(corpus, page) == (2, 0)
    assert append(corpus, page) == (0, 2)
    assert append(Corpus.open(corpus.folder), [post(2, text="edited"), post(3)]) == (1, 1)
    assert [p.id for p in corpus.posts()] == ["forum:1", "forum:2", "forum:3"]


def test_an_id_twice_in_one_page_is_stored_once_and_the_first_wins(corpus: Corpus) -> None:
    assert append(corpus, [post(1, text="first"), post(1, text="second")]) == (1, 1)
    assert [p.text for p in corpus.posts()] == ["first"]


def test_what_another_writer_stored_meanwhile_is_known(corpus: Corpus) -> None:
    other = Corpus.open(corpus.folder)
    append(corpus, [post(1)])
    append(other, [post(2)])
    assert append(corpus, [post(1), post(2), post(3)]) == (1, 2)
    assert append(other, [post(3), post(4)]) == (1, 1)
    assert corpus.count() == 4
    assert corpus.version == other.version == 4


def test_ids_are_known_after_files_were_merged_by_another_program(corpus: Corpus) -> None:
    for number in range(4):
        append(corpus, [post(number)], cursor=str(number))
    DeltaTable(corpus.folder / "posts").optimize.compact()
    assert append(corpus, [post(number) for number in range(5)], cursor="4") == (1, 4)
    assert sorted(p.id for p in corpus.posts()) == [f"forum:{n}" for n in range(5)]
    assert Corpus.open(corpus.folder).cursors() == {"s": "4"}


def test_a_page_without_posts_moves_its_cursor_in_a_commit(corpus: Corpus) -> None:
    before = corpus.version
    assert append(corpus, [], "mastodon/a.social/80s", "110") == (0, 0)
    assert corpus.version == before + 1
    assert corpus.cursors() == {"mastodon/a.social/80s": "110"}
    append(corpus, [post(1)], "mastodon/a.social/80s", None)
    assert corpus.cursors() == {"mastodon/a.social/80s": "110"}


def test_rejections_are_summed_over_pages_and_streams_most_frequent_first(corpus: Corpus) -> None:
    for stream, counts in (("a", {"no text": 1}), ("a", {"no text": 1, "not JSON": 9}), ("b", {"no text": 3})):
        corpus.append(posts=[], rejected=counts, stream=stream, cursor="1")
    assert corpus.rejections() == {"not JSON": 9, "no text": 5}
    assert list(Corpus.open(corpus.folder).rejections()) == ["not JSON", "no text"]


def test_a_stream_walked_again_from_its_start_counts_its_rejections_once(corpus: Corpus) -> None:
    for restarts in (True, False, True):
        corpus.append(posts=[], rejected={"no text": 2}, stream="a", cursor="1", restarts=restarts)
    assert corpus.rejections() == {"no text": 2}
    assert Corpus.open(corpus.folder).rejections() == {"no text": 2}


def test_cursors_outlive_checkpoints_and_the_cleaning_of_the_log(corpus: Corpus) -> None:
    n = 2 * SNAPSHOT_EVERY + 5
    for number in range(n):
        corpus.append(
            posts=[post(number)], rejected={"no text": 1}, stream=f"s{number % 7}", cursor=f"{number}", restarts=False
        )
    table = DeltaTable(corpus.folder / "posts")
    table.create_checkpoint()
    table.cleanup_metadata()
    again = Corpus.open(corpus.folder)
    assert again.cursors() == {f"s{number % 7}": f"{number}" for number in range(n)}
    assert again.rejections() == {"no text": n}
    assert again.count() == n
    assert len(list((corpus.folder / "posts" / "_delta_log").glob("0*.json"))) == n + 1


def test_only_the_last_commits_are_read_for_the_cursors(corpus: Corpus) -> None:
    for number in range(SNAPSHOT_EVERY + 3):
        corpus.append(posts=[], rejected={"no text": 1}, stream=f"s{number}", cursor="c")
    log = corpus.folder / "posts" / "_delta_log"
    with_all = [path.name for path in sorted(log.glob("0*.json")) if '\\"all\\"' in path.read_text(encoding="utf-8")]
    assert with_all == [f"{SNAPSHOT_EVERY:020}.json"]
    (log / f"{1:020}.json").write_text("broken", encoding="utf-8")
    assert len(corpus.cursors()) == SNAPSHOT_EVERY + 3


def test_a_version_is_read_as_it_was(corpus: Corpus) -> None:
    append(corpus, [post(1)])
    then = corpus.version
    append(corpus, [post(2)])
    assert [p.id for p in corpus.posts(version=then)] == ["forum:1"]
    assert [p.id for p in corpus.posts()] == ["forum:1", "forum:2"]
    with pytest.raises(UsageError, match=r"no version 9; its versions are 0 to 2\. Choose one of these"):
        corpus.read(version=9)


def test_columns_are_read_in_the_order_asked_for_and_pages_in_that_of_storage(corpus: Corpus) -> None:
    for number in (3, 1, 2):
        append(corpus, [post(number, tags=("80s", "toys")), post(number + 10)])
    found = corpus.read(columns=["tags", "id"]).read_all()
    assert found.column_names == ["tags", "id"]
    assert found.column("id").to_pylist() == [f"forum:{n}" for n in (3, 13, 1, 11, 2, 12)]
    assert found.column("tags").to_pylist()[:2] == [["80s", "toys"], []]
    assert isinstance(corpus.read(), pa.RecordBatchReader)
    assert corpus.read().schema == SCHEMA


def test_an_empty_corpus_is_read_as_no_posts(corpus: Corpus) -> None:
    assert list(corpus.posts()) == []
    assert corpus.read().read_all().schema == SCHEMA
    assert (corpus.count(), corpus.version, corpus.cursors(), corpus.rejections()) == (0, 0, {}, {})


def test_the_time_of_storage_is_kept(tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "c", clock=lambda: WHEN)
    append(corpus, [post(1)])
    assert corpus.read(columns=["fetched_at"]).read_all().to_pylist() == [{"fetched_at": WHEN}]
    assert corpus.created == WHEN.replace(microsecond=0)


def test_no_byte_of_the_corpus_holds_an_account_or_a_text_outside_the_data(corpus: Corpus) -> None:
    handle, words = "Zaphod_Beeblebrox@Example.social", "my beloved trapper keeper"
    append(corpus, [post(1, author=handle, text=words), post(2, author=handle.lower())])
    DeltaTable(corpus.folder / "posts").create_checkpoint()
    DeltaTable(corpus.folder / "posts").optimize.compact()
    files = [path for path in corpus.folder.rglob("*") if path.is_file()]
    assert len(files) >= 6
    for path in files:
        content = path.read_bytes().lower()
        assert b"zaphod" not in content
        assert b"example.social" not in content
        # statistics in the log would outlive the post
        assert path.parent.name != "_delta_log" or words.encode() not in content
    authors = {p.author for p in corpus.posts()}
    assert len(authors) == 1
    assert str(authors.pop()).startswith("p_")


def test_a_missing_corpus_names_those_beside_it_nearest_first(corpus: Corpus) -> None:
    Corpus.create(corpus.folder.parent / "films")
    (corpus.folder.parent / "no-corpus").mkdir()
    with pytest.raises(UnknownName) as error:
        Corpus.open(corpus.folder.parent / "toyz")
    assert str(error.value) == (
        "There is no corpus called 'toyz'; there are: toys, films. "
        "`miner import FILE --into toyz` makes it from a file of posts."
    )
    with pytest.raises(UnknownName, match="there are: none yet"):
        Corpus.open(corpus.folder / "nowhere" / "x")


def test_a_corpus_is_not_created_twice(corpus: Corpus) -> None:
    with pytest.raises(UsageError, match=r"There is a corpus called toys already\. Add to it with `miner import FILE"):
        Corpus.create(corpus.folder)


def test_a_folder_with_other_files_becomes_a_corpus_and_keeps_them(tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    (folder / "posts.jsonl").write_text("{}", encoding="utf-8")
    assert corpora_in(tmp_path) == []
    Corpus.create(folder)
    assert (folder / "posts.jsonl").read_text(encoding="utf-8") == "{}"
    assert corpora_in(tmp_path) == ["sample"]
    assert sorted(path.name for path in folder.iterdir()) == ["posts", "posts.jsonl", "study.toml"]


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "..", ".hidden", "-flag", "a b", "ä", "x" * 101, "a\n"])
def test_a_name_that_is_no_plain_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"A corpus cannot be called .* Use up to 100 letters, digits"):
        corpus_folder(Path("corpora"), name)


def test_a_plain_name_is_a_folder_of_the_corpora() -> None:
    assert corpus_folder(Path("corpora"), "summer-80s_v1.2") == Path("corpora/summer-80s_v1.2")


def test_the_description_is_readable_and_a_newer_format_is_refused(corpus: Corpus) -> None:
    path = corpus.folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    assert 'name = "toys"' in text
    assert "format = 1" in text
    path.write_text(text.replace("format = 1", "format = 2"), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"toys has format 2; this version of the program reads up to 1\. Update"):
        Corpus.open(corpus.folder)
    path.write_text("name = ", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"study\.toml cannot be read .* Put it back from a backup"):
        Corpus.open(corpus.folder)


@given(st.lists(st.lists(st.integers(0, 60), max_size=30), max_size=8))
def test_known_ids_are_a_set(pages: list[list[int]]) -> None:
    known, truth = KnownIds(), set[str]()
    for number, page in enumerate(pages):
        ids = [f"forum:{n}" for n in page]
        expected = [post_id not in truth and post_id not in ids[:place] for place, post_id in enumerate(ids)]
        assert known.add(ids) == expected
        truth.update(ids)
        if number % 2:
            known._merge()
    assert len(known) == len(truth)


def test_metadata_of_a_commit_is_what_the_log_says(corpus: Corpus) -> None:
    corpus.append(posts=[post(1)], rejected={"no text": 2, "none": 0}, stream="s", cursor="c")
    (newest, *_) = DeltaTable(corpus.folder / "posts").history(1)
    entry = json.loads(newest["miner"])
    assert datetime.fromisoformat(entry.pop("at")).tzinfo is not None
    assert entry == {"stream": "s", "cursor": "c", "rejected": {"no text": 2}, "restarts": False}
