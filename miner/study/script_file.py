"""Files of the period check: a script in, a table of one's own artifacts out."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

from miner.artifacts.catalogue import KnownArtifact, load_all, load_catalogue
from miner.errors import MinerError, NothingFound
from miner.records import Story
from miner.settings import Settings
from miner.study.models import own_catalogue
from miner.study.script import Named, read_script

MAX_BYTES = 50 * 1024 * 1024
COLUMNS = ("name", "aliases", "category", "brand", "years", "heyday", "source")


def check_file(path: Path, story: Story, settings: Settings) -> list[Named]:
    """What the script in *path* names (``-``: stdin).

    Raises:
        MinerError: It cannot be read, is too large, or is no text.
    """
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if str(path) == "-" else _read(path)
    except OSError as error:
        raise MinerError(f"{path} cannot be read: {error.strerror}.", "Name a file of text.") from error
    if len(data) > MAX_BYTES:
        raise MinerError(f"{path} is larger than {MAX_BYTES // 1024**2} MB.", "Name a script, not a folder of them.")
    if data.startswith((b"%PDF", b"PK\x03\x04")):
        raise MinerError(f"{path} is no text.", "Export the script as Fountain or plain text, then check that.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return read_script(text, load_all(own_catalogue(settings)), story)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def shown_entries(name: str, settings: Settings) -> list[KnownArtifact]:
    """The catalogue's entries that *name* means.

    Raises:
        NothingFound: There is none; the error names those that are spelt most alike.
    """
    from rapidfuzz import process

    catalogue = load_all(own_catalogue(settings))
    found = catalogue.find(name)
    if not found:
        near = process.extract(name, [entry.name for entry in catalogue.told], limit=3)
        meant = ", ".join(repr(match[0]) for match in near)
        raise NothingFound(
            f"The catalogue has no {name!r}.",
            f"Did you mean {meant}? Add your own with `miner catalogue add FILE`.",
        )
    return found


def add_own(path: Path, settings: Settings) -> tuple[int, int, Path]:
    """Add the artifacts of *path* to one's own table; one that is there already is replaced.

    Returns:
        How many were added or replaced, how many the table holds now, and where it is.

    Raises:
        MinerError: The file cannot be read, or a line of it cannot be used; then nothing is added.
    """
    try:
        load_catalogue(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [{column: (row.get(column) or "").strip() for column in COLUMNS} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MinerError(f"{path} cannot be read: {error}.", f"Name a CSV file with {', '.join(COLUMNS)}.") from error
    kept: dict[str, dict[str, str]] = {}
    target = settings.catalogue
    if target.is_file():
        with target.open(encoding="utf-8-sig", newline="") as file:
            kept = {row["name"].lower(): row for row in csv.DictReader(file)}
    kept |= {row["name"].lower(): row for row in rows}
    draft = target.with_name(f".{target.name}.new")
    with draft.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, COLUMNS, lineterminator="\n", extrasaction="ignore")
        out.writeheader()
        out.writerows(kept.values())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
    load_all.cache_clear()
    return len(rows), len(kept), target
