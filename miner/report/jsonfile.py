"""A report as JSON, whole, and back: what `miner report RUN` renders again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec

from miner.errors import MinerError
from miner.report.inert import INVISIBLE
from miner.report.model import Report

FORMAT = "nostalgia-miner report"
VERSION = 1
_AGAIN = "Name the report.json of a run, or make one with `miner rank`."
# these two end a line for JavaScript, and for a person's editor
_ESCAPED = re.compile(f"{INVISIBLE.pattern[:-1]}\u2028\u2029]")


def to_json(report: Report) -> str:
    r"""*report* as indented JSON with sorted keys, ending with a line break.

    Letters of every script are written as they are; invisible and reordering characters as ``\uXXXX``, so that the
    file shows what it holds and reading it gives back the very same report.

    Raises:
        TypeError, ValueError: The manifest holds what JSON has no word for.
    """
    fields = {"format": FORMAT, "version": VERSION, "report": msgspec.to_builtins(report)}
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return _ESCAPED.sub(_escape, text) + "\n"


def _escape(match: re.Match[str]) -> str:
    digits = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{digits[i : i + 4]}" for i in range(0, len(digits), 4))


def write_json(report: Report, path: Path) -> None:
    """Writes *report* to *path*, UTF-8."""
    path.write_bytes(to_json(report).encode())


def report_from_json(text: str, name: str = "The text") -> Report:
    """The report that :func:`to_json` wrote.

    Args:
        text: The JSON.
        name: What to call it in an error.

    Raises:
        MinerError: It is no JSON, no report, or one of a newer version of this program.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MinerError(f"{name} is not JSON: {error}.", _AGAIN) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise MinerError(f"{name} is JSON, but not a report of this program.", _AGAIN)
    if found.get("version") != VERSION:
        raise MinerError(
            f"{name} is a report in version {found.get('version')!r} of the format; this program reads {VERSION}.",
            "Update the program, or make the report again with `miner rank`.",
        )
    try:
        return msgspec.convert(found.get("report"), Report)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:  # a field's name may be half a surrogate pair
        raise MinerError(f"{name} is a report with a part that does not fit: {error}.", _AGAIN) from error


def read_report(path: Path) -> Report:
    """The report in the file *path*.

    Raises:
        MinerError: The file cannot be read, or holds no report.
    """
    try:
        return report_from_json(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise MinerError(f"{path} cannot be read: {error.strerror}.", _AGAIN) from error
    except UnicodeDecodeError as error:
        raise MinerError(f"{path} is not text in UTF-8.", _AGAIN) from error
