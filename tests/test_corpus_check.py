"""`miner corpus check`: what is damaged is named, what can be read is saved, and nothing else is touched."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cli_program import call

from miner.corpus import Corpus
from miner.corpus.check import check_corpus
from miner.corpus.repair import repair_corpus
from miner.errors import CorpusError, UnknownName
from miner.records import Post

N_PAGES, SIZE = 6, 40


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Six pages of forty posts, of two walks in turn."""
    made = Corpus.create(tmp_path / "corpora" / "toys")
    for page in range(N_PAGES):
        made.append(posts=page_of(page), rejected={"no text": 1}, stream=f"walk{page % 2}", cursor=str(page))
    return made


def page_of(page: int) -> list[Post]:
    numbers = range(page * SIZE, (page + 1) * SIZE)
    return [Post(id=f"f:{i}", source="f", text=f"Cube {i} " + os.urandom(20).hex(), author=f"p{i}") for i in numbers]


def ids(folder: Path) -> list[str]:
    return [post.id for post in Corpus.open(folder).posts()]


def pages(*numbers: int) -> list[str]:
    return [f"f:{i}" for page in numbers for i in range(page * SIZE, (page + 1) * SIZE)]


def entry(corpus: Corpus, number: int) -> Path:
    return corpus.folder / "posts" / "_delta_log" / f"{number:020}.json"


def data(corpus: Corpus, number: int) -> Path:
    (path,) = (corpus.folder / "posts").glob(f"{number:020}-*.parquet")
    return path


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def flip(path: Path, at: int) -> None:
    found = bytearray(path.read_bytes())
    found[at] ^= 0x10
    path.write_bytes(bytes(found))


def test_a_whole_corpus_is_fine_and_repair_leaves_it_alone(corpus: Corpus) -> None:
    checked = check_corpus(corpus.folder)
    assert (checked.is_fine, checked.findings) == (True, ())
    assert (checked.n_posts, checked.n_files, checked.n_commits) == (240, 6, 7)
    before = content(corpus.folder)
    assert repair_corpus(corpus.folder).done == ()
    assert content(corpus.folder) == before


def test_a_corpus_that_is_not_there_is_said(tmp_path: Path) -> None:
    for work in (check_corpus, repair_corpus):
        with pytest.raises(UnknownName):
            work(tmp_path / "none")


DAMAGE: dict[str, Callable[[Corpus], object]] = {
    "description": lambda c: (c.folder / "study.toml").write_text("name = ", encoding="utf-8"),
    "key": lambda c: (c.folder.parent / ".author-key").chmod(0o644),
    "log": lambda c: entry(c, 3).write_text('{"add":{"pa', encoding="utf-8"),
    "checkpoint": lambda c: (entry(c, 0).parent / "_last_checkpoint").write_text("{", encoding="utf-8"),
    "data": lambda c: data(c, 3).write_bytes(b"PAR1"),
    "leftover": lambda c: (c.folder / "posts" / f"{9:020}-0.parquet").write_bytes(b"PAR1 half"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_check_names_the_damage_and_changes_nothing_and_repair_mends_it(corpus: Corpus, kind: str) -> None:
    DAMAGE[kind](corpus)
    before = content(corpus.folder)
    checked = check_corpus(corpus.folder)
    assert {found.kind for found in checked.findings if found.kind != "leftover" or kind == "leftover"} >= {kind}
    assert checked.is_fine is (kind == "leftover")
    assert all("`" in found.advice for found in checked.findings)
    assert content(corpus.folder) == before
    repaired = repair_corpus(corpus.folder)
    assert repaired.after.findings == ()
    assert repaired.done
    assert ids(corpus.folder) == (pages(0, 1, 3, 4, 5) if kind == "data" else pages(*range(6)))


@pytest.mark.parametrize("text", ["", '{"add":{"pa', "[]", "\x00\x01", '"word"', '{"add": {"path": 3}}'])
@pytest.mark.parametrize("number", range(N_PAGES + 1))
def test_whatever_entry_of_the_log_is_damaged_no_post_is_lost(corpus: Corpus, number: int, text: str) -> None:
    entry(corpus, number).write_text(text, encoding="utf-8")
    repaired = repair_corpus(corpus.folder)
    assert repaired.n_lost == 0
    assert repaired.after.is_fine
    assert ids(corpus.folder) == pages(*range(6))
    assert repaired.aside is not None
    assert (repaired.aside / entry(corpus, number).name).read_text(encoding="utf-8") == text
    again = Corpus.open(corpus.folder)
    assert again.append(posts=page_of(5), rejected={}, stream="walk1", cursor="5").n_known == SIZE


def test_a_missing_entry_is_made_anew(corpus: Corpus) -> None:
    entry(corpus, 2).unlink()
    (found,) = check_corpus(corpus.folder).findings
    assert found.what.startswith("Entry 2 of the log, ")
    assert repair_corpus(corpus.folder).after.findings == ()
    assert ids(corpus.folder) == pages(*range(6))


def test_a_last_entry_without_posts_is_left_out(corpus: Corpus) -> None:
    corpus.append(posts=[], rejected={"no text": 9}, stream="walk0", cursor="end")
    entry(corpus, 7).write_bytes(b"")
    repaired = repair_corpus(corpus.folder)
    assert repaired.done[0] == f"Moved aside entry 7 of the log, {entry(corpus, 7).name}: no posts belong to it."
    assert Corpus.open(corpus.folder).version == 6
    assert Corpus.open(corpus.folder).cursors() == {"walk0": "4", "walk1": "5"}


def test_lost_posts_are_counted_and_their_walk_begins_anew(corpus: Corpus) -> None:
    damaged = data(corpus, 3)
    damaged.write_bytes(damaged.read_bytes()[:200])
    (found,) = check_corpus(corpus.folder).findings
    assert (found.n_lost, found.streams) == (SIZE, ("walk0",))
    repaired = repair_corpus(corpus.folder)
    assert (repaired.n_lost, repaired.streams) == (SIZE, ("walk0",))
    assert repaired.aside is not None
    assert (repaired.aside / damaged.name).stat().st_size == 200
    again = Corpus.open(corpus.folder)
    assert again.cursors() == {"walk1": "5"}
    assert again.rejections() == {"no text": 6}
    assert again.append(posts=page_of(2), rejected={}, stream="walk0", cursor="2").n_new == SIZE
    assert sorted(ids(corpus.folder)) == sorted(pages(*range(6)))


def test_what_can_be_read_of_a_damaged_file_is_saved_in_its_place(corpus: Corpus) -> None:
    path = data(corpus, 2)
    rows = pq.read_table(path)
    pq.write_table(rows, path, compression="zstd", row_group_size=10, write_page_checksum=True)
    with pq.ParquetFile(path) as file:
        at = last_byte(file.metadata.row_group(2).column(0))
    set_size(corpus, 2, path.stat().st_size)
    assert check_corpus(corpus.folder).is_fine
    flip(path, at)
    repaired = repair_corpus(corpus.folder)
    assert repaired.n_lost == 10
    assert repaired.done == (f"Saved 30 posts of the damaged {path.name}; 10 are lost.",)
    lost = set(pages(1)[20:30])
    assert ids(corpus.folder) == [i for i in pages(*range(6)) if i not in lost]


def last_byte(column: pq.ColumnChunkMetaData) -> int:
    """Of the values: the bytes before them are statistics, which no reader needs."""
    first = column.dictionary_page_offset if column.has_dictionary_page else column.data_page_offset
    return int(first + column.total_compressed_size - 1)


def set_size(corpus: Corpus, number: int, size: int) -> None:
    lines = [json.loads(line) for line in entry(corpus, number).read_text(encoding="utf-8").splitlines()]
    for line in lines:
        if "add" in line:
            line["add"]["size"] = size
    entry(corpus, number).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_a_flipped_bit_in_any_page_is_found(corpus: Corpus) -> None:
    path = data(corpus, 1)
    whole = path.read_bytes()
    with pq.ParquetFile(path) as file:
        group = file.metadata.row_group(0)
        places = [last_byte(group.column(i)) for i in range(group.num_columns)]
    for at in places:
        flip(path, at)
        assert [found.kind for found in check_corpus(corpus.folder).findings] == ["data"]
        path.write_bytes(whole)


def test_posts_that_are_there_twice_are_named_and_kept_once(corpus: Corpus) -> None:
    twice = data(corpus, 1).with_name(f"{7:020}-copy.parquet")
    twice.write_bytes(data(corpus, 1).read_bytes())
    text = entry(corpus, 1).read_text(encoding="utf-8").replace(data(corpus, 1).name, twice.name)
    entry(corpus, 7).write_text(text, encoding="utf-8")
    (found,) = check_corpus(corpus.folder).findings
    assert found.what == "40 posts are in toys more than once."
    assert repair_corpus(corpus.folder).after.findings == ()
    assert ids(corpus.folder) == pages(*range(6))


def test_a_time_to_come_is_named(corpus: Corpus) -> None:
    earlier = check_corpus(corpus.folder, clock=lambda: datetime.now(UTC) - timedelta(days=400))
    assert [found.kind for found in earlier.findings] == ["clock"]
    assert "no post is lost" in earlier.findings[0].advice


def test_another_key_is_named_and_left_to_people(corpus: Corpus) -> None:
    key = corpus.folder.parent / ".author-key"
    key.write_text("ab" * 32, encoding="ascii")
    repaired = repair_corpus(corpus.folder)
    assert [found.kind for found in repaired.after.findings] == ["key"]
    assert key.read_text(encoding="ascii") == "ab" * 32


def test_a_description_is_written_anew_with_the_day_and_the_key(corpus: Corpus) -> None:
    whole = (corpus.folder / "study.toml").read_text(encoding="utf-8")
    (corpus.folder / "study.toml").unlink()
    repair_corpus(corpus.folder)
    anew = (corpus.folder / "study.toml").read_text(encoding="utf-8")
    assert [line for line in anew.splitlines() if "created" not in line] == [
        line for line in whole.splitlines() if "created" not in line
    ]
    assert abs(Corpus.open(corpus.folder).created - corpus.created) < timedelta(minutes=1)


def test_while_another_process_writes_its_work_is_no_leftover_and_repair_waits_its_turn(corpus: Corpus) -> None:
    half = corpus.folder / "posts" / f"{7:020}-0.parquet"
    half.write_bytes(b"PAR1")
    with corpus.writing():
        checked = check_corpus(corpus.folder)
        assert (checked.is_busy, checked.findings) == (True, ())
        with pytest.raises(CorpusError, match="is being written by"):
            repair_corpus(corpus.folder, wait_s=0)
    assert half.exists()


def test_the_command_says_it_in_words_in_json_and_in_its_exit_code(corpus: Corpus) -> None:
    cwd = corpus.folder.parent.parent
    fine = call(cwd, "corpus", "check", "toys")
    assert (fine.code, fine.out) == (0, "toys is fine: 240 posts in 6 files, 7 commits read.\n")
    data(corpus, 3).write_bytes(b"")
    broken = call(cwd, "corpus", "check", "toys")
    assert broken.code == 1
    assert "Up to 40 posts may be lost, from walk0." in broken.out
    assert "`miner corpus check toys --repair`" in " ".join(broken.out.split())
    facts = json.loads(call(cwd, "corpus", "check", "toys", "--json").out)
    assert facts["is_fine"] is False
    assert [found["kind"] for found in facts["findings"]] == ["data"]
    mended = call(cwd, "corpus", "check", "toys", "--repair")
    assert mended.code == 0, mended.out
    assert "40 posts are lost. Run again what collected them; these walks begin anew:\n  walk0\n" in mended.out
    assert call(cwd, "corpus", "check", "toys").code == 0


def test_a_cut_line_of_the_decisions_is_named(corpus: Corpus) -> None:
    (corpus.folder / "decisions.jsonl").write_text('{"v":1,"id":"', encoding="utf-8")
    found = call(corpus.folder.parent.parent, "corpus", "check", "toys", "--json")
    assert found.code == 1
    assert [finding["kind"] for finding in json.loads(found.out)["findings"]] == ["decisions"]
