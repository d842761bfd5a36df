"""YouTube: searches, then videos, then comments, resumable in the middle of all three, within a day's quota."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from source_walk import Walked, walk, walk_with_interruptions

from miner.errors import BlockedError, CredentialsError, MalformedError, MinerError, RateLimited, RefusedError
from miner.records import Post
from miner.sources import youtube
from miner.sources.base import Query
from miner.sources.youtube import YouTube

RECORDED = Path(__file__).parent.parent.parent / "shared" / "recorded" / "youtube"
SECRET = "AIza-s3cr3t-0f-ann"  # noqa: S105 - of nobody
START = datetime(2024, 1, 1, tzinfo=UTC)


def query(*phrases: str, **options: Any) -> Query:
    return Query(tags=("80s",), phrases=phrases or ("the 80s",), keys={"YOUTUBE_API_KEY": SECRET}, **options)


class Api:
    """The three methods of the API.

    Attributes:
        times: When each video was put online; its id is ``v`` and its number.
        threads: Comment threads of a video; None where comments are switched off.
        titles: Of the videos that have another than "Toys of the 80s".
        cap: Videos that a search shows.
    """

    def __init__(self, times: list[datetime], cap: int = 500) -> None:
        self.times, self.cap = times, cap
        self.threads: dict[int, int | None] = {}
        self.titles: dict[int, str] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["X-Goog-Api-Key"] == SECRET
        assert SECRET not in str(request.url)
        method = request.url.path.removeprefix("/youtube/v3/")
        answer = {"search": self.search, "videos": self.videos, "commentThreads": self.comments}[method]
        return answer(request.url.params)

    def search(self, params: httpx.QueryParams) -> httpx.Response:
        assert (params["type"], params["order"], params["q"]) == ("video", "date", '"the 80s"')
        before = datetime.fromisoformat(params.get("publishedBefore", "2100-01-01T00:00:00Z"))
        after = datetime.fromisoformat(params.get("publishedAfter", "2000-01-01T00:00:00Z"))
        found = [i for i, time in enumerate(self.times) if after <= time < before]
        found = sorted(found, key=lambda i: self.times[i], reverse=True)[: self.cap]
        size, at = int(params["maxResults"]), int(params.get("pageToken", "p0")[1:])
        items = [
            {"kind": "youtube#searchResult", "id": {"videoId": f"v{i}"}, "snippet": {"publishedAt": self.time(i)}}
            for i in found[at : at + size]
        ]
        token = {"nextPageToken": f"p{at + size}"} if at + size < len(found) else {}
        return httpx.Response(200, json={"items": items, "pageInfo": {"totalResults": 1_000_000}, **token})

    def videos(self, params: httpx.QueryParams) -> httpx.Response:
        return httpx.Response(200, json={"items": [self.video(int(i[1:])) for i in params["id"].split(",")]})

    def comments(self, params: httpx.QueryParams) -> httpx.Response:
        i, at = int(params["videoId"][1:]), int(params.get("pageToken", "p0")[1:])
        n = self.threads.get(i, 0)
        if n is None:
            return error(403, "commentsDisabled")
        items = [self.thread(i, k) for k in range(at, min(n, at + 100))]
        token = {"nextPageToken": f"p{at + 100}"} if at + 100 < n else {}
        return httpx.Response(200, json={"items": items, **token})

    def time(self, i: int) -> str:
        return self.times[i].strftime("%Y-%m-%dT%H:%M:%SZ")

    def video(self, i: int) -> dict[str, Any]:
        title = self.titles.get(i, f"Toys of the 80s, part {i}")
        snippet = {"publishedAt": self.time(i), "channelId": f"UC{i % 9}", "title": title}
        n = self.threads.get(i, 0)
        statistics = {} if n is None else {"commentCount": str(n)}
        return {"kind": "youtube#video", "id": f"v{i}", "snippet": snippet, "statistics": statistics}

    def thread(self, i: int, k: int) -> dict[str, Any]:
        reply = comment(f"v{i}-c{k}.r", f"so did I, {k}")
        snippet = {"videoId": f"v{i}", "topLevelComment": comment(f"v{i}-c{k}", f"I wore out three of these, {k}")}
        replies = {"replies": {"comments": [reply]}} if k % 10 == 0 else {}
        return {"kind": "youtube#commentThread", "id": f"v{i}-c{k}", "snippet": snippet, **replies}


def comment(name: str, text: str) -> dict[str, Any]:
    snippet = {"textOriginal": text, "publishedAt": "2024-06-01T00:00:00Z", "authorChannelId": {"value": "UCben"}}
    return {"kind": "youtube#comment", "id": name, "snippet": snippet}


def error(status: int, reason: str, **details: str) -> httpx.Response:
    info = [{"reason": "RATE_LIMIT_EXCEEDED", "metadata": details}] if details else []
    words = f"No <b>way</b> with {SECRET}"
    body = {"code": status, "message": words, "errors": [{"reason": reason}], "details": info}
    return httpx.Response(status, json={"error": body})


def days(n: int) -> list[datetime]:
    return [START + timedelta(days=i) for i in range(n)]


def videos_of(walked: Walked) -> list[str]:
    return sorted({found for found in walked.ids if "-c" not in found}, key=lambda found: int(found[9:]))


def methods(walked: Walked) -> Counter[str]:
    return Counter(request.url.path.rsplit("/", 1)[1] for request in walked.asked)


def test_videos_and_their_comments_are_found() -> None:
    api = Api(days(120))
    api.threads = {7: 250, 100: 3}
    walked = walk(YouTube(), query(), api)
    assert videos_of(walked) == [f"youtube:v{i}" for i in range(120)]
    assert len([found for found in walked.ids if found.startswith("youtube:v7-c")]) == 250 + 25
    assert len([found for found in walked.ids if found.startswith("youtube:v100-c")]) == 3 + 1
    assert methods(walked)["commentThreads"] == 3 + 1
    assert walked.pages[-1].is_last


def test_a_comment_stands_under_the_era_of_its_video() -> None:
    api = Api(days(2))
    api.threads, api.titles = {0: 5, 1: 5}, {1: "Gardening in 180s"}
    posts = {post.id: post for post in walk(YouTube(), query(), api).posts}
    assert posts["youtube:v0-c0"].tags == posts["youtube:v0-c0.r"].tags == ("80s",)
    assert posts["youtube:v1"].tags == ()
    # a search shows videos that do not name the era: theirs are not read
    assert [found for found in posts if found.startswith("youtube:v1-")] == []


def test_more_videos_than_a_search_shows_are_found_by_asking_for_older_ones() -> None:
    times = [START + timedelta(hours=i // 3) for i in range(700)]
    walked = walk(YouTube(), query(), Api(times, cap=200))
    assert videos_of(walked) == [f"youtube:v{i}" for i in range(700)]
    assert methods(walked)["search"] <= 700 / 50 * 1.4


def test_a_walk_interrupted_after_every_page_finds_the_same_and_wastes_no_search() -> None:
    api = Api(days(130), cap=100)
    api.threads = {3: 150, 60: 2, 61: None, 129: 101}
    whole, broken = walk(YouTube(), query(), api), walk_with_interruptions(YouTube(), query(), api)
    assert sorted(broken.ids) == sorted(whole.ids)
    assert methods(broken) == methods(whole)


def test_a_second_walk_searches_once_and_reads_what_is_new() -> None:
    api = Api(days(160))
    first = walk(YouTube(), query(), api)
    api.times.append(START + timedelta(days=200))
    api.threads[160] = 4
    second = walk(YouTube(), query(), api, cursors=first.cursors)
    assert {"youtube:v160", "youtube:v160-c3"} <= set(second.ids)
    assert (methods(first)["search"], methods(second)["search"]) == (5, 2)


def test_switched_off_comments_are_counted_and_do_not_end_the_walk() -> None:
    api = Api(days(3))
    api.threads = {0: 2, 1: None, 2: 2}
    walked = walk(YouTube(), query(), api)
    assert [(item.reason, item.raw_id) for item in walked.rejected] == [("comments disabled", "v1")]
    assert {"youtube:v0-c1", "youtube:v2-c1"} <= set(walked.ids)


def test_a_video_whose_comments_fail_for_ever_does_not_stop_the_others() -> None:
    api = Api(days(3))
    api.threads = {0: 2, 1: 2, 2: 2}

    def failing(request: httpx.Request) -> httpx.Response:
        return error(400, "processingFailure") if request.url.params.get("videoId") == "v1" else api(request)

    walked = walk(YouTube(), query(), failing)
    assert [(item.reason, item.raw_id) for item in walked.rejected] == [("comments not readable", "v1")]
    assert {"youtube:v0-c1", "youtube:v2-c1"} <= set(walked.ids)


@pytest.mark.parametrize("reason", ["quotaExceeded", "keyInvalid", "somethingNew"])
def test_a_refusal_that_is_not_about_one_video_stops_the_walk(reason: str) -> None:
    api = Api(days(1))
    api.threads = {0: 2}

    def failing(request: httpx.Request) -> httpx.Response:
        return error(403, reason) if request.url.path.endswith("/commentThreads") else api(request)

    with pytest.raises(MinerError):
        walk(YouTube(), query(), failing)


def test_a_video_with_endless_comments_is_read_as_far_as_is_said_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(youtube, "COMMENT_PAGES", 2)
    api = Api(days(2))
    api.threads = {1: 10_000, 0: 1}
    walked = walk(YouTube(), query(), api)
    assert [(item.reason, item.raw_id) for item in walked.rejected] == [
        ("comments beyond the first 1,000 of a video", "v1")
    ]
    assert methods(walked)["commentThreads"] == 3
    assert youtube.COMMENTS_PER_PAGE * 10 == 1_000


def test_a_window_is_asked_for_and_kept() -> None:
    since, until = START + timedelta(days=5), START + timedelta(days=9)
    walked = walk(YouTube(), query(since=since, until=until), Api(days(30)))
    assert videos_of(walked) == [f"youtube:v{i}" for i in range(5, 9)]
    (search, _) = (request.url.params for request in walked.asked)
    assert search["publishedAfter"] == "2024-01-06T00:00:00Z"
    assert search["publishedBefore"] == "2024-01-10T00:00:00Z"


def test_phrases_are_searched_for_together() -> None:
    phrases = [f"phrase {i}" for i in range(30)]
    asked = YouTube().listings(query(*phrases))
    assert [len(listing.subject.split("|")) for listing in asked] == [12, 12, 6]
    assert asked[0].subject.startswith('"phrase 0"|"phrase 1"|')
    assert len({listing.stream for listing in asked}) == 3


def test_the_plan_tells_the_quota_and_what_is_certain_of_it() -> None:
    search, rest = YouTube().plan(query("the 80s", "années 80"))
    assert (search.host, search.n_requests, rest.n_requests) == ("www.googleapis.com", 1, None)
    assert search.what == 'a search for "the 80s"|"années 80": one of 100 searches a day, for 50 videos'
    assert rest.what.endswith("comments: a unit a request, of 10,000 a day")
    assert search.needs.startswith("YOUTUBE_API_KEY (")
    assert search.needs.endswith("which is set")
    assert SECRET not in repr((search, rest, query()))


def test_a_used_up_day_is_told_and_the_walk_goes_on_there_the_next_day() -> None:
    api = Api(days(120))
    api.threads = {119: 2}
    n_searches = 0

    def with_quota(request: httpx.Request) -> httpx.Response:
        nonlocal n_searches
        n_searches += request.url.path.endswith("/search")
        limit = {"quota_limit": "defaultSearchListPerDayPerProject", "quota_unit": "1/d/{project}"}
        if request.url.path.endswith("/search") and n_searches > 1:
            return error(429, "rateLimitExceeded", **limit)
        return api(request)

    part, n_searches = walk(YouTube(), query(), api, max_pages=3), 1
    with pytest.raises(RateLimited) as caught:
        walk(YouTube(), query(), with_quota, cursors=part.cursors)
    assert str(caught.value).startswith(
        'www.googleapis.com answered 429 to videos with "the 80s" (/youtube/v3/search) ("No <b>way</b> with …")'
    )
    assert str(caught.value).endswith(
        "the quota of this day is used up. It resets at midnight Pacific time (07:00 or 08:00 UTC); run the same "
        "command again after that, and it goes on where it stopped."
    )
    rest = walk(YouTube(), query(), api, cursors=part.cursors)
    assert {*part.ids, *rest.ids} == set(walk(YouTube(), query(), api).ids)
    assert methods(part)["search"] == 1


@pytest.mark.parametrize(
    ("response", "kind", "words"),
    [
        (error(403, "quotaExceeded"), RateLimited, "the quota of this day is used up"),
        (error(403, "dailyLimitExceeded"), RateLimited, "the quota of this day is used up"),
        (error(429, "rateLimitExceeded"), RateLimited, "Run the same command again in a minute"),
        (error(403, "userRateLimitExceeded"), RateLimited, "Run the same command again in a minute"),
        (error(400, "keyInvalid"), CredentialsError, "it does not accept the key. Check YOUTUBE_API_KEY, or get"),
        (error(403, "accessNotConfigured"), CredentialsError, "it does not accept the key"),
        (error(401, "authError"), CredentialsError, "Check YOUTUBE_API_KEY"),
        (error(403, "commentsDisabled"), BlockedError, "it does not let this program read it"),
        (error(400, "invalidPageToken"), RefusedError, "it takes the request for a wrong one"),
        (error(500, "backendError"), RefusedError, "it has trouble"),
        (httpx.Response(200, json={"kind": "?"}), MalformedError, "no list of items"),
        (httpx.Response(403, json=["no"]), BlockedError, "it does not let this program read it"),
        (
            httpx.Response(403, text="<html>no</html>", headers={"content-type": "text/html"}),
            BlockedError,
            "it blocks this program",
        ),
    ],
)
def test_refusals_become_sentences_without_the_key(response: httpx.Response, kind: type, words: str) -> None:
    with pytest.raises(MinerError) as caught:
        walk(YouTube(), query(), lambda _: response)
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert SECRET not in repr((caught.value, caught.value.__cause__))


def test_a_missing_key_and_one_that_cannot_be_one_are_told_before_anything_is_asked() -> None:
    with pytest.raises(CredentialsError, match="YOUTUBE_API_KEY, a key of a Google Cloud project"):
        walk(YouTube(), Query(tags=(), phrases=("the 80s",)), lambda _: httpx.Response(200))
    bad = Query(tags=(), phrases=("the 80s",), keys={"YOUTUBE_API_KEY": f"{SECRET}\n"})
    with pytest.raises(CredentialsError, match="characters that no token has") as caught:
        walk(YouTube(), bad, lambda _: httpx.Response(200))
    assert SECRET not in str(caught.value)


def test_the_same_search_page_for_ever_ends_with_a_word() -> None:
    api = Api(days(50))

    def stuck(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/search"):
            return api(request)
        first = api.search(request.url.params.remove("pageToken"))
        return httpx.Response(200, json={**first.json(), "nextPageToken": "again"})

    with pytest.raises(MalformedError, match="a page that it had sent before"):
        walk(YouTube(), query(), stuck)


def recorded() -> list[tuple[str, Any]]:
    if not RECORDED.exists():
        pytest.skip("recorded/youtube is not beside the project")
    return [(path.name, json.loads(path.read_text("utf-8"))) for path in sorted(RECORDED.glob("*.json"))]


def test_every_recorded_object_is_a_post_or_has_a_reason() -> None:
    source = YouTube()
    reasons: Counter[str] = Counter()
    posts: list[Post] = []
    for name, answer in recorded():
        found = [source.to_post(raw) for raw in source.objects_in(answer)]
        assert found, name
        posts += [result for result in found if isinstance(result, Post)]
        reasons.update(f"{name}: {result.reason}" for result in found if not isinstance(result, Post))
    assert len(posts) >= 140
    assert set(reasons) == {
        "apidata__search__search_channels.json: not a video or a comment",
        "apidata__videos__get_rating_response.json: not a video or a comment",
    }
    assert all(post.created_at and post.author and post.text for post in posts)


def test_a_recorded_search_and_the_video_itself_are_one_post_and_no_title_stays_escaped() -> None:
    source = YouTube()
    found = [(raw, source.to_post(raw)) for _, answer in recorded() for raw in source.objects_in(answer)]
    titles = [post.text for raw, post in found if isinstance(post, Post) and raw["kind"] == "youtube#searchResult"]
    assert any(" & " in title for title in titles)
    assert not any("&amp;" in title or "&#39;" in title for title in titles)
    ids = {post.id for raw, post in found if isinstance(post, Post) and raw["kind"] == "youtube#video"}
    assert "youtube:D-lhorsDlUQ" in ids
