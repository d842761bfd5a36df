"""A study as one file to hand on: posts or their ids, inputs, report, checksums; equal studies give equal bytes."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal, get_args

import pyarrow as pa

from miner.corpus import SCHEMA, CorpusThen
from miner.corpus.export import export_parquet
from miner.errors import CorpusError, MinerError, StorageFull, UnknownName
from miner.report import Report, write_report
from miner.report.public import public
from miner.review.decisions import Decisions
from miner.settings import Settings
from miner.study.crate import CHECKSUMS, IDS, METADATA, POSTS, README, Packed, Study, checksums, metadata, readme
from miner.study.gather import Posts, gather
from miner.study.inputs import FILES, FOLDER, Inputs, files_of, read_inputs
from miner.study.manifest import posts_digest
from miner.study.online import answers_to
from miner.study.output import FORMATS, STAMP, load_report
from miner.study.replay import CLOCK, find_corpus

By = Literal["ids", "value"]
BYS: Final[tuple[By, ...]] = get_args(By)
ROWS: Final = 8_192
_BEGAN: Final = (1980, 1, 1, 0, 0, 0)
_SQUEEZED: Final = (".parquet", ".xlsx")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def pack(run: Path, file: Path, *, by: str, settings: Settings) -> list[Packed]:
    """Write the study of a run into a zip file, whole or not at all.

    Args:
        run: Folder of the run.
        file: The zip file to write.
        by: One of :data:`BYS`. ``value``: the posts as the run read them, the internal report, all inputs; after
            :func:`miner.study.unpack.unpack` the run can be done again. ``ids``: ids in place of posts, the public
            report, decisions without names of people and notes.
        settings: Where corpora are.

    Returns:
        The files in it, by name.

    Raises:
        UnknownName: There is no such *by*, or no such corpus.
        CorpusError: The corpus does not hold the posts that the run read any more.
        MinerError: The run does not say what it was asked with; the file cannot be written.
    """
    if by not in BYS:
        raise UnknownName("way to pack posts", by, BYS)
    report, inputs = load_report(run), read_inputs(run)
    posts = _posts(run, report, inputs, settings)
    study = _study(run, report, has_posts=by == "value")
    try:
        with tempfile.TemporaryDirectory(prefix=".pack-", dir=file.parent) as folder:
            root = Path(folder)
            if study.has_posts:
                _lay_out_values(root, run, study, posts)
            else:
                _lay_out_ids(root, run, study, report, inputs, posts)
            packed = _describe(root, study)
            _zip(root, packed, root / "pack.zip")
            (root / "pack.zip").replace(file)
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(f"There is no room for {file}.", "Free some space, or name another --out.") from error
        raise MinerError(f"{file} cannot be written: {error.strerror}.", "Name another file with --out.") from error
    return packed


def _posts(run: Path, report: Report, inputs: Inputs, settings: Settings) -> Posts:
    """The posts that the run read."""
    corpus = CorpusThen(find_corpus(run, inputs.question.corpus, settings), version=inputs.question.version)
    posts = gather(corpus.view(corpus.version))
    told = report.manifest.get("corpus")
    if not isinstance(told, Mapping) or posts_digest(posts) != told.get("posts"):
        raise CorpusError(
            f"The corpus {corpus.name} does not hold the posts any more that the run {run.name} read.",
            f"Make a new run with `miner rank {corpus.name}`, and pack that.",
        )
    return posts


def _study(run: Path, report: Report, *, has_posts: bool) -> Study:
    try:
        published = str(json.loads((run / STAMP).read_bytes())[CLOCK])[:10]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MinerError(
            f"{run / STAMP} does not say when the report was written.", f"Write it again: `miner report {run.name}`."
        ) from error
    return Study(
        corpus=report.corpus, run_id=report.run_id, title=report.title, published=published, has_posts=has_posts
    )


def _lay_out_values(root: Path, run: Path, study: Study, posts: Posts) -> None:
    to = root / "output" / study.corpus / study.run_id
    for name in (*(f"report.{kind}" for kind in FORMATS), STAMP, *(f"{FOLDER}/{name}" for name in FILES)):
        if (run / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(run / name, to / name)
    (root / POSTS).parent.mkdir()
    export_parquet(pa.RecordBatchReader.from_batches(SCHEMA, _batches(posts)), root / POSTS)


def _lay_out_ids(root: Path, run: Path, study: Study, report: Report, inputs: Inputs, posts: Posts) -> None:
    shown = public(report)
    to = root / "output" / study.corpus / study.run_id
    write_report(shown, to / "public", FORMATS)
    stamp = {CLOCK: study.published, "manifest": shown.manifest}
    (to / STAMP).write_text(json.dumps(stamp, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    (to / FOLDER).mkdir()
    for name, data in files_of(_publishable(inputs, shown, run)).items():
        (to / FOLDER / name).write_bytes(data)
    (root / IDS).parent.mkdir()
    with (root / IDS).open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(("id", "source"))
        for batch in _batches(posts, ("id", "source")):
            lines.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _publishable(inputs: Inputs, shown: Report, run: Path) -> Inputs:
    """*inputs* without people's names, notes, places on a disk, and what only few people name."""
    asked = inputs.question
    lines = (replace(line, by="") for line in inputs.decisions.lines if line.what != "note")
    answers = inputs.answers
    if answers is not None:
        names = [row.artifact.name for row in shown.rows]
        answers = answers_to(names, run / FOLDER / "answers.csv").encode()
    return replace(
        inputs,
        question=replace(asked, spacy_model=Path(asked.spacy_model).name, encoder=Path(asked.encoder).name),
        decisions=Decisions(tuple(lines)),
        answers=answers,
    )


def _batches(posts: Posts, columns: tuple[str, ...] = tuple(SCHEMA.names)) -> Iterator[pa.RecordBatch]:
    """Oldest first: an order that does not depend on how they came in."""
    for start in range(0, len(posts), ROWS):
        table = posts.view.take(posts.at[start : start + ROWS], columns).combine_chunks()
        yield from table.to_batches()


def _describe(root: Path, study: Study) -> list[Packed]:
    """Write the page, the metadata and the checksums; all files of the pack, by name."""
    (root / README).write_bytes(readme(study))
    found = [_packed(path, root) for path in sorted(root.rglob("*")) if path.is_file()]
    (root / METADATA).write_bytes(metadata(study, found))
    found = sorted([*found, _packed(root / METADATA, root)], key=lambda file: file.name)
    (root / CHECKSUMS).write_bytes(checksums(found))
    return sorted([*found, _packed(root / CHECKSUMS, root)], key=lambda file: file.name)


def _packed(path: Path, root: Path) -> Packed:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Packed(name=path.relative_to(root).as_posix(), size=path.stat().st_size, sha256=digest)


def _zip(root: Path, files: list[Packed], to: Path) -> None:
    """No time, owner or order of a disk gets in."""
    with zipfile.ZipFile(to, "w") as out:
        for file in files:
            entry = zipfile.ZipInfo(file.name, _BEGAN)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            entry.compress_type = zipfile.ZIP_STORED if file.name.endswith(_SQUEEZED) else zipfile.ZIP_DEFLATED
            entry.file_size = file.size
            with (root / file.name).open("rb") as source, out.open(entry, "w") as into:
                shutil.copyfileobj(source, into, io.DEFAULT_BUFFER_SIZE * 16)
