"""How a request reaches its server: the HTTP library, set up so that it keeps and gives away nothing."""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from miner import __version__
from miner.settings import Settings
from miner.sources.exchange import Ask
from miner.sources.robots import PRODUCT

_ASIDE = "nostalgia_miner_redirect"


def user_agent(contact: str) -> str:
    """How this program introduces itself: ``nostalgia-miner/0.1.0 (+mail@example.org)``."""
    reachable = "".join(c for c in contact if c.isascii() and c.isprintable() and c not in "()").strip()
    return f"{PRODUCT}/{__version__} (+{reachable or 'no contact set'})"


def new_client(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client of the HTTP library; *transport* None is the network."""
    # a proxy set in the environment must not see what is asked of this machine's own servers
    direct = None if transport else {f"all://{name}": None for name in ("localhost", "127.0.0.1", "[::1]")}
    return httpx.AsyncClient(
        http2=True,
        transport=transport,
        mounts=direct,
        timeout=settings.timeout_s,
        headers={"User-Agent": user_agent(settings.contact), "Accept-Encoding": "gzip"},
        # no server is told what it, or another one, said before
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        event_hooks={"response": [_lay_redirect_aside]},
    )


def headers_of(response: httpx.Response) -> dict[str, str]:
    """Its headers, names in lower case; those that came twice are joined by a comma."""
    aside: dict[str, str] = response.extensions.get(_ASIDE, {})
    return {name.lower(): value for name, value in response.headers.items()} | aside


async def _lay_redirect_aside(response: httpx.Response) -> None:
    """Keep httpx from looking at redirects: it tries to understand all, and ``javascript:alert(1)`` makes it raise."""
    if "location" in response.headers:
        response.extensions[_ASIDE] = {"location": response.headers.pop("location")}


def request_for(
    client: httpx.AsyncClient, url: httpx.URL, ask: Ask, *, address: str | None, is_trusted: bool
) -> httpx.Request:
    """The request that puts *ask* to *url*.

    Args:
        client: Which will send it.
        url: Of the question, or where a redirect led.
        ask: The question.
        address: IP address to connect to in place of a look-up. The server's name stays in the Host header and in the
            TLS handshake, so that its certificate is checked against the name.
        is_trusted: As in :meth:`Ask.headers`.

    Raises:
        CredentialsError: The token or a key cannot be one.
    """
    headers, extensions = ask.headers(is_trusted=is_trusted), {}
    if address is not None:
        headers["Host"] = url.netloc.decode("ascii")
        extensions["sni_hostname"] = url.raw_host.decode("ascii")
        url = url.copy_with(host=address)
    method = "GET" if ask.body is None else "POST"
    body = None if ask.body is None else {**ask.body, **dict(ask.secret_body)}
    return client.build_request(method, url, headers=headers, json=body, extensions=extensions)
