"""What there is to scrape and to import, and when this machine's corpora last did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from miner.corpus import corpora_in, corpus_folder, last_commits
from miner.errors import CorpusError
from miner.settings import Settings
from miner.sources import SOURCES, SourceInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSource:
    """A source and its use.

    Attributes:
        info: What it says of itself.
        last_used: Time of the last page that a corpus of the settings got from it, UTC; None when there is none.
    """

    info: SourceInfo
    last_used: datetime | None


def known_sources(settings: Settings) -> list[KnownSource]:
    """All sources, in the order of the family. A damaged corpus is passed over."""
    used = _last_uses(settings.corpora)
    return [KnownSource(info=source.info, last_used=used.get(name)) for name, source in SOURCES.items()]


def _last_uses(corpora: Path) -> Mapping[str, datetime]:
    """Source to its last use over all corpora in a folder."""
    used: dict[str, datetime] = {}
    for corpus in corpora_in(corpora):
        try:
            times = last_commits(corpus_folder(corpora, corpus))
        except CorpusError:
            continue
        for stream, time in times.items():
            source = stream.partition("/")[0]
            used[source] = max(time, used.get(source, time))
    return used
