"""What a run was asked with, in full, beside its report: ``output/<corpus>/<run>/inputs/``.

====================  =================================================================================================
``asked.json``        the era with all its words, threshold, seed, lens, story, links, names of models, corpus, version
``decisions.jsonl``   the team's decisions as they were then; missing where there were none
``catalogue.csv``     the production's own table; missing where there was none
``answers.csv``       what Wikidata said of the names of the list; missing without ``--online``
====================  =================================================================================================

Nothing in it depends on the clock or on a place on the disk, so that equal runs write equal inputs.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from miner.artifacts.links import Links
from miner.eras import Era
from miner.errors import MinerError
from miner.records import Story
from miner.report import Report
from miner.review.decisions import Decisions
from miner.review.log import as_line, read_lines
from miner.settings import Settings
from miner.study.models import own_catalogue
from miner.study.online import ANSWERS, answers_to
from miner.study.output import write_whole

FOLDER: Final = "inputs"
ASKED: Final = "asked.json"
DECISIONS: Final = "decisions.jsonl"
CATALOGUE: Final = "catalogue.csv"
ONLINE: Final = "answers.csv"
FILES: Final = (ASKED, DECISIONS, CATALOGUE, ONLINE)
FORMAT: Final = "nostalgia-miner inputs"
VERSION: Final = 1
_AGAIN: Final = "Make the run again with `miner rank`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody asked of a corpus.

    Attributes:
        corpus: Name of the corpus.
        version: Its version.
        era: The era in full; None for any.
        threshold: Probability, 0-1, from which a name counted as an artifact.
        seed: Seed of the intervals.
        spacy_model, encoder: Models that were asked for; empty for the packaged ones.
        top: Rows of the report.
        keep: What was counted all the same.
        lens: What chose and ordered the rows.
        story: When and where the story plays.
        links: What was decided about pairs of names, the team's decisions included.
        is_online: Whether Wikidata was asked.
        trouble: Why that was broken off; empty when it was not.
    """

    corpus: str
    version: int
    era: Era | None
    threshold: float
    seed: int
    spacy_model: str = ""
    encoder: str = ""
    top: int
    keep: tuple[str, ...] = ()
    lens: str = "seen"
    story: Story = field(default_factory=Story)
    links: Links = field(default_factory=Links)
    is_online: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that a run was made from, but the posts and the program.

    Attributes:
        question: What was asked.
        decisions: The team's decisions.
        catalogue: The production's own table as it was read; None when there was none.
        answers: What Wikidata said; None when it was not asked.
    """

    question: Question
    decisions: Decisions = field(default_factory=Decisions)
    catalogue: bytes | None = None
    answers: bytes | None = None


def inputs_of(
    report: Report,
    *,
    era: Era | None,
    settings: Settings,
    top: int,
    links: Links,
    decisions: Decisions,
    keep: Collection[str] = (),
    story: Story,
    lens: str = "seen",
    is_online: bool = False,
) -> Inputs:
    """The inputs of the run that gave *report*; arguments as :func:`miner.study.rank.rank` took them."""
    said = dict(_part(report.manifest, "online"))
    own = own_catalogue(settings)
    names = [row.artifact.name for row in report.rows]
    question = Question(
        corpus=report.corpus,
        version=int(str(_part(report.manifest, "corpus")["version"])),
        era=era,
        threshold=settings.threshold,
        seed=settings.seed,
        spacy_model=settings.spacy_model,
        encoder=settings.encoder,
        top=top,
        keep=tuple(sorted(keep)),
        lens=lens,
        story=story,
        links=links,
        is_online=is_online,
        trouble=str(said.get("trouble", "")),
    )
    return Inputs(
        question=question,
        decisions=decisions,
        catalogue=own.read_bytes() if own else None,
        answers=answers_to(names, settings.corpora / ANSWERS).encode() if is_online else None,
    )


def write_inputs(inputs: Inputs, run: Path) -> list[Path]:
    """Write *inputs* into the folder of a run; returns the files.

    Raises:
        StorageFull: No room left.
        MinerError: The folder cannot be written to.
    """
    folder = run / FOLDER
    with _trouble(folder, "Name another folder with --output."):
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for name, data in files_of(inputs).items():
            write_whole(folder / name, data)
            written.append(folder / name)
        for name in FILES:
            if folder / name not in written:
                (folder / name).unlink(missing_ok=True)
    return written


def files_of(inputs: Inputs) -> dict[str, bytes]:
    """The files of *inputs*: name to content."""
    asked = {"format": FORMAT, "version": VERSION, "asked": msgspec.to_builtins(inputs.question, order="deterministic")}
    text = json.dumps(asked, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    found = {ASKED: text.encode()}
    if inputs.decisions.lines:
        found[DECISIONS] = b"".join(map(as_line, inputs.decisions.lines))
    if inputs.catalogue is not None:
        found[CATALOGUE] = inputs.catalogue
    if inputs.answers is not None:
        found[ONLINE] = inputs.answers
    return found


def read_inputs(run: Path) -> Inputs:
    """What the run in that folder was asked with.

    Raises:
        MinerError: There is nothing of it, since an earlier version of the program made the run; or it cannot be read.
    """
    folder = run / FOLDER
    if not (folder / ASKED).is_file():
        raise MinerError(
            f"The run {run.name} does not say what it was asked with: {folder / ASKED} is missing.", _AGAIN
        )
    with _trouble(folder):
        found = {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}
    decisions, rejected = read_lines(found.get(DECISIONS, b""))
    if rejected:
        raise MinerError(f"{folder / DECISIONS} has a line that is no decision: {next(iter(rejected))}.", _AGAIN)
    return Inputs(
        question=_question(found[ASKED], folder / ASKED),
        decisions=Decisions(tuple(decisions)),
        catalogue=found.get(CATALOGUE),
        answers=found.get(ONLINE),
    )


def _question(data: bytes, path: Path) -> Question:
    try:
        found = json.loads(data)
        if found["format"] != FORMAT or found["version"] != VERSION:
            raise MinerError(f"{path} has a format that this version of the program does not know.", _AGAIN)
        asked: Question = msgspec.convert(found["asked"], Question)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MinerError(f"{path} is not what a run was asked with: {error}.", _AGAIN) from error
    return asked


def settings_of(inputs: Inputs, run: Path, settings: Settings) -> Settings:
    """*settings* with what the run was asked with in their place.

    A model that *settings* name wins over the run's: its folder may lie elsewhere on another machine, and the manifest
    tells whether it is the same.
    """
    asked = inputs.question
    return replace(
        settings,
        threshold=asked.threshold,
        seed=asked.seed,
        spacy_model=settings.spacy_model or asked.spacy_model,
        encoder=settings.encoder or asked.encoder,
        catalogue=run / FOLDER / CATALOGUE,
    )


def _part(manifest: Mapping[str, object], name: str) -> Mapping[str, Any]:
    found = manifest.get(name)
    return found if isinstance(found, Mapping) else {}


@contextlib.contextmanager
def _trouble(folder: Path, advice: str = "") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MinerError(
            f"{folder} cannot be used: {error.strerror}.", advice or f"See whose it is: `ls -ld {folder}`."
        ) from error
