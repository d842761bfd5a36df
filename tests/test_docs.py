"""The commands and figures that the documents name are those of the program."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main
from tables import TABLES

from miner.artifacts.catalogue import load_catalogue
from miner.cli import app

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"(?:^|`)(?:\.venv/bin/)?miner ([a-z][^`\n#]*)", re.MULTILINE)


def commands() -> list[tuple[str, str]]:
    return [
        (path.name, match.strip()) for path in DOCUMENTS for match in COMMAND.findall(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("document", "command"), commands())
def test_each_command_in_the_documents_exists_with_its_options(document: str, command: str) -> None:
    found: Any = typer.main.get_command(app)
    rest = shlex.split(command)
    while rest and rest[0] in getattr(found, "commands", {}):
        found = found.commands[rest.pop(0)]
    assert not hasattr(found, "commands") or found.name in {"eras"}, f"{document}: miner {command}"
    if "--" in command:
        with found.make_context("miner", rest):
            pass


def test_the_documents_name_commands_at_all() -> None:
    assert len(commands()) >= 8


def test_the_files_that_the_readme_links_to_exist() -> None:
    links = re.findall(r"\]\(([^):#]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_size_of_the_catalogue_is_what_the_method_says() -> None:
    catalogue = load_catalogue()
    said = f"{len(catalogue):,} artifacts, {sum(len(known.names) for known in catalogue):,} names"
    assert said in (ROOT / "docs" / "method.md").read_text(encoding="utf-8").replace("\n", " ")


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_of_sources_and_formats_are_what_the_program_says(name: str) -> None:
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    said = text.partition(f"<!-- {name}:begin -->\n")[2].partition(f"<!-- {name}:end -->")[0]
    assert said == TABLES[name](), "write them anew with `python benchmarks/tables.py`"


def test_the_judged_share_is_what_the_readme_says() -> None:
    with (ROOT / "benchmarks" / "judgements" / "era_posts_80s.csv").open(encoding="utf-8", newline="") as file:
        labels = {row["artifact"]: row["label"] for row in csv.DictReader(file)}
    assert set(labels.values()) <= {"0", "1", "2"}
    assert len(labels) >= 132
    assert "122 are specific artifacts" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("judged", "said"), [("era_posts_90s", "119"), ("nostalgia_posts", "126 of 132"), ("era_posts_70s", "51 of 62")]
)
def test_the_judged_lists_are_what_the_method_says(judged: str, said: str) -> None:
    with (ROOT / "benchmarks" / "judgements" / f"{judged}.csv").open(encoding="utf-8", newline="") as file:
        labels = [row["label"] for row in csv.DictReader(file)]
    assert str(labels.count("2")) == said.split(" ")[0]
    assert said in (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
