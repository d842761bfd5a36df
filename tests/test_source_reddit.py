"""Reddit through its archive: whole communities, sliced by time, in spite of time-outs; and recordings of Reddit."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_walk import Walked, walk, walk_with_interruptions

from miner.errors import BlockedError, MalformedError, RateLimited, SourceError, UsageError
from miner.records import Post, Rejected
from miner.sources import reddit
from miner.sources.base import Query
from miner.sources.reddit import Reddit
from miner.sources.reddit_post import comment_to_post, submission_to_post

QUERY = Query(tags=("80s", "80smusic"), communities=("nostalgia",))
START = 1_720_000_000
RECORDED = Path(__file__).parents[2] / "shared" / "recorded" / "reddit"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Archive:
    """An archive that shows the newest posts first; pages of more than *most* posts time out for it."""

    def __init__(self, seconds: list[int], *, most: int = 100) -> None:
        self.posts = [post(i, second) for i, second in enumerate(sorted(seconds, reverse=True))]
        self.most = most
        self.limits: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        assert params["sort"] == "desc"
        self.limits.append(int(params["limit"]))
        if self.limits[-1] > self.most:
            return httpx.Response(422, json={"data": None, "error": "Timeout. Maybe slow down a bit"})
        before, after = int(params.get("before", 10**12)), int(params.get("after", 0))
        name = params["subreddit"]
        found = [p for p in self.posts if p["subreddit"] == name and after < p["created_utc"] < before]
        return httpx.Response(200, json={"data": found[: self.limits[-1]]}, headers={"X-RateLimit-Remaining": "90"})


def post(number: int, second: int) -> dict[str, Any]:
    return {
        "id": base36(number), "title": f"My Walkman {number}", "created_utc": second, "author": "ann",
        "subreddit": "nostalgia",
    }  # fmt: skip


def base36(number: int) -> str:
    return DIGITS[number // 36 % 36] + DIGITS[number % 36] if number < 36**2 else f"z{number}"


def ids(numbers: range) -> set[str]:
    return {f"reddit:t3_{base36(i)}" for i in numbers}


def test_a_community_is_read_from_its_newest_post_to_its_oldest() -> None:
    walked = walk(Reddit(), QUERY, Archive([START + 60 * i for i in range(350)]))
    assert set(walked.ids) == ids(range(350))
    assert walked.pages[-1].is_last
    assert [page.stream for page in walked.pages[:1]] == ["reddit/arctic-shift.photon-reddit.com/r/nostalgia"]


def test_posts_of_one_second_at_the_edge_of_a_page_are_not_lost() -> None:
    assert set(walk(Reddit(), QUERY, Archive([START + i // 3 for i in range(250)])).ids) == ids(range(250))


def test_more_posts_in_one_second_than_a_page_holds_do_not_hide_the_older_ones() -> None:
    found = walk(Reddit(), QUERY, Archive([START + 9] * 60 + [START + 5] * 150 + [START + i // 50 for i in range(90)]))
    assert ids(range(210, 300)) <= set(found.ids)


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    archive = Archive([START + 60 * i for i in range(350)])
    assert set(walk_with_interruptions(Reddit(), QUERY, archive).ids) == set(walk(Reddit(), QUERY, archive).ids)


@settings(max_examples=20, deadline=None)
@given(steps=st.lists(st.integers(0, 3), max_size=300))
def test_however_posts_crowd_together_each_is_found_as_long_as_a_second_fits_on_a_page(steps: list[int]) -> None:
    seconds: list[int] = []
    now = START
    for step in steps:
        now += step
        seconds += [now] if seconds.count(now) < 50 else []
    assert set(walk(Reddit(), QUERY, Archive(seconds)).ids) == ids(range(len(seconds)))


def test_a_second_walk_stops_where_the_first_one_began() -> None:
    archive = Archive([START + 86_400 * i for i in range(350)])
    first = walk(Reddit(), QUERY, archive)
    archive.posts.insert(0, post(900, START + 86_400 * 351))
    second = walk(Reddit(), QUERY, archive, cursors=first.cursors)
    assert "reddit:t3_" + base36(900) in second.ids
    assert len(second.asked) == 2


def test_a_window_and_a_limit_are_asked_for_and_kept() -> None:
    since = datetime.fromtimestamp(START, tz=UTC) + timedelta(days=3)
    query = Query(tags=(), communities=("nostalgia",), since=since, until=since + timedelta(days=4), limit=40)
    walked = walk(Reddit(), query, Archive([START + 86_400 * i for i in range(30)]))
    assert set(walked.ids) == ids(range(23, 27))
    assert walked.asked[0].url.params["limit"] == "40"


def test_a_page_that_times_out_is_asked_for_with_fewer_posts() -> None:
    archive = Archive([START + 60 * i for i in range(60)], most=30)
    assert set(walk(Reddit(), QUERY, archive).ids) == ids(range(60))
    assert archive.limits[:3] == [100, 50, 25]


def test_an_archive_that_always_times_out_is_not_asked_for_ever() -> None:
    archive = Archive([START], most=0)
    with pytest.raises(RateLimited, match=r"takes too long over posts in r/nostalgia, .*\. Run the same"):
        walk(Reddit(), QUERY, archive)
    assert archive.limits == [100, 50, 25, 12]


def test_communities_are_those_given_or_the_era_s_own_and_the_well_known_ones() -> None:
    def subjects(query: Query) -> list[str]:
        return [listing.subject for listing in Reddit().listings(query)]

    assert subjects(Query(tags=("80s", "80smusic", "80er"))) == ["r/80s", *(f"r/{n}" for n in reddit.COMMUNITIES)]
    given_names = ("https://www.reddit.com/r/GenX/", "/r/80s", "reddit=toys/comments", "lemmy=elsewhere")
    assert subjects(Query(tags=("80s",), communities=given_names)) == ["r/GenX", "r/80s", "r/toys/comments"]
    with pytest.raises(UsageError, match="'no such!' names no community of Reddit"):
        Reddit().listings(Query(tags=(), communities=("no such!",)))


def test_comments_of_a_community_are_another_stream() -> None:
    def archive(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/api/comments/search"
        assert request.url.params["subreddit"] == "80s"
        comment = {"id": "aa", "link_id": "t3_bb", "body": "Mine was red", "created_utc": START, "subreddit": "80s"}
        return httpx.Response(200, json={"data": [comment] if "before" not in request.url.params else []})

    walked = walk(Reddit(), Query(tags=(), communities=("80s/comments",)), archive)
    assert walked.ids == ["reddit:t1_aa"]
    assert walked.pages[0].stream.endswith("/r/80s/comments")


def failing(response: httpx.Response) -> Walked:
    return walk(Reddit(), QUERY, lambda _: response)


def test_refusals_say_what_happened_and_what_to_do() -> None:
    with pytest.raises(RateLimited, match=r"posts in r/nostalgia: “Under maintenance”\. Run the same command again"):
        failing(httpx.Response(200, json={"data": None, "error": "Under maintenance"}))
    with pytest.raises(MalformedError, match="no list of posts"):
        failing(httpx.Response(200, json={"posts": []}))
    with pytest.raises(BlockedError, match="it blocks this program"):
        failing(httpx.Response(403, text="<html>", headers={"content-type": "text/html"}))
    with pytest.raises(BlockedError, match="it blocks this program"):
        failing(httpx.Response(200, text="<html>", headers={"content-type": "text/html"}))
    with pytest.raises(RateLimited, match="asks to be left alone for 100 min"):
        failing(httpx.Response(429, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "6000"}))
    with pytest.raises(SourceError, match=r"“subreddit” is unknown.*: it takes the request for a wrong one"):
        failing(httpx.Response(400, json={"data": None, "error": "“subreddit” is unknown"}))


def test_an_archive_that_sends_one_page_for_ever_is_noticed() -> None:
    page = {"data": [post(i, START - i) for i in range(5)]}
    with pytest.raises(MalformedError, match="had sent before"):
        failing(httpx.Response(200, json=page))


@pytest.mark.parametrize(
    ("author", "body", "is_bot"),
    [
        ("AutoModerator", "Weekly thread", True),
        ("RemindMeBot", "I will message you", True),
        ("save_video_bot", "Here it is", True),
        ("Talbot", "My first Atari", False),
        ("robot", "My first Atari", False),
        ("ann", "^(I'm just a bot, beep)", True),
        ("ann", "I am a bottle collector. I am a big Atari fan.", False),
        ("ann", "Am I a bot? No. Beep boop says my toy robot", False),
    ],
)
def test_bots_are_known_by_their_names_and_by_what_they_say(author: str, body: str, is_bot: bool) -> None:
    read = comment_to_post({"id": "aa", "author": author, "body": body})
    assert isinstance(read, Post)
    assert read.is_bot is is_bot


@pytest.mark.parametrize(
    "mark",
    [
        {"selftext": "[removed]"}, {"title": "[ Removed by Reddit ]"}, {"removed_by_category": "moderator"},
        {"_meta": {"was_deleted_later": True}}, {"_meta": {"was_deleted_later": "yes"}}, {"removal_reason": "legal"},
    ],
)  # fmt: skip
def test_what_was_deleted_anywhere_is_left_out(mark: dict[str, Any]) -> None:
    assert submission_to_post({"id": "aa", "title": "My Atari"} | mark) == Rejected(
        source="reddit", reason="deleted", raw_id="t3_aa"
    )


def test_an_id_of_another_kind_is_no_id() -> None:
    assert submission_to_post({"name": "t1_aa", "title": "x"}) == Rejected(source="reddit", reason="no global id")
    assert submission_to_post({"id": "T3_AA", "title": "x"}) == Rejected(source="reddit", reason="no global id")


def things_in(found: Any) -> list[dict[str, Any]]:
    """The posts, comments and "more" of an answer, however deep."""
    if isinstance(found, list):
        return [thing for item in found for thing in things_in(item)]
    if not isinstance(found, dict):
        return []
    own = [found] if found.get("kind") in {"t1", "t3", "more"} else []
    return own + [thing for value in found.values() for thing in things_in(value)]


@pytest.mark.skipif(not RECORDED.exists(), reason="the recordings are not beside the project")
def test_every_object_of_the_recordings_becomes_a_post_or_says_why_not() -> None:
    tally: Counter[str] = Counter()
    for path in sorted(RECORDED.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            for thing in things_in(json.loads(line)["body"]):
                read = Reddit().to_post(thing)
                tally["post" if isinstance(read, Post) else read.reason] += 1
    assert tally["post"] > 1400
    assert set(tally) <= {
        "post", "deleted", "marked sensitive", "no text", "no global id", "not a post or comment"
    }  # fmt: skip
    assert tally["deleted"] + tally["marked sensitive"] + tally["no text"] + tally["no global id"] < 50


@pytest.mark.skipif(not RECORDED.exists(), reason="the recordings are not beside the project")
def test_a_listing_of_reddit_itself_gives_its_objects_in_order() -> None:
    for path in sorted(RECORDED.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            body = json.loads(line)["body"]
            if isinstance(body, dict) and body.get("kind") == "Listing":
                children = [child["data"].get("id") for child in body["data"]["children"]]
                found = [thing["data"].get("id") for thing in Reddit().objects_in(body)]
                assert [thing for thing in found if thing in children] == children
