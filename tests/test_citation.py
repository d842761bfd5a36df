"""CITATION.cff, as the Citation File Format 1.2.0 wants it, and as the program is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from miner import __version__

ROOT = Path(__file__).parent.parent
REQUIRED = ("authors", "cff-version", "message", "title")
KNOWN = {*REQUIRED, "abstract", "keywords", "license", "type", "version"}


@pytest.fixture(scope="module")
def citation() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("key", REQUIRED)
def test_the_citation_has_what_the_format_requires(citation: dict[str, Any], key: str) -> None:
    assert citation[key]


def test_the_citation_has_no_key_that_the_format_does_not_know(citation: dict[str, Any]) -> None:
    assert citation.keys() <= KNOWN
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] in {"software", "dataset"}
    assert citation["authors"]
    for author in citation["authors"]:
        assert author.keys() <= {"name", "family-names", "given-names", "orcid", "affiliation"}
        assert any(re.search(r"\w", str(name)) for name in author.values())


def test_the_citation_names_the_version_and_licence_of_the_program(citation: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert str(citation["version"]) == __version__ == project["version"]
    assert citation["license"] == project["license"]


def test_the_method_says_how_to_cite(citation: dict[str, Any]) -> None:
    said = (ROOT / "docs" / "method.md").read_text(encoding="utf-8").partition("## How to cite")[2]
    assert "CITATION.cff" in said
    assert f"version {citation['version']}" in said
    assert citation["authors"][0]["name"] in said
