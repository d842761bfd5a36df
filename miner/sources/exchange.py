"""One question to a server and its answer, and reading a body without trusting its size."""

from __future__ import annotations

import json
import socket
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import httpx
import msgspec

from miner.errors import CredentialsError
from miner.sources.hosts import host_of
from miner.sources.retry import Failure, Trouble

# Forty Mastodon posts of 5,000 characters with their accounts are 1 MB; a page of 1,000 Hacker News hits is 6 MB.
MAX_BODY_BYTES = 32 * 1024 * 1024
# "[{},{},{},…" of 32 MB becomes 750 MB of dicts. A thousand Reddit posts of 110 fields have 300,000 of these marks.
MAX_JSON_MARKS = 1_000_000
_SMALL_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What to ask a server for.

    Attributes:
        url: Address without parameters.
        what: The same in words, for messages: ``the #80s timeline``.
        params: Parameters of the URL, in order; a name may come again.
        secrets: Parameters that hold a key. Sent like the others, never printed, logged or kept in an answer's address.
        extra_headers: Further headers of the request; never a secret.
        secret_headers: Headers that hold a key. They stay with the server that was asked.
        body: What a POST sends as JSON; None asks with GET. Only for questions that change nothing, so that asking
            twice does no harm.
        secret_body: Members of *body* that hold a key or a password.
        token: The user's own access token for that server. A request that carries it is that user's client and not a
            crawler, so robots.txt does not apply to it. Never printed.
        login: The next step when the server asks for a login.
        elsewhere: The next step when this server cannot give it.
        expects: ``json`` takes a web page in its place for a block page; ``text`` takes whatever comes.
        accepts: Statuses from 300 on that are an answer here and no error.
        is_api: The operator offers this address to programs and documents it, with terms and limits of its own:
            robots.txt, which is for crawlers, does not decide about it.
        pause_s: Seconds between two requests to that host, that politeness or the platform's limit demands.
        address: IP address to reach the host by, for a host that a redirect named and that was found to be public; None
            looks the name up.
    """

    url: str
    what: str
    params: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    extra_headers: tuple[tuple[str, str], ...] = ()
    secret_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    secret_body: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    token: str | None = field(default=None, repr=False)
    login: str = "Give a login with --token-env, or leave this server out."
    elsewhere: str = "Leave this server out."
    expects: Literal["json", "text"] = "json"
    accepts: frozenset[int] = frozenset()
    is_api: bool = False
    pause_s: float = 1.0
    address: str | None = None

    @property
    def host(self) -> str:
        """The server that is asked."""
        return host_of(self.url)

    @property
    def path(self) -> str:
        """What is asked for on it, percent-encoded."""
        return httpx.URL(self.url).raw_path.decode("ascii")

    @property
    def is_crawl(self) -> bool:
        """Whether robots.txt decides about it."""
        return self.token is None and not self.is_api and self.path != "/robots.txt"

    def hide(self, words: str) -> str:
        """*words* of a server or a library without the secrets of this question, which servers like to repeat."""
        secrets = (*self.secrets, *self.secret_headers, *self.secret_body)
        for secret in filter(None, [self.token, *(v for _, v in secrets)]):
            words = words.replace(secret, "…")
        return words

    def headers(self, *, is_trusted: bool = True) -> dict[str, str]:
        """Headers of a request.

        Args:
            is_trusted: It goes to the server that the secrets are for. A redirect to another one gets none of them.

        Raises:
            CredentialsError: The token or a key cannot be one. (A token with its line's end would come out again in the
                message of the HTTP library.)
        """
        headers = {"Accept": "application/json"} if self.expects == "json" else {}
        headers |= dict(self.extra_headers)
        for secret in (v for v in (self.token, *(value for _, value in self.secret_headers)) if v is not None):
            if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
                raise CredentialsError(f"The token for {self.host} holds characters that no token has.", self.login)
        if not is_trusted:
            return headers
        return headers | dict(self.secret_headers) | ({"Authorization": f"Bearer {self.token}"} if self.token else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered.

    Attributes:
        url: Where the answer came from, after redirects.
        status: HTTP status.
        headers: Headers, names in lower case; one that came twice is joined by a comma.
        body: The body, decompressed.
        data: What the body says, where JSON was expected.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    data: Any = None

    @property
    def is_web_page(self) -> bool:
        """Whether it calls itself HTML."""
        return self.headers.get("content-type", "").lower().lstrip().startswith(("text/html", "application/xhtml"))

    def decoded(self) -> Answer:
        """The same with *data* read from the body.

        Raises:
            TryFailed: The body is not JSON, or only the beginning of it.
        """
        try:
            return replace(self, data=decode_json(self.body))
        except (ValueError, RecursionError) as error:
            detail = "a body that is not JSON, or cut short"
            raise TryFailed(Failure(trouble=Trouble.NOT_JSON, status=self.status, detail=detail)) from error


class TryFailed(Exception):
    """One try gave nothing to use; carries the evidence."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.detail)


async def read_body(response: httpx.Response, max_bytes: int = MAX_BODY_BYTES, *, may_cut: bool = False) -> bytes:
    """The body of a streamed response, decompressed, never holding much more than *max_bytes* of it.

    Args:
        response: The response, its body not read yet.
        max_bytes: Longest body.
        may_cut: Of a longer one, take the beginning; otherwise it is a failure.

    Raises:
        TryFailed: It is larger, is compressed in a way that was not asked for, or ends too early.
    """
    # a transport that makes answers up (respx) has decoded them already
    is_read = response.is_stream_consumed
    encoding = "" if is_read else response.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise TryFailed(Failure(trouble=Trouble.TOO_BIG, detail=f"a body compressed with {encoding[:20]!r}"))
    # 47 = the largest window, gzip or zlib told apart by the header
    inflater = zlib.decompressobj(wbits=47) if encoding not in {"", "identity"} else None
    body, n_behind = bytearray(), 0
    async for chunk in response.aiter_bytes() if is_read else response.aiter_raw():
        if inflater is not None and inflater.eof:
            # zlib would keep what follows, without looking at it; a little is read, to use the connection again
            n_behind += len(chunk)
            if n_behind > _SMALL_BYTES:
                break
            continue
        # 10 MB of zeros arrive as 10 kB: the limit is on what comes out, before it is made
        body += chunk if inflater is None else _inflate(inflater, chunk, max_bytes + 1 - len(body))
        if len(body) > max_bytes and may_cut:
            return bytes(body[:max_bytes])
        if len(body) > max_bytes:
            detail = f"a body of more than {max_bytes // 1024:,} kB"
            raise TryFailed(Failure(trouble=Trouble.TOO_BIG, detail=detail))
    if inflater is not None and body and not inflater.eof:
        raise TryFailed(Failure(trouble=Trouble.CUT_SHORT, detail="a body cut short"))
    return bytes(body)


def failure_of_timeout(timeout_s: float, response: httpx.Response | None) -> Failure:
    """A time-out before the answer began, or while its body dripped."""
    if response is None:
        return Failure(trouble=Trouble.TIMEOUT, detail=f"waited {timeout_s:g} s")
    return Failure(trouble=Trouble.CUT_SHORT, detail=f"a body that did not end within {timeout_s:g} s")


def failure_of_network(error: Exception, response: httpx.Response | None) -> Failure:
    """What lies under httpx's exception: only the innermost one tells a wrong name from a broken wire."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return Failure(trouble=Trouble.TLS, detail=_tls_words(cause))
        if isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN:
            return Failure(trouble=Trouble.NO_SUCH_HOST, detail=str(cause.strerror))
        cause = cause.__cause__ or cause.__context__
    if response is not None:
        return Failure(trouble=Trouble.CUT_SHORT, detail="a body cut short")
    return Failure(trouble=Trouble.CONNECTION, detail=type(error).__name__)


def _tls_words(error: ssl.SSLError) -> str:
    """``certificate has expired``, ``Hostname mismatch, …``; in its absence OpenSSL's name of the trouble."""
    said = getattr(error, "verify_message", "") or str(error.reason or "TLS").replace("_", " ").lower()
    return str(said).rstrip(".")


def decode_json(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON a server sends
    """What a body says. Raises ValueError and RecursionError for what is not JSON, or too much of it."""
    if len(body) > _SMALL_BYTES and sum(map(body.count, (b",", b":", b"{", b"["))) > MAX_JSON_MARKS:
        raise ValueError("too many values")
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        if b"\\ud" not in body.lower():
            raise
        # Half of a surrogate pair: servers in JavaScript write it for an emoji cut in two. It is JSON (RFC 8259, 8.2),
        # and refusing it would end the walk at that page for ever.
        return json.loads(body)


def _inflate(inflater: zlib._Decompress, chunk: bytes, max_bytes: int) -> bytes:
    try:
        return inflater.decompress(chunk, max_bytes)
    except zlib.error as error:
        raise TryFailed(Failure(trouble=Trouble.CUT_SHORT, detail="a body with damaged compression")) from error
