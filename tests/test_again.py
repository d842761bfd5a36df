"""Sources asked again for known posts: what is gone is erased, what changed is renewed, what is unsure stays."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from again_server import COMMENTS, POSTS, VIDEOS, Fediverse, comment, note, skeet, status, status_id, video, view
from erasing import files_with

from miner.corpus import Corpus
from miner.corpus.check import check_corpus
from miner.corpus.checked import FILE, checked
from miner.corpus.erase import erase, is_unfinished
from miner.corpus.fingerprint import fingerprint_of
from miner.errors import MinerError, UsageError
from miner.records import Post
from miner.settings import Settings
from miner.sources.bluesky_post import post_of
from miner.sources.http import PoliteClient
from miner.sources.lemmy_post import view_to_post
from miner.sources.mastodon_status import status_to_post
from miner.sources.misskey_note import note_to_post
from miner.sources.youtube_post import post_of as youtube_post
from miner.study.again import hydrate, refresh
from miner.study.asked import AskedAgain
from miner.study.credentials import Credentials
from miner.study.ids import export_ids

A, B = "a.example", "b.example"
VIEWER = "public.api.bsky.app"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(contact="tests@example.org", max_tries=2, corpora=tmp_path / "corpora", output=tmp_path / "output")


def read(told: object, host: str, source: str = "mastodon") -> Post:
    """A post as a scrape would have read it."""
    made = {
        "mastodon": lambda: status_to_post(told, host=host),
        "lemmy": lambda: view_to_post(told),
        "misskey": lambda: note_to_post(told, host=host),
        "bluesky": lambda: post_of(told),
        "youtube": lambda: youtube_post(told),
    }[source]()
    assert isinstance(made, Post), made
    return made


def made(settings: Settings, posts: Sequence[Post], name: str = "mine") -> Corpus:
    corpus = Corpus.create(settings.corpora / name)
    for i in range(0, len(posts), 4):
        corpus.append(posts=posts[i : i + 4], rejected={}, stream="s", cursor="c")
    return corpus


def stored(corpus: Corpus) -> dict[str, Post]:
    return {post.id: post for post in corpus.posts()}


def client_of(settings: Settings, servers: Fediverse) -> PoliteClient:
    def answer(request: httpx.Request) -> httpx.Response:
        code, told = servers(request.url.netloc.decode(), request.url.raw_path.decode(), request.content)
        return httpx.Response(code, json=told) if not isinstance(told, str) else httpx.Response(code, text=told)

    async def no_sleep(_: float) -> None:
        await asyncio.sleep(0)

    jitter = random.Random(1)  # noqa: S311 - nothing secret hangs on it
    return PoliteClient(settings, transport=httpx.MockTransport(answer), sleep=no_sleep, rng=jitter)


def ask(settings: Settings, servers: Fediverse, **others: Any) -> AskedAgain:
    return refresh(settings, "mine", client=client_of(settings, servers), **others)


def statuses(host: str, numbers: Sequence[int], **others: object) -> dict[tuple[str, int], Mapping[str, Any]]:
    return {(host, i): status(host, i, f"Unmistakable{i} Walkman", **others) for i in numbers}


def posts_of(servers: Fediverse) -> list[Post]:
    return [read(told, host) for (host, _), told in servers.posts.items()]


def test_a_post_that_was_deleted_is_gone_from_every_byte(settings: Settings) -> None:
    servers = Fediverse(statuses(A, range(100, 112)))
    corpus = made(settings, posts_of(servers))
    del servers.posts[A, 105]
    done = ask(settings, servers)
    assert (done.n_asked, done.n_there, done.gone, done.unsure, done.n_left) == (12, 11, {"deleted": 1}, {}, 0)
    assert status_id(A, 105) not in stored(corpus)
    assert len(stored(corpus)) == 11
    assert files_with(settings.corpora, ["Unmistakable105", "statuses/105"]) == []
    assert files_with(settings.corpora, ["Unmistakable106"]) != []
    assert check_corpus(corpus.folder).findings == ()
    # and it does not come back by itself
    assert ask(settings, servers).gone == {}
    corpus.append(posts=[read(status(A, 105, "again"), A)], rejected={}, stream="s", cursor="d")
    assert status_id(A, 105) not in stored(corpus)


def test_an_edit_takes_the_older_words_out_of_every_file(settings: Settings) -> None:
    servers = Fediverse(statuses(A, range(100, 106)))
    corpus = made(settings, posts_of(servers))
    before = stored(corpus)[status_id(A, 102)]
    when = {"edited_at": "2024-06-01T00:00:00.000Z", "favourites_count": 7}
    servers.posts[A, 102] = status(A, 102, "Second thoughts about a cassette", tags=[{"name": "80s"}], **when)
    done = ask(settings, servers)
    assert (done.n_there, done.n_edited, done.n_counted, done.gone) == (6, 1, 0, {})
    after = stored(corpus)[status_id(A, 102)]
    assert (after.text, after.tags, after.likes) == ("Second thoughts about a cassette", ("80s",), 7)
    assert after.edited_at is not None
    assert (after.author, after.url, after.created_at) == (before.author, before.url, before.created_at)
    assert list(stored(corpus)) == [status_id(A, i) for i in range(100, 106)], "the order of storage"
    assert files_with(settings.corpora, ["Unmistakable102"]) == []
    assert ask(settings, servers).n_edited == 0


def test_counts_alone_are_renewed_in_one_commit_and_the_rest_of_the_corpus_is_not_touched(settings: Settings) -> None:
    servers = Fediverse(statuses(A, range(100, 112), favourites_count=1))
    corpus = made(settings, posts_of(servers))
    before, files = corpus.version, {path.name for path in corpus.folder.rglob("*.parquet")}
    servers.posts |= statuses(A, [101], favourites_count=None) | statuses(A, [102], favourites_count=50)
    done = ask(settings, servers)
    assert (done.n_edited, done.n_counted) == (0, 1)
    assert [stored(corpus)[status_id(A, i)].likes for i in (100, 101, 102)] == [1, 1, 50]
    assert corpus.version == before + 1
    new = {path.name for path in corpus.folder.rglob("*.parquet")} - files
    assert len(new - {FILE}) == 1


def test_nothing_changed_writes_no_version(settings: Settings) -> None:
    servers = Fediverse(statuses(A, range(100, 112)))
    corpus = made(settings, posts_of(servers))
    before = corpus.version
    assert ask(settings, servers).n_there == 12
    assert corpus.version == before


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param((404, {"error": "Record not found"}), 4, id="404 to everything"),
        pytest.param((410, {}), 4, id="410 to everything"),
        pytest.param((500, "<h1>Oops</h1>"), 4, id="500"),
        pytest.param((401, {"error": "The access token is invalid"}), 4, id="login"),
        pytest.param((403, {}), 4, id="forbidden"),
        pytest.param((200, "<html>Buy this domain</html>"), 4, id="a page that sells the domain"),
        pytest.param((200, {"posts": []}), 4, id="another program"),
        pytest.param((200, {"domain": 7}), 4, id="no domain"),
    ],
)
def test_a_server_that_is_not_well_erases_nothing(settings: Settings, answer: tuple[int, object], code: int) -> None:
    servers = Fediverse(statuses(A, range(100, 104)) | statuses(B, [200]))
    corpus = made(settings, posts_of(servers))
    servers.instead[A] = answer
    done = ask(settings, servers)
    assert (done.gone, done.n_there, done.n_left, len(done.errors)) == ({}, 1, 4, 1)
    assert A in done.errors[0].happened
    assert done.errors[0].advice
    assert done.exit_code == code
    assert len(stored(corpus)) == 5


def test_a_server_that_falls_over_between_two_answers_erases_nothing(settings: Settings) -> None:
    servers = Fediverse(statuses(A, range(100, 104)))
    corpus = made(settings, posts_of(servers))
    servers.on_post = lambda: servers.instead.update({A: (404, {})})
    del servers.posts[A, 100]
    done = ask(settings, servers)
    assert (done.gone, done.n_asked, done.n_left) == ({}, 0, 4)
    assert len(stored(corpus)) == 4


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"visibility": "private"}, id="not public"),
        pytest.param({"sensitive": True}, id="marked sensitive"),
        pytest.param({"account": {"acct": "ann", "noindex": True}}, id="author asks not to be indexed"),
    ],
)
def test_what_is_no_longer_for_everybody_is_erased(
    settings: Settings, change: dict[str, object], request: pytest.FixtureRequest
) -> None:
    servers = Fediverse(statuses(A, [100, 101]))
    corpus = made(settings, posts_of(servers))
    servers.posts |= statuses(A, [100], **change)
    assert ask(settings, servers).gone == {request.node.callspec.id: 1}
    assert list(stored(corpus)) == [status_id(A, 101)]
    assert files_with(settings.corpora, ["Unmistakable100"]) == []


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"error": "hm"}, id="no status"),
        pytest.param(status(A, 999, "somebody else's"), id="another post"),
        pytest.param(status(A, 100, ""), id="no words"),
    ],
)
def test_an_answer_that_says_nothing_of_the_post_changes_nothing(settings: Settings, told: dict[str, object]) -> None:
    servers = Fediverse(statuses(A, [100, 101]))
    corpus = made(settings, posts_of(servers))
    servers.posts[A, 100] = told
    done = ask(settings, servers)
    assert (sum(done.unsure.values()), done.gone, done.n_there, done.exit_code) == (1, {}, 1, 0)
    assert stored(corpus)[status_id(A, 100)].text == "Unmistakable100 Walkman"


def test_those_come_first_that_were_asked_for_longest_ago_and_hosts_take_turns(settings: Settings) -> None:
    servers = Fediverse(statuses(A, range(100, 106)) | statuses(B, range(200, 203)))
    made(settings, posts_of(servers))
    servers.instead[B] = (503, "")
    seen: list[str] = []
    for expected in (2, 2, 2):
        servers.asked.clear()
        done = ask(settings, servers, limit=4)
        assert done.n_asked == expected
        assert done.n_left == 9 - expected
        seen += servers.asked_for
    assert sorted(seen) == [f"{A}/api/v1/statuses/{i}" for i in range(100, 106)]
    del servers.instead[B]
    servers.asked.clear()
    assert ask(settings, servers, limit=6).n_asked == 6
    assert sorted(servers.asked_for)[3:] == [f"{B}/api/v1/statuses/{i}" for i in range(200, 203)]


def test_every_source_that_can_be_asked_is_asked_in_its_own_way(settings: Settings) -> None:
    told: dict[tuple[str, int], Mapping[str, Any]] = {}
    told |= {("l.example", i): view("l.example", i, f"Toy{i}") for i in (1, 2)}
    told |= {("m.example", i): note(i, f"Toy{i}") for i in (3, 4)}
    told |= {(VIEWER, i): skeet(i, f"Toy{i}") for i in range(5, 35)}
    servers = Fediverse(told)
    kinds = {"l.example": "lemmy", "m.example": "misskey", VIEWER: "bluesky"}
    posts = [read(raw, host, kinds[host]) for (host, _), raw in told.items()]
    others = [Post(id="forum:1", source="forum", text="A cassette"), Post(id="lemmy:7", source="lemmy", text="Atari")]
    corpus = made(settings, [*posts, *others])
    for gone in (("l.example", 1), ("m.example", 3), (VIEWER, 5)):
        del servers.posts[gone]
    done = ask(settings, servers)
    assert (done.n_asked, done.n_there, done.gone) == (34, 31, {"deleted": 3})
    assert done.cannot == {"forum": 1, "lemmy": 1}
    assert (done.n_edited, done.n_counted, done.errors) == (0, 0, ())
    assert servers.asked.count(f"{VIEWER}{POSTS}") == 2, "25 at once"
    assert len(stored(corpus)) == 33
    assert ask(settings, servers, sources=["lemmy"]).n_asked == 1


def test_youtube_is_asked_for_fifty_videos_or_comments_at_once(settings: Settings) -> None:
    host = "www.googleapis.com"
    told = {(host, i): video(i, f"Toy{i}") for i in range(70)} | {
        (host, i): comment(i, f"Toy{i}") for i in range(80, 90)
    }
    servers = Fediverse(told)
    posts = [replace(read(raw, host, "youtube"), replies=7) for raw in told.values()]
    corpus = made(settings, posts)
    for gone in (3, 85):
        del servers.posts[host, gone]
    done = ask(settings, servers)
    assert (done.n_asked, [error.advice[:9] for error in done.errors]) == (0, ["Get one at"[:9]])
    servers.asked.clear()
    done = ask(settings, servers, credentials=Credentials(keys={"YOUTUBE_API_KEY": "canary"}))
    assert (done.n_there, done.gone, done.n_edited, done.n_counted) == (78, {"deleted": 2}, 0, 0)
    # before and after each of two batches that miss something, and once at the beginning, the first video
    assert Counter(servers.asked) == {f"{host}{VIDEOS}": 2 + 3, f"{host}{COMMENTS}": 1}
    assert {post.replies for post in corpus.posts()} == {7}, "a count that is not told stays"
    assert not any(i in stored(corpus) for i in ("youtube:video000003", "youtube:Ugcomment000085"))


def test_an_unknown_error_of_lemmy_or_misskey_is_no_deletion(settings: Settings) -> None:
    servers = Fediverse({("l.example", 1): view("l.example", 1, "Toy"), ("m.example", 3): note(3, "Toy")})
    kinds = {"l.example": "lemmy", "m.example": "misskey"}
    corpus = made(settings, [read(told, host, kinds[host]) for (host, _), told in servers.posts.items()])
    servers.refuses_posts = {"error": "rate_limit_error"}
    done = ask(settings, servers)
    assert (done.gone, done.unsure) == ({}, {"the server did not understand": 2})
    assert len(stored(corpus)) == 2


def test_a_rehearsal_asks_nobody(settings: Settings) -> None:
    servers = Fediverse(statuses(A, range(100, 104)))
    made(settings, posts_of(servers))
    done = ask(settings, servers, is_rehearsal=True)
    assert (done.n_asked, done.n_left, servers.asked) == (0, 4, [])


def test_an_edit_that_was_cut_short_is_finished_by_the_next_that_writes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = Fediverse(statuses(A, range(100, 104)))
    corpus = made(settings, posts_of(servers))
    servers.posts[A, 102] = status(A, 102, "Second thoughts")

    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("miner.corpus.renew.finish", killed)
        with pytest.raises(KeyboardInterrupt):
            ask(settings, servers)
    assert is_unfinished(corpus.folder)
    corpus.append(posts=[read(status(A, 900, "new"), A)], rejected={}, stream="s", cursor="d")
    assert not is_unfinished(corpus.folder)
    assert stored(corpus)[status_id(A, 102)].text == "Second thoughts"
    assert files_with(settings.corpora, ["Unmistakable102"]) == []


def test_what_was_answered_before_an_interruption_is_stored(settings: Settings) -> None:
    servers = Fediverse(statuses(A, range(100, 110)))
    corpus = made(settings, posts_of(servers))
    del servers.posts[A, 100]

    def cut_in() -> None:
        if servers.asked_for and servers.asked_for[-1].endswith("/105"):
            raise KeyboardInterrupt

    servers.on_post = cut_in
    with pytest.raises(KeyboardInterrupt):
        ask(settings, servers)
    assert status_id(A, 100) not in stored(corpus)
    servers.on_post = lambda: None
    servers.asked.clear()
    assert ask(settings, servers, limit=5).n_asked == 5
    assert sorted(servers.asked_for) == [f"{A}/api/v1/statuses/{i}" for i in range(105, 110)]


def test_ids_are_shared_and_fetched_again(settings: Settings, tmp_path: Path) -> None:
    servers = Fediverse(statuses(A, range(100, 106)) | {(VIEWER, i): skeet(i, f"Toy{i}") for i in range(5, 8)})
    known = [read(t, h, "bluesky" if h == VIEWER else "mastodon") for (h, _), t in servers.posts.items()]
    first = made(settings, [*known, Post(id="forum:1", source="forum", text="A cassette", author="bob")])
    file = tmp_path / "ids.jsonl"
    assert export_ids(settings, "mine", file) == 10
    shared = file.read_text(encoding="utf-8")
    assert not any(word in shared for word in ("Unmistakable", "Toy", "Walkman", "cassette", "bob"))
    del servers.posts[A, 103]
    done = hydrate(settings, file, "theirs", client=client_of(settings, servers))
    assert (done.n_new, done.gone, done.cannot) == (8, {"deleted": 1}, {"forum": 1})
    theirs = stored(Corpus.open(settings.corpora / "theirs"))
    for post_id, post in theirs.items():
        assert replace(post, author=None) == replace(stored(first)[post_id], author=None)
        assert post.author is not None
    assert status_id(A, 103) not in theirs
    # a second time asks for nothing but what did not come
    servers.asked.clear()
    again = hydrate(settings, file, "theirs", client=client_of(settings, servers))
    assert (again.n_new, servers.asked_for) == (0, [f"{A}/api/v1/statuses/103"])


def test_who_is_forgotten_here_is_not_fetched_for_anybody(settings: Settings, tmp_path: Path) -> None:
    servers = Fediverse(statuses(A, range(100, 103)))
    corpus = made(settings, posts_of(servers))
    file = tmp_path / "ids.jsonl"
    export_ids(settings, "mine", file)
    with corpus.writing():
        erase(corpus.folder, corpus.author_key(), ids=[status_id(A, 101)], tokens=[])
    hydrate(settings, file, "mine", client=client_of(settings, servers))
    assert list(stored(corpus)) == [status_id(A, 100), status_id(A, 102)]
    assert files_with(settings.corpora, ["Unmistakable101"]) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "cannot be read", id="missing"),
        pytest.param(b"", "no file of ids", id="empty"),
        pytest.param(b"\xff\xfe\x00", "no file of ids", id="not text"),
        pytest.param(b"id,source\n1,2\n", "no file of ids", id="a table"),
        pytest.param(b"[" * 100_000, "no file of ids", id="deep"),
        pytest.param(b'{"format": "nostalgia-miner ids"}\n{"id": 7}\n', "Line 2", id="a number"),
        pytest.param(b'{"format": "nostalgia-miner decisions"}\n', "no file of ids", id="another file"),
    ],
)
def test_a_file_that_holds_no_ids_is_named(
    settings: Settings, tmp_path: Path, content: bytes | None, words: str
) -> None:
    file = tmp_path / "ids.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=words) as caught:
        hydrate(settings, file, "theirs")
    assert caught.value.advice == "Make one with `miner export NAME --ids FILE`."
    assert not (settings.corpora / "theirs").exists()


@pytest.mark.parametrize(
    "post_id",
    [
        "mastodon:http://[/users/ann/statuses/1",
        "mastodon:http://elsewhere.example/users/ann/statuses/1",
        "mastodon:https://ann:secret@a.example/users/ann/statuses/1",
        "mastodon:https://a.example:99999999/users/ann/statuses/1",
        "mastodon:https:///users/ann/statuses/1",
        "mastodon:https://a..example/users/ann/statuses/1",
        "mastodon:file:///users/ann/statuses/1",
        "mastodon:https://a.example/users/ann/statuses/../../admin",
        "mastodon:https://a.example/users/ann/statuses/1?x=/users/ann/statuses/2\u0000",
        "mastodon",
        "lemmy:https://[::1]x/post/1",
        "bluesky:at:/did:plc:ann",
    ],
)
def test_an_id_of_a_file_that_names_no_post_is_counted_and_asked_of_nobody(
    settings: Settings, tmp_path: Path, post_id: str
) -> None:
    lines = [{"format": "nostalgia-miner ids"}, {"id": post_id, "source": post_id.partition(":")[0]}]
    file = tmp_path / "ids.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    servers = Fediverse({})
    done = hydrate(settings, file, "theirs", client=client_of(settings, servers))
    assert (sum(done.cannot.values()) + sum(done.gone.values()), done.n_new) == (1, 0)
    assert not servers.asked or post_id.startswith("mastodon:https://a.example/users/ann/statuses/1?")


def test_of_whom_is_forgotten_nothing_is_remembered_and_what_a_kill_left_is_named(settings: Settings) -> None:
    servers = Fediverse(statuses(A, range(100, 103)))
    corpus = made(settings, posts_of(servers))
    ask(settings, servers)
    assert set(checked(corpus.folder)) == {fingerprint_of(status_id(A, i)) for i in range(100, 103)}
    with corpus.writing():
        erase(corpus.folder, corpus.author_key(), ids=[status_id(A, 101)], tokens=[])
    assert set(checked(corpus.folder)) == {fingerprint_of(status_id(A, i)) for i in (100, 102)}
    (corpus.folder / f".{FILE}.part").write_bytes(b"PAR1")
    assert ["asked for again" in finding.what for finding in check_corpus(corpus.folder).findings] == [True]
    (corpus.folder / FILE).write_bytes(b"no Parquet")
    assert ask(settings, servers).n_there == 2
    assert len(checked(corpus.folder)) == 2


def test_an_unknown_corpus_is_named(settings: Settings) -> None:
    with pytest.raises(MinerError, match="nowhere"):
        refresh(settings, "nowhere")
