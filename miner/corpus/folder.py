"""Where a corpus lies, what it is called, and the few facts beside its posts.

```
corpora/                  settings.corpora
├── .author-key           see miner.corpus.key
└── summer-80s/           a corpus
    ├── study.toml        name, time of creation, format, which author key
    ├── .lock             see miner.corpus.lock
    ├── forgotten.txt     see miner.corpus.forgotten; missing until something was forgotten
    └── posts/            the Delta table
```
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from miner.corpus.cursors import load_state
from miner.errors import CorpusError, UnknownName, UsageError
from miner.settings import toml_of

FORMAT = 1
"""Version of the layout; a program reads its own and all older ones."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_STUDY = """\
# A corpus of nostalgia miner. The posts are the Delta table in posts/.
name = "{name}"
created = {created}
format = {format}
# Which key the authors' pseudonyms were made with (a fingerprint, not the key).
author_key = "{author_key}"
"""
_RETENTION = """\
# Days after which `miner purge` deletes a post, counted from when it was fetched.
retention_days = {}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What ``study.toml`` says.

    Attributes:
        name: The corpus's name when it was created.
        created: When that was, UTC.
        format: Layout of the corpus, 1 to :data:`FORMAT`.
        author_key: Fingerprint of the key of its pseudonyms; empty when the file does not say.
        retention_days: Days after which `miner purge` deletes a post, counted from when it was fetched; None when
            the file does not say.
    """

    name: str
    created: datetime
    format: int
    author_key: str
    retention_days: int | None = None


def corpus_folder(corpora: Path, name: str) -> Path:
    """The folder of the corpus called *name*, which need not exist.

    Raises:
        UsageError: *name* has other characters than ASCII letters, digits, ``-``, ``_`` and ``.``, begins with one of
            the last three, or has more than 100.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"A corpus cannot be called {name!r}.",
            "Use up to 100 letters, digits, -, _ and ., a letter or digit first, for example `--into summer-80s`.",
        )
    return corpora / name


def corpora_in(corpora: Path) -> list[str]:
    """Names of the corpora in a folder, sorted; none when there is no such folder."""
    if not corpora.is_dir():
        return []
    return sorted(folder.name for folder in corpora.iterdir() if _NAME.fullmatch(folder.name) and is_corpus(folder))


def is_corpus(folder: Path) -> bool:
    """Whether posts were ever stored there. A folder with only ``study.toml`` is a creation that was killed."""
    return (posts_folder(folder) / "_delta_log").is_dir()


def posts_folder(folder: Path) -> Path:
    """The Delta table of the corpus in *folder*."""
    return folder / "posts"


def unknown_corpus(folder: Path) -> UnknownName:
    """The error for a corpus that is not there; names those beside it."""
    return UnknownName(
        "corpus",
        folder.name,
        corpora_in(folder.parent),
        f"`miner import FILE --into {folder.name}` makes it from a file of posts.",
    )


def write_study(folder: Path, *, created: datetime, author_key: str, retention_days: int | None = None) -> None:
    """Write ``study.toml``, whole or not at all."""
    text = _STUDY.format(
        name=folder.name,
        created=created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        format=FORMAT,
        author_key=author_key,
    )
    if retention_days is not None:
        text += _RETENTION.format(retention_days)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".study-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).chmod(0o644)
    Path(temporary).replace(folder / "study.toml")


def read_study(folder: Path) -> Study:
    """What ``study.toml`` says.

    Raises:
        CorpusError: It is missing or not TOML, lacks a value, or comes from a newer version of this program.
    """
    path = folder / "study.toml"
    try:
        found = toml_of(path.read_text(encoding="utf-8"))
        study = Study(
            name=str(found["name"]),
            created=_in_utc(found["created"]),
            format=int(found["format"]),
            author_key=str(found.get("author_key", "")),
            retention_days=int(found["retention_days"]) if "retention_days" in found else None,
        )
    except (OSError, ValueError, OverflowError, KeyError, TypeError, AttributeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CorpusError(
            f"The corpus's description {path} cannot be read ({reason}).",
            "Put it back from a backup; the posts beside it are untouched.",
        ) from error
    if study.format > FORMAT:
        raise CorpusError(
            f"The corpus {folder.name} has format {study.format}; this version of the program reads up to {FORMAT}.",
            "Update with `pip install --upgrade nostalgia-miner`.",
        )
    return study


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def last_commits(folder: Path) -> dict[str, datetime]:
    """When each stream of the corpus in *folder* was last written to, UTC, from the log alone.

    Raises:
        CorpusError: An entry of the log is missing or damaged.
    """
    log = posts_folder(folder) / "_delta_log"
    numbers = [int(path.stem) for path in log.glob("*.json") if re.fullmatch("[0-9]{20}", path.stem)]
    times = load_state(log, max(numbers)).times if numbers else {}
    return {stream: datetime.fromisoformat(at) for stream, at in times.items()}
