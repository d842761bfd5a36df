"""Flickr: sliced by the second of the upload under the cap of 4,000 photos, complete, and resumable at every page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, CredentialsError, MalformedError, MinerError, RateLimited, SourceError
from miner.records import Post
from miner.sources import flickr
from miner.sources.base import Query
from miner.sources.flickr import Flickr

RECORDED = Path(__file__).parent.parent.parent / "shared" / "recorded" / "flickr"
SECRET = "s3cr3t-0f-ann"  # noqa: S105 - of nobody
START = 1_380_000_000
DAY = 86_400


def query(*tags: str, **options: Any) -> Query:
    return Query(tags=tags or ("80s",), keys={"FLICKR_API_KEY": SECRET}, **options)


def photo(number: int, second: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "owner": f"{number % 9}@N00",
        "title": f"Walkman {number}",
        "ispublic": 1,
        "dateupload": str(second),
        "datetaken": "1983-07-01 00:00:00",
        "datetakenunknown": "0",
        "tags": "80s walkman",
    } | changes


class Search:
    """A search that shows the newest photos first and repeats itself behind *cap* of them."""

    def __init__(self, seconds: list[int], cap: int = 4000, size: int = 500) -> None:
        self.photos = [photo(i, second) for i, second in enumerate(seconds)]
        self.cap, self.size = cap, size

    def __call__(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        assert (params["method"], params["tag_mode"], params["safe_search"]) == ("flickr.photos.search", "any", "1")
        assert params["api_key"] == SECRET
        low, high = int(params.get("min_upload_date", 0)), int(params.get("max_upload_date", 10**12))
        found = [p for p in self.photos if low <= int(p["dateupload"]) <= high]
        found.sort(key=lambda p: -int(p["dateupload"]))
        size, page = min(self.size, int(params["per_page"])), int(params["page"])
        shown = found[size * (page - 1) : size * page] if size * page <= self.cap else found[:size]
        pages = -(-len(found) // size)
        return self.answer(shown, page=page, pages=pages, total=str(len(found)))

    @staticmethod
    def answer(photos: list[dict[str, Any]], **facts: Any) -> httpx.Response:
        return httpx.Response(200, json={"photos": {**facts, "photo": photos}, "stat": "ok"})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of ten photos, four of them a search."""
    monkeypatch.setattr(flickr, "PHOTOS_PER_PAGE", 10)
    monkeypatch.setattr(flickr, "MAX_PHOTOS", 40)


def numbers(ids: list[str]) -> list[int]:
    return sorted({int(found.partition(":")[2]) for found in ids})


@pytest.mark.usefixtures("small")
def test_more_photos_than_a_search_shows_are_found_by_asking_for_older_ones() -> None:
    walked = walk(Flickr(), query(), Search([START + 60 * i for i in range(95)], cap=40, size=10))
    assert numbers(walked.ids) == list(range(95))
    assert walked.pages[-1].is_last


@pytest.mark.usefixtures("small")
def test_an_album_put_online_in_one_second_is_read_page_by_page() -> None:
    seconds = [START + 9] * 3 + [START + 5] * 35 + [START + i // 4 for i in range(12)]
    assert numbers(walk(Flickr(), query(), Search(seconds, cap=40, size=10)).ids) == list(range(50))


@pytest.mark.usefixtures("small")
def test_what_a_search_cannot_show_of_one_second_is_passed_over_and_the_rest_is_found() -> None:
    seconds = [START + 5] * 60 + [START] * 5
    found = numbers(walk(Flickr(), query(), Search(seconds, cap=40, size=10)).ids)
    assert found == [*range(40), *range(60, 65)]


@pytest.mark.usefixtures("small")
def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    search = Search([START + i // 3 for i in range(57)], cap=40, size=10)
    assert numbers(walk_with_interruptions(Flickr(), query(), search).ids) == list(range(57))


@settings(deadline=None)
@given(st.lists(st.integers(START, START + 30), max_size=50))
def test_every_photo_is_found_whatever_the_seconds(seconds: list[int]) -> None:
    found = walk(Flickr(), query(limit=10), Search(seconds, size=10))
    assert numbers(found.ids) == list(range(len(seconds)))


@pytest.mark.usefixtures("small")
def test_a_second_walk_asks_only_for_what_is_new() -> None:
    search = Search([START + DAY * i for i in range(95)], size=10)
    first = walk(Flickr(), query(), search)
    search.photos.append(photo(1000, START + DAY * 95))
    second = walk(Flickr(), query(), search, cursors=first.cursors)
    assert 1000 in numbers(second.ids)
    assert len(second.asked) == 2
    assert len(first.asked) > 9


def test_a_window_and_a_limit_are_asked_for_and_kept() -> None:
    search = Search([START + DAY * i for i in range(30)])
    since, until = (datetime.fromtimestamp(START + DAY * day, tz=UTC) for day in (5, 9))
    walked = walk(Flickr(), query(since=since, until=until), search)
    assert numbers(walked.ids) == [5, 6, 7, 8]
    assert walked.asked[0].url.params["min_upload_date"] == str(START + DAY * 5)
    assert walk(Flickr(), query(limit=3), search, max_pages=1).asked[0].url.params["per_page"] == "3"


def test_many_tags_are_asked_for_together_ten_at_a_time() -> None:
    tags = [f"tag{i}" for i in range(23)]
    walked = walk(Flickr(), query(*tags), Search([]))
    assert [len(request.url.params["tags"].split(",")) for request in walked.asked] == [10, 10, 3]
    assert len({page.stream for page in walked.pages}) == 3


def test_a_photo_without_the_tag_is_left_out() -> None:
    photos = [photo(1, START, tags="années80"), photo(2, START, tags="cats"), photo(3, START, tags="Annees80 cats")]
    walked = walk(Flickr(), query("années80"), lambda _: Search.answer(photos, page=1, pages=1))
    assert numbers(walked.ids) == [1, 3]
    assert [item.reason for item in walked.rejected] == ["not tagged with the era"]


@pytest.mark.parametrize("unknown", [0, "0", 1, "1"])
def test_the_date_that_a_photo_was_taken_is_never_the_date_of_the_post(unknown: int | str) -> None:
    taken = photo(1, START, datetaken="1983-07-01 00:00:00", datetakenunknown=unknown, datetakengranularity="8")
    post, bare = Flickr().to_post(taken), Flickr().to_post({**taken, "dateupload": None})
    assert isinstance(post, Post)
    assert post.created_at == datetime.fromtimestamp(START, tz=UTC)
    assert isinstance(bare, Post)
    assert bare.created_at is None


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (100, CredentialsError, "it does not accept the key. Check FLICKR_API_KEY, or get a key at https://www.flickr"),
        ("100", CredentialsError, "it does not accept the key"),
        (98, CredentialsError, "it does not accept the key"),
        (105, SourceError, "Run the same command again later"),
        (429, RateLimited, "Run the same command again in an hour"),
        (77, SourceError, "Leave this server out."),
        (None, SourceError, "with an error without a code"),
    ],
)
def test_an_error_in_an_answer_with_status_200_is_an_error(code: Any, kind: type[MinerError], words: str) -> None:
    message = f"Invalid API Key (Key {SECRET} has invalid format)\x1b[31m"
    answer = httpx.Response(200, json={"stat": "fail", "code": code, "message": message})
    with pytest.raises(MinerError) as caught:
        walk(Flickr(), query(), lambda _: answer)
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert str(caught.value).startswith("api.flickr.com answered to photos tagged #80s with ")
    assert '("Invalid API Key (Key … has invalid format)[31m")' in str(caught.value)
    assert SECRET not in repr(caught.value)


@pytest.mark.parametrize(
    ("response", "kind", "words"),
    [
        (
            httpx.Response(429, text="<h1>429</h1>", headers={"content-type": "text/html"}),
            RateLimited,
            "too many requests",
        ),
        (
            httpx.Response(403, text="<html>no</html>", headers={"content-type": "text/html"}),
            BlockedError,
            "it blocks this program",
        ),
        (httpx.Response(200, json={"stat": "ok"}), MalformedError, "no list of photos"),
        (httpx.Response(200, text='jsonFlickrApi({"stat":"ok"})'), MalformedError, "not JSON, or cut short"),
    ],
)
def test_refusals_become_sentences_without_the_key(response: httpx.Response, kind: type, words: str) -> None:
    with pytest.raises(MinerError) as caught:
        walk(Flickr(), query(), lambda _: response)
    assert isinstance(caught.value, kind)
    assert words in str(caught.value)
    assert SECRET not in repr((caught.value, caught.value.__cause__))


def test_a_missing_key_is_told() -> None:
    with pytest.raises(CredentialsError, match="FLICKR_API_KEY, a key for non-commercial use, is not set"):
        walk(Flickr(), Query(tags=("80s",)), Search([START]))


@pytest.mark.usefixtures("small")
def test_the_same_page_for_ever_ends_the_walk_with_a_word() -> None:
    first = [photo(i, START + i) for i in range(10)]
    with pytest.raises(MalformedError, match="a page that it had sent before"):
        walk(Flickr(), query(), lambda _: Search.answer(first, page=1, pages=99))


def test_every_recorded_photo_is_a_post_or_has_a_reason() -> None:
    if not RECORDED.exists():
        pytest.skip("recorded/flickr is not beside the project")
    source = Flickr()
    answers = [json.loads(path.read_text("utf-8")) for path in sorted(RECORDED.glob("*.json"))]
    results = [source.to_post(raw) for answer in answers for raw in source.objects_in(answer)]
    posts = [result for result in results if isinstance(result, Post)]
    assert len(posts) == len(results) >= 3
    assert all(post.created_at and post.created_at.year >= 2010 and post.author and post.url for post in posts)
