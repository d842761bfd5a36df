"""robots.txt as RFC 9309 has it: what may be fetched, and at what pace."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

PRODUCT = "nostalgia-miner"
MAX_BYTES = 500 * 1024
FRESH_FOR_S = 24 * 3600.0
# Crawl-delay is outside the RFC but seen. GoToSocial asks for 500 s, at which 40 posts take an hour a page: from there
# on a request a minute is as good as none.
MAX_CRAWL_DELAY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What one host lets crawlers do.

    Attributes:
        rules: The parsed file; None when there is none to obey.
        reachable: False when the file could not be had (5xx, timeout): then nothing may be fetched (RFC 9309, 2.3.1.4).
        read_at: When it was asked for, seconds since 1970.
    """

    rules: Protego | None
    reachable: bool
    read_at: float

    def allows(self, url: str) -> bool:
        """Whether this program may fetch *url*."""
        return self.reachable and (self.rules is None or bool(self.rules.can_fetch(url, PRODUCT)))

    def delay_s(self) -> float:
        """Pause between requests that the file asks for, in seconds, 0 to ``MAX_CRAWL_DELAY_S``."""
        delay = self.rules.crawl_delay(PRODUCT) if self.rules is not None else None
        return min(float(delay), MAX_CRAWL_DELAY_S) if delay and delay > 0 else 0.0

    def is_fresh(self, now: float) -> bool:
        """Whether it may still be used: 24 h, as the RFC says."""
        return 0 <= now - self.read_at < FRESH_FOR_S


def read_robots(status: int | None, body: bytes, *, now: float) -> Robots:
    """The rules in an answer to ``/robots.txt``.

    Args:
        status: Its status; None when there was no answer.
        body: Its body; what lies behind ``MAX_BYTES`` does not count.
        now: Seconds since 1970.
    """
    if status is not None and 200 <= status < 300:
        text = body[:MAX_BYTES].decode("utf-8", errors="replace")
        return Robots(rules=Protego.parse(text), reachable=True, read_at=now)
    unavailable = status is not None and 300 <= status < 500
    return Robots(rules=None, reachable=unavailable, read_at=now)
