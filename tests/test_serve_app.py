"""The server behind a page: what it keeps, whom it turns away, and that no answer gives anything else away."""

from __future__ import annotations

import asyncio
import errno
import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from miner.review import app
from miner.review import app as serving
from miner.review.app import HEADER, MAX_BODY, SAFE_HEADERS, make_app, names_of
from miner.review.decisions import Decision, What
from miner.review.log import FILE, add_decisions, as_line, decision_from, read_decisions

PORT = 8765
HERE = f"http://127.0.0.1:{PORT}"
OURS = dict([HEADER])
TOKEN = "correct horse battery"  # noqa: S105 - of a test
PAGE = "<!doctype html><title>A list</title>"


def said(n: int, what: What = "decision", value: str = "keep", *, by: str = "ann", artifact: int = 1) -> Decision:
    return Decision(
        id=f"{n:032x}",
        at=f"2026-11-23T14:{n // 60:02}:{n % 60:02}Z",
        by=by,
        artifact_id=f"a_{artifact:010x}",
        name="Rubik's Cube",
        spellings=("Würfel", "cube 年"),
        what=what,
        value=value,
    )


def body(*lines: Decision) -> bytes:
    return b"".join(map(as_line, lines))


class Visitor:
    """Somebody with a browser: cookies stay from one request to the next, redirects are not followed."""

    def __init__(self, app: Starlette, *, at: str = HERE) -> None:
        self.app = app
        self.at = at
        self.cookies = httpx.Cookies()

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str | bytes] | None = None,
        content: bytes | AsyncIterator[bytes] | None = None,
    ) -> httpx.Response:
        sent = {
            name.encode(): value if isinstance(value, bytes) else value.encode()
            for name, value in (headers or {}).items()
        }

        async def go() -> httpx.Response:
            inside = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=inside, base_url=self.at, cookies=self.cookies) as client:
                answer = await client.request(method, path, headers=sent, content=content)
                self.cookies.update(client.cookies)
                return answer

        return asyncio.run(go())

    def get(self, path: str, **headers: str | bytes) -> httpx.Response:
        return self.ask("GET", path, {name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, content: bytes, headers: Mapping[str, str | bytes] | None = None) -> httpx.Response:
        return self.ask("POST", "/decisions", OURS | dict(headers or {}), content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "corpora" / "mine"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def ann(folder: Path) -> Visitor:
    return Visitor(make_app(PAGE, folder, token=None, hosts=names_of("127.0.0.1", PORT)))


@pytest.fixture
def guarded(folder: Path) -> Visitor:
    return Visitor(make_app(PAGE, folder, token=TOKEN, hosts=names_of("127.0.0.1", PORT)))


def test_lines_come_back_as_they_were_sent(ann: Visitor, folder: Path) -> None:
    lines = [said(1), said(2, "note", 'blue "one"\nwith tape'), said(3, "same_as", "Cube", artifact=2)]
    assert ann.get("/decisions").content == b""
    saved = ann.post(body(*lines))
    assert (saved.status_code, saved.json()) == (200, {"saved": 3, "known": 0, "rejected": {}, "conflicts": 0})
    assert list(read_decisions(folder).lines) == lines
    back = ann.get("/decisions")
    assert (back.status_code, back.headers["content-type"]) == (200, "application/x-ndjson")
    assert [decision_from(line) for line in back.content.splitlines()] == lines
    assert ann.post(back.content).json() == {"saved": 0, "known": 3, "rejected": {}, "conflicts": 0}
    assert (folder / FILE).read_bytes() == body(*lines)


def test_a_line_that_does_not_fit_is_counted_and_the_others_are_saved(ann: Visitor, folder: Path) -> None:
    foul = [
        b"<html>\n",
        b"{}\n",
        b"\xff\xfe\n",
        as_line(said(9)).replace(b"keep", b"burn"),
        b"x" * 20_000 + b"\n",
        b"\n",
    ]
    answer = ann.post(body(said(1)) + b"".join(foul) + body(said(2)).rstrip(b"\n"))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["saved"], told["known"], sum(told["rejected"].values())) == (2, 0, 5)
    assert told["rejected"]["Invalid value for a decision"] == 1
    assert list(read_decisions(folder).lines) == [said(1), said(2)]


def test_where_people_differ_is_counted_also_with_what_was_there(ann: Visitor, folder: Path) -> None:
    add_decisions(folder, [said(1, by="bob", value="reject")])
    assert ann.post(body(said(2, by="ann", value="keep"))).json()["conflicts"] == 1


def test_an_empty_body_changes_nothing(ann: Visitor, folder: Path) -> None:
    add_decisions(folder, [said(1)])
    assert ann.post(b"").json() == {"saved": 0, "known": 0, "rejected": {}, "conflicts": 0}
    assert list(read_decisions(folder).lines) == [said(1)]


def test_the_page_is_made_once_and_told_where_decisions_go(folder: Path) -> None:
    told: list[str] = []

    def page(url: str) -> str:
        told.append(url)
        return f"<p>{url}</p>"

    ann = Visitor(make_app(page, folder, token=None, hosts=names_of("127.0.0.1", PORT)))
    for _ in range(2):
        shown = ann.get("/")
        assert (shown.status_code, shown.text) == (200, "<p>/decisions</p>")
        assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert told == ["/decisions"]
    assert ann.get("/health").json() == {"ok": True}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/decisions/"),
        ("GET", "/decisions.jsonl"),
        ("GET", "/study.toml"),
        ("GET", "/static/../study.toml"),
        ("GET", "/%2e%2e/%2e%2e/study.toml"),
        ("GET", "/..%2fstudy.toml"),
        ("GET", "//etc/passwd"),
        ("GET", "/%00"),
        ("PUT", "/decisions"),
        ("DELETE", "/decisions"),
        ("OPTIONS", "/decisions"),
        ("POST", "/"),
        ("TRACE", "/"),
    ],
)
def test_there_is_nothing_else(ann: Visitor, folder: Path, method: str, path: str) -> None:
    (folder / "study.toml").write_text("secret")
    answer = ann.ask(method, path, OURS)
    assert (answer.status_code, answer.json()) == (
        404,
        {"error": "There is nothing here.", "next": "Open / for the page."},
    )


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8765", 200),
        ("localhost:8765", 200),
        ("LOCALHOST:8765", 200),
        ("[::1]:8765", 200),
        ("127.0.0.1", 421),
        ("127.0.0.1:80", 421),
        ("localhost:8765.evil.example", 421),
        ("evil.example:8765", 421),
        ("127.0.0.1:8765@evil.example", 421),
        ("", 421),
    ],
)
def test_only_its_own_names_reach_the_server(ann: Visitor, host: str, status: int) -> None:
    for path in ("/", "/decisions", "/health"):
        assert ann.get(path, host=host).status_code == status
    assert ann.post(body(said(1)), {"host": host}).status_code == status


def test_two_hosts_are_none(ann: Visitor) -> None:
    sent: list[dict[str, Any]] = []

    async def go() -> None:
        async def send(message: Any) -> None:
            sent.append(message)

        hosts = [(b"host", b"127.0.0.1:8765"), (b"host", b"evil.example")]
        await ann.app(scope("GET", "/", hosts), nothing, send)

    asyncio.run(go())
    assert sent[0]["status"] == 421


def test_the_name_given_counts_and_port_80_may_be_left_out() -> None:
    assert "pc.example:8765" in names_of("PC.example", 8765)
    assert "[fe80::1]:8765" in names_of("fe80::1", 8765)
    assert {"192.168.1.5", "192.168.1.5:80", "localhost"} <= names_of("192.168.1.5", 80)
    assert "192.168.1.5" not in names_of("192.168.1.5", 8765)
    assert {"192.0.2.1:8765", "studio.example:8765", "[fe80::1]:8765"} <= names_of(
        "192.0.2.1", 8765, ["Studio.example", "fe80::1"]
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": HERE}, 200),
        ({"Origin": "http://localhost:8765"}, 200),
        ({"Origin": "https://127.0.0.1:8765"}, 403),
        ({"Origin": "http://127.0.0.1:8766"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": HERE, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"X-Nostalgia-Miner": ""}, 403),
        ({"X-Nostalgia-Miner": "Decide"}, 403),
    ],
)
def test_only_the_page_itself_may_decide(ann: Visitor, folder: Path, headers: dict[str, str], status: int) -> None:
    assert ann.post(body(said(1)), headers).status_code == status
    assert len(read_decisions(folder).lines) == (status == 200)


def test_a_form_of_another_site_saves_nothing(ann: Visitor, folder: Path) -> None:
    plain = {"Content-Type": "text/plain"}
    assert ann.ask("POST", "/decisions", plain, body(said(1))).status_code == 403
    assert not (folder / FILE).exists()


def test_a_link_on_another_site_may_lead_to_the_page_but_its_scripts_read_nothing(ann: Visitor) -> None:
    assert ann.get("/", sec_fetch_site="cross-site").status_code == 200
    assert ann.get("/decisions", origin="http://evil.example").status_code == 403
    assert ann.get("/decisions").headers["cross-origin-resource-policy"] == "same-origin"


def test_a_body_that_says_it_is_too_long_is_not_read(ann: Visitor, folder: Path) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        raise AssertionError("it was read")

    async def go() -> None:
        async def send(message: Any) -> None:
            sent.append(message)

        length = (b"content-length", str(MAX_BODY + 1).encode())
        await ann.app(scope("POST", "/decisions", [(b"host", b"127.0.0.1:8765"), *OURS_RAW, length]), receive, send)

    asyncio.run(go())
    assert sent[0]["status"] == 413
    assert not (folder / FILE).exists()


def test_a_body_without_a_length_is_read_until_it_is_too_long(ann: Visitor, folder: Path) -> None:
    n_read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal n_read
        while n_read < 10 * MAX_BODY:
            n_read += 65_536
            yield body(said(n_read // 65_536)).ljust(65_536, b"\n")

    answer = ann.ask("POST", "/decisions", OURS, endless())
    assert (answer.status_code, answer.json()["error"]) == (
        413,
        "This is more than 1,048,576 bytes; nothing of it was saved.",
    )
    assert n_read == MAX_BODY + 65_536
    assert not (folder / FILE).exists()


def test_a_body_as_long_as_may_be_is_saved(ann: Visitor) -> None:
    assert ann.post(body(said(1)).ljust(MAX_BODY, b"\n")).json()["saved"] == 1


def test_half_a_body_is_not_saved(ann: Visitor, folder: Path) -> None:
    parts: Iterator[Any] = iter(
        [{"type": "http.request", "body": body(said(1)), "more_body": True}, {"type": "http.disconnect"}]
    )
    sent: list[Any] = []

    async def receive() -> Any:
        return next(parts)

    async def go() -> None:
        async def send(message: Any) -> None:
            sent.append(message)

        await ann.app(scope("POST", "/decisions", [(b"host", b"127.0.0.1:8765"), *OURS_RAW]), receive, send)

    asyncio.run(go())
    assert sent[0]["status"] == 400
    assert not (folder / FILE).exists()


def test_a_body_that_does_not_come_is_not_waited_for(
    ann: Visitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "BODY_S", 0.05)
    parts: list[Any] = [{"type": "http.request", "body": body(said(1)), "more_body": True}]
    sent: list[Any] = []

    async def receive() -> Any:
        if not parts:
            await asyncio.sleep(60)
        return parts.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(ann.app(scope("POST", "/decisions", [(b"host", b"127.0.0.1:8765"), *OURS_RAW]), receive, send))
    assert sent[0]["status"] == 408
    assert not (folder / FILE).exists()


OURS_RAW = [(name.lower().encode(), value.encode()) for name, value in OURS.items()]


def scope(method: str, path: str, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
    }


async def nothing() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 401),
        ("/decisions", {}, 401),
        ("/health", {}, 401),
        ("/nothing", {}, 401),
        ("/?token=", {}, 401),
        ("/?token=correct+horse+batter", {}, 401),
        ("/?token=wrong&token=correct+horse+battery", {}, 401),
        ("/decisions?token=correct+horse+battery", {}, 401),
        ("/", {"Authorization": "Bearer wrong"}, 401),
        ("/", {"Authorization": "Basic correct horse battery"}, 401),
        ("/", {"Authorization": "Bearer"}, 401),
        ("/", {"Authorization": b"Bearer \xff\xfe"}, 401),
        ("/", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("/decisions", {"Authorization": f"bearer  {TOKEN}"}, 200),
        ("/", {"Authorization": f"Bearer {TOKEN}", "Host": "evil.example"}, 421),
        ("/", {"Authorization": f"Bearer {TOKEN}", "Origin": "http://evil.example"}, 403),
        ("/", {"Cookie": f"token={TOKEN}"}, 401),
    ],
)
def test_who_does_not_know_the_token_stays_outside(
    guarded: Visitor, path: str, headers: dict[str, str | bytes], status: int
) -> None:
    answer = guarded.ask("GET", path, headers)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers
    assert TOKEN not in answer.text
    if status == 401:
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["next"] == "Open its address with /?token= and the token behind."


def test_without_the_token_nothing_is_saved(guarded: Visitor, folder: Path) -> None:
    assert guarded.post(body(said(1))).status_code == 401
    assert guarded.ask("POST", "/?token=correct+horse+battery", OURS, body(said(1))).status_code == 401
    assert not (folder / FILE).exists()
    assert guarded.post(body(said(1)), {"Authorization": f"Bearer {TOKEN}"}).json()["saved"] == 1


def test_the_token_is_shown_once_and_a_cookie_remembers(guarded: Visitor) -> None:
    first = guarded.get("/?token=correct+horse+battery")
    assert first.status_code == 200
    assert '<meta http-equiv="refresh" content="0;url=/">' in first.text
    assert PAGE not in first.text
    name, _, rest = first.headers["set-cookie"].partition("=")
    value, *flags = rest.split("; ")
    assert sorted(flags) == ["HttpOnly", "Path=/", "SameSite=strict"]
    assert len(value) == 64
    assert "correct" not in name + value
    assert guarded.get("/").text == PAGE
    assert guarded.post(body(said(1))).json()["saved"] == 1
    assert guarded.post(body(said(2)), {"Origin": "http://evil.example"}).status_code == 403


def test_a_cookie_is_worth_nothing_where_another_token_is_asked_for(guarded: Visitor, folder: Path) -> None:
    guarded.get("/?token=correct+horse+battery")
    other = Visitor(make_app(PAGE, folder, token=f"{TOKEN}!", hosts=names_of("127.0.0.1", PORT)))
    ((name, value),) = guarded.cookies.items()
    assert other.get("/", cookie=f"{name}={value}").status_code == 401
    other.get("/?token=correct+horse+battery!")
    ((other_name, _),) = other.cookies.items()
    # two servers of one machine share its cookies: neither may push the other's out
    assert name != other_name
    assert other.get("/", cookie=f"{other_name}={value}").status_code == 401


def test_a_token_may_have_any_letters(folder: Path) -> None:
    token = "größer & schöner; 年=1"  # noqa: S105 - of a test
    ann = Visitor(make_app(PAGE, folder, token=token, hosts=names_of("127.0.0.1", PORT)))
    assert ann.get("/", authorization=f"Bearer {token}".encode()).text == PAGE
    assert ann.get(str(httpx.URL("/", params={"token": token}))).status_code == 200
    assert ann.get("/").text == PAGE


def test_a_server_without_a_token_has_no_use_for_one(ann: Visitor) -> None:
    shown = ann.get("/?token=")
    assert (shown.text, "set-cookie" in shown.headers) == (PAGE, False)


def no_room(*args: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def broken(*args: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_full_disk_is_said_and_keeps_what_was_there(
    ann: Visitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.post(body(said(1)))
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", no_room)
        answer = ann.post(body(said(2)))
    assert answer.status_code == 507
    assert answer.json()["error"] == "There is no room for decisions.jsonl."
    assert answer.json()["next"].startswith("Free some space")
    assert list(read_decisions(folder).lines) == [said(1)]
    assert ann.post(body(said(2))).json()["saved"] == 1


def test_nothing_is_said_to_be_saved_before_the_disk_has_it(
    ann: Visitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        answer = ann.post(body(said(1)))
    assert (answer.status_code, answer.json()["error"]) == (
        500,
        "decisions.jsonl cannot be written: Input/output error.",
    )
    assert read_decisions(folder).lines == ()


def test_a_log_that_cannot_be_used_is_said(ann: Visitor, folder: Path) -> None:
    (folder / FILE).mkdir()
    for answer in (ann.get("/decisions"), ann.post(body(said(1)))):
        assert answer.status_code == 500
        assert answer.json()["error"].startswith("decisions.jsonl cannot be ")
        assert answer.json()["next"] == "Mend its permissions."


def test_a_bug_gives_nothing_away(ann: Visitor, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(where: Path) -> None:
        raise ValueError(f"{where} is odd")

    monkeypatch.setattr(serving, "read_decisions", crash)
    answer = ann.get("/decisions")
    assert (answer.status_code, answer.json()["error"]) == (500, "This is a bug.")
    assert SAFE_HEADERS.items() <= {name.title(): value for name, value in answer.headers.items()}.items()


def answers(ann: Visitor, guarded: Visitor, folder: Path) -> Iterator[httpx.Response]:
    """One of each kind."""
    yield ann.get("/")
    yield ann.ask("HEAD", "/")
    yield ann.post(body(said(1)) + b"{}\n")
    yield ann.get("/decisions")
    yield ann.get("/health")
    yield ann.get(f"{folder}/{FILE}")
    yield ann.get("/", host="evil.example")
    yield ann.get("/", origin="null")
    yield ann.post(b" " * (MAX_BODY + 1))
    yield guarded.get("/")
    yield guarded.get("/?token=correct+horse+battery")
    (folder / FILE).unlink()
    (folder / FILE).mkdir()
    yield ann.get("/decisions")
    yield ann.post(body(said(1)))
    (folder / FILE).rmdir()
    folder.rmdir()
    yield ann.post(body(said(1)))


def test_every_answer_has_the_headers_and_none_a_path(ann: Visitor, guarded: Visitor, folder: Path) -> None:
    seen = list(answers(ann, guarded, folder))
    assert [answer.status_code for answer in seen] == [
        *(200, 200, 200, 200, 200, 404, 421, 403, 413, 401, 200, 500, 500, 500)
    ]
    for answer in seen:
        assert {name: answer.headers.get(name) for name in SAFE_HEADERS} == SAFE_HEADERS
        whole = answer.text + json.dumps(dict(answer.headers))
        assert "corpora" not in whole
        assert folder.parts[1] + "/" not in whole
