"""Redirects that lead into the user's own network, and servers that are not who they say: refused, on real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from hostile import N_FIRST, HostileServer, Routed, page, scrape_all, sends, serving

from miner.corpus import Corpus
from miner.errors import MinerError, SourceError
from miner.settings import Settings
from miner.sources.exchange import Answer, Ask
from miner.sources.hosts import addresses_of, public_address
from miner.sources.http import PoliteClient

PUBLIC = "93.184.216.34"
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


def to(location: str) -> bytes:
    return page(b"", status="302 Found", headers=f"Location: {location}\r\n")


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.create(tmp_path / "corpus")


class Names:
    """A name server whose answers change: each look-up gives the next, the last one stays.

    Attributes:
        asked: Names looked up, in order.
    """

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self._answers = {name.replace("_", "."): list(found) for name, found in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        if host not in self._answers:
            return await addresses_of(host)
        found = self._answers[host]
        return found.pop(0) if len(found) > 1 else found[0]


NOT_PUBLIC = [
    "https://127.0.0.1{port}/",
    "https://localhost{port}/",
    "https://127.1{port}/",
    "https://2130706433{port}/",
    "https://0x7f000001{port}/",
    "https://127。0。0。1{port}/",
    "https://0{port}/",
    "https://0.0.0.0{port}/",
    "https://[::]{port}/",
    "https://[::1]{port}/",
    "https://[::ffff:127.0.0.1]{port}/",
    "https://[::ffff:7f00:1]{port}/",
    "https://[::127.0.0.1]{port}/",
    "https://[64:ff9b::127.0.0.1]{port}/",
    "https://[2002:7f00:1::]{port}/",
    "https://[fec0::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00::1]/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "//10.0.0.1/",
    "https://intranet.example/",
    "https://half.example/",
    "https://nowhere.invalid/",
    "https://a..b/",
    "https://" + "a" * 300 + ".example/",
    "//[broken",
    "https://%31%32%37.0.0.1{port}/",
]
BROKEN = [
    "https://0177.0.0.1{port}/",
    "http://127.0.0.1{port}/",
    "http://public.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1{port}/",
    "https://xn--a/",
    "https://public.example:99999/",
    "https://public.example:0/",
    "https://ann:secret@other.example/",
    "http:\\\\127.0.0.1{port}\\",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("source", ["mastodon", "hacker-news"])
@pytest.mark.parametrize("location", NOT_PUBLIC + BROKEN)
def test_a_public_server_cannot_send_us_into_our_own_network(location: str, source: str, corpus: Corpus) -> None:
    names = Names(intranet_example=[["10.0.0.7"]], half_example=[[PUBLIC, "192.168.0.1"]])
    inside = HostileServer(sends(page([])))
    with serving(inside), serving(HostileServer(sends(b""))) as outside:
        outside.trick = sends(to(location.format(port=f":{inside.port}")))
        transport = Routed({"public.example": outside.port, f"127.0.0.1:{inside.port}": inside.port})
        result = scrape_all(corpus, source, "public.example", transport=transport, resolve=names)
    where = "an address that is not public" if location in NOT_PUBLIC else "an insecure or broken address"
    (error,) = result.errors
    assert type(error) is SourceError
    assert error.happened.startswith("public.example redirected ")
    assert error.happened.endswith(f") to {where}.")
    assert "secret" not in str(error)
    assert inside.asked == []
    assert {name for _, name in transport.reached} == {"public.example"}
    assert corpus.count() == N_FIRST


def test_a_name_that_changes_its_address_after_the_check_is_reached_by_the_checked_one(corpus: Corpus) -> None:
    names = Names(rebound_example=[[PUBLIC], ["127.0.0.1"]])
    with serving(HostileServer(sends(page([])))) as other, serving(HostileServer(sends(b""))) as first:
        first.trick = sends(to("https://rebound.example/next"))
        transport = Routed({"public.example": first.port, "rebound.example": other.port})
        result = scrape_all(corpus, "mastodon", "public.example", transport=transport, resolve=names)
    assert result.errors == ()
    assert [target for target, _ in other.asked] == ["/robots.txt", "/next"]
    assert {address for address, name in transport.reached if name == "rebound.example"} == {PUBLIC}
    assert names.asked == ["rebound.example"]
    assert {headers["host"] for _, headers in other.asked} == {"rebound.example"}


def test_a_token_and_keys_stay_behind_on_the_way_to_another_server() -> None:
    ask = Ask(
        url="https://public.example/x",
        what="posts",
        token="t0ken",  # noqa: S106 - made up
        secrets=(("api_key", "k3y"),),
        secret_headers=(("X-Key", "h3ader"),),
    )
    with serving(HostileServer(sends(page([])))) as other, serving(HostileServer(sends(b""))) as first:
        first.trick = sends(to("https://other.example/next"))
        transport = Routed({"public.example": first.port, "other.example": other.port})
        get(ask, transport=transport, resolve=Names(other_example=[[PUBLIC]]))
    assert "k3y" in str(first.asked)
    assert [secret for secret in ("t0ken", "k3y", "h3ader") if secret in str(other.asked)] == []


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_a_public_address_is_public(address: str) -> None:
    assert asyncio.run(public_address(f"[{address}]" if ":" in address else address)) == address


def get(ask: Ask, **options: object) -> Answer:
    async def run() -> Answer:
        async with PoliteClient(Settings(timeout_s=2.0, max_tries=3), backoff_base_s=0.001, **options) as client:  # type: ignore[arg-type]
            return await client.get(ask)

    return asyncio.run(run())


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """A certificate authority that this machine trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    return authority


@contextlib.contextmanager
def secured(authority: trustme.CA, name: str, *, is_expired: bool = False) -> Iterator[HostileServer]:
    """A server with a certificate for *name*."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    begins, ends = (LONG_AGO, LONG_AGO + timedelta(days=90)) if is_expired else (None, None)
    authority.issue_cert(name, not_before=begins, not_after=ends).configure_cert(context)
    with serving(HostileServer(sends(page([])), tls=context)) as server:
        yield server


def test_a_certificate_that_fits_is_taken(authority: trustme.CA, corpus: Corpus) -> None:
    with secured(authority, "localhost") as server:
        result = scrape_all(corpus, "mastodon", f"https://localhost:{server.port}")
    assert result.errors == ()
    assert corpus.count() == N_FIRST


@pytest.mark.parametrize("source", ["mastodon", "hacker-news"])
@pytest.mark.parametrize("trouble", ["name", "expired", "unknown"])
def test_a_certificate_that_does_not_fit_is_told_and_nothing_is_asked(
    trouble: str, source: str, authority: trustme.CA, corpus: Corpus
) -> None:
    issuer = trustme.CA() if trouble == "unknown" else authority
    name = "other.example" if trouble == "name" else "localhost"
    with serving(HostileServer(sends(page([])))) as good:
        scrape_all(corpus, "mastodon", good.url)
    with secured(issuer, name, is_expired=trouble == "expired") as server:
        result = scrape_all(corpus, source, f"https://localhost:{server.port}")
    words = {
        "name": "Hostname mismatch, certificate is not valid for 'localhost'",
        "expired": "certificate has expired",
        "unknown": "unable to get local issuer certificate",
    }
    (error,) = result.errors
    assert type(error) is SourceError
    assert error.happened == f"The connection to localhost:{server.port} cannot be trusted ({words[trouble]})."
    assert error.advice.endswith("certificates are always checked.")
    assert server.asked == []
    assert corpus.count() == N_FIRST


def test_a_certificate_is_checked_against_the_name_and_not_the_address(authority: trustme.CA) -> None:
    with secured(authority, "good.example") as server:

        def ask(name: str) -> Ask:
            url = f"https://{name}:{server.port}/x"
            return Ask(url=url, what="posts", is_api=True, address="127.0.0.1")

        assert get(ask("good.example")).data == []
        assert server.asked[0][1]["host"] == f"good.example:{server.port}"
        with pytest.raises(MinerError, match=r"certificate is not valid for 'evil\.example'"):
            get(ask("evil.example"))
        assert len(server.asked) == 1
