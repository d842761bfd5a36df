"""Session-wide fixtures: each server starts when the first test asks for it and ends with the session."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from servers import atproto, mediawiki, wordpress


def _skip_if(reason: str | None) -> None:
    """Skip for *reason*, or fail for it where NOSTALGIA_SERVERS=required says that the servers must be there."""
    if reason is None:
        return
    if os.environ.get("NOSTALGIA_SERVERS") == "required":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def wordpress_server() -> Iterator[wordpress.WordPress]:
    _skip_if(wordpress.why_not())
    with wordpress.running() as server:
        yield server


@pytest.fixture(scope="session")
def mediawiki_server() -> Iterator[mediawiki.MediaWiki]:
    _skip_if(mediawiki.why_not())
    with mediawiki.running() as server:
        yield server


@pytest.fixture(scope="session")
def atproto_server() -> Iterator[atproto.AtProto]:
    _skip_if(atproto.why_not())
    with atproto.running() as server:
        yield server
