"""Help, examples, completion: what a person sees before the first post."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from cli_program import call, environment, process, write_posts

from miner import __version__
from miner.cli import app
from miner.cli.options import Threshold
from miner.settings import Settings

HEAVY = {
    "torch",
    "spacy",
    "sklearn",
    "pyarrow",
    "deltalake",
    "duckdb",
    "httpx",
    "rich",
    "numpy",
    "hdbscan",
    "jinja2",
    "starlette",
}


def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group with the words that lead to it."""
    todo: list[tuple[tuple[str, ...], Any]] = [((), typer.main.get_command(app))]
    while todo:
        words, found = todo.pop()
        yield words, found
        todo += [((*words, name), inner) for name, inner in getattr(found, "commands", {}).items()]


COMMANDS = dict(sorted(commands()))


def names(words: tuple[str, ...]) -> str:
    return "-".join(words) or "miner"


def test_the_walk_finds_the_commands_and_what_is_inside_groups() -> None:
    assert {("rank",), ("scrape",), ("import",), ("eras", "show"), ("corpus", "info"), ()} <= COMMANDS.keys()
    assert len(COMMANDS) == 44


@pytest.mark.parametrize("words", COMMANDS, ids=names)
def test_each_help_fits_80_columns_and_its_example_can_be_pasted(words: tuple[str, ...], tmp_path: Path) -> None:
    shown = call(tmp_path, *words, "--help")
    assert (shown.code, shown.err) == (0, "")
    assert max(map(len, shown.out.splitlines())) <= 80
    assert shown.out.startswith(f"Usage: {' '.join(['miner', *words])} ")
    (example,) = re.findall(r"^ *Example: miner (.+)$", shown.out, re.MULTILINE)
    found, rest = COMMANDS[()], shlex.split(example)
    while rest and rest[0] in getattr(found, "commands", {}):
        found = found.commands[rest.pop(0)]
    # raises for an option that does not exist, a value of the wrong kind and an argument that is missing
    with found.make_context("miner", rest):
        pass
    if words and not hasattr(COMMANDS[words], "commands"):
        assert found is COMMANDS[words]


def test_an_example_with_a_wrong_option_would_be_noticed() -> None:
    with pytest.raises(typer.TyperException, match="No such option"):
        COMMANDS[("rank",)].make_context("miner", ["mine", "--tops", "3"])


def test_no_line_of_the_list_of_commands_is_cut(tmp_path: Path) -> None:
    for words in ((), ("eras",), ("corpus",), ("catalogue",)):
        assert "..." not in call(tmp_path, *words, "--help").out.replace("[ARGS]...", "")


@pytest.mark.parametrize("args", [["--help"], ["rank", "--help"], ["--version"], ["eras"]], ids=" ".join)
def test_help_loads_nothing_heavy(args: list[str], tmp_path: Path) -> None:
    code = f"""
import sys
from miner.cli import run
try:
    run({args!r})
except SystemExit as end:
    sys.exit(end.code or ",".join(sorted({HEAVY!r} & sys.modules.keys())) or 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_default_threshold_in_the_help_is_the_one_of_the_settings() -> None:
    (option,) = Threshold.__metadata__  # type: ignore[attr-defined]
    assert option.help.endswith(f"[default: {Settings().threshold}]")


def test_python_m_miner_is_miner(tmp_path: Path) -> None:
    shown = process(tmp_path, "--version")
    assert (shown.code, shown.out, shown.err) == (0, f"nostalgia-miner {__version__}\n", "")


def test_options_of_all_commands_stand_before_or_behind_the_command(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text("colour = 1\n", encoding="utf-8")
    for args in (
        ("--config", "odd.toml", "doctor"),
        ("doctor", "--config", "odd.toml"),
        ("doctor", "--config=odd.toml"),
    ):
        shown = call(tmp_path, *args)
        assert shown.code == 3
        assert "no setting called 'colour'" in shown.err
    write_posts(tmp_path / "posts.jsonl")
    assert call(tmp_path, "import", "posts.jsonl", "--into", "a", "--quiet", "--no-input").err == ""
    assert call(tmp_path, "doctor", "--config").code == 2


def completed(cwd: Path, line: str, env: dict[str, str] | None = None) -> list[str]:
    """What bash would offer at the end of *line*."""
    words = line.split(" ")
    asked = {"_MINER_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    return call(cwd, env=asked | (env or {})).out.split()


def test_completion_offers_commands_eras_sources_corpora_and_runs(tmp_path: Path) -> None:
    assert completed(tmp_path, "miner r") == ["rank", "report", "run", "refresh", "replay"]
    assert completed(tmp_path, "miner eras show 8") == ["80s"]
    assert completed(tmp_path, "miner scrape 80s --source mas") == ["mastodon"]
    assert completed(tmp_path, "miner rank ") == []
    write_posts(tmp_path / "posts.jsonl")
    call(tmp_path, "import", "posts.jsonl", "--into", "summer")
    (tmp_path / "output" / "summer" / "80s-1a2b3c4d").mkdir(parents=True)
    (tmp_path / "output" / "summer" / "80s-1a2b3c4d" / "report.json").write_text("{}", encoding="utf-8")
    assert completed(tmp_path, "miner rank s") == ["summer"]
    assert completed(tmp_path, "miner scrape 80s --into s") == ["summer"]
    assert completed(tmp_path, "miner report 80s-1") == ["80s-1a2b3c4d"]


def test_completion_is_silent_about_broken_settings(tmp_path: Path) -> None:
    (tmp_path / "miner.toml").write_text("colour =", encoding="utf-8")
    assert completed(tmp_path, "miner rank s") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_show_completion_prints_a_script_for_the_name_miner(shell: str, tmp_path: Path) -> None:
    # detection walks up to the shell that started the tests, which need not be one
    shown = call(tmp_path, "--show-completion", shell, env={"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"})
    assert shown.code == 0, shown.err
    assert f"_MINER_COMPLETE=complete_{shell}" in shown.out
    assert re.search(r"\bminer\b", shown.out)
