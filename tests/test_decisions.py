"""What a team decided: lines that are only ever added, put together without loss, obeyed by every later ranking."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.errors import CorpusError, UsageError
from miner.records import Verdict
from miner.review.decisions import Decision, Decisions, Reason, What
from miner.review.log import (
    FILE,
    MAX_LINE,
    add_decisions,
    as_line,
    decision_from,
    import_decisions,
    read_decisions,
)
from miner.study.decisions import links_of


def said(
    n: int,
    what: What = "decision",
    value: str = "keep",
    *,
    by: str = "ann",
    artifact: int = 1,
    name: str = "Walkman",
    reason: Reason = "",
    spellings: tuple[str, ...] = (),
) -> Decision:
    return Decision(
        id=f"{n:032x}",
        at=f"2026-11-23T14:00:{n:02}Z",
        by=by,
        artifact_id=f"a_{artifact:010x}",
        name=name,
        spellings=spellings,
        what=what,
        value=value,
        reason=reason,
    )


WALKMAN = "a_0000000001"


def test_the_last_word_holds_whatever_the_order_of_the_lines() -> None:
    lines = [said(1, value="keep"), said(2, value="maybe"), said(3, "note", "the blue one"), said(2, value="maybe")]
    for order in permutations(lines):
        found = Decisions(tuple(order))
        assert len(found.lines) == 3
        assert found.verdict(WALKMAN) == Verdict(decision="maybe", note="the blue one", by="ann")
    assert Decisions(tuple(lines)).verdict("a_0000000009") is None


def test_an_empty_word_takes_the_earlier_back() -> None:
    assert Decisions((said(1, value="reject", reason="other"), said(2, value=""))).verdict(WALKMAN) is None


def test_two_people_who_differ_are_listed_and_the_later_holds() -> None:
    found = Decisions((said(1, by="ann", value="keep"), said(2, by="bob", value="reject", reason="too obvious")))
    (conflict,) = found.conflicts()
    assert (conflict.holds.by, conflict.other.by) == ("bob", "ann")
    assert found.with_more([said(3, by="ann", value="reject", reason="too obvious")]).conflicts() == []


def test_merges_splits_and_no_objects_become_links() -> None:
    found = links_of(
        Decisions(
            (
                said(1, "same_as", "Personal stereo"),
                said(2, "split", "Discman\nWatchman", artifact=2, name="Sony Walkman"),
                said(
                    3,
                    value="reject",
                    reason="not an object",
                    artifact=3,
                    name="Hall",
                    spellings=("The Hall", "Halls of fame"),
                ),
                said(4, value="reject", reason="too obvious", artifact=4, name="Atari"),
            )
        )
    )
    assert found.same == {("personalstereo", "walkman")}
    assert found.apart == {("discman", "sonywalkman"), ("sonywalkman", "watchman")}
    assert found.out == {"hall", "hallsoffame"}


def test_of_a_merge_and_a_split_that_contradict_each_other_the_later_holds() -> None:
    merge, split = said(1, "same_as", "Discman"), said(2, "split", "Discman")
    assert links_of(Decisions((merge, split))).apart == {("discman", "walkman")}
    assert links_of(Decisions((merge, split))).same == frozenset()
    third = said(3, "same_as", "Watchman", artifact=2, name="Discman")
    again = said(4, "same_as", "Watchman")
    # Walkman, Watchman and Discman in one: the split is the oldest of what cannot hold together
    assert links_of(Decisions((split, third, again))).same == {("discman", "watchman"), ("walkman", "watchman")}
    assert links_of(Decisions((split, third, again))).apart == frozenset()


def test_lines_survive_the_file_in_any_number_of_imports(tmp_path: Path) -> None:
    mine, yours = [said(1), said(2, "note", 'ä ‮ " ,')], [said(2, "note", "ä"), said(3, "split", "a\nb", by="bob")]
    for n, lines in enumerate((mine, yours, mine, yours)):
        file = tmp_path / f"{n}.jsonl"
        file.write_bytes(b"".join(map(as_line, lines)))
        done = import_decisions(tmp_path, file)
        assert (done.n_new, done.n_known) == ((2, 0) if n == 0 else (1, 1) if n == 1 else (0, 2))
    assert [line.id for line in read_decisions(tmp_path).lines] == [line.id for line in (said(1), said(2), said(3))]
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


texts = st.text(max_size=60)


@given(texts.filter(bool), texts, texts, st.lists(texts.filter(bool), max_size=3))
def test_any_words_come_back_as_they_were_but_for_control_characters(
    name: str, value: str, by: str, spellings: list[str]
) -> None:
    line = said(1, "note", value, by=by, name=name, spellings=tuple(spellings))
    try:
        back = decision_from(as_line(line).rstrip(b"\n"))
    except UnicodeEncodeError:
        return
    assert back == decision_from(as_line(back).rstrip(b"\n"))
    assert b"\n" not in as_line(line)[:-1]
    if name.isprintable() and value.isprintable():
        assert (back.name, back.value) == (name, value)


GOOD = json.loads(as_line(said(1)))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"v": 2}, "v"),
        ({"id": "x"}, "id"),
        ({"artifact": "../../etc"}, "artifact"),
        ({"at": "yesterday"}, "at"),
        ({"what": "burn"}, "what"),
        ({"value": "perhaps"}, "decision"),
        ({"reason": "because"}, "reason"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"value": 7}, "value"),
        ({"spellings": ["x"] * 41}, "spellings"),
        ({"value": "x" * MAX_LINE}, "16 kB"),
    ],
)
def test_a_line_that_is_no_decision_is_refused_with_the_reason(change: dict[str, object], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        decision_from(json.dumps(GOOD | change).encode())


@pytest.mark.parametrize("line", [b"[]", b"{", b"\xff\xfe", b"<html>", b'{"v":1}', b"[" * 9000])
def test_what_is_no_object_at_all_is_refused(line: bytes) -> None:
    with pytest.raises(UsageError):
        decision_from(line)


def test_a_broken_line_costs_itself_alone(tmp_path: Path) -> None:
    file = tmp_path / "team.jsonl"
    file.write_bytes(as_line(said(1)) + b"<html>\n" + b"\n" + as_line(said(2, "note", "x")) + as_line(said(3))[:40])
    done = import_decisions(tmp_path, file)
    assert done.n_new == 2
    assert sum(done.rejected.values()) == 2


def test_a_file_without_any_decision_says_what_to_give(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    for content in (b"", b"<html>"):
        file.write_bytes(content)
        with pytest.raises(UsageError, match="Give a decisions"):
            import_decisions(tmp_path, file)
    with pytest.raises(UsageError, match="cannot be read"):
        import_decisions(tmp_path, tmp_path / "nowhere.jsonl")


def test_after_a_crash_in_the_middle_of_a_line_the_rest_is_there(tmp_path: Path) -> None:
    add_decisions(tmp_path, [said(1), said(2, "note", "x")])
    file = tmp_path / FILE
    file.write_bytes(file.read_bytes()[:-9])
    add_decisions(tmp_path, [said(3, "department", "Props")])
    assert [line.id[-1] for line in read_decisions(tmp_path).lines] == ["1", "3"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be written"):
        add_decisions(tmp_path / "nowhere", [said(1)])


def _write(folder: str, first: int) -> None:
    for n in range(first, first + 25):
        add_decisions(Path(folder), [replace(said(1, artifact=n), id=f"{n:032x}")])


def test_many_writers_lose_nothing(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write, args=(str(tmp_path), 100 * n)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    assert len(read_decisions(tmp_path).lines) == 100
