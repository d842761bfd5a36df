"""Which server a name or a URL means, and whether its addresses are public."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence

import httpx

from miner.errors import UsageError

Resolve = Callable[[str], Awaitable[Sequence[str]]]
_IP = ipaddress.IPv4Address | ipaddress.IPv6Address
_LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})
# IPv6 networks whose addresses end in the IPv4 address that they lead to: NAT64 (RFC 6052, RFC 8215), "compatible"
_CARRIERS = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))


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
        is_name = _address(url.host) is not None or is_host_name(url.host)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise UsageError(f"{server!r} names no server: {error}.", "Give a name such as mastodon.social.") from error
    if url.userinfo:
        raise UsageError(
            "A server's name holds a user or password.", "Give the name alone, and a login with --token-env."
        )
    is_bare = url.raw_path in {b"", b"/"} and not url.fragment and has_usable_port(url)
    if url.scheme not in {"http", "https"} or not is_name or not is_bare:
        raise UsageError(f"{server!r} names no server.", "Give a name such as mastodon.social.")
    if url.scheme == "http" and not is_loopback(url.host):
        raise UsageError(f"{server!r} asks for plain HTTP over a network.", f"Write https://{url.host} instead.")
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def host_of(url: str) -> str:
    """Host and, if it is not the usual one, port of a URL: ``example.social``, ``127.0.0.1:3000``."""
    return httpx.URL(url).netloc.decode("ascii")


def is_host_name(host: str) -> bool:
    """Whether *host* can be looked up: ``a..b`` and labels of over 63 letters make the lookup itself fail."""
    labels = host.removesuffix(".").split(".")
    return re.fullmatch(r"[\w.-]+", host) is not None and all(0 < len(label) < 64 for label in labels)


def has_usable_port(url: httpx.URL) -> bool:
    """Whether a connection to the URL's port can be tried at all."""
    return url.port is None or 0 < url.port < 2**16


def is_loopback(host: str) -> bool:
    """Whether *host* (without a port) is this machine itself."""
    address = _address(host)
    return host.lower() in _LOOPBACK_NAMES if address is None else address.is_loopback


async def addresses_of(host: str) -> Sequence[str]:
    """The addresses that this machine finds for a name, those of IPv4 first; none, when it has none."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except (OSError, UnicodeError):
        return []
    addresses = dict.fromkeys(str(info[4][0]).partition("%")[0] for info in found)
    # only the first is used, and a name server that has IPv6 says nothing about the way there
    return sorted(addresses, key=lambda address: ":" in address)


async def public_address(host: str, resolve: Resolve = addresses_of) -> str | None:
    """An address to reach *host* by, if every one that it has lies in the public internet; otherwise None.

    Args:
        host: A name, or an address in any of its spellings: ``2130706433`` and ``0x7f.1`` are this machine.
        resolve: Gives the addresses of a name.

    Note:
        Whoever connects must use this address and not ask for the name again: a name server may have another answer by
        then (DNS rebinding).
    """
    literal = _address(host)
    found = [literal] if literal is not None else [_address(address) for address in await resolve(host)]
    public = [address for address in found if address is not None and _is_global(address)]
    return str(public[0]) if public and len(public) == len(found) else None


def _is_global(address: _IP) -> bool:
    inner = _carried(address) if isinstance(address, ipaddress.IPv6Address) else None
    is_site_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    is_global = address.is_global and not address.is_multicast and not is_site_local
    return is_global if inner is None else inner.is_global and not inner.is_multicast


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: ``::ffff:127.0.0.1``, ``64:ff9b::7f00:1``, ``2002:7f00:1::``.

    To the ipaddress module of Python 3.11 all but the first of these are public.
    """
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    is_carrier = any(address in network for network in _CARRIERS)
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if is_carrier else None


def _address(host: str) -> _IP | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
