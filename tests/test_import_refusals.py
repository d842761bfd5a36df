"""Files that are not files of posts: each is told from the others, with the next step."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from miner.corpus import Corpus
from miner.errors import MinerError, NothingFound, UsageError
from miner.study.imports import import_files

JSONL = b'{"id": 1, "text": "My Atari"}\n'


def cut_parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": ["My Atari"] * 100}), sink)
    return sink.getvalue()[:300]


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
    ("name", "data", "kind", "message"),
    [
        ("a.jsonl", b"", NothingFound, "a.jsonl is empty. Give a file with one post a line."),
        ("a.jsonl", b"\n \n", NothingFound, "a.jsonl holds nothing but empty lines. Give a file with one post a line."),
        (
            "a.jsonl.gz",
            gzip.compress(b""),
            NothingFound,
            "a.jsonl.gz holds nothing but empty lines. Give a file with one post a line.",
        ),
        (
            "a.jsonl",
            b"<!DOCTYPE html><html>Log in",
            UsageError,
            (
                "a.jsonl is a web page or XML, not a file of posts. "
                "Open it in a browser: a download that asked for a login often leaves such a page."
            ),
        ),
        (
            "a.json",
            b'[{"id": 1}]',
            UsageError,
            (
                "a.json is one JSON array; one object a line is needed, so that a file of any size can be read. "
                "Turn it into lines: `jq -c '.[]' a.json | miner import - --into NAME`."
            ),
        ),
        (
            "a.bin",
            bytes(range(256)) * 20,
            UsageError,
            "a.bin is binary data of an unknown kind. Give JSON lines, CSV (both also as .gz or .zst) or Parquet.",
        ),
        (
            "a.zip",
            b"PK\x03\x04" + b"x" * 50,
            UsageError,
            (
                "a.zip begins as a ZIP archive, and its list of files cannot be read (File is not a zip file). "
                "Download or copy it again: the list stands at the very end."
            ),
        ),
        (
            "a.csv",
            "id,text".encode("utf-16"),
            UsageError,
            "a.csv is in UTF-16. Turn it into UTF-8: `iconv -f UTF-16 -t UTF-8 a.csv > utf8-a.csv`.",
        ),
        (
            "a.txt",
            b"Dear diary\n",
            UsageError,
            (
                "a.txt is neither JSON lines nor CSV nor Parquet. Give one JSON object a line, or a table whose first "
                "line names its columns, in a file called .csv or .tsv."
            ),
        ),
        (
            "a.json",
            b'{\n "id": 1,\n "text": "x"\n}\n',
            UsageError,
            (
                "None of the first 4 lines of a.json is a JSON object or a row that fits the header. "
                "Give one post a line; `jq -c . FILE` turns objects that span lines into such lines."
            ),
        ),
        (
            "a.jsonl",
            b'{"id": 1, "txt": "My Atari", "when": 3}\n',
            UsageError,
            (
                "No field of a.jsonl is known as a post's text; its fields are: id, txt, when. "
                'Say which one is: write `text = "txt"` into a file mapping.toml and add `--mapping mapping.toml`.'
            ),
        ),
        (
            "a.parquet",
            cut_parquet(),
            UsageError,
            "a.parquet is a Parquet file that is damaged or cut short. Download or copy it again.",
        ),
    ],
)
def test_what_is_no_file_of_posts_is_said_with_the_next_step(
    corpus: Corpus, put: Put, name: str, data: bytes, kind: type[MinerError], message: str
) -> None:
    with pytest.raises(kind) as error:
        import_files([put(name, data)], corpus)
    assert str(error.value) == message
    assert corpus.version == 0


def test_a_folder_and_a_missing_file_are_said_before_anything_is_read(corpus: Corpus, put: Put, tmp_path: Path) -> None:
    fine = put("a.jsonl", JSONL)
    with pytest.raises(UsageError, match=r"is a folder\. Give its files"):
        import_files([fine, tmp_path], corpus)
    with pytest.raises(UsageError, match=r"There is no file .*b\.jsonl\. Check the name; `-` reads standard input"):
        import_files([fine, tmp_path / "b.jsonl"], corpus)
    with pytest.raises(UsageError, match="No file was given"):
        import_files([], corpus)
    assert corpus.version == 0
