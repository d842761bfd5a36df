"""What a file is, told by its first bytes; the suffix decides only between the ways of separating columns."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

from miner.errors import NothingFound, UsageError
from miner.sources.files.mapping import KNOWN_FIELDS

Kind = Literal["jsonl", "csv", "tsv", "parquet"]

BOM = b"\xef\xbb\xbf"
_PACKED = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7-Zip", b"Rar!": "RAR"}
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def kind_of(start: bytes, name: str) -> Kind:
    """The kind of a file.

    Args:
        start: Its first bytes, unpacked; a few kilobytes are enough.
        name: Its name.

    Raises:
        UsageError: It is none of the kinds; the message says what it looks like and what to do.
        NothingFound: It holds nothing but white space.
    """
    _refuse_other_things(start, name)
    text = start.removeprefix(BOM).lstrip()
    if start.startswith(b"PAR1"):
        return "parquet"
    if not text:
        raise NothingFound(f"{name} holds nothing but empty lines.", "Give a file with one post a line.")
    if text.startswith(b"{"):
        return "jsonl"
    suffixes = {suffix.lower() for suffix in PurePath(name).suffixes}
    if ".tsv" in suffixes or ".tab" in suffixes:
        return "tsv"
    if ".csv" in suffixes:
        return "csv"
    if suffixes & {".jsonl", ".ndjson", ".json"} and not text.startswith(b"["):
        return "jsonl"  # its first line may be the broken one
    return _by_header(text, name)


def _by_header(text: bytes, name: str) -> Kind:
    """CSV without a telling name: its first line names a field that posts have."""
    header = text.split(b"\n", 1)[0].decode("utf-8", "replace")
    for kind, separator in (("tsv", "\t"), ("csv", ",")):
        columns = {column.strip().strip('"').lower() for column in header.split(separator)}
        if len(columns) > 1 and columns & KNOWN_FIELDS:
            return "tsv" if kind == "tsv" else "csv"
    raise UsageError(
        f"{name} is neither JSON lines nor CSV nor Parquet.",
        "Give one JSON object a line, or a table whose first line names its columns, in a file called .csv or .tsv.",
    )


def _refuse_other_things(start: bytes, name: str) -> None:
    text = start.removeprefix(BOM).lstrip()
    packed = next((kind for magic, kind in _PACKED.items() if start.startswith(magic)), None)
    if packed is not None:
        raise UsageError(f"{name} is a {packed} archive.", "Unpack it first; gzip, zstd and ZIP are read as they are.")
    if start.startswith(_WIDE):
        raise UsageError(
            f"{name} is in UTF-16.", f"Turn it into UTF-8: `iconv -f UTF-16 -t UTF-8 {name} > utf8-{name}`."
        )
    if text[:64].lower().startswith(_MARKUP):
        raise UsageError(
            f"{name} is a web page or XML, not a file of posts.",
            "Open it in a browser: a download that asked for a login often leaves such a page.",
        )
    if text.startswith(b"["):
        raise UsageError(
            f"{name} is one JSON array; one object a line is needed, so that a file of any size can be read.",
            f"Turn it into lines: `jq -c '.[]' {name} | miner import - --into NAME`.",
        )
    # up to one in a hundred: a stray control character is found in real exports
    n_binary = sum(byte < 9 or 13 < byte < 27 for byte in start)
    if n_binary * 100 > len(start) and not start.startswith(b"PAR1"):
        raise UsageError(
            f"{name} is binary data of an unknown kind.", "Give JSON lines, CSV (both also as .gz or .zst) or Parquet."
        )
