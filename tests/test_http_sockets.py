"""The polite client against hostile servers on real sockets."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from miner.errors import BlockedError, MalformedError, MinerError, SourceError
from miner.settings import Settings
from miner.sources.exchange import Answer, Ask
from miner.sources.http import PoliteClient

KB = 1024


def get(url: str, *, timeout_s: float = 5.0, max_tries: int = 2) -> Answer:
    async def run() -> Answer:
        settings = Settings(timeout_s=timeout_s, max_tries=max_tries)
        async with PoliteClient(settings, backoff_base_s=0.001, max_body_bytes=64 * KB) as client:
            return await client.get(Ask(url=url, what="the #80s timeline"))

    return asyncio.run(run())


def fail(url: str, kind: type[MinerError], **limits: float) -> str:
    with pytest.raises(kind) as caught:
        get(url, **limits)  # type: ignore[arg-type]
    assert type(caught.value) is kind
    return str(caught.value)


@pytest.fixture
def server(httpserver: HTTPServer) -> HTTPServer:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    return httpserver


def serve(server: HTTPServer, response: Response) -> str:
    server.expect_request("/x").respond_with_response(response)
    return server.url_for("/x")


def zipped(body: bytes) -> Response:
    return Response(body, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})


def test_json_arrives_plain_and_zipped(server: HTTPServer) -> None:
    server.expect_request("/plain").respond_with_json([{"id": "1"}])
    server.expect_request("/zipped").respond_with_response(zipped(gzip.compress(b'[{"id": "1"}]')))
    assert get(server.url_for("/plain")).data == [{"id": "1"}]
    assert get(server.url_for("/zipped")).data == [{"id": "1"}]


def test_a_bomb_is_not_unpacked(server: HTTPServer) -> None:
    bomb = gzip.compress(b"0" * 20 * KB * KB)
    assert len(bomb) < 64 * KB
    assert "with a body of more than 64 kB." in fail(serve(server, zipped(bomb)), MalformedError)


def test_a_body_without_end_is_left(server: HTTPServer) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * 4 * KB

    answer = Response(endless(), headers={"Content-Type": "application/json"})
    assert "with a body of more than 64 kB." in fail(serve(server, answer), MalformedError)


def test_a_dripping_body_is_left(server: HTTPServer) -> None:
    def drip() -> Iterator[bytes]:
        for _ in range(200):
            yield b" "
            time.sleep(0.05)

    answer = Response(drip(), headers={"Content-Type": "application/json"})
    started = time.monotonic()
    sentence = fail(serve(server, answer), MalformedError, timeout_s=0.3, max_tries=1)
    assert "asked once, with a body that did not end within 0.3 s." in sentence
    assert time.monotonic() - started < 8


def test_a_silent_server_is_left(server: HTTPServer) -> None:
    def late(_: Request) -> Response:
        time.sleep(0.6)
        return Response("[]")

    server.expect_request("/x").respond_with_handler(late)
    sentence = fail(server.url_for("/x"), SourceError, timeout_s=0.2, max_tries=2)
    assert "gave no answer to the #80s timeline (/x), asked 2 times (waited 0.2 s)." in sentence


def test_a_zipped_body_cut_short_is_malformed(server: HTTPServer) -> None:
    cut = gzip.compress(b'[{"id": "1"}]' * 100)[:-12]
    assert "with a body cut short." in fail(serve(server, zipped(cut)), MalformedError)


def test_damaged_compression_is_malformed(server: HTTPServer) -> None:
    assert "with a body with damaged compression." in fail(serve(server, zipped(b"not gzip")), MalformedError)


def test_a_compression_that_was_not_asked_for_is_malformed(server: HTTPServer) -> None:
    answer = Response(b"xx", headers={"Content-Type": "application/json", "Content-Encoding": "br"})
    assert "with a body compressed with 'br'." in fail(serve(server, answer), MalformedError)


def test_nobody_at_the_port_is_told(server: HTTPServer) -> None:
    sentence = fail("http://127.0.0.1:9/x", SourceError)
    assert sentence.startswith("127.0.0.1:9 gave no answer to robots.txt (/robots.txt), asked 2 times (ConnectError).")


def test_a_name_that_does_not_exist_is_told_at_once(server: HTTPServer) -> None:
    sentence = fail("https://no-such-server.invalid/x", SourceError, max_tries=50)
    assert sentence.startswith("There is no server called no-such-server.invalid, or this machine is offline (")


def test_a_connection_that_cannot_be_trusted_is_told_and_not_used(server: HTTPServer) -> None:
    sentence = fail(server.url_for("/x").replace("http://", "https://"), SourceError, max_tries=50)
    assert "cannot be trusted (" in sentence
    assert sentence.endswith("certificates are always checked.")


def test_loopback_servers_may_redirect_to_one_another(server: HTTPServer) -> None:
    server.expect_request("/from").respond_with_data("", status=302, headers={"Location": server.url_for("/to")})
    server.expect_request("/to").respond_with_json([1])
    assert get(server.url_for("/from")).data == [1]


def test_robots_txt_decides_over_a_real_socket(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: nostalgia-miner\nDisallow: /x\n")
    httpserver.expect_request("/y").respond_with_json([])
    assert "forbids the #80s timeline (/x) to crawlers" in fail(httpserver.url_for("/x"), BlockedError)
    assert get(httpserver.url_for("/y")).data == []
