"""Which server a name means, and which addresses are public."""

from __future__ import annotations

import asyncio

import pytest

from miner.errors import UsageError
from miner.sources.hosts import is_loopback, origin, public_address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mastodon.social", "https://mastodon.social"),
        ("Mastodon.Social/", "https://mastodon.social"),
        ("https://mastodon.social", "https://mastodon.social"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://localhost:3000/", "http://localhost:3000"),
        ("bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_server_is_named_as_people_type_it(typed: str, meant: str) -> None:
    assert origin(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "http://mastodon.social",
        "ftp://x.example",
        "a b",
        "x.example/path",
        "u:p@x.example",
        "https://",
        "xn--a",
        "a..b",
        "a.example:99999",
    ],
)
def test_what_names_no_server_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        origin(typed)


def test_public_and_loopback_addresses_are_told_apart() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("LOCALHOST")
    assert is_loopback("::1")
    assert not is_loopback("127.0.0.1.example")
    assert asyncio.run(public_address("93.184.216.34")) == "93.184.216.34"
    assert asyncio.run(public_address("localhost")) is None
    assert asyncio.run(public_address("name.invalid")) is None
