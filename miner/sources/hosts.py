"""Which server a name or a URL means, and whether its addresses are public."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket

import httpx

from miner.errors import UsageError

_LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})


def origin(server: str) -> str:
    """The origin that a server's name, as typed, stands for.

    Args:
        server: ``example.social``, ``https://example.social/``; ``http://`` only for a server on this machine.

    Returns:
        Scheme, host and port, lower case, without a slash at the end.

    Raises:
        UsageError: It names no server, or asks for plain HTTP over a network, or holds a password.

    Example:
        >>> origin("Example.Social/")
        'https://example.social'
        >>> origin("http://127.0.0.1:3000")
        'http://127.0.0.1:3000'
    """
    typed = server.strip()
    try:
        url = httpx.URL(typed if "://" in typed else f"https://{typed}")
    except httpx.InvalidURL as error:
        raise UsageError(f"{server!r} names no server: {error}.", "Give a name such as mastodon.social.") from error
    if url.userinfo:
        raise UsageError(
            "A server's name holds a user or password.", "Give the name alone, and a login with --token-env."
        )
    is_name = _address(url.host) is not None or re.fullmatch(r"[\w.-]+", url.host)
    if url.scheme not in {"http", "https"} or not is_name or url.raw_path not in {b"", b"/"} or url.fragment:
        raise UsageError(f"{server!r} names no server.", "Give a name such as mastodon.social.")
    if url.scheme == "http" and not is_loopback(url.host):
        raise UsageError(f"{server!r} asks for plain HTTP over a network.", f"Write https://{url.host} instead.")
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def host_of(url: str) -> str:
    """Host and, if it is not the usual one, port of a URL: ``example.social``, ``127.0.0.1:3000``."""
    return httpx.URL(url).netloc.decode("ascii")


def is_loopback(host: str) -> bool:
    """Whether *host* (without a port) is this machine itself."""
    address = _address(host)
    return host.lower() in _LOOPBACK_NAMES if address is None else address.is_loopback


async def is_public(host: str) -> bool:
    """Whether every address of *host* lies in the public internet; False when it has none.

    Note:
        The connection that follows asks for the addresses again. A name server that changes its answer in between is
        not defended against; what is, is an honest server's open redirect into the user's own network.
    """
    address = _address(host)
    if address is not None:
        return _is_global(address)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    addresses = [_address(str(info[4][0]).partition("%")[0]) for info in found]
    return bool(addresses) and all(a is not None and _is_global(a) for a in addresses)


def _is_global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    # ::ffff:127.0.0.1 is loopback in IPv6 clothes, and "global" to older ipaddress modules
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    inner = mapped or address
    return inner.is_global and not inner.is_multicast


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
