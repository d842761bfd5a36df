"""Exports as platforms hand them out, built for a test: as a zip archive or as a folder."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from miner.corpus import Corpus
from miner.errors import MinerError
from miner.records import Post
from miner.sources.files import Reading, Record, get_format
from miner.sources.files.opening import PostsFile
from miner.study.import_result import ImportResult
from miner.study.imports import import_files

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
"""Any JSON value, and numbers that JSON cannot write."""


def shaped(like: Any) -> st.SearchStrategy[Any]:
    """Values that are *like* but for some places, in which anything stands: they get further than random ones."""
    if isinstance(like, dict):
        inner: st.SearchStrategy[Any] = st.fixed_dictionaries({}, optional={k: shaped(v) for k, v in like.items()})
    elif isinstance(like, list):
        inner = st.lists(st.one_of(*map(shaped, like)), max_size=3) if like else st.just([])
    else:
        inner = st.just(like)
    return st.one_of(inner, inner, inner, JSON)


def zipped(files: Mapping[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive with these files."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return sink.getvalue()


def unpacked(folder: Path, files: Mapping[str, bytes]) -> Path:
    """A folder with these files."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def put(path: Path, content: bytes) -> Path:
    """A file with that content."""
    path.write_bytes(content)
    return path


def as_json(value: Any) -> bytes:
    """JSON as most exports write it."""
    return json.dumps(value, indent=1).encode()


def read(content: bytes, name: str, format_name: str) -> tuple[list[Record], MinerError | None]:
    """The records of a file that lies nowhere, and the error that ended the reading."""
    records: list[Record] = []
    try:
        file = PostsFile.of_file(io.BytesIO(content), name=name, path=None)
        for record in get_format(format_name).read(file, Reading(), 0):
            records.append(record)
    except MinerError as error:
        return records, error
    return records, None


def imported(path: Path, tmp_path: Path, **options: Any) -> tuple[ImportResult, dict[str, Post]]:
    """What an import into a new corpus says, and its posts by their ids."""
    n_before = len(list(tmp_path.glob("corpus-*")))
    corpus = Corpus.create(tmp_path / f"corpus-{n_before}")
    result = import_files([path], corpus, **options)
    return result, {post.id: post for post in corpus.posts()}
