"""The scrape and run commands against a server on loopback."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_program import ERA, call, end, n_posts_in, start
from cli_server import Server, serving

from miner.cli import results


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server(100)) as up:
        yield up


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with an era of one hashtag, which is one walk."""
    (tmp_path / "cubes.toml").write_text(ERA, encoding="utf-8")
    return tmp_path


def arguments(server: Server) -> list[str]:
    return ["scrape", "./cubes.toml", "--source", "mastodon", "--instance", server.url, "--into", "mine"]


def test_a_scrape_tells_what_came_and_what_to_do_next(server: Server, study: Path) -> None:
    shown = call(study, *arguments(server))
    assert shown.code == 0, shown.err
    assert shown.out == "100 new posts, 0 met again; 100 in mine.\nNext: miner rank mine --era ./cubes.toml\n"
    assert f"mastodon/127.0.0.1:{server.server_port}/cubeyears: 40" in shown.err.splitlines()
    again = call(study, *arguments(server), "--quiet")
    assert (again.code, again.err) == (0, "")
    assert again.out.startswith("0 new posts, ")


def test_json_of_a_scrape_is_all_there_is_on_stdout(server: Server, study: Path) -> None:
    shown = call(study, *arguments(server), "--limit", "30", "--json")
    assert shown.code == 0, shown.err
    facts = json.loads(shown.out)
    assert (facts["n_new"], facts["n_posts"], facts["errors"]) == (30, 30, [])
    assert n_posts_in(study, "mine") == 30


def test_verbose_tells_each_page(server: Server, study: Path) -> None:
    pages = [line for line in call(study, "-v", *arguments(server)).err.splitlines() if " in the corpus" in line]
    assert [line.rsplit("; ", 1)[1] for line in pages[:3]] == [f"{n} in the corpus" for n in (40, 80, 100)]


def test_a_server_that_asks_for_a_login_is_exit_code_3(study: Path) -> None:
    with serving(Server(100, refuses=401)) as server:
        shown = call(study, *arguments(server), "--json")
        ran = call(study, "run", *arguments(server)[1:])
    assert shown.code == 3
    (error,) = json.loads(shown.out)["errors"]
    assert "401" in error["happened"]
    assert "--token-env MASTODON_TOKEN" in error["advice"]
    # there is nothing to rank, which must not hide why
    assert ran.code == 3
    assert ran.out == ""


def test_a_scrape_that_finds_nothing_says_so(study: Path) -> None:
    with serving(Server(0)) as server:
        shown = call(study, *arguments(server))
    assert shown.code == 6
    assert shown.err.splitlines()[-2].startswith("Error: No post of the era ./cubes.toml was found")
    assert "--dry-run" in shown.err.splitlines()[-1]


def test_run_scrapes_then_ranks_and_leaves_stdout_to_the_report(
    server: Server, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranked: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    monkeypatch.setattr(results, "rank", lambda ctx, *args, **options: ranked.append((args, options)))
    shown = call(study, "run", *arguments(server)[1:], "--top", "9", "--seed", "4", "--output", "out", "--json")
    assert (shown.code, shown.out) == (0, ""), shown.err
    assert "100 new posts" in shown.err
    options = {"seed": 4, "threshold": None, "output": Path("out"), "as_json": True, "is_public": False}
    assert ranked == [(("mine", "./cubes.toml", 9), options)]


def test_an_interrupted_scrape_goes_on_where_it_stopped(study: Path) -> None:
    with serving(Server(4000, delay_s=0.15)) as server:
        program = start(study, *arguments(server))
        assert program.stderr is not None
        assert program.stderr.readline().startswith("mastodon/")  # a page is stored
        program.send_signal(signal.SIGINT)
        ended = end(program, timeout_s=30)
        assert (ended.code, ended.out) == (130, "")
        assert ended.err.splitlines()[-1] == (
            "Interrupted. What was collected is stored; the same command goes on from there."
        )
        n_stored = n_posts_in(study, "mine")
        assert 40 <= n_stored < 4000
        server.delay_s = 0
        again = call(study, *arguments(server))
    assert again.code == 0, again.err
    assert again.out.startswith(f"{4000 - n_stored:,} new posts, ")
    assert n_posts_in(study, "mine") == 4000


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("command", ["scrape", "run"])
def test_a_dry_run_asks_nobody_and_tells_requests_minutes_and_logins(command: str, study: Path) -> None:
    args = (command, "80s", "--source", "mastodon", "--into", "mine", "--dry-run", "--lang", "en")
    shown = call(study, *args, "--instance", "a.example")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.splitlines() == [
        "a.example",
        "  asks for  statuses tagged #80s or #1980s or #80snostalgia or #80smusic, 40 a",
        "            request",
        "            and 4 more like it (`miner -v` lists them)",
        "  requests  5 at least, more as there are posts",
        "  time      0.2 minutes at least, at a request every 3 s; 100 more take 5",
        "  needs     no login",
        "In all 5 requests and 0.2 minutes at least: servers are asked side by side.",
        "Nothing was asked; leave --dry-run out to begin.",
    ]
    assert not (study / "corpora").exists()
    assert call(study, "-v", *args, "--instance", "a.example").out.count("statuses tagged") == 5
    assert max(map(len, call(study, *args).out.splitlines())) <= 80


@pytest.mark.usefixtures("offline")
def test_a_dry_run_as_json(study: Path) -> None:
    args = ("scrape", "80s", "--source", "mastodon", "--into", "mine", "--dry-run", "--json", "--limit", "5")
    hosts = json.loads(call(study, *args, "--instance", "a.example", "--instance", "b.example").out)
    assert [host["host"] for host in hosts] == ["a.example", "b.example"]
    # the limit may be reached with the first walk
    assert [host["n_requests_at_least"] for host in hosts] == [1, 1]
    assert hosts[0]["minutes_at_least"] == pytest.approx(0.1)
    assert hosts[0]["depends_on_how_much_there_is"] is True
