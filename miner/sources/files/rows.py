"""Rows out of JSON lines, CSV and Parquet. A row that cannot be read is a row with a reason."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from miner.errors import MalformedError, UsageError
from miner.sources.files.kinds import BOM
from miner.sources.files.opening import Part, whole
from miner.sources.files.streams import lines

_TOO_LONG = "line too long"
# lines of these stand in a table for what csv cannot be given, or gave up on
_LONG_CELL, _BROKEN_CELL = "\0long", "\0broken"


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file.

    Attributes:
        number: Line of a JSONL file, row under the header of the others; from 1, every record counts.
        fields: Name to value as the file gives them; None when the record cannot be read.
        problem: Why it cannot: ``line is not JSON``, ``not an object``, ``line too long``, ``row does not fit header``.
            Empty otherwise.
        is_mended: It held bytes that are not UTF-8; they were replaced by U+FFFD.
    """

    number: int
    fields: Mapping[str, Any] | None
    problem: str = ""
    is_mended: bool = False


def json_rows(chunks: Iterator[bytes], *, skip: int = 0) -> Iterator[Row]:
    """Yield the objects of a file with one a line. Empty lines count as lines and give no row."""
    decode = msgspec.json.Decoder().decode
    for number, line in enumerate(lines(chunks), 1):
        if number <= skip:
            continue
        if line is None:
            yield Row(number, None, _TOO_LONG)
            continue
        if not line.strip(b" \t\r\0") or (number == 1 and not line.removeprefix(BOM).strip()):
            continue
        try:
            value, is_mended = decode(line), False
        except (ValueError, RecursionError):
            try:
                value, is_mended = decoded(line.removeprefix(BOM) if number == 1 else line)
            except (ValueError, RecursionError):
                yield Row(number, None, "line is not JSON")
                continue
        if isinstance(value, dict):
            yield Row(number, value, "", is_mended)
        else:
            yield Row(number, None, "not an object", is_mended)


def decoded(line: bytes) -> tuple[object, bool]:
    """What strict JSON is not, but files are: NaN, halves of surrogate pairs, raw tabs in strings, other encodings.

    Returns:
        The value, and whether bytes that are not UTF-8 were replaced by U+FFFD.

    Raises:
        ValueError, RecursionError: It is no JSON even so.
    """
    try:
        return json.loads(line.decode("utf-8"), strict=False), False
    except UnicodeDecodeError:
        return json.loads(line.decode("utf-8", "replace"), strict=False), True


def document(part: Part, name: str) -> object:
    """A part that is one JSON text, decoded.

    Raises:
        MalformedError: It is damaged, cut short or too long to be read whole.
    """
    try:
        return decoded(whole(part, name).removeprefix(BOM))[0]
    except (ValueError, RecursionError) as error:
        raise MalformedError(
            f"{name} is damaged or cut short: {error}.", "Download or copy it again and import it again."
        ) from error


def csv_rows(chunks: Iterator[bytes], name: str, *, is_tabbed: bool, skip: int = 0) -> Iterator[Row]:
    """Yield the rows of a table with a header, separated by tabs, or else by commas or semicolons.

    A column is given under its own name and under the same in lower case with ``_`` for spaces, so that ``Full Text``
    is found as ``full_text``.
    """
    text = _Text(chunks)
    header_line = next(text, "")
    text.push_back(header_line)
    separator = "\t" if is_tabbed else max(",;", key=header_line.count)
    table = csv.reader(text, delimiter=separator)
    try:
        header = next(table, [])
    except csv.Error as error:
        raise UsageError(f"The first line of {name} is no header: {error}.", "Name its columns there.") from error
    names = [(column, "_".join(column.lower().split())) for column in header]
    number = 0
    while True:
        text.is_mended = False
        try:
            cells = next(table, None)
        except csv.Error:  # a quote that is never closed swallows text up to csv.field_size_limit
            cells = [_BROKEN_CELL]
        if cells is None:
            return
        if cells:
            number += 1
            if number > skip:
                yield _csv_row(number, cells, names, text.is_mended)


def _csv_row(number: int, cells: list[str], names: list[tuple[str, str]], is_mended: bool) -> Row:
    if cells == [_LONG_CELL]:
        return Row(number, None, _TOO_LONG)
    if len(cells) > len(names) or cells == [_BROKEN_CELL]:
        return Row(number, None, "row does not fit header", is_mended)
    fields: dict[str, str] = {}
    for (column, plain), cell in zip(names, cells, strict=False):
        fields[column] = cell
        fields.setdefault(plain, cell)
    return Row(number, fields, "", is_mended)


class _Text(Iterator[str]):
    """Lines of text for the csv module, which wants them with their ends."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._lines = lines(chunks)
        self._waiting: list[str] = []
        self._is_first = True
        self.is_mended = False

    def push_back(self, line: str) -> None:
        if line:
            self._waiting.append(line)

    def __next__(self) -> str:
        if self._waiting:
            return self._waiting.pop()
        line = next(self._lines)
        if line is None:
            return _LONG_CELL + "\n"
        if self._is_first:
            line, self._is_first = line.removeprefix(BOM), False
        try:
            return line.decode("utf-8") + "\n"
        except UnicodeDecodeError:
            self.is_mended = True
            return line.decode("utf-8", "replace") + "\n"


def parquet_size(path: Path, name: str) -> int:
    """Number of rows of a Parquet file. Raises UsageError when it is none, or cut short: the index is at its end."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException, ValueError) as error:
        raise UsageError(
            f"{name} is a Parquet file that is damaged or cut short.", "Download or copy it again."
        ) from error


def parquet_rows(path: Path, name: str, *, skip: int = 0) -> Iterator[Row]:
    """Yield the rows of a Parquet file, a thousand in memory at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1_000):
                fresh = batch.slice(max(0, skip - number))
                first = number + batch.num_rows - fresh.num_rows + 1
                for place, fields in enumerate(fresh.to_pylist(), first):
                    yield Row(place, fields)
                number += batch.num_rows
    except (OSError, pa.ArrowException, ValueError, OverflowError, RecursionError) as error:
        # what Arrow reads may be no text and no time for Python
        raise MalformedError(
            f"The file {name} is damaged after row {number:,}; everything before that was kept.",
            "Download or copy it again and import it again: posts that are known are not stored twice.",
        ) from error
