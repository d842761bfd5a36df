"""The examples in docs/people.md are what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_program import call

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "people.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    assert call(folder, "import", str(ROOT / "corpora/sample-80s/posts.jsonl"), "--into", "sample-80s").code == 0
    return folder


@pytest.mark.parametrize("name", ["check", "notice", "doctor"])
def test_the_example_is_what_the_program_prints(study: Path, name: str) -> None:
    said = TEXT.partition(f"<!-- {name}:begin -->\n```\n")[2].partition("```\n<!--")[0]
    command, _, expected = said.partition("\n")
    shown = call(study, *command.removeprefix("$ miner ").split(), env={"MINER_CONTACT": "you@example.org"})
    assert shown.code == 0, shown.err
    # an ellipsis stands for what differs from day to day and from machine to machine
    pattern = re.escape(expected.rstrip("…\n")).replace("…", "[^\n]*?")
    assert re.match(pattern, shown.out)
    assert len(expected) > 20
