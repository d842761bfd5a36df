"""A run's page with a server behind it: what a team decides is in the log before the page says so.

The server listens on the machine of the one who started it, where every site that is open in a browser can reach it
too. What keeps them out, in this order:

==============================  =======  ============================================================================
what does not fit               answer   what it stops
==============================  =======  ============================================================================
``Host``                        421      a foreign name that was made to lead here (DNS rebinding)
``Origin``, ``Sec-Fetch-Site``  403      a foreign page that sends something
the token, if there is one      401      everybody else in the network, or on the machine
``X-Nostalgia-Miner``           403      a form, which cannot send headers; a script of another site may not
==============================  =======  ============================================================================

Nothing is read off the disk but the decisions, so no path can lead astray; no answer names a place on the disk.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from miner.errors import MinerError, StorageFull
from miner.review.log import FILE, add_decisions, as_line, read_decisions, read_lines

URL: Final = "/decisions"
MAX_BODY: Final = 1_048_576
BODY_S: Final = 20.0
"""How long what is sent may take to arrive; a megabyte over a slow wireless network takes three."""
HEADER: Final = ("X-Nostalgia-Miner", "decide")
SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_READING: Final = frozenset({"GET", "HEAD"})
_HTTP_PORT: Final = 80
# a 303 would do, but for a link in a team's chat: browsers send a SameSite=Strict cookie on no step of a way that
# another site began, and this page begins a new one
_GO_ON: Final = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>Nostalgia Miner</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; form-action 'none'">
<meta http-equiv="refresh" content="0;url=/"><p><a href="/">Go on to the list</a></p></html>
"""


def make_app(page: Callable[[str], str] | str, folder: Path, *, token: str | None, hosts: frozenset[str]) -> Starlette:
    """The page, and the decisions of a corpus behind it.

    ========================  =========================================================================================
    ``GET /``                 the page
    ``GET /decisions``        all lines of the log
    ``POST /decisions``       adds lines; answered once they are on the disk:
                              ``{"saved": 2, "known": 0, "rejected": {}, "conflicts": 0}``
    ``GET /health``           ``{"ok": true}``
    anything else             404
    ========================  =========================================================================================

    Args:
        page: The page, or what makes it when told the path that decisions are sent to.
        folder: Folder of the corpus; its ``decisions.jsonl`` is read and added to.
        token: What a visitor has to know: given once as ``/?token=…``, from then on a cookie holds a hash of it;
            programs send ``Authorization: Bearer …``. None lets in everybody who can reach the server.
        hosts: What the server may be called, with ports (see :func:`names_of`).
    """
    desk = _Desk(page if isinstance(page, str) else page(URL), folder)
    app = Starlette(
        routes=[
            Route("/", desk.page, methods=["GET"]),
            Route(URL, desk.lines, methods=["GET"]),
            Route(URL, desk.add, methods=["POST"]),
            Route("/health", desk.health, methods=["GET"]),
        ],
        middleware=[Middleware(_Guard, token=token, hosts=hosts)],
        exception_handlers={MinerError: desk.failed, HTTPException: _nothing_here, Exception: _bug},
    )
    # "/decisions/" is something else, and what sends it back would name a host
    app.router.redirect_slashes = False
    return app


def names_of(host: str, port: int, more: Sequence[str] = ()) -> frozenset[str]:
    """What browsers call a server that listens on *host* and *port*: that, the names of their own machine, and *more*.

    >>> sorted(names_of("192.168.1.5", 8765))
    ['127.0.0.1:8765', '192.168.1.5:8765', '[::1]:8765', 'localhost:8765']
    """
    names = {"127.0.0.1", "localhost", "[::1]", *(f"[{n.lower()}]" if ":" in n else n.lower() for n in (host, *more))}
    # browsers leave out the port that every http address has
    return frozenset(f"{name}:{port}" for name in names) | (names if port == _HTTP_PORT else set())


@dataclass(frozen=True, slots=True)
class _Desk:
    """Answers those whom the guard lets in.

    Attributes:
        html: The page.
        folder: Folder of the corpus.
    """

    html: str
    folder: Path

    async def page(self, request: Request) -> Response:
        del request
        return HTMLResponse(self.html)

    async def health(self, request: Request) -> Response:
        del request
        return JSONResponse({"ok": True})

    async def lines(self, request: Request) -> Response:
        del request
        return Response(await run_in_threadpool(self._all_lines), media_type="application/x-ndjson")

    async def add(self, request: Request) -> Response:
        if request.headers.get(HEADER[0]) != HEADER[1]:
            return _refusal(HTTPStatus.FORBIDDEN, "This did not come from the page.", f"Send {': '.join(HEADER)}.")
        try:
            body = await _body(request)
        except ClientDisconnect:
            # what came may be half of it, and nobody is there to be told
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except TimeoutError:
            return _refusal(
                HTTPStatus.REQUEST_TIMEOUT, f"It did not arrive within {BODY_S:.0f} seconds.", "Send it again."
            )
        if body is None:
            return _refusal(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"This is more than {MAX_BODY:,} bytes; nothing of it was saved.",
                "Send it in parts, or use `miner decide import`.",
            )
        return JSONResponse(await run_in_threadpool(self._add, body))

    def _all_lines(self) -> bytes:
        return b"".join(map(as_line, read_decisions(self.folder).lines))

    def _add(self, body: bytes) -> dict[str, object]:
        found, rejected = read_lines(body)
        done = add_decisions(self.folder, found, rejected)
        return {
            "saved": done.n_new,
            "known": done.n_known,
            "rejected": dict(sorted(done.rejected.items())),
            "conflicts": len(done.decisions.conflicts()),
        }

    async def failed(self, request: Request, error: Exception) -> Response:
        """A full disk, a file that cannot be used."""
        del request
        if not isinstance(error, MinerError):
            raise error
        is_full = isinstance(error, StorageFull)
        status = HTTPStatus.INSUFFICIENT_STORAGE if is_full else HTTPStatus.INTERNAL_SERVER_ERROR
        return _refusal(status, *(self._without_path(text) for text in (error.happened, error.advice)))

    def _without_path(self, text: str) -> str:
        return text.replace(str(self.folder / FILE), FILE)


async def _body(request: Request) -> bytes | None:
    """What was sent; None if it is too long, as soon as that is known.

    Raises:
        TimeoutError: It takes longer than :data:`BODY_S`.
    """
    told = request.headers.get("content-length", "0")
    if not told.isdecimal() or int(told) > MAX_BODY:
        return None
    body = bytearray()
    async with asyncio.timeout(BODY_S), aclosing(request.stream()) as parts:
        async for part in parts:
            body += part
            if len(body) > MAX_BODY:
                return None
    return bytes(body)


class _Guard:
    """Lets nobody in who does not belong here, and gives every answer the headers that keep it from being misused."""

    def __init__(self, app: ASGIApp, *, token: str | None, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = frozenset(f"http://{host}" for host in hosts)
        self._token = None if token is None else token.encode()
        # a browser gives a cookie to every port of a machine: it holds no token, and servers do not share its name
        self._cookie = self._derived(b"value")
        self._cookie_name = f"miner-{self._derived(b'name')[:8]}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SAFE_HEADERS)
            await send(message)

        request = Request(scope)
        answer = self._stranger(request) or self._visitor(request)
        await (answer or self._app)(scope, receive, send_safely)

    def _stranger(self, request: Request) -> Response | None:
        """The answer to what another site sent; None if it did not."""
        called = [name.lower() for name in request.headers.getlist("host")]
        if len(called) != 1 or called[0] not in self._hosts:
            return _refusal(
                HTTPStatus.MISDIRECTED_REQUEST,
                "This server does not go by the name that it was called.",
                "Open the address that `miner serve` printed, or name yours with --allow-host.",
            )
        is_foreign = any(origin.lower() not in self._origins for origin in request.headers.getlist("origin"))
        if request.method not in _READING:
            sites = request.headers.getlist("sec-fetch-site")
            is_foreign |= any(site not in {"same-origin", "none"} for site in sites)
        if is_foreign:
            return _refusal(HTTPStatus.FORBIDDEN, "Another site sent this.", "Use the page of this server.")
        return None

    def _visitor(self, request: Request) -> Response | None:
        """The answer to whoever does not know the token, or shows it for the first time; None if all is well."""
        if self._token is None:
            return None
        shown = request.query_params.getlist("token")
        if shown and request.scope["path"] == "/" and request.method in _READING:
            return self._welcome() if self._is_token(shown[0].encode()) else _unknown()
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._is_token(bearer.strip().encode("latin-1")):
            return None
        cookie = request.cookies.get(self._cookie_name, "")
        return None if hmac.compare_digest(cookie.encode(), self._cookie.encode()) else _unknown()

    def _welcome(self) -> Response:
        answer = HTMLResponse(_GO_ON)
        answer.set_cookie(self._cookie_name, self._cookie, httponly=True, samesite="strict")
        return answer

    def _is_token(self, shown: bytes) -> bool:
        return self._token is not None and hmac.compare_digest(shown, self._token)

    def _derived(self, what: bytes) -> str:
        return hmac.new(self._token or b"", b"nostalgia-miner cookie " + what, hashlib.sha256).hexdigest()


def _unknown() -> Response:
    answer = _refusal(
        HTTPStatus.UNAUTHORIZED, "This server asks for a token.", "Open its address with /?token= and the token behind."
    )
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _refusal(status: HTTPStatus, error: str, advice: str) -> Response:
    return JSONResponse({"error": error, "next": advice}, status)


async def _nothing_here(request: Request, error: Exception) -> Response:
    del request, error
    return _refusal(HTTPStatus.NOT_FOUND, "There is nothing here.", "Open / for the page.")


async def _bug(request: Request, error: Exception) -> Response:
    """Outside the guard, so it has to bring the headers; the server logs the traceback."""
    del request, error
    answer = _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "This is a bug.", "See what `miner serve` printed; report it.")
    answer.headers.update(SAFE_HEADERS)
    return answer
