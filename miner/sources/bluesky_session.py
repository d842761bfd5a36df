"""Logging in to a server of the AT Protocol with an app password, and asking it things with the session."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from miner.errors import CredentialsError
from miner.sources.base import Key, Query
from miner.sources.exchange import Answer, Ask, decode_json
from miner.sources.fields import inside, words
from miner.sources.http import PoliteClient
from miner.sources.listing import Listing, malformed
from miner.sources.refusals import quoted, refusal

HANDLE = Key(
    name="BLUESKY_HANDLE",
    what="the handle of your account, such as ann.bsky.social",
    url="https://bsky.app/settings/account",
)
APP_PASSWORD = Key(
    name="BLUESKY_APP_PASSWORD",
    what="an app password of your account",
    url="https://bsky.app/settings/app-passwords",
)
_EXPIRED = frozenset({"ExpiredToken", "InvalidToken"})


class Sessions:
    """A session for each server, made when it is first needed and again when it has expired.

    An access token lives for about two hours. It is not refreshed: a new session costs one request too, and a server
    allows 30 of them in 5 minutes.
    """

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}

    async def get_json(self, ask: Ask, listing: Listing, query: Query, client: PoliteClient) -> Any:  # noqa: ANN401
        """The decoded JSON that a server answers to those who are logged in.

        Raises:
            CredentialsError: The server does not accept the login, or not the session that it gave.
            SourceError: And its kin, see :meth:`PoliteClient.get`.
        """
        is_fresh = listing.base not in self._tokens
        if is_fresh:
            self._tokens[listing.base] = await _log_in(listing, query, client)
        login = f"Check {HANDLE.name} and {APP_PASSWORD.name}."
        known = replace(ask, token=self._tokens[listing.base], login=login, accepts=frozenset({400, 401}))
        answer = await client.get(known)
        if answer.status < 400:
            return answer.data
        del self._tokens[listing.base]
        if is_fresh or _said(answer, "error") not in _EXPIRED:
            raise refusal(answer, known)
        return await self.get_json(ask, listing, query, client)


async def _log_in(listing: Listing, query: Query, client: PoliteClient) -> str:
    handle = query.key(HANDLE).removeprefix("@")
    ask = Ask(
        url=f"{listing.base}/xrpc/com.atproto.server.createSession",
        what="a session",
        body={"identifier": handle},
        secret_body=(("password", query.key(APP_PASSWORD)),),
        # a documented API for the programs of people who have an account
        is_api=True,
        accepts=frozenset({400, 401}),
        elsewhere="Check that the server given with `--instance` is the one that your account lives on.",
        pause_s=listing.pause_s,
    )
    answer = await client.get(ask)
    if answer.status >= 400:
        said = quoted(ask.hide(_said(answer, "message")))
        repeated = f' ("{said}")' if said else ""
        raise CredentialsError(
            f"{ask.host} answered {answer.status} to the login as {quoted(handle)}{repeated}.",
            f"Check {HANDLE.name}; make an app password at {APP_PASSWORD.url} and put it into {APP_PASSWORD.name}.",
        )
    token = words(inside(answer.data, "accessJwt"))
    if not token:
        raise malformed(listing, "no session")
    return token


def _said(answer: Answer, name: str) -> str:
    """``ExpiredToken``, from {"error": "ExpiredToken", "message": "Token has expired"}."""
    try:
        return words(inside(decode_json(answer.body), name))
    except (ValueError, RecursionError):
        return ""
