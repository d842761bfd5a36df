"""What a notebook needs, in five names: ``import miner``, then ``miner.rank(miner.open_corpus("mine"), "80s")``.

They call what the command line calls, so that both give the same bytes; ``miner replay`` repeats what either wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from miner.corpus import Corpus, corpus_folder, is_corpus
from miner.eras import Era
from miner.eras import load_era as _load_era
from miner.records import HOME_REGION, RankedArtifact, Story
from miner.report import Report
from miner.report.parquet import to_table
from miner.review.log import read_decisions
from miner.settings import Settings
from miner.sources.files.opening import check_path
from miner.study.choose import kept_of
from miner.study.eras import ANY
from miner.study.import_result import ImportResult
from miner.study.imports import import_files
from miner.study.inputs import Inputs, inputs_of, write_inputs
from miner.study.links import read_links
from miner.study.models import Models, load_models, own_catalogue
from miner.study.output import save
from miner.study.rank import TOP
from miner.study.rank import rank as _rank
from miner.study.stages import silent

__all__ = ["Settings", "load_era", "open_corpus", "rank", "write_report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What :func:`rank` gives.

    Attributes:
        report: The whole report: rows, funnel, themes, limits, manifest.
        inputs: What it was asked with, in full.
    """

    report: Report
    inputs: Inputs

    @property
    def rows(self) -> tuple[RankedArtifact, ...]:
        """The artifacts, best first."""
        return self.report.rows

    def table(self) -> pa.Table:
        """The rows as an Arrow table with the columns of ``report.parquet``; ``.to_pandas()`` if pandas is there."""
        return to_table(self.report)


def load_era(name: str | Path) -> Era:
    """An era: by name (``80s``), as a span of years (``1983..1986``), or from a TOML file of your own.

    Raises:
        UnknownName: There is no such era.
        EraError: The file cannot be read or contradicts itself; the message names the line.
    """
    return _load_era(name)


def open_corpus(name: str, *, files: Sequence[str | Path] = (), settings: Settings | None = None) -> Corpus:
    """The corpus called *name*; with *files* it is made where it is not there, and their posts are added.

    Args:
        name: Its name, below ``settings.corpora``.
        files: Files of posts in any format that ``miner import`` reads. Posts that are known are not added again.
        settings: Where corpora are; the defaults without it.

    Raises:
        UnknownName: There is no such corpus, and no files to make it of.
        MinerError: A file cannot be read, or the corpus cannot be written.
    """
    folder = corpus_folder((settings or Settings()).corpora, name)
    for file in files:
        check_path(Path(file))
    corpus = Corpus.create(folder) if files and not is_corpus(folder) else Corpus.open(folder)
    if files:
        _raise_failures(import_files(files, corpus))
    return corpus


def rank(
    corpus: Corpus,
    era: Era | str | None,
    *,
    settings: Settings | None = None,
    top: int = TOP,
    keep: Collection[str] = (),
    links: Path | None = None,
    story_year: int | None = None,
    region: str = HOME_REGION,
    lens: str = "seen",
    progress: Callable[[str, int, int], None] = silent,
) -> Run:
    """The artifacts that most people of *corpus* name, as ``miner rank`` ranks them.

    A team's decisions that lie in the corpus are obeyed. Models are loaded once and stay in memory.

    Args:
        corpus: From :func:`open_corpus`.
        era: From :func:`load_era`, or what it takes; None or ``any`` counts all posts.
        settings: Threshold, seed and models.
        top: Rows, at least 1.
        keep: What to count all the same: ``bots``, ``reposts``, ``sellers``, ``frames``, ``duplicates``.
        links: A CSV file of decisions about names (``name_a,name_b,same``).
        story_year: Year of a story, for the period check.
        region: Where it plays: a country's two letters, or ``EU``.
        lens: ``seen``, ``distinctive`` or ``deep``.
        progress: Told the stage and how many of its posts are done.

    Raises:
        NothingFound: No posts, none of the era, or nothing that two authors name.
        UnknownName: There is no such era, lens, or thing to keep.
        SettingsError: A model is missing.
    """
    settings = settings or Settings()
    chosen = _load_era(era) if isinstance(era, str) and era != ANY else era
    chosen = None if isinstance(chosen, str) else chosen
    kept, decided, decisions = kept_of(tuple(keep)), read_links(links), read_decisions(corpus.folder)
    story = Story(year=story_year, region=region.upper())
    asked: dict[str, Any] = {
        "era": chosen,
        "settings": settings,
        "top": top,
        "links": decided,
        "decisions": decisions,
        "keep": kept,
        "story": story,
        "lens": lens,
    }
    report = _rank(corpus, **asked, models=_models(settings), progress=progress)
    return Run(report=report, inputs=inputs_of(report, **asked))


def write_report(run: Run, *, settings: Settings | None = None, is_public: bool = False) -> Path:
    """Write a run below ``settings.output``, as ``miner rank`` does, and say into which folder.

    Args:
        run: From :func:`rank`.
        settings: Where reports are written; the defaults without it.
        is_public: Write the form without quotes, links and rare things, into ``public/`` there.

    Raises:
        StorageFull: No room left.
        MinerError: The folder cannot be written to.
    """
    folder = (settings or Settings()).output / run.report.corpus / run.report.run_id
    write_inputs(run.inputs, folder)
    save(run.report, folder, is_public=is_public)
    return folder


def _models(settings: Settings) -> Models:
    """The models, loaded once for all settings that differ in something else."""
    plain = Settings(spacy_model=settings.spacy_model, encoder=settings.encoder, catalogue=settings.catalogue)
    own = own_catalogue(settings)
    return _loaded(plain, own.stat().st_mtime_ns if own else 0)


@lru_cache(maxsize=1)
def _loaded(settings: Settings, changed: int) -> Models:
    del changed
    return load_models(settings)


def _raise_failures(result: ImportResult) -> None:
    for file in result.failures:
        if file.error is not None:
            raise file.error
