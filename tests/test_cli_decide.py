"""Decisions from a file to the next ranking, by the commands alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_program import call, write_posts

ME = {"by": "ann", "v": 1}


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    done = call(folder, "rank", "mine", "--json", "--quiet")
    assert done.code == 0, done.err
    return {row["artifact"]["name"]: row for row in json.loads(done.out)["report"]["rows"]}


def line(n: int, row: dict[str, Any], what: str, value: str, reason: str = "", by: str = "ann") -> str:
    return json.dumps(
        ME
        | {
            "id": f"{n:032x}",
            "at": f"2026-11-23T14:00:{n:02}Z",
            "by": by,
            "artifact": row["artifact"]["artifact_id"],
            "name": row["artifact"]["name"],
            "spellings": row["artifact"]["also_called"],
            "what": what,
            "value": value,
            "reason": reason,
        }
    )


@pytest.fixture
def ranked(tmp_path: Path) -> dict[str, dict[str, Any]]:
    write_posts(tmp_path / "posts.jsonl")
    assert call(tmp_path, "import", "posts.jsonl", "--into", "mine").code == 0
    return rows(tmp_path)


def test_decisions_are_obeyed_by_the_next_rank(ranked: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    first, second, third, fourth, *_ = ranked
    file = tmp_path / "decisions.jsonl"
    file.write_text(
        "\n".join(
            [
                line(1, ranked[first], "decision", "reject", "not an object"),
                line(2, ranked[second], "same_as", third),
                line(3, ranked[fourth], "decision", "keep"),
                line(4, ranked[fourth], "note", "the red one"),
                "<html>",
            ]
        )
    )
    done = call(tmp_path, "decide", "import", "decisions.jsonl", "--into", "mine")
    assert done.code == 0, done.err
    assert done.out.startswith("4 new, 0 known already, 1 refused\n")
    after = rows(tmp_path)
    assert first not in after
    assert (second in after) + (third in after) == 1
    joined = after.get(second) or after[third]
    assert joined["n_posts"] == ranked[second]["n_posts"] + ranked[third]["n_posts"]
    assert after[fourth]["verdict"] == {
        "decision": "keep",
        "reason": "",
        "department": "",
        "note": "the red one",
        "by": "ann",
    }
    assert after[fourth]["artifact"]["artifact_id"] == ranked[fourth]["artifact"]["artifact_id"]


def test_two_people_s_files_are_put_together_and_their_differences_listed(
    ranked: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    row = next(iter(ranked.values()))
    (tmp_path / "ann.jsonl").write_text(line(1, row, "decision", "keep"))
    (tmp_path / "bob.jsonl").write_text(line(2, row, "decision", "reject", "too obvious", by="bob"))
    for file in ("bob.jsonl", "ann.jsonl", "bob.jsonl"):
        done = call(tmp_path, "decide", "import", file, "--into", "mine")
        assert done.code == 0, done.err
    assert "0 new, 1 known already" in done.out
    listed = call(tmp_path, "decide", "list", "mine")
    assert "1 decisions hold, out of 2 lines." in listed.out
    assert "bob 'reject', ann 'keep'" in " ".join(listed.out.split())
    exported = call(tmp_path, "decide", "export", "mine")
    assert len(exported.out.splitlines()) == 2
    (tmp_path / "all.jsonl").write_text(exported.out)
    assert "0 new, 2 known already" in call(tmp_path, "decide", "import", "all.jsonl", "--into", "mine").out
    found = json.loads(call(tmp_path, "decide", "list", "mine", "--json").out)
    assert [conflict["holds"]["by"] for conflict in found["conflicts"]] == ["bob"]


def test_a_corpus_that_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text("{}")
    done = call(tmp_path, "decide", "import", "d.jsonl", "--into", "nowhere")
    assert done.code == 2
    assert "nowhere" in done.err


def test_a_report_may_say_when_to_delete_it(ranked: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    assert ranked
    (run,) = (tmp_path / "output" / "mine").iterdir()
    done = call(tmp_path, "report", run.name, "--expires", "2027-03-01")
    assert done.code == 0, done.err
    assert "Delete after" in (run / "report.html").read_text(encoding="utf-8")
    assert "1 Mar 2027" in (run / "report.html").read_text(encoding="utf-8")
    assert call(tmp_path, "report", run.name, "--expires", "soon").code == 2
