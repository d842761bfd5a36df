"""The recorded answers of real servers, whole, cut short and damaged, through the sources."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import pytest
from recorded import (
    BEGIN,
    DOCS,
    END,
    NO_ANSWERS,
    PAGE,
    READERS,
    RECORDED,
    Recorded,
    Tally,
    answers,
    read_all,
    table,
    written_into,
)

from miner.records import Post, Rejected
from miner.sources import SOURCES, get_source
from miner.sources.exchange import Answer, TryFailed

needs_recordings = pytest.mark.skipif(not RECORDED.exists(), reason="../shared/recorded is not here")
READ_BY = {name for readers in READERS.values() for name in readers.values()}
RECORDED_SOURCES = sorted(READ_BY & set(SOURCES))
N_CUTS = N_FLIPS = 200  # for each source: a few thousand in all


@cache
def recorded() -> tuple[Recorded, ...]:
    return tuple(answers())


@cache
def tallies() -> dict[str, Tally]:
    return read_all()


def of(source: str) -> list[Recorded]:
    return [answer for answer in recorded() if answer.source == source]


@needs_recordings
def test_every_recorded_file_has_a_reader_or_a_reason_to_have_none() -> None:
    found = {path.relative_to(RECORDED).as_posix() for path in RECORDED.rglob("*") if path.is_file()}
    read = {answer.file for answer in recorded()}
    left = {file for file in found - read if not file.startswith(tuple(NO_ANSWERS))}
    assert left == set()
    assert {file.split("/")[0] for file in read} == set(READERS)
    assert READ_BY - set(SOURCES) == set()


@needs_recordings
@pytest.mark.parametrize("name", RECORDED_SOURCES)
def test_every_recorded_object_is_a_post_or_has_a_reason(name: str) -> None:
    source, tally = get_source(name), tallies()[name]
    n_objects = sum(len(source.objects_in(answer.data)) for answer in of(name))
    assert tally.n_objects == n_objects > 0
    assert tally.n_answers == len(of(name)) > 0
    assert all(reason and len(reason) < 60 for reason in tally.rejected)


@needs_recordings
def test_every_answer_is_read_but_refusals_and_pages() -> None:
    unread = [answer for answer in recorded() if not answer.source]
    assert all(answer.status >= 300 or answer.kind == PAGE for answer in unread)
    n_read = sum(tally.n_answers for tally in tallies().values())
    n_without_source = sum(1 for answer in recorded() if answer.source and answer.source not in SOURCES)
    assert n_read + n_without_source + len(unread) == len(recorded())


@needs_recordings
def test_the_table_in_the_document_is_what_the_script_prints() -> None:
    document = DOCS.read_text(encoding="utf-8")
    assert written_into(document, table(tallies())) == document


def test_a_table_is_written_between_its_marks_and_nowhere_else() -> None:
    document = f"# A\n{BEGIN}\nold\n{END}\nb\n"
    assert written_into(document, "new") == f"# A\n{BEGIN}\nnew\n{END}\nb\n"
    for broken in ("# A\n", f"{BEGIN}\n", f"{END}{BEGIN}"):
        with pytest.raises(ValueError, match="are not in it"):
            written_into(broken, "new")


@needs_recordings
@pytest.mark.parametrize("name", RECORDED_SOURCES)
def test_an_answer_cut_short_makes_no_source_raise(name: str) -> None:
    bodies = [(answer, answer.body) for answer in of(name)]
    step = max(1, sum(len(body) for _, body in bodies) // N_CUTS)
    n_tried, n_decoded, offset = 0, 0, 0
    for answer, body in bodies:
        for end in range(-offset % step, len(body), step):
            n_tried += 1
            n_decoded += judge(name, answer, body[:end])
        offset += len(body)
    assert n_tried >= N_CUTS
    is_text = any(isinstance(answer.data, str) for answer, _ in bodies)
    assert (n_decoded > 0) == is_text  # JSON without its end is none


@needs_recordings
@pytest.mark.parametrize("name", RECORDED_SOURCES)
def test_an_answer_with_damaged_bytes_makes_no_source_raise(name: str) -> None:
    n_decoded = sum(judge(name, answer, body) for answer, body in damaged(name))
    # some damage lies inside of strings and is still JSON, some is not
    assert 0 < n_decoded <= N_FLIPS


def damaged(name: str) -> Iterator[tuple[Recorded, bytes]]:
    rng = random.Random(f"flip {name}")  # noqa: S311 - places to damage
    found = [(answer, answer.body) for answer in of(name)]
    sizes = [len(body) for _, body in found]
    for answer, whole in rng.choices(found, weights=sizes, k=N_FLIPS):
        body = bytearray(whole)
        for _ in range(rng.choice([1, 1, 2, 5])):
            body[rng.randrange(len(body))] ^= rng.choice([1, 2, 4, 8, 16, 32, 64, 128, 255])
        yield answer, bytes(body)


def judge(name: str, answer: Recorded, body: bytes) -> bool:
    """Whether *body* could be decoded; if so, each of its objects must become a post or have a reason."""
    source = get_source(name)
    if isinstance(answer.data, str):
        data: object = body.decode("utf-8", errors="replace")
    else:
        try:
            data = Answer(url="https://example.org/", status=200, headers={}, body=body).decoded().data
        except TryFailed:
            return False
    for raw in source.objects_in(data):
        assert isinstance(source.to_post(raw, host=answer.host), Post | Rejected)
    return True
