"""A run done again from what it left behind, and held against it byte by byte."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from miner.corpus import CorpusThen, corpus_folder, is_corpus
from miner.errors import MinerError
from miner.report import Report
from miner.settings import Settings
from miner.study.inputs import FILES, FOLDER, ONLINE, Inputs, read_inputs, settings_of, write_inputs
from miner.study.online import remembered
from miner.study.output import FORMATS, STAMP, load_report, save
from miner.study.rank import rank
from miner.study.stages import Progress, silent

CLOCK: Final = "written_at"
N_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A file of a run beside the one that was made anew.

    Attributes:
        name: Its path inside the run's folder, with ``/``.
        difference: How they differ, in words; empty when all bytes are the same.
    """

    name: str
    difference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A value that is another one now.

    Attributes:
        key: Where it stands, parts joined with dots (``packages.numpy``).
        then: What it was; empty when it was not there.
        now: What it is; empty when it is not there.
    """

    key: str
    then: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of a replay.

    Attributes:
        run_id: Name of the run that was done again.
        files: All files of either, by name.
        manifest: What it was made with that is another thing now.
        report: The report made anew.
    """

    run_id: str
    files: tuple[Compared, ...]
    manifest: tuple[Changed, ...]
    report: Report

    @property
    def is_identical(self) -> bool:
        """Whether every file has the same bytes."""
        return not any(file.difference for file in self.files)


def replay(run: Path, out: Path, *, settings: Settings, progress: Progress = silent) -> Replayed:
    """Do a run again and compare every file with what it wrote.

    The corpus is read at the version that the run named; nobody is asked, and nothing that earlier runs kept beside the
    corpus is used. The corpus is looked for beside the folder that the run's output lies in, then among those of
    *settings*.

    Args:
        run: Folder of the run.
        out: Where the new files go.
        settings: Where corpora are, and models if the run's own names do not lead there.
        progress: Told the stage and how many of its posts are done.

    Raises:
        MinerError: The run does not say what it was asked with, or *out* is its own folder.
        UnknownName: There is no such corpus.
    """
    if out.resolve() == run.resolve():
        raise MinerError(f"{out} holds the run itself.", "Name another folder with --out.")
    stored, inputs = load_report(run), read_inputs(run)
    corpus = CorpusThen(find_corpus(run, inputs.question.corpus, settings), version=inputs.question.version)
    made = answered(corpus, inputs, run, settings=settings, progress=progress)
    # somebody may have set it with `miner report RUN --expires` since
    made = replace(made, expires_at=stored.expires_at)
    save(made, out)
    if (run / "public").is_dir():
        save(made, out, is_public=True)
    write_inputs(inputs, out)
    return Replayed(
        run_id=stored.run_id,
        files=tuple(compared(run, out)),
        manifest=tuple(changes(stored.manifest, made.manifest)),
        report=made,
    )


def answered(corpus: CorpusThen, inputs: Inputs, run: Path, *, settings: Settings, progress: Progress) -> Report:
    """The report that *inputs* ask of *corpus*, worked out anew."""
    asked = inputs.question
    answers = run / FOLDER / ONLINE
    recall = partial(remembered, answers=answers, story_year=asked.story.year, trouble=asked.trouble)
    return rank(
        corpus,
        era=asked.era,
        settings=settings_of(inputs, run, settings),
        top=asked.top,
        links=asked.links,
        decisions=inputs.decisions,
        keep=asked.keep,
        story=asked.story,
        lens=asked.lens,
        look_up=recall if asked.is_online else None,
        afresh=True,
        progress=progress,
    )


def find_corpus(run: Path, name: str, settings: Settings) -> Path:
    """Folder of the corpus of a run: beside its output, as a pack is laid out, else where *settings* say."""
    beside = corpus_folder(run.resolve().parent.parent.parent / "corpora", name)
    return beside if is_corpus(beside) else corpus_folder(settings.corpora, name)


def compared(run: Path, again: Path) -> Iterator[Compared]:
    """Every file of a run beside the one of the same name in *again*; the time in ``run.json`` is not looked at."""
    names = {f"report.{kind}" for kind in FORMATS} | {STAMP} | {f"{FOLDER}/{name}" for name in FILES}
    names |= {f"public/report.{kind}" for kind in FORMATS}
    for name in sorted(names):
        one, other = (_content(folder / name) for folder in (run, again))
        if one is not None or other is not None:
            yield Compared(name=name, difference=_difference(one, other, name))


def changes(then: object, now: object, at: str = "") -> Iterator[Changed]:
    """What differs between two trees of JSON, leaf by leaf, by key."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for key in sorted({*then, *now}):
            yield from changes(then.get(key, ""), now.get(key, ""), f"{at}.{key}" if at else str(key))
    elif _is_list(then) and _is_list(now) and len(then) == len(now):  # type: ignore[arg-type]
        for i, (one, other) in enumerate(zip(then, now, strict=True)):  # type: ignore[call-overload]
            yield from changes(one, other, f"{at}[{i}]")
    elif then != now:
        yield Changed(key=at, then=_shown(then), now=_shown(now))


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _content(path: Path) -> bytes | None:
    if not path.is_file():
        return None
    data = path.read_bytes()
    if path.name != STAMP:
        return data
    try:
        stamp = json.loads(data)
    except ValueError:
        return data
    return json.dumps({k: v for k, v in stamp.items() if k != CLOCK}, sort_keys=True).encode()


def _difference(one: bytes | None, other: bytes | None, name: str) -> str:
    if one is None or other is None:
        return "was not written then" if one is None else "is not written now"
    if one == other:
        return ""
    if name.endswith(".json") and (found := _fields(one, other)):
        some = "; ".join(f"{c.key}: {c.then} then, {c.now} now" for c in found[:N_SHOWN])
        return f"{len(found):,} {'value differs' if len(found) == 1 else 'values differ'}: {some}"
    place = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"differs from byte {place + 1:,} on ({len(one):,} bytes then, {len(other):,} now)"


def _fields(one: bytes, other: bytes) -> list[Changed]:
    try:
        return list(changes(json.loads(one), json.loads(other)))
    except (ValueError, RecursionError):
        return []
