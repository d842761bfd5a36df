"""What went wrong between this program and a server, in words: one sentence of facts, one with the next step."""

from __future__ import annotations

import math
import unicodedata
from datetime import UTC, datetime

import msgspec

from miner.errors import (
    BlockedError,
    CredentialsError,
    MalformedError,
    MinerError,
    RateLimited,
    RefusedError,
    SourceError,
)
from miner.sources.exchange import Answer, Ask
from miner.sources.retry import Failure, Trouble

AGAIN = "Run the same command again later; it goes on where it stopped."
_QUOTE_LENGTH = 120
_MAX_ERROR_BYTES = 64 * 1024


def refusal(answer: Answer, ask: Ask) -> MinerError:
    """The error for an answer that will be the same next time.

    The server's own words are quoted and never matched on: they come in the language of the server.
    """
    said = _said(answer, ask)
    head = f"{ask.host} answered {answer.status} to {ask.what} ({ask.path})"
    if answer.status == 401 and ask.token is None:
        return CredentialsError(f"{head}{said}: this server asks for a login.", ask.login)
    if answer.status == 401:
        return CredentialsError(f"{head}{said}: it does not accept the token.", f"Make a new token. {ask.login}")
    if answer.is_web_page and answer.status in {200, 403, 451}:
        return BlockedError(f"{head} with a web page: it blocks this program.", ask.elsewhere)
    if answer.status == 403 and ask.token is not None:
        return CredentialsError(
            f"{head}{said}: the token does not allow it.", f"Make a token that may read. {ask.login}"
        )
    return _of_status(answer.status, f"{head}{said}", ask)


def _of_status(status: int, head: str, ask: Ask) -> SourceError:
    if status in {403, 451}:
        return BlockedError(f"{head}: it does not let this program read it.", ask.elsewhere)
    reasons = {
        400: "it takes the request for a wrong one",
        404: "there is nothing of that name on this server",
        410: "it was there once and is gone",
        422: "it does not understand the request",
    }
    why = reasons.get(status, "that is not an answer this program can use")
    return RefusedError(f"{head}: {why}.", ask.elsewhere)


def exhausted(failure: Failure, ask: Ask, *, n_tries: int) -> MinerError:
    """The error after the last try, for everything but a wait that is too long."""
    tries = "once" if n_tries == 1 else f"{n_tries} times"
    about = f"{ask.what} ({ask.path})"
    if failure.trouble is Trouble.STATUS:
        # a cursor that it does not know any more makes a Bluesky server answer 500
        kind = RefusedError if failure.status == 500 else SourceError
        return kind(f"{ask.host} answered {failure.status} to {about}, asked {tries}: it has trouble.", AGAIN)
    if failure.trouble is Trouble.NO_SUCH_HOST:
        return SourceError(
            f"There is no server called {ask.host}, or this machine is offline ({failure.detail}).",
            "Check the name and the connection, then run the same command again.",
        )
    if failure.trouble is Trouble.TLS:
        return SourceError(
            f"The connection to {ask.host} cannot be trusted ({failure.detail}).",
            "Check the server's name and this machine's clock; certificates are always checked.",
        )
    if failure.trouble in {Trouble.TIMEOUT, Trouble.CONNECTION}:
        return SourceError(f"{ask.host} gave no answer to {about}, asked {tries} ({failure.detail}).", AGAIN)
    advice = ask.elsewhere if failure.trouble is Trouble.TOO_BIG else AGAIN
    return MalformedError(f"{ask.host} answered to {about}, asked {tries}, with {failure.detail}.", advice)


def must_wait(ask: Ask, *, wait_s: float, max_wait_s: float, now: float) -> RateLimited:
    """The error for a wait that is longer than the settings allow."""
    return RateLimited(
        f"{ask.host} asks to be left alone for {_duration(wait_s)} before {ask.what} ({ask.path}); "
        f"max_wait_s allows {_duration(max_wait_s)}.",
        f"Run the same command again after {_moment(now + wait_s, now)}; it goes on where it stopped.",
    )


def still_limited(ask: Ask, *, n_tries: int, wait_s: float, now: float) -> RateLimited:
    """The error for a server that goes on answering 429."""
    return RateLimited(
        f"{ask.host} answered 429 to {ask.what} ({ask.path}) {n_tries} times: too many requests.",
        f"Run the same command again after {_moment(now + wait_s, now)}; it goes on where it stopped.",
    )


def quoted(text: str) -> str:
    """Words of a server for a message: one line, no control characters (a terminal obeys those), shortened."""
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text[: 4 * _QUOTE_LENGTH])
    line = " ".join(visible.split())
    return line if len(line) <= _QUOTE_LENGTH else f"{line[: _QUOTE_LENGTH - 1]}…"


def _said(answer: Answer, ask: Ask) -> str:
    """`` ("Record not found")``, from a body such as {"error": "Record not found"} or {"error": {"message": …}}."""
    if len(answer.body) > _MAX_ERROR_BYTES:
        return ""
    try:
        body = msgspec.json.decode(answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    if not isinstance(body, dict):
        return ""
    words = _words(body) or (_words(body["error"]) if isinstance(body.get("error"), dict) else "")
    said = quoted(ask.hide(words))
    return f' ("{said}")' if said else ""


def _words(body: dict[str, object]) -> str:
    found = (body.get(key) for key in ("error_description", "message", "error"))
    return next((words for words in found if isinstance(words, str)), "")


def _duration(seconds: float) -> str:
    for name, unit_s, end_s in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172_800)):
        if seconds < end_s:
            return f"{math.ceil(seconds / unit_s)} {name}"
    return f"{math.ceil(seconds / 86_400)} days"


def _moment(then: float, now: float) -> str:
    try:
        # rounded up to the next minute: a command typed at that minute is not too early
        moment = datetime.fromtimestamp(math.ceil(then / 60) * 60, tz=UTC)
    except (OverflowError, ValueError, OSError):
        return "a very long time"
    return moment.strftime("%H:%M UTC" if then - now < 86_400 else "%H:%M UTC on %Y-%m-%d")
