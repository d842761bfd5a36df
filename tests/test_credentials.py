"""Keys: from the environment or a file that only its owner reads; never in a message, a plan or a log."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from cli_program import call
from source_walk import walk

from miner.cli.order import Order
from miner.errors import CredentialsError, MinerError, SettingsError, UsageError
from miner.settings import Settings
from miner.sources import hacker_news
from miner.sources.base import Key, Query
from miner.sources.exchange import Answer, Ask
from miner.sources.hacker_news import HackerNews
from miner.sources.http import PoliteClient
from miner.study.credentials import load_credentials

SECRET = "s3cr3t-0f-ann"  # noqa: S105 - of nobody
KEY = Key(name="BOARD_API_KEY", what="a key", url="https://example.org/keys")


class Board(HackerNews):
    """A source that needs a key and puts it into the address, as some platforms want it."""

    info = replace(hacker_news.HackerNews.info, keys=(KEY,))


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    file = tmp_path / "keys.toml"
    file.write_text(f'board_api_key = "{SECRET}"\n[tokens]\n"Example.Social" = "abc"\n', encoding="utf-8")
    file.chmod(0o600)
    return file


def test_a_key_comes_from_the_file_and_the_environment_wins(keys: Path) -> None:
    found = load_credentials([Board()], environ={}, file=keys)
    assert found.keys == {"BOARD_API_KEY": SECRET}
    assert found.tokens == {"example.social": "abc"}
    assert load_credentials([Board()], environ={"BOARD_API_KEY": " other\n"}, file=keys).keys == {
        "BOARD_API_KEY": "other"
    }
    assert SECRET not in repr(found)


def test_keys_of_sources_that_are_not_asked_are_not_read_on(keys: Path) -> None:
    assert load_credentials([HackerNews()], environ={"BOARD_API_KEY": "x"}, file=keys).keys == {}


def test_no_file_is_no_key(tmp_path: Path) -> None:
    assert load_credentials([Board()], environ={}, file=tmp_path / "none.toml").keys == {}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_can_read_is_refused(keys: Path, mode: int) -> None:
    keys.chmod(mode)
    with pytest.raises(CredentialsError, match=f"can be read by others \\(mode {mode:03o}\\). Run `chmod 600"):
        load_credentials([Board()], environ={}, file=keys)


@pytest.mark.parametrize(
    "text", [f"board_api_key = {SECRET}", "board_api_key = 5", "tokens = 1", '[tokens]\n"no host/" = "x"\n', "\xff"]
)
def test_a_broken_file_is_an_error_that_does_not_quote_it(keys: Path, text: str) -> None:
    keys.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError) as caught:
        load_credentials([Board()], environ={}, file=keys)
    assert SECRET not in str(caught.value)
    assert caught.value.advice


def test_a_missing_key_says_where_to_get_one() -> None:
    with pytest.raises(CredentialsError) as caught:
        walk(Board(), Query(tags=(), phrases=("1980s",)), lambda _: httpx.Response(200))
    assert str(caught.value).startswith(
        "BOARD_API_KEY, a key, is not set. Get one at https://example.org/keys, then run `export BOARD_API_KEY=…`"
    )


def test_a_plan_says_whether_a_key_is_set_and_not_which(keys: Path) -> None:
    query = Query(tags=(), phrases=("1980s",))
    assert Board().plan(query)[0].needs == "BOARD_API_KEY (a key), which is not set"
    found = load_credentials([Board()], environ={}, file=keys)
    with_key = replace(query, keys=found.keys)
    assert Board().plan(with_key)[0].needs == "BOARD_API_KEY (a key), which is set"
    assert SECRET not in repr(with_key)


ASK = Ask(
    url="https://api.example.org/search",
    what="posts",
    params=(("q", "80s"),),
    secrets=(("api_key", SECRET),),
    secret_headers=(("X-Key", SECRET),),
    is_api=True,
)


def ask(answer: httpx.Response, asked: list[httpx.Request]) -> Answer:
    """What the client makes of *answer*."""

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer

    async def get() -> Answer:
        async with PoliteClient(Settings(max_tries=1), transport=httpx.MockTransport(handle)) as client:
            return await client.get(ASK)

    return asyncio.run(get())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_a_key_that_a_server_repeats_stays_out_of_the_error_and_the_log(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[httpx.Request] = []
    with caplog.at_level(logging.DEBUG), pytest.raises(MinerError) as caught:
        ask(httpx.Response(status, json={"error": {"message": f"bad key {SECRET}"}}), asked)
    assert (asked[0].url.params["api_key"], asked[0].headers["x-key"]) == (SECRET, SECRET)
    assert "api.example.org" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert "api.example.org" in caplog.text
    assert SECRET not in caplog.text


def test_the_address_of_an_answer_does_not_hold_the_key() -> None:
    assert SECRET not in repr(ask(httpx.Response(200, json={}), []))
    assert SECRET not in repr(ASK)


def test_a_redirect_to_another_server_gets_no_key() -> None:
    asked: list[httpx.Request] = []
    with pytest.raises(MinerError):
        ask(httpx.Response(302, headers={"location": "https://1.1.1.1/"}), asked)
    assert [("x-key" in request.headers, SECRET in str(request.url)) for request in asked[:2]] == [
        (True, True),
        (False, False),
    ]


def order(**options: object) -> Order:
    typed: dict[str, object] = dict.fromkeys(
        ["instances", "urls", "communities", "since", "until", "limit", "langs", "token_env"]
    )
    return Order(**{"era": "80s", "into": "mine", "sources": ["mastodon"], **typed, **options})  # type: ignore[arg-type]


def test_a_server_belongs_to_the_source_it_is_typed_for(tmp_path: Path) -> None:
    two = order(sources=["mastodon", "hacker-news"], instances=["mastodon=a.example", "hacker-news=b.example"])
    query = two.query(tmp_path / "none")
    assert (query.hosts_of("mastodon"), query.hosts_of("hacker-news")) == (("a.example",), ("b.example",))
    assert order(instances=["a.example"]).query(tmp_path / "none").hosts_of("mastodon") == ("a.example",)


def test_a_server_that_could_be_meant_for_two_sources_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not say for which source it is: mastodon, hacker-news"):
        order(sources=["mastodon", "hacker-news"], instances=["a.example"]).query(tmp_path / "none")
    with pytest.raises(UsageError, match="None of the sources chosen takes --url"):
        order(urls=["https://example.org"]).query(tmp_path / "none")
    with pytest.raises(UsageError, match="mastodon takes no --community"):
        order(communities=["mastodon=toys"]).query(tmp_path / "none")


def test_an_address_with_an_equals_sign_is_one_value() -> None:
    query = Query(tags=(), urls=("feeds=https://example.org/?a=b", "https://example.org/?c=d"))
    assert query.urls_of("feeds") == ("https://example.org/?a=b", "https://example.org/?c=d")
    assert query.urls_of("pages") == ("https://example.org/?c=d",)


def test_the_list_of_sources_groups_them_and_says_when_they_were_used(tmp_path: Path) -> None:
    shown = call(tmp_path, "sources", "mastodon")
    assert shown.code == 0
    assert shown.out.startswith("Without a key (1)\n\nmastodon: ")
    assert "used    never" in shown.out
    wrong = call(tmp_path, "sources", "mastodn")
    assert (wrong.code, "Did you mean mastodon?" in wrong.err) == (2, True)
