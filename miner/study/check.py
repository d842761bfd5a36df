"""A corpus checked and mended: its posts, its log, its key and its decisions."""

from __future__ import annotations

from dataclasses import replace

from miner.corpus import corpus_folder
from miner.corpus.check import check_corpus
from miner.corpus.findings import Checked, Finding
from miner.corpus.repair import Repaired, repair_corpus
from miner.errors import CorpusError
from miner.review.log import FILE, read_lines
from miner.settings import Settings


def check(settings: Settings, name: str) -> Checked:
    """Read all of the corpus *name*, and change nothing.

    Raises:
        UnknownName: There is no such corpus.
    """
    folder = corpus_folder(settings.corpora, name)
    found = check_corpus(folder)
    return replace(found, findings=(*_decisions(settings, name), *found.findings))


def repair(settings: Settings, name: str) -> Repaired:
    """Mend what can be mended.

    Raises:
        UnknownName: There is no such corpus.
        CorpusError, StorageFull: It cannot be written.
    """
    repaired = repair_corpus(corpus_folder(settings.corpora, name))
    after = replace(repaired.after, findings=(*_decisions(settings, name), *repaired.after.findings))
    return replace(repaired, after=after)


def _decisions(settings: Settings, name: str) -> list[Finding]:
    path = corpus_folder(settings.corpora, name) / FILE
    try:
        rejected = read_lines(path.read_bytes())[1]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}.", "Mend its permissions.") from error
    if not rejected:
        return []
    n = sum(rejected.values())
    return [
        Finding(
            kind="decisions",
            what=f"{n:,} lines of {path} hold no decision ({next(iter(rejected))}).",
            path=path,
            advice="They are passed over. Delete them, or import the decisions again from a file that has them.",
            is_mendable=False,
        )
    ]
