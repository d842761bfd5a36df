"""Several sources in one scrape: side by side, each with its own servers, none taking another down."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_program import ERA, call, n_posts_in
from cli_server import Server, serving

from miner.sources import SOURCES
from miner.sources.files import FORMATS

TWO = ["scrape", "./cubes.toml", "--source", "mastodon", "--source", "hacker-news", "--into", "mine"]


class Both(Server):
    """Speaks Mastodon and Algolia; *silent* names the one that answers 403."""

    silent = ""

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, object]:
        if path != "/api/v1/search_by_date":
            return (403, {"error": "no"}) if self.silent == "mastodon" else super().answer(path, query)
        if self.silent == "hacker-news":
            return 403, {"message": "no"}
        bound = re.search(r"created_at_i<(\d+)", "".join(query.get("numericFilters", [])))
        before = int(bound[1]) if bound else 2_000_000_000
        hits = [
            {
                "objectID": str(i),
                "created_at_i": 1_720_000_000 - i,
                "author": f"p{i}",
                "comment_text": f"cube years {i}",
            }
            for i in range(30)
            if 1_720_000_000 - i < before
        ]
        return 200, {"hits": hits}


@pytest.fixture
def server() -> Iterator[Both]:
    with serving(Both(60)) as up:
        assert isinstance(up, Both)
        yield up


@pytest.fixture
def study(tmp_path: Path) -> Path:
    text = ERA.replace("[tags]", '[words]\nen = ["cube years"]\n[tags]')
    (tmp_path / "cubes.toml").write_text(text, encoding="utf-8")
    return tmp_path


def instances(server: Both) -> list[str]:
    # one machine under two names: two hosts, side by side
    other = server.url.replace("127.0.0.1", "localhost")
    return ["--instance", f"mastodon={server.url}", "--instance", f"hacker-news={other}"]


def test_two_sources_come_into_one_corpus(server: Both, study: Path) -> None:
    shown = call(study, *TWO, *instances(server), "--json")
    assert shown.code == 0, shown.err
    assert json.loads(shown.out)["n_new"] == n_posts_in(study, "mine") == 90


@pytest.mark.parametrize(("silent", "kept"), [("mastodon", 30), ("hacker-news", 60)])
def test_a_failing_source_leaves_the_other_running(server: Both, study: Path, silent: str, kept: int) -> None:
    server.silent = silent
    shown = call(study, *TWO, *instances(server), "--json")
    assert shown.code == 4
    assert n_posts_in(study, "mine") == kept
    (error,) = json.loads(shown.out)["errors"]
    assert "answered 403" in error["happened"]
    assert error["happened"].startswith("localhost" if silent == "hacker-news" else "127.0.0.1")


def test_a_dry_run_plans_every_source_and_asks_nobody(server: Both, study: Path) -> None:
    shown = call(study, *TWO, *instances(server), "--dry-run", "--json")
    assert shown.code == 0, shown.err
    assert [plan["host"].partition(":")[0] for plan in json.loads(shown.out)] == ["127.0.0.1", "localhost"]
    assert server.asked == []


def test_a_server_without_a_source_among_two_is_asked_back(server: Both, study: Path) -> None:
    shown = call(study, *TWO, "--instance", server.url)
    assert shown.code == 2
    assert "does not say for which source it is: mastodon, hacker-news" in shown.err
    assert "--instance mastodon=" in shown.err


def test_last_use_is_told_after_a_scrape(server: Both, study: Path) -> None:
    call(study, *TWO, *instances(server))
    shown = call(study, "sources", "hacker-news", "bluesky")
    assert re.search(r"^  used    20\d\d-\d\d-\d\d \d\d:\d\d UTC$", shown.out, re.MULTILINE)
    assert "used    never" in shown.out


def test_all_sources_and_formats_are_listed_at_80_columns(tmp_path: Path) -> None:
    shown = call(tmp_path, "sources")
    assert shown.code == 0
    for name in (*SOURCES, *FORMATS):
        assert re.search(rf"^{name}: ", shown.out, re.MULTILINE), name
    assert max(len(line) for line in shown.out.splitlines() if "http" not in line) <= 80
    facts = json.loads(call(tmp_path, "sources", "--json").out)
    assert [source["name"] for source in facts["sources"]] == list(SOURCES)
    assert [known["name"] for known in facts["formats"]] == list(FORMATS)


def test_there_are_as_many_sources_as_the_project_promises() -> None:
    without_key = [name for name, source in SOURCES.items() if not source.info.keys and not source.info.needs]
    assert len(SOURCES) >= 16
    assert len(without_key) >= 10
    assert len(FORMATS) >= 4
