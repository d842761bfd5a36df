"""Sources with a key, as users run them: over real sockets, killed on the way, the key nowhere to be seen."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import test_source_flickr as flickr
import test_source_gotosocial as gotosocial
import test_source_pixelfed as pixelfed
import test_source_tumblr as tumblr
import test_source_youtube as youtube
from cli_program import end, process, start

from miner.corpus import Corpus

Handler = Callable[[httpx.Request], httpx.Response]
ERA = (
    'name = "eighty"\ntitle = "The years"\nstart = 1980\nend = 1989\n[tags]\nen = ["80s"]\n[words]\nen = ["the 80s"]\n'
)
START = datetime(2024, 1, 1, tzinfo=UTC)


@contextlib.contextmanager
def serving(handler: Handler, *, delay_s: float = 0.0) -> Iterator[str]:
    """The address of a loopback server that answers as *handler* does, each time after *delay_s*."""

    class Bridge(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(delay_s)
            request = httpx.Request("GET", f"http://127.0.0.1{self.path}", headers=dict(self.headers))
            is_robots = self.path == "/robots.txt"
            answer = httpx.Response(404) if is_robots else handler(request)
            body = answer.content
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers.get("content-type", "text/plain"))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bridge)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def videos() -> youtube.Api:
    api = youtube.Api([START + timedelta(days=i) for i in range(130)], cap=100)
    api.threads = {3: 150, 60: 2, 61: None, 129: 101}
    return api


CASES: dict[str, tuple[Handler, str, str, int]] = {
    "tumblr": (
        tumblr.Server([tumblr.post(i, tumblr.START + 60 * i) for i in range(130)]),
        "TUMBLR_API_KEY",
        tumblr.SECRET,
        130,
    ),
    "flickr": (
        flickr.Search([flickr.START + i // 3 for i in range(130)], size=20),
        "FLICKR_API_KEY",
        flickr.SECRET,
        130,
    ),
    "youtube": (videos(), "YOUTUBE_API_KEY", youtube.SECRET, 130 + 150 + 15 + 2 + 1 + 101 + 11),
    "gotosocial": (gotosocial.Server(range(200)), "TOKEN", gotosocial.SECRET, 200),
    "pixelfed": (pixelfed.Server(200), "TOKEN", pixelfed.SECRET, 200),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_scrape_killed_on_the_way_finds_all_of_it_and_shows_no_key(name: str, tmp_path: Path) -> None:
    handler, variable, secret, n_posts = CASES[name]
    (tmp_path / "eighty.toml").write_text(ERA, encoding="utf-8")
    log = tmp_path / "corpora" / "mine" / "posts" / "_delta_log"
    with serving(handler, delay_s=0.1) as url:
        given = ["-v", "scrape", "./eighty.toml", "--source", name, "--instance", url, "--into", "mine"]
        given += ["--token-env", f"{url}={variable}"] if variable == "TOKEN" else []
        program = start(tmp_path, *given, env={variable: secret})
        while program.poll() is None and len(list(log.glob("*.json"))) < 3:
            time.sleep(0.005)
        program.kill()
        killed = end(program)
        whole = process(tmp_path, *given, env={variable: secret})
        without = process(tmp_path, *given[:-2] if variable == "TOKEN" else given)
    assert killed.code == -9, killed.err
    assert whole.code == 0, whole.err
    posts = list(Corpus.open(tmp_path / "corpora" / "mine").posts())
    assert len(posts) == len({post.id for post in posts}) == n_posts
    assert without.code == 3, without.err
    assert secret not in killed.out + killed.err + whole.out + whole.err
    assert [path for path in tmp_path.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()] == []
