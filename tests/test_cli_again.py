"""refresh, export --ids and hydrate as a user types them, against servers on loopback."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from again_server import Fediverse
from cli_program import call, end, n_posts_in, start

N = 450
"""More than two of the commits in which answers are stored."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        servers = self.server.servers  # type: ignore[attr-defined]
        code, told = servers(self.headers["Host"], self.path, b"")
        body = json.dumps(told).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        del args


@contextlib.contextmanager
def serving() -> Iterator[tuple[str, Fediverse]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    host = f"127.0.0.1:{server.server_port}"
    servers = Fediverse({(host, i): told(host, i) for i in range(1, N + 1)})
    server.servers = servers  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield host, servers
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def told(host: str, i: int, text: str = "") -> dict[str, object]:
    return {
        "id": str(i),
        "uri": f"http://{host}/users/ann/statuses/{i}",
        "visibility": "public",
        "content": f"<p>{text or f'Walkman {i}'}</p>",
        "account": {"acct": "ann"},
    }


@pytest.fixture
def up(tmp_path: Path) -> Iterator[tuple[str, Fediverse]]:
    with serving() as (host, servers):
        ids = [f"http://{host}/users/ann/statuses/{i}" for i in range(1, N + 1)]
        head = {"format": "nostalgia-miner ids", "version": 1}
        lines = [head, *({"id": f"mastodon:{uri}", "source": "mastodon", "url": None} for uri in ids)]
        (tmp_path / "ids.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        yield host, servers


def test_shared_ids_are_fetched_refreshed_and_shared_on(tmp_path: Path, up: tuple[str, Fediverse]) -> None:
    host, servers = up
    shown = call(tmp_path, "hydrate", "ids.jsonl", "--into", "mine")
    assert (shown.code, shown.out) == (0, "450 posts asked for: 450 came into mine, 0 are gone.\n"), shown.err
    del servers.posts[host, 3]
    servers.posts[host, 4] = told(host, 4, "Second thoughts")
    rehearsed = call(tmp_path, "refresh", "mine", "--dry-run")
    assert (rehearsed.code, rehearsed.out) == (0, f"      450 of mastodon at {host}: 450 requests, 7 min or more\n")
    shown = call(tmp_path, "refresh", "mine", "--limit", "20")
    assert shown.code == 0, shown.err
    assert shown.out.splitlines() == [
        "        1 gone: deleted",
        "      430 are left; the same command goes on there",
        "20 posts of mine asked for again: 19 are there, 1 changed, 1 erased.",
    ]
    assert n_posts_in(tmp_path, "mine") == N - 1
    shown = call(tmp_path, "export", "mine", "--ids", "again.jsonl")
    assert (shown.code, shown.out) == (0, "449 ids of mine written to again.jsonl.\n")
    assert "Walkman" not in (tmp_path / "again.jsonl").read_text(encoding="utf-8")


def test_json_tells_the_same_and_a_server_that_is_down_ends_with_four(
    tmp_path: Path, up: tuple[str, Fediverse]
) -> None:
    host, servers = up
    call(tmp_path, "hydrate", "ids.jsonl", "--into", "mine")
    facts = json.loads(call(tmp_path, "refresh", "mine", "--json").out)
    assert (facts["n_asked"], facts["n_there"], facts["gone"], facts["errors"]) == (N, N, {}, [])
    servers.instead[host] = (404, {})
    shown = call(tmp_path, "refresh", "mine", "--json")
    assert shown.code == 4
    assert json.loads(shown.out)["n_asked"] == 0
    assert json.loads(shown.out)["errors"][0]["advice"]
    assert n_posts_in(tmp_path, "mine") == N


def test_a_kill_in_the_middle_loses_nothing_and_the_next_run_goes_on(tmp_path: Path, up: tuple[str, Fediverse]) -> None:
    host, servers = up
    call(tmp_path, "hydrate", "ids.jsonl", "--into", "mine")
    for i in range(1, N + 1, 2):
        del servers.posts[host, i]
    reached = threading.Event()
    servers.on_post = lambda: reached.set() if len(servers.asked_for) > N + 250 else None
    process = start(tmp_path, "refresh", "mine")
    assert reached.wait(60)
    process.kill()
    end(process)
    servers.on_post = lambda: None
    assert call(tmp_path, "corpus", "check", "mine").code == 0
    assert n_posts_in(tmp_path, "mine") == N - 100, "of the first two hundred answers, each second said gone"
    shown = call(tmp_path, "refresh", "mine")
    assert shown.code == 0, shown.err
    assert n_posts_in(tmp_path, "mine") == N // 2
