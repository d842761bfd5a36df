"""The ids of a corpus's posts, to be shared: whoever has them fetches what is still there, and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from miner import __version__
from miner.corpus import Corpus, corpus_folder
from miner.errors import UsageError
from miner.settings import Settings
from miner.sources.again_base import Known

FORMAT: Final = "nostalgia-miner ids"
VERSION: Final = 1


def export_ids(settings: Settings, name: str, file: Path) -> int:
    """Write the ids, sources and addresses of a corpus's posts to *file*, one a line, and nothing else of them.

    Returns:
        How many.

    Raises:
        UsageError: There is no such corpus.
        OSError: The file cannot be written.
    """
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    known = known_in(corpus)
    head = {"format": FORMAT, "version": VERSION, "corpus": name, "posts": len(known)}
    head |= {"made_by": f"nostalgia-miner {__version__}", "day": f"{datetime.now(UTC):%Y-%m-%d}"}
    lines = ({"id": post.id, "source": post.source, "url": post.url} for post in known)
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in (head, *lines))
    return len(known)


def read_ids(file: Path) -> list[Known]:
    """The ids that :func:`export_ids` wrote, each once.

    Raises:
        UsageError: The file is missing, or a line of it is none of ids.
    """
    again = "Make one with `miner export NAME --ids FILE`."
    try:
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line.strip()]
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", again) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is no file of ids: {error}.", again) from error
    if not lines or not isinstance(lines[0], dict) or lines[0].get("format") != FORMAT:
        raise UsageError(f"{file} is no file of ids.", again)
    found: dict[str, Known] = {}
    for number, line in enumerate(lines[1:], 2):
        if not isinstance(line, dict) or not all(isinstance(line.get(part), str) for part in ("id", "source")):
            raise UsageError(f"Line {number:,} of {file} has no id and source.", again)
        url = line.get("url")
        known = Known(id=line["id"], source=line["source"], url=url if isinstance(url, str) else None)
        found.setdefault(known.id, known)
    return list(found.values())


def known_in(corpus: Corpus) -> list[Known]:
    """All posts of a corpus, as far as one has to know them to ask for them again, in the order of storage."""
    found = []
    for batch in corpus.read(columns=["id", "source", "url"]):
        columns = (batch.column(name).to_pylist() for name in ("id", "source", "url"))
        found += [Known(id=i, source=s, url=u) for i, s, u in zip(*columns, strict=True)]
    return found
