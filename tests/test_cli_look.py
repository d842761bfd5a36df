"""Commands that only look: tidy at 80 columns, JSON on request, silent when nobody listens."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from cli_program import ERA, call, command, environment, process, write_posts

from miner.cli.layout import cells, cut, pad, paragraph, printable, wrapped
from miner.eras import era_names, load_era
from miner.sources import SOURCES


@pytest.fixture
def study(tmp_path: Path) -> Path:
    write_posts(tmp_path / "posts.jsonl")
    (tmp_path / "cubes.toml").write_text(ERA, encoding="utf-8")
    lines = (tmp_path / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    odd = [
        {"id": "odd1", "source": "years 年代\x1b[31m", "text": "In the 1920s and the 80s they danced"},
        {"id": "odd2", "source": "letters", "text": ""},
    ]
    (tmp_path / "posts.jsonl").write_text("\n".join([*lines, *map(json.dumps, odd)]), encoding="utf-8")
    assert call(tmp_path, "import", "posts.jsonl", "--into", "mine").code == 0
    return tmp_path


LOOKS = [["sources"], ["eras"], ["eras", "show", "80s"], ["eras", "show", "./cubes.toml"], ["corpus", "info", "mine"]]


@pytest.mark.parametrize("args", LOOKS, ids=" ".join)
def test_lines_fit_80_columns_without_colours_and_json_is_pure(args: list[str], study: Path) -> None:
    shown = call(study, *args)
    assert (shown.code, shown.err) == (0, "")
    assert max(map(cells, shown.out.splitlines())) <= 80
    assert "\x1b" not in shown.out
    as_json = call(study, *args, "--json")
    assert (as_json.code, as_json.err) == (0, "")
    assert json.loads(as_json.out)


def test_the_eras_are_listed_with_years_and_tags(tmp_path: Path) -> None:
    shown = call(tmp_path, "eras")
    assert [line.split()[0] for line in shown.out.splitlines()] == list(era_names())
    assert "80s    1980-1989  " in shown.out
    as_json = json.loads(call(tmp_path, "eras", "--json").out)
    assert [row["name"] for row in as_json] == list(era_names())
    assert as_json[6]["tags"] == list(load_era("80s").all_tags())


def test_an_era_is_shown_with_words_and_look_alikes(tmp_path: Path) -> None:
    era = load_era("80s")
    shown = call(tmp_path, "eras", "show", "Eighties")
    assert shown.out.startswith("80s: The 1980s, 1980-1989\nAlso: 1980s, eighties\n")
    flat = " ".join(shown.out.split())
    for part in ("anni ottanta", "#80年代", "восьмидесятые", "What only looks like it:"):
        assert part in flat
    for lookalike in era.lookalikes:
        assert f'"{" ".join(lookalike.example.split())}"' in flat
    facts = json.loads(call(tmp_path, "eras", "show", "80s", "--json").out)
    assert facts["words"]["it"] == list(era.words["it"])
    assert len(facts["lookalikes"]) == len(era.lookalikes)


def test_an_era_file_of_ones_own_is_shown(study: Path) -> None:
    shown = call(study, "eras", "show", "./cubes.toml")
    assert shown.out.splitlines()[:4] == [
        "cubes: The years of the cube, 1980-1989",
        "Also: no other name",
        "Hashtags:",
        "  en  #cubeyears",
    ]


def test_the_facts_of_a_corpus(study: Path) -> None:
    facts = json.loads(call(study, "corpus", "info", "mine", "--json").out)
    assert {name: facts[name] for name in facts if name not in {"created", "version", "rejected_by_reason"}} == {
        "name": "mine",
        "n_posts": 21,
        "n_authors": 20,
        "n_posts_without_author": 1,
        "oldest_post": "2024-05-01",
        "newest_post": "2024-05-20",
        "posts_by_source": {"letters": 20, "years 年代\x1b[31m": 1},
        "posts_by_era": {"1920s": 1, "80s": 21},
        "posts_by_language": {"en": 20, "not said": 1},
        "n_walks": 1,
    }
    assert list(facts["rejected_by_reason"].values()) == [1]
    lines = call(study, "corpus", "info", "mine").out.splitlines()
    assert "posts                 21" in lines
    assert "                  21  80s" in lines
    assert "                   1  years 年代[31m" in lines


def test_every_source_says_what_it_needs(tmp_path: Path) -> None:
    shown = call(tmp_path, "sources").out
    rows = json.loads(call(tmp_path, "sources", "--json").out)["sources"]
    assert [row["name"] for row in rows] == list(SOURCES)
    for row in rows:
        assert f"{row['name']}: {row['title']}" in shown
        assert f"  terms   {row['terms_url']}" in shown
        assert f"read {row['terms_read']}" in shown


def test_a_closed_pipe_is_met_with_silence(tmp_path: Path) -> None:
    for args in (["eras"], ["eras", "--json"], ["eras", "show", "80s"]):
        program = subprocess.Popen(
            command(args), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.close()
        said = program.stderr.read()
        program.stderr.close()
        program.wait(timeout=20)
        assert said == b""


def test_head_gets_its_line(tmp_path: Path) -> None:
    python, *rest = command(["eras"])
    line = f"'{python}' {' '.join(rest)} | head -1"
    done = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1920s  1920-1929")
    assert done.stdout.count("\n") == 1


def test_json_stays_json_where_stdout_is_not_utf_8(tmp_path: Path) -> None:
    ascii_only = process(tmp_path, "eras", "show", "80s", "--json", env={"PYTHONIOENCODING": "ascii"})
    assert ascii_only.out.isascii()
    assert json.loads(ascii_only.out)["tags"]["ja"] == list(load_era("80s").tags["ja"])
    words = process(tmp_path, "eras", "show", "80s", env={"PYTHONIOENCODING": "ascii"})
    assert (words.code, words.err) == (0, "")


def test_layout_counts_cells_and_not_characters() -> None:
    assert pad("年", 4) == "年  "
    assert cut("年代年代", 5) == "年代…"
    assert cut("cube", 4) == "cube"
    assert printable("a\x1b]0;b\x07\nc\u200bd") == "a]0;bcd"
    assert list(wrapped(["one", "two", "three"], first="- ", width=9)) == ["- one two", "  three"]
    assert list(wrapped(["overlong", "b"], first="- ", rest="", width=4)) == ["- overlong", "b"]
    assert list(wrapped([], first="nothing: ")) == ["nothing:"]
    assert paragraph("one two three", first="  ", width=9) == "  one two\n  three"
