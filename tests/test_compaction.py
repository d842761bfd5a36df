"""Many small files become few large ones: the same posts in the same order, and the rest can be cleared away."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cli_program import call, write_posts

from miner.corpus import SCHEMA, Corpus
from miner.corpus.compaction import compact
from miner.corpus.cursors import SNAPSHOT_EVERY
from miner.corpus.vacuum import vacuum
from miner.errors import CorpusError, UsageError
from miner.records import Post

pytestmark = pytest.mark.slow


def page(number: int, n: int = 1) -> list[Post]:
    first = number * n
    return [
        Post(id=f"forum:{i}", source="forum", text=f"My Atari {i}", author=f"ann{i}") for i in range(first, first + n)
    ]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.create(tmp_path / "toys")


def fill(corpus: Corpus, first: int, last: int, n: int = 1) -> None:
    with corpus.writing():
        for number in range(first, last):
            corpus.append(posts=page(number, n), rejected={"no text": 1}, stream="s", cursor=str(number))


def files(corpus: Corpus) -> int:
    return len(list((corpus.folder / "posts").glob("*.parquet")))


def ids(corpus: Corpus) -> list[str]:
    return [post.id for post in corpus.posts()]


def test_five_hundred_commits_of_one_post_become_one_file_in_the_same_order(corpus: Corpus) -> None:
    fill(corpus, 0, 500)
    before, version = corpus.read().read_all(), corpus.version
    assert files(corpus) == 500
    done = compact(corpus.folder)
    assert (done.n_before, done.n_after) == (500, 1)
    assert vacuum(corpus.folder).n_files == 500
    again = Corpus.open(corpus.folder)
    assert files(again) == 1
    assert again.read().read_all().equals(before)
    assert again.version == version + 1
    assert again.cursors() == {"s": "499"}
    assert again.rejections() == {"no text": 500}
    assert list((corpus.folder / "posts" / "_delta_log").glob(f"{again.version:020}.checkpoint*.parquet"))


def test_posts_stored_later_stand_behind_and_a_second_compaction_keeps_the_order(corpus: Corpus) -> None:
    fill(corpus, 0, 5)
    compact(corpus.folder)
    fill(corpus, 5, 9)
    assert ids(corpus) == [f"forum:{i}" for i in range(9)]
    compact(corpus.folder)
    assert ids(corpus) == ids(Corpus.open(corpus.folder)) == [f"forum:{i}" for i in range(9)]


def test_an_open_corpus_goes_on_behind_a_compaction_and_knows_what_it_held(corpus: Corpus) -> None:
    fill(corpus, 0, 4)
    compact(corpus.folder)
    vacuum(corpus.folder)
    done = corpus.append(posts=page(3) + page(4), rejected={}, stream="s", cursor="4")
    assert (done.n_new, done.n_known) == (1, 1)
    assert ids(corpus) == [f"forum:{i}" for i in range(5)]


def test_cursors_are_found_across_compactions_and_snapshots(corpus: Corpus) -> None:
    for first in range(0, 3 * SNAPSHOT_EVERY, 20):
        fill(corpus, first, first + 20)
        compact(corpus.folder)
    again = Corpus.open(corpus.folder)
    assert again.cursors() == corpus.cursors() == {"s": "199"}
    assert again.rejections() == {"no text": 200}


def sizes(corpus: Corpus) -> list[tuple[str, int]]:
    found = sorted((corpus.folder / "posts").glob("*.parquet"))
    return [(path.name, pq.read_metadata(path).num_rows) for path in found]


def test_files_end_at_their_size_and_large_ones_are_left_alone(corpus: Corpus) -> None:
    fill(corpus, 0, 6, n=70_000)
    compact(corpus.folder, file_rows=140_000)
    vacuum(corpus.folder)
    *large, _ = sizes(corpus)
    # a file ends with the row group that fills it
    assert min(n_rows for _, n_rows in large) >= 140_000
    fill(corpus, 6, 9, n=70_000)
    assert compact(corpus.folder, file_rows=140_000).n_after < 9
    vacuum(corpus.folder)
    assert sizes(corpus)[: len(large)] == large
    assert corpus.read(columns=["id"]).read_all().column(0).to_pylist() == [f"forum:{i}" for i in range(630_000)]


def test_a_corpus_without_posts_is_left_as_it_is(corpus: Corpus) -> None:
    done = compact(corpus.folder)
    assert (done.n_before, done.n_after) == (0, 0)
    assert vacuum(corpus.folder).n_files == 0
    assert corpus.version == 0


def test_a_version_whose_files_are_gone_says_so(corpus: Corpus) -> None:
    fill(corpus, 0, 3)
    compact(corpus.folder)
    assert len(list(corpus.posts(version=2))) == 2
    vacuum(corpus.folder)
    with pytest.raises(UsageError) as error:
        corpus.read(version=2)
    assert str(error.value) == (
        "Version 2 of the corpus toys can no longer be read: its files were deleted, by `miner corpus vacuum` or so "
        "that the posts of somebody are in none. Leave the version out to read the newest."
    )


def test_versions_that_are_to_stay_do(corpus: Corpus) -> None:
    fill(corpus, 0, 3)
    compact(corpus.folder)
    assert vacuum(corpus.folder, n_versions=2).n_files == 0
    assert len(list(corpus.posts(version=3))) == 3


def test_whoever_reads_while_files_go_is_told_to_read_again(corpus: Corpus) -> None:
    fill(corpus, 0, 60)
    reader = corpus.read()
    compact(corpus.folder)
    vacuum(corpus.folder)
    with pytest.raises(CorpusError) as error:
        reader.read_all()
    assert str(error.value) == (
        "The corpus toys was written anew while it was read, and the files of before are gone. "
        "Run the same command again: it reads the corpus as it is now."
    )


def test_the_commands_say_what_they_did(tmp_path: Path) -> None:
    write_posts(tmp_path / "posts.jsonl")
    write_posts(tmp_path / "more.jsonl", ["A Walkman #80s"], name="q")
    call(tmp_path, "import", "posts.jsonl", "--into", "mine")
    call(tmp_path, "import", "more.jsonl", "--into", "mine")
    assert call(tmp_path, "corpus", "compact", "mine").out == "mine had 2 files and now has 1.\n"
    gone = json.loads(call(tmp_path, "corpus", "vacuum", "mine", "--json").out)
    assert gone["n_files"] == 2
    assert gone["n_bytes"] > 0
    assert call(tmp_path, "corpus", "vacuum", "mine").out == "0 files of mine deleted, 0 bytes freed.\n"


def test_an_export_is_one_file_with_the_posts_and_without_the_key(tmp_path: Path) -> None:
    write_posts(tmp_path / "posts.jsonl")
    call(tmp_path, "import", "posts.jsonl", "--into", "mine")
    done = call(tmp_path, "corpus", "export", "mine", "--parquet", "mine.parquet")
    assert done.out == "20 posts written to mine.parquet.\n"
    corpus = Corpus.open(tmp_path / "corpora" / "mine")
    found = pq.read_table(tmp_path / "mine.parquet")
    assert found.schema.equals(SCHEMA)
    assert found.to_pylist() == corpus.read().read_all().to_pylist()
    assert pq.read_metadata(tmp_path / "mine.parquet").row_group(0).column(0).compression == "ZSTD"
    key = (tmp_path / "corpora" / ".author-key").read_text(encoding="ascii").strip()
    content = (tmp_path / "mine.parquet").read_bytes()
    assert key.encode() not in content
    assert bytes.fromhex(key) not in content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpora", "mine.parquet", "posts.jsonl"]


def test_an_export_that_cannot_be_written_or_would_lie_in_the_corpus_is_refused(tmp_path: Path) -> None:
    write_posts(tmp_path / "posts.jsonl")
    call(tmp_path, "import", "posts.jsonl", "--into", "mine")
    inside = call(tmp_path, "corpus", "export", "mine", "--parquet", "corpora/mine/all.parquet")
    assert inside.code == 2
    assert "corpora/mine/all.parquet lies inside the corpus mine, where `miner forget` would not find it." in inside.err
    nowhere = call(tmp_path, "corpus", "export", "mine", "--parquet", "nowhere/all.parquet")
    assert nowhere.code == 1
    assert "nowhere/all.parquet cannot be written: No such file or directory." in nowhere.err
