"""Answers that no platform should send, to every source: an error that says what happened, or posts; never a crash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from source_walk import walk
from test_sources_cases import FOLDERS, JSON, damaged

from miner.errors import BlockedError, MalformedError, MinerError, RateLimited, RefusedError, SourceError
from miner.sources import SOURCES, Query, get_source

# what these read comes over a websocket, not as answers to requests
OVER_A_SOCKET = {"bluesky-live"}
ASKED = sorted(set(SOURCES) - OVER_A_SOCKET)


def query_of(name: str) -> Query:
    """A query that makes the source ask at least one server."""
    info = get_source(name).info
    return Query(
        tags=("80s",),
        phrases=("the 80s",),
        hosts=("example.org",) if "instance" in info.takes else (),
        urls=("https://example.org/tag/80s/",) if "url" in info.takes else (),
        communities=("nostalgia",) if "community" in info.takes else (),
        tokens={"example.org": "t0ken"},
        keys={key.name: "k3y" for key in info.keys},
        limit=200,
    )


def outcome(name: str, answer: httpx.Response) -> MinerError | None:
    """The error that ends a walk on which every request gets *answer*; None when it comes to its end."""

    def handler(_: httpx.Request) -> httpx.Response:
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    error = None
    try:
        walk(get_source(name), query_of(name), handler, max_pages=50)
    except MinerError as told:
        error = told
    assert error is None or (error.advice and str(error).isprintable())
    return error


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize(
    ("answer", "kinds"),
    [
        (httpx.Response(200, html="<h1>Are you human?</h1>"), (BlockedError, MalformedError)),
        (httpx.Response(403, html="<h1>Forbidden</h1>"), (BlockedError,)),
        (httpx.Response(429, headers={"Retry-After": "31536000"}), (RateLimited,)),
        (httpx.Response(500, text="oops"), (RefusedError,)),
        (httpx.Response(302, headers={"Location": "https://169.254.169.254/"}), (SourceError,)),
    ],
    ids=["block page", "forbidden", "a wait of a year", "trouble", "a redirect inside"],
)
def test_every_source_tells_what_ended_its_walk(
    answer: httpx.Response, kinds: tuple[type[MinerError], ...], name: str
) -> None:
    if name == "pages" and answer.status_code == 200:
        pytest.skip("a page for people is what it reads")
    error = outcome(name, answer)
    assert error is not None
    assert type(error) in kinds


@pytest.mark.parametrize("name", ASKED)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(found=JSON | st.dictionaries(st.sampled_from(["data", "items", "response", "posts", "hits", "next"]), JSON))
def test_whatever_json_a_server_answers_no_source_breaks(name: str, found: Any) -> None:
    outcome(name, httpx.Response(200, content=json.dumps(found), headers={"Content-Type": "application/json"}))


@pytest.mark.parametrize(
    "folder",
    [folder for folder in FOLDERS if folder.parent.name in ASKED],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_answer_breaks_no_source(folder: Path, data: st.DataObject) -> None:
    (path,) = folder.glob("answer.*")
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        found = json.loads(text)
        for _ in range(data.draw(st.integers(1, 3))):
            found = damaged(found, data)
        text, kind = json.dumps(found), "application/json"
    else:
        start, n = data.draw(st.integers(0, len(text))), data.draw(st.integers(1, 200))
        text, kind = text[:start] + data.draw(st.text(max_size=5)) + text[start + n :], "application/xml"
    content = text.encode("utf-8", "surrogatepass")
    outcome(folder.parent.name, httpx.Response(200, content=content, headers={"Content-Type": kind}))
