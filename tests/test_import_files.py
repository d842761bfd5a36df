"""Files of all kinds and in all conditions: what becomes of them in a corpus."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from miner.corpus import Corpus
from miner.errors import MalformedError, UsageError
from miner.sources.files import load_mapping
from miner.sources.files.streams import MAX_LINE, lines
from miner.study.import_result import ImportProgress, ImportResult
from miner.study.imports import import_files

ROWS = [{"id": str(i), "text": f"My Atari {i}", "tags": "80s toys", "author": f"ann{i % 3}"} for i in range(25)]


def jsonl(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def table(rows: list[dict[str, Any]], separator: str) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def parquet(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink, row_group_size=10)
    return sink.getvalue()


def zst(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.create(tmp_path / "corpora" / "toys")


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


Put = Callable[[str, bytes], Path]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", jsonl(ROWS)),
        ("no-suffix", jsonl(ROWS)),
        ("a.jsonl", b"\xef\xbb\xbf" + jsonl(ROWS)),
        ("a.jsonl", jsonl(ROWS).replace(b"\n", b"\r\n\r\n")),
        ("a.jsonl", jsonl(ROWS).rstrip(b"\n")),
        ("a.jsonl.gz", gzip.compress(jsonl(ROWS))),
        ("browser-unpacked-it.jsonl.gz", jsonl(ROWS)),
        ("two-members.gz", gzip.compress(jsonl(ROWS[:9])) + gzip.compress(jsonl(ROWS[9:])) + b"\0" * 512),
        ("a.jsonl.zst", zst(jsonl(ROWS))),
        ("two-frames.zst", zst(jsonl(ROWS[:9])) + zst(jsonl(ROWS[9:]))),
        ("a.csv", table(ROWS, ",")),
        ("a.csv", b"\xef\xbb\xbf" + table(ROWS, ";")),
        ("a.csv.gz", gzip.compress(table(ROWS, ","))),
        ("a.tsv", table(ROWS, "\t")),
        ("telling-header", table(ROWS, "\t")),
        ("a.parquet", parquet(ROWS)),
    ],
)
def test_every_kind_of_file_gives_the_same_posts(corpus: Corpus, put: Put, name: str, data: bytes) -> None:
    result = import_files([put(name, data)], corpus, batch_size=7)
    assert (result.n_read, result.n_new, result.n_known, result.rejected, result.exit_code) == (25, 25, 0, {}, 0)
    assert [p.id for p in corpus.posts()] == [f"file:{i}" for i in range(25)]
    assert {(p.text, p.tags) for p in corpus.posts()} == {(f"My Atari {i}", ("80s", "toys")) for i in range(25)}
    assert len({p.author for p in corpus.posts()}) == 3


@pytest.mark.parametrize(
    ("name", "data"), [("a.jsonl", jsonl(ROWS)), ("a.csv", table(ROWS, ",")), ("a.parquet", parquet(ROWS))]
)
@pytest.mark.parametrize("n_done", [1, 3, 4])
def test_an_import_goes_on_after_its_last_commit(corpus: Corpus, put: Put, name: str, data: bytes, n_done: int) -> None:
    path = put(name, data)

    def stop(progress: ImportProgress) -> None:
        if progress.n_read >= n_done * 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_files([path], corpus, batch_size=6, on_batch=stop)
    assert corpus.count() == n_done * 6
    (file,) = import_files([path], corpus, batch_size=6).files
    assert (file.n_skipped, file.n_new, file.n_known, file.n_read) == (n_done * 6, 25 - n_done * 6, n_done * 6, 25)
    assert [p.id for p in corpus.posts()] == [f"file:{i}" for i in range(25)]


def test_a_file_imported_again_under_another_name_adds_nothing_not_even_a_commit(corpus: Corpus, put: Put) -> None:
    data = jsonl(ROWS) + b"broken\n"
    first = import_files([put("a.jsonl", data)], corpus)
    version = corpus.version
    second = import_files([put("b.jsonl", data)], corpus)
    assert (second.n_new, second.n_known, second.n_read) == (0, 25, 26)
    assert second.rejected == first.rejected == corpus.rejections() == {"line is not JSON": 1}
    assert corpus.version == version


def test_a_file_that_has_grown_counts_its_rejections_once(corpus: Corpus, put: Put) -> None:
    long = [{"id": str(i), "text": "My Atari " * 200} for i in range(50)]
    import_files([put("a.jsonl", jsonl(long) + b"broken\n")], corpus, batch_size=9)
    result = import_files([put("a.jsonl", jsonl(long) + b"broken\n" + jsonl([{"id": "new", "text": "x"}]))], corpus)
    assert (result.n_new, result.n_known) == (1, 50)
    assert corpus.rejections() == {"line is not JSON": 1}


def test_another_mapping_reads_the_file_again_and_replaces_its_rejections(corpus: Corpus, put: Put) -> None:
    path = put("a.jsonl", jsonl([{"id": "1", "text": "x"}, {"id": "2", "text": "", "msg": "My Atari"}]))
    import_files([path], corpus)
    assert corpus.rejections() == {"no text": 1}
    mapping = load_mapping(put("mapping.toml", b'text = ["text", "msg"]'))
    assert import_files([path], corpus, mapping=mapping).n_new == 1
    assert corpus.rejections() == {}
    assert corpus.count() == 2


def test_broken_lines_are_counted_and_are_not_the_end(corpus: Corpus, put: Put) -> None:
    data = b"\n".join(
        [
            b'{"id": 1, "text": "fine"}',
            b'{"id": 2, "text": "cut',
            b"[1, 2]",
            b'"a string"',
            b"",
            b'{"id": 3, "text": ""}',
            b'{"id": 4, "text": "caf\xe9"}',
            b'{"id": 5, "text": "half \\ud83d", "likes": NaN}',
            b'{"id": 6, "text": "raw\ttab"}',
            b'{"id": 7, "text": "x", "date": "soon"}',
            b"[" * 200_000,
            b'{"id": 8, "text": "last"}',
        ]
    )
    result = import_files([put("a.jsonl", data)], corpus)
    assert result.rejected == {"line is not JSON": 2, "not an object": 2, "no text": 1}
    assert result.notes == {"invalid UTF-8 replaced": 1, "date not readable": 1}
    assert result.n_read == 11
    assert {p.id: p.text for p in corpus.posts()} == {
        "file:1": "fine",
        "file:4": "caf\ufffd",
        "file:5": "half",
        "file:6": "raw\ttab",
        "file:7": "x",
        "file:8": "last",
    }


def test_broken_rows_of_a_table_are_counted(corpus: Corpus, put: Put) -> None:
    data = b'Id,Full Text,Created At\n1,"two\nlines, one cell",2012-11-11\n2,short\n3,a,b,c,d\n\n4,"fin\xe9",\n'
    data += b'5,"never closed ' + b"x" * 140_000 + b"\n6,lost\n"
    result = import_files([put("a.csv", data)], corpus)
    assert result.rejected == {"row does not fit header": 2}
    texts = {p.id: p.text for p in corpus.posts()}
    assert texts == {"file:1": "two\nlines, one cell", "file:2": "short", "file:4": "fin\ufffd", "file:6": "lost"}
    assert result.notes == {"invalid UTF-8 replaced": 1}
    assert str(next(corpus.posts()).created_at) == "2012-11-11 00:00:00+00:00"


@pytest.mark.parametrize(("pack", "damage"), [(gzip.compress, "cut"), (gzip.compress, "overwritten"), (zst, "cut")])
def test_a_damaged_archive_gives_what_came_before(
    corpus: Corpus, put: Put, pack: Callable[[bytes], bytes], damage: str
) -> None:
    rng = random.Random(80)  # noqa: S311 - incompressible text, so that the damage lies in its middle
    rows = [{"id": str(i), "text": rng.randbytes(300).hex()} for i in range(3_000)]
    whole = pack(jsonl(rows))
    half = len(whole) // 2
    data = whole[:half] if damage == "cut" else whole[:half] + b"\xff" * 64 + whole[half + 64 :]
    result = import_files([put("a.jsonl.packed", data)], corpus, batch_size=500)
    (failure,) = result.failures
    assert isinstance(failure.error, MalformedError)
    assert "The compressed file a.jsonl.packed " in str(failure.error)
    assert "everything before that was kept. Download or copy it again" in str(failure.error)
    assert result.exit_code == 4
    assert damage != "cut" or result.rejected == {}
    n_kept = corpus.count()
    assert 700 < n_kept == result.n_new < 2_000
    again = import_files([put("a.jsonl.packed", data)], corpus)
    assert (again.n_new, again.n_known, again.exit_code) == (0, n_kept, 4)
    mended = import_files([put("a.jsonl.packed", whole)], corpus)
    assert (mended.n_new, mended.n_known, mended.exit_code) == (3_000 - n_kept, n_kept, 0)
    assert corpus.rejections() == {}


def test_damage_that_only_the_checksum_shows_is_said(corpus: Corpus, put: Put) -> None:
    rng = random.Random(80)  # noqa: S311 - incompressible text, so that the file is longer than one step of reading
    rows = [{"id": i, "text": f"My Atari {rng.random()}"} for i in range(5_000)]
    data = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(jsonl(rows)))
    data[-1] ^= 1
    (failure,) = import_files([put("a.jsonl.zst", bytes(data))], corpus).failures
    assert "a.jsonl.zst is damaged (" in str(failure.error)
    assert "checksum" in str(failure.error)
    assert failure.n_new > 2_000


def test_one_bad_file_among_good_ones_is_a_value(corpus: Corpus, put: Put) -> None:
    paths = [
        put("a.jsonl", jsonl(ROWS[:9])),
        put("b.jsonl", b"<html>"),
        put("c.jsonl", b""),
        put("d.csv", table(ROWS, ",")),
    ]
    result = import_files(paths, corpus)
    assert [file.n_new for file in result.files] == [9, 0, 0, 16]
    assert [file.name for file in result.failures] == ["b.jsonl", "c.jsonl"]
    assert (result.n_new, result.n_known, result.exit_code) == (25, 9, 4)


def test_a_file_in_which_nothing_is_a_post_exits_with_nothing_found(corpus: Corpus, put: Put) -> None:
    result = import_files([put("a.jsonl", jsonl([{"id": "1", "text": ""}]))], corpus)
    assert (result.exit_code, result.rejected) == (6, {"no text": 1})
    assert ImportResult(files=()).exit_code == 6


@pytest.mark.parametrize("data", [jsonl(ROWS), gzip.compress(table(ROWS, ","))], ids=["jsonl", "csv.gz"])
def test_standard_input_is_read_and_repeated_without_doubles(corpus: Corpus, data: bytes) -> None:
    for n_new in (25, 0):
        (file,) = import_files(["-"], corpus, stdin=io.BytesIO(data + (b"" if data[0] == 0x1F else b"broken\n"))).files
        assert (file.name, file.n_new, file.n_known) == ("standard input", n_new, 25 - n_new)
    assert corpus.rejections() == ({} if data[0] == 0x1F else {"line is not JSON": 1})


def test_parquet_from_standard_input_is_refused(corpus: Corpus) -> None:
    with pytest.raises(UsageError, match=r"Parquet cannot be read from standard input\. Give the file's name"):
        import_files(["-"], corpus, stdin=io.BytesIO(parquet(ROWS)))


@pytest.mark.parametrize(("name", "data"), [("a.jsonl.gz", gzip.compress(jsonl(ROWS))), ("a.parquet", parquet(ROWS))])
def test_progress_ends_at_the_size_of_the_file(corpus: Corpus, put: Put, name: str, data: bytes) -> None:
    told: list[ImportProgress] = []
    import_files([put(name, data)], corpus, batch_size=10, on_batch=told.append)
    assert [(p.n_read, p.n_new) for p in told] == [(10, 10), (20, 20), (25, 25)]
    assert {(p.name, p.n_bytes) for p in told} == {(name, len(data))}
    assert told[-1].n_bytes_read == len(data)
    assert [p.n_bytes_read for p in told] == sorted(p.n_bytes_read for p in told)


@given(st.lists(st.binary(max_size=12)), st.integers(1, 7))
def test_lines_are_those_of_the_whole_wherever_the_pieces_end(parts: list[bytes], size: int) -> None:
    whole = b"\n".join(parts)
    pieces = [whole[i : i + size] for i in range(0, len(whole), size)]
    expected = whole.split(b"\n")
    assert list(lines(iter(pieces))) == (expected if expected[-1] else expected[:-1])


def test_a_line_of_any_length_is_one_record() -> None:
    pieces = [b"a\n", *[b"x" * (1 << 22)] * 9, b"\nb"]
    assert sum(map(len, pieces)) > MAX_LINE
    assert list(lines(iter(pieces))) == [b"a", None, b"b"]
