"""The file of decisions about names: which mean one thing, and which do not."""

from __future__ import annotations

import csv
from pathlib import Path

from miner.artifacts.links import Links, links_of
from miner.errors import UsageError
from miner.names import spelling_key

COLUMNS = ("name_a", "name_b", "same")
_YES, _NO = frozenset({"1", "yes", "true", "same"}), frozenset({"0", "no", "false", "apart"})


def read_links(path: Path | None) -> Links:
    """Must-links and cannot-links from a CSV file with the columns ``name_a,name_b,same``; none without a file.

    *same* is 1 or 0, also yes or no.

    Raises:
        UsageError: The file is not there, lacks a column or has a line that says neither; or its links contradict each
            other.
    """
    if path is None:
        return Links()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({error}).", "Give a CSV file with name_a,name_b,same.") from error
    try:
        return _links_in(csv.DictReader(text.splitlines()), path)
    except csv.Error as error:
        raise UsageError(f"{path} is no table ({error}).", "Give a CSV file with name_a,name_b,same.") from error


def _links_in(rows: csv.DictReader[str], path: Path) -> Links:
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise UsageError(f"{path} has no column {missing[0]!r}.", "Begin the file with a line name_a,name_b,same.")
    decisions = []
    for row in rows:
        said = (row["same"] or "").strip().lower()
        one, other = (row["name_a"] or "").strip(), (row["name_b"] or "").strip()
        if said not in _YES | _NO or not spelling_key(one) or not spelling_key(other):
            raise UsageError(f"Line {rows.line_num} of {path} is no decision.", "Write two names, and 1 or 0.")
        decisions.append((one, other, said in _YES))
    return links_of(decisions, {name: spelling_key(name) for one, other, _ in decisions for name in (one, other)})
