"""Where a redirect leads, and whether it may be followed: no server may send this program into its user's network."""

from __future__ import annotations

import httpx

from miner.errors import SourceError
from miner.sources.exchange import Ask
from miner.sources.hosts import Resolve, has_usable_port, is_loopback, public_address

MAX_REDIRECTS = 5  # as many as RFC 9309 wants to see followed for robots.txt
STATUSES = frozenset({301, 302, 303, 307, 308})


async def follow(url: httpx.URL, location: str, ask: Ask, resolve: Resolve) -> tuple[httpx.URL, str | None]:
    """The address that a redirect leads to, if it may be followed.

    Args:
        url: Where the redirect came from.
        location: What it says.
        ask: The question; its own host was named by the user and is trusted to be what the user meant.
        resolve: Gives the addresses of a name.

    Returns:
        The URL, and the IP address to reach it by; None where the name may be looked up as usual.

    Raises:
        SourceError: It leads into a private network, from HTTPS to HTTP, or nowhere.
    """
    target = _target(url, location)
    if target is None or (url.scheme == "https" and target.scheme == "http"):
        raise _refused(ask, "an insecure or broken address")
    asked = httpx.URL(ask.url).host
    if target.host == asked or (is_loopback(asked) and is_loopback(target.host)):
        return target, ask.address
    address = await public_address(target.host, resolve)
    if address is None:
        raise _refused(ask, "an address that is not public")
    return target, address


def _target(url: httpx.URL, location: str) -> httpx.URL | None:
    try:
        target = url.join(location)
        is_web = target.scheme in {"http", "https"} and bool(target.host) and has_usable_port(target)
    except (httpx.InvalidURL, UnicodeError):
        # UnicodeError: "xn--a" is no name in Punycode
        return None
    # a password in an address would be sent, and printed
    return target if is_web and not target.userinfo else None


def _refused(ask: Ask, where: str) -> SourceError:
    return SourceError(f"{ask.host} redirected {ask.what} ({ask.path}) to {where}.", ask.elsewhere)
