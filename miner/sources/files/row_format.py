"""``rows``: any table or file of JSON lines, with a mapping where its fields have unusual names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice

from miner.errors import MalformedError, SourceError, UsageError
from miner.records import Post
from miner.sources.files.format import Format, FormatInfo, Glimpse, Reading, Record
from miner.sources.files.kinds import kind_of
from miner.sources.files.mapping import nothing_to_read
from miner.sources.files.opening import Part, PostsFile
from miner.sources.files.posts import row_to_post
from miner.sources.files.rows import Row, csv_rows, json_rows, parquet_rows, parquet_size

_LOOKED_AT = 2_000
"""Rows after which a file without one post is refused, when no field of it is known as a text."""
_SUFFIXES = (".jsonl", ".ndjson", ".csv", ".tsv", ".jsonl.gz", ".ndjson.gz", ".csv.gz", ".jsonl.zst", ".ndjson.zst")

INFO = FormatInfo(
    name="rows",
    title="Table or JSON lines",
    file_is="JSON lines, CSV, TSV (each also as .gz, .zst or in a .zip) or Parquet",
    get_it="from any program; fields with unusual names are told with --mapping FILE",
    post_is="a line or a row",
    left_out="rows that say they are sensitive; rows without a text, an alt text or a tag",
    caveats="a row without an id gets one from its content",
    checked=date(2026, 11, 23),
)


def read(file: PostsFile, reading: Reading, skip: int) -> Iterator[Record]:
    """The rows of a file, or of all the tables in an archive.

    Raises:
        UsageError: The file is of another kind, or no field of it is known as a text.
        NothingFound: It holds nothing but empty lines.
        MalformedError: It ends too early or is damaged; the rows before that have been yielded.
    """
    rows = _rows(file, skip)
    first, error = _taken(rows, _LOOKED_AT if skip == 0 else 0)
    if error is None and first:
        _refuse_what_is_not_posts(file.name, first, reading)
    for row in first:
        yield _record(row, reading)
    if error is not None:
        raise error
    for row in rows:
        yield _record(row, reading)


def _record(row: Row, reading: Reading) -> Record:
    found, notes = row_to_post(row, reading.mapping)
    return Record(row.number, found, notes if isinstance(found, Post) else ())


def _rows(file: PostsFile, skip: int) -> Iterator[Row]:
    n_before = 0
    for part in file.parts(is_member):
        number = n_before
        # only a whole file can be skipped by its lines: how many one in an archive has is known when it was read
        for row in _part_rows(file, part, skip if file.archive is None else 0):
            number = n_before + row.number
            if number > skip:
                yield Row(number, row.fields, row.problem, row.is_mended)
        n_before = number


def _part_rows(file: PostsFile, part: Part, skip: int) -> Iterator[Row]:
    name = file.name if file.archive is None else f"{part.name} in {file.name}"
    kind = kind_of(part.start, name)
    if kind == "parquet":
        yield from _parquet(file, skip)
    elif kind == "jsonl":
        yield from json_rows(part.pieces, skip=skip)
    else:
        yield from csv_rows(part.pieces, name, is_tabbed=kind == "tsv", skip=skip)


def _parquet(file: PostsFile, skip: int) -> Iterator[Row]:
    if file.path is None or file.archive is not None:
        where = "standard input" if file.archive is None else "an archive"
        raise UsageError(
            f"Parquet cannot be read from {where}.",
            "Give the file's name instead: `miner import FILE.parquet`.",
        )
    n_rows = parquet_size(file.path, file.name)
    for row in parquet_rows(file.path, file.name, skip=skip):
        file.share_read = row.number / n_rows
        yield row
    file.share_read = 1.0


def _taken(rows: Iterator[Row], size: int) -> tuple[list[Row], SourceError | None]:
    """The next *size* rows, or those before the file broke off and the error that says so."""
    taken: list[Row] = []
    try:
        for row in islice(rows, size):
            taken.append(row)
    except MalformedError as error:
        return taken, error
    return taken, None


def _refuse_what_is_not_posts(name: str, rows: list[Row], reading: Reading) -> None:
    """Stop before the first post when it is plain that the whole file is of another kind."""
    objects = [row.fields for row in rows if row.fields is not None]
    if not objects:
        raise UsageError(
            f"None of the first {len(rows):,} lines of {name} is a JSON object or a row that fits the header.",
            "Give one post a line; `jq -c . FILE` turns objects that span lines into such lines.",
        )
    if not any(isinstance(row_to_post(row, reading.mapping)[0], Post) for row in rows):
        columns = frozenset(column for fields in objects for column in fields)
        error = nothing_to_read(name, columns, reading.mapping)
        if error is not None:
            raise error


def is_member(path: str) -> bool:
    """Tables and JSON lines in an archive."""
    return path.endswith(_SUFFIXES)


def _is_it(glimpse: Glimpse) -> bool:
    """Never plainly: it is what remains."""
    return False


FORMAT = Format(info=INFO, is_it=_is_it, is_member=is_member, read=read)
