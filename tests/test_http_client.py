"""The polite client's manners and words, against a made-up network and a clock that only sleeping moves."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import httpx
import pytest

from miner.errors import (
    BlockedError,
    CredentialsError,
    MalformedError,
    MinerError,
    RateLimited,
    RefusedError,
    SourceError,
)
from miner.settings import Settings
from miner.sources.connection import user_agent
from miner.sources.exchange import Answer, Ask
from miner.sources.http import PoliteClient
from miner.sources.robots import read_robots

Handler = Callable[[httpx.Request], httpx.Response]
TIMELINE = "https://example.social/api/v1/timelines/tag/80s"
START = 1_795_386_648.0  # 2026-11-22 22:30:48 UTC


class Network:
    """Answers requests without a network, and keeps the time of each."""

    def __init__(self, answer: Handler, robots: Handler | None = None) -> None:
        self.answer, self.robots = answer, robots or (lambda _: httpx.Response(404))
        self.now = START
        self.asked: list[tuple[float, httpx.Request]] = []
        self.n_robots = 0

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            self.n_robots += 1
            return self.robots(request)
        self.asked.append((self.now, request))
        return self.answer(request)

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds
        await asyncio.sleep(0)

    def times(self) -> list[float]:
        """Seconds between the first request and each."""
        return [time - self.asked[0][0] for time, _ in self.asked]

    def get(self, *asks: Ask, **settings: float | int | str) -> list[Answer]:
        async def run() -> list[Answer]:
            client = PoliteClient(
                Settings(**settings),  # type: ignore[arg-type]
                transport=httpx.MockTransport(self.handle),
                sleep=self.sleep,
                clock=lambda: self.now,
                rng=random.Random(80),  # noqa: S311 - jitter
            )
            async with client:
                return [await client.get(ask) for ask in asks]

        return asyncio.run(run())

    def fail(self, ask: Ask, kind: type[MinerError], **settings: float | int | str) -> str:
        with pytest.raises(kind) as caught:
            self.get(ask, **settings)
        assert type(caught.value) is kind
        return str(caught.value)


def ask(url: str = TIMELINE, token: str | None = None, pause_s: float = 3.0) -> Ask:
    return Ask(
        url=url,
        what="the #80s timeline",
        token=token,
        login="Add `--token-env MASTODON_TOKEN`, or choose another with `--instance`.",
        elsewhere="Choose another with `--instance`.",
        pause_s=pause_s,
    )


def always(status: int, body: object = None, **headers: str) -> Handler:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx.Response(status, json=body, headers=named)


def web_page(status: int) -> Handler:
    return lambda _: httpx.Response(status, html="<h1>Are you human?</h1>")


REFUSALS: list[tuple[Handler, str | None, type[MinerError], str]] = [
    (
        always(401, {"error": "The access token is invalid"}),
        None,
        CredentialsError,
        (
            "example.social answered 401 to the #80s timeline (/api/v1/timelines/tag/80s) "
            '("The access token is invalid"): this server asks for a login. '
            "Add `--token-env MASTODON_TOKEN`, or choose another with `--instance`."
        ),
    ),
    (
        always(401, {"error": "アクセストークンは取り消されています"}),
        "s3cret",
        CredentialsError,
        (
            "example.social answered 401 to the #80s timeline (/api/v1/timelines/tag/80s) "
            '("アクセストークンは取り消されています"): it does not accept the token. '
            "Make a new token. Add `--token-env MASTODON_TOKEN`, or choose another with `--instance`."
        ),
    ),
    (
        always(403, {"error": "This action is not allowed"}),
        None,
        BlockedError,
        (
            "example.social answered 403 to the #80s timeline (/api/v1/timelines/tag/80s) "
            '("This action is not allowed"): it does not let this program read it. Choose another with `--instance`.'
        ),
    ),
    (
        always(403, {"error": "This action is outside the authorized scopes"}),
        "s3cret",
        CredentialsError,
        (
            "example.social answered 403 to the #80s timeline (/api/v1/timelines/tag/80s) "
            '("This action is outside the authorized scopes"): the token does not allow it. '
            "Make a token that may read. Add `--token-env MASTODON_TOKEN`, or choose another with `--instance`."
        ),
    ),
    (
        web_page(403),
        None,
        BlockedError,
        (
            "example.social answered 403 to the #80s timeline (/api/v1/timelines/tag/80s) with a web page: "
            "it blocks this program. Choose another with `--instance`."
        ),
    ),
    (
        web_page(200),
        None,
        BlockedError,
        (
            "example.social answered 200 to the #80s timeline (/api/v1/timelines/tag/80s) with a web page: "
            "it blocks this program. Choose another with `--instance`."
        ),
    ),
    (
        always(404, {"error": "Record not found"}),
        None,
        RefusedError,
        (
            "example.social answered 404 to the #80s timeline (/api/v1/timelines/tag/80s) "
            '("Record not found"): there is nothing of that name on this server. Choose another with `--instance`.'
        ),
    ),
    (
        always(410),
        None,
        RefusedError,
        (
            "example.social answered 410 to the #80s timeline (/api/v1/timelines/tag/80s): "
            "it was there once and is gone. Choose another with `--instance`."
        ),
    ),
    (
        always(422, {"error": "Validation failed"}),
        None,
        RefusedError,
        (
            "example.social answered 422 to the #80s timeline (/api/v1/timelines/tag/80s) "
            '("Validation failed"): it does not understand the request. Choose another with `--instance`.'
        ),
    ),
    (
        always(418),
        None,
        RefusedError,
        (
            "example.social answered 418 to the #80s timeline (/api/v1/timelines/tag/80s): "
            "that is not an answer this program can use. Choose another with `--instance`."
        ),
    ),
]


@pytest.mark.parametrize(("answer", "token", "kind", "sentence"), REFUSALS, ids=[r[3][:34] for r in REFUSALS])
def test_a_refusal_is_told_in_a_sentence_and_not_repeated(
    answer: Handler, token: str | None, kind: type[MinerError], sentence: str
) -> None:
    network = Network(answer)
    assert network.fail(ask(token=token), kind) == sentence
    assert len(network.asked) == 1


def test_a_429_is_waited_out_and_then_told_with_the_time_to_come_back() -> None:
    network = Network(always(429, {"error": "Too many requests"}, X_RateLimit_Reset="2026-11-22T22:33:48.000000Z"))
    sentence = network.fail(ask(), RateLimited, max_tries=2)
    assert sentence == (
        "example.social answered 429 to the #80s timeline (/api/v1/timelines/tag/80s) 2 times: too many requests. "
        "Run the same command again after 22:34 UTC; it goes on where it stopped."
    )
    # the reset is a moment, and reading robots.txt before took a pause of 3 s
    assert network.times() == [0.0, 177.0]


def test_a_wait_beyond_the_settings_is_told_instead_of_kept() -> None:
    network = Network(always(429, None, Retry_After="3600"))
    sentence = network.fail(ask(), RateLimited)
    assert sentence == (
        "example.social asks to be left alone for 60 min before the #80s timeline (/api/v1/timelines/tag/80s); "
        "max_wait_s allows 15 min. Run the same command again after 23:31 UTC; it goes on where it stopped."
    )
    assert len(network.asked) == 1


def test_a_wait_of_days_names_the_day() -> None:
    assert "after 22:31 UTC on 2026-11-24;" in Network(always(429, None, Retry_After="172800")).fail(ask(), RateLimited)


def test_a_server_with_trouble_is_asked_with_growing_pauses_and_then_reported() -> None:
    network = Network(always(503, {"error": "Service temporarily unavailable"}))
    sentence = network.fail(ask(pause_s=0.0), SourceError, max_tries=4)
    assert sentence == (
        "example.social answered 503 to the #80s timeline (/api/v1/timelines/tag/80s), asked 4 times: it has trouble. "
        "Run the same command again later; it goes on where it stopped."
    )
    pauses = [later - earlier for earlier, later in zip(network.times(), network.times()[1:], strict=False)]
    assert len(pauses) == 3
    assert all(0.5 * 2**i <= pause <= 2**i for i, pause in enumerate(pauses))


def test_waiting_is_bounded_in_time_as_well_as_in_tries() -> None:
    network = Network(always(503))
    network.fail(ask(pause_s=0.0), SourceError, max_tries=1000, max_wait_s=10.0)
    assert network.times()[-1] <= 10.0
    assert 3 < len(network.asked) < 10


def test_a_body_cut_short_is_asked_for_again() -> None:
    bodies = iter([b'[{"id": "1"', b"[]"])
    network = Network(lambda _: httpx.Response(200, content=next(bodies), headers={"Content-Type": "application/json"}))
    assert network.get(ask())[0].data == []
    assert len(network.asked) == 2


def test_a_body_that_stays_cut_short_is_malformed() -> None:
    network = Network(lambda _: httpx.Response(200, content=b"{not json", headers={"Content-Type": "application/json"}))
    assert network.fail(ask(), MalformedError, max_tries=2) == (
        "example.social answered to the #80s timeline (/api/v1/timelines/tag/80s), asked 2 times, with a body that is "
        "not JSON, or cut short. Run the same command again later; it goes on where it stopped."
    )


def test_half_an_emoji_does_not_end_a_walk() -> None:
    body = b'[{"content": "cut \\ud83d"}]'
    network = Network(lambda _: httpx.Response(200, content=body, headers={"Content-Type": "application/json"}))
    assert network.get(ask())[0].data == [{"content": "cut \ud83d"}]


def test_a_broken_connection_is_asked_again() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        if len(network.asked) < 3:
            raise httpx.ReadError("reset")
        return httpx.Response(200, json=[])

    network = Network(answer)
    assert network.get(ask())[0].data == []


def test_a_host_is_asked_once_in_its_pause() -> None:
    network = Network(always(200, []))
    network.get(ask(), ask(), ask())
    assert network.times() == [0.0, 3.0, 6.0]


def test_hosts_do_not_wait_for_one_another() -> None:
    network = Network(always(200, []))
    network.get(ask(), ask("https://other.example/api"), ask())
    # each host's robots.txt comes first and takes a pause of its own
    assert network.times() == [0.0, 3.0, 3.0]


def test_two_requests_to_one_host_never_overlap() -> None:
    running, most = 0, 0

    async def slow(request: httpx.Request) -> httpx.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.005)
        running -= 1
        return httpx.Response(404 if request.url.path == "/robots.txt" else 200, json=[])

    async def run() -> None:
        async with PoliteClient(Settings(), transport=httpx.MockTransport(slow)) as client:
            await asyncio.gather(*(client.get(ask("http://127.0.0.1:3000/x")) for _ in range(5)))

    asyncio.run(run())
    assert most == 1


def test_a_used_up_limit_is_waited_out_before_the_next_request() -> None:
    network = Network(always(200, [], X_RateLimit_Remaining="0", X_RateLimit_Reset="2026-11-22T22:33:48.872845Z"))
    network.get(ask(pause_s=0.0), ask(pause_s=0.0))
    assert network.times()[1] == pytest.approx(180.872845)


def test_a_token_is_sent_and_never_printed() -> None:
    network = Network(always(401, {"error": "s3cret-token is wrong"}))
    secret = ask(token="s3cret-token")  # noqa: S106 - made up
    sentence = network.fail(secret, CredentialsError)
    assert network.asked[0][1].headers["authorization"] == "Bearer s3cret-token"
    assert "s3cret" not in sentence
    assert "s3cret" not in repr(secret)


def test_a_token_with_a_line_end_is_refused_without_printing_it() -> None:
    network = Network(always(200, []))
    sentence = network.fail(ask(token="s3cret\n"), CredentialsError)  # noqa: S106 - made up
    assert sentence.startswith("The token for example.social holds characters that no token has.")
    assert network.asked == []


def test_a_token_stays_with_its_server_on_a_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "example.social":
            return httpx.Response(302, headers={"Location": "https://93.184.216.34/next"})
        return httpx.Response(200, json=[])

    network = Network(answer)
    network.get(ask(token="s3cret"))  # noqa: S106 - made up
    assert [("authorization" in request.headers) for _, request in network.asked] == [True, False]


PRIVATE = [
    "http://127.0.0.1/admin",
    "https://127.0.0.1/admin",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fd00::1]/",
    "https://localhost/",
    "https://0.0.0.0/",
    "http://example.social/plain",
    "file:///etc/passwd",
    "//[broken",
]


@pytest.mark.parametrize("target", PRIVATE)
def test_a_redirect_into_a_private_network_is_not_followed(target: str) -> None:
    network = Network(lambda _: httpx.Response(302, headers={"Location": target}))
    sentence = network.fail(ask(), SourceError)
    assert sentence.startswith("example.social redirected the #80s timeline (/api/v1/timelines/tag/80s) to an ")
    assert len(network.asked) == 1


def test_redirects_within_a_host_are_followed_a_few_times() -> None:
    network = Network(lambda _: httpx.Response(301, headers={"Location": "/round"}))
    assert "6 times" in network.fail(ask(), SourceError)
    assert len(network.asked) == 6


def test_robots_txt_is_obeyed_and_read_once_a_day() -> None:
    robots = always(200)
    network = Network(always(200, []), lambda _: httpx.Response(200, text="User-agent: *\nDisallow: /api/"))
    sentence = network.fail(ask(), BlockedError)
    assert sentence == (
        "example.social forbids the #80s timeline (/api/v1/timelines/tag/80s) to crawlers in its robots.txt. "
        "Add `--token-env MASTODON_TOKEN`, or choose another with `--instance`."
    )
    assert network.asked == []
    network = Network(always(200, []), robots)
    network.get(ask(), ask())
    assert network.n_robots == 1
    network.get(ask(pause_s=90_000.0), ask(pause_s=90_000.0), max_wait_s=100_000.0)
    assert network.n_robots == 3


def test_a_request_with_the_users_token_is_no_crawler() -> None:
    network = Network(always(200, []), lambda _: httpx.Response(200, text="User-agent: *\nDisallow: /"))
    network.get(ask(token="s3cret"))  # noqa: S106 - made up
    assert network.n_robots == 0


def test_a_missing_robots_txt_allows_and_a_broken_one_forbids() -> None:
    assert Network(always(200, []), always(410)).get(ask())[0].status == 200
    broken = Network(always(200, []), always(503))
    assert "answered 503 to robots.txt (/robots.txt), asked 2 times" in broken.fail(ask(), SourceError, max_tries=2)
    assert broken.asked == []


def test_a_crawl_delay_is_kept_up_to_a_minute() -> None:
    for asked, kept in (("10", 10.0), ("500", 60.0)):
        text = f"User-agent: *\nCrawl-delay: {asked}\n"
        network = Network(always(200, []), lambda _, text=text: httpx.Response(200, text=text))  # type: ignore[misc]
        network.get(ask(), ask())
        assert network.times() == [0.0, kept]


def test_only_the_first_500_kib_of_a_robots_txt_count() -> None:
    body = b"#" * 500 * 1024 + b"\nUser-agent: *\nDisallow: /\n"
    assert read_robots(200, body, now=START).allows("https://example.social/api")
    assert not read_robots(200, body[1024:], now=START).allows("https://example.social/api")


def test_the_user_agent_is_honest() -> None:
    assert user_agent("mail@example.org") == "nostalgia-miner/0.1.0 (+mail@example.org)"
    assert user_agent("a\r\nX-Evil: 1") == "nostalgia-miner/0.1.0 (+aX-Evil: 1)"
    assert user_agent("") == "nostalgia-miner/0.1.0 (+no contact set)"
    network = Network(always(200, []))
    network.get(ask(), contact="mail@example.org")
    assert network.asked[0][1].headers["user-agent"] == "nostalgia-miner/0.1.0 (+mail@example.org)"


def test_words_of_a_server_cannot_drive_a_terminal() -> None:
    network = Network(always(422, {"error": "\x1b[2J\x07bad\u202e\n" + "x" * 500}))
    sentence = network.fail(ask(), RefusedError)
    assert sentence.isprintable()
    assert len(sentence) < 350
