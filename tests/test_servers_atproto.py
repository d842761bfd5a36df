"""Bluesky's search against a real AT Protocol network: log in, search, page to the end, also after kills."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from killed_walk import scrape_killed
from servers.atproto import AtProto

from miner.corpus import Corpus
from miner.errors import CredentialsError
from miner.settings import Settings
from miner.sources import Query, bluesky, get_source
from miner.sources.again import AGAIN
from miner.sources.again_base import Again
from miner.sources.again_many import BlueskyAgain
from miner.sources.bluesky import Bluesky
from miner.study.again import hydrate, refresh
from miner.study.ids import export_ids
from miner.study.scrape import scrape

pytestmark = pytest.mark.servers


def fields(server: AtProto, **changes: str) -> dict[str, Any]:
    keys = {"BLUESKY_HANDLE": server.reader.handle, "BLUESKY_APP_PASSWORD": server.reader.password} | changes
    return {"tags": ("80s",), "hosts": (server.url,), "keys": keys}


def ids(server: AtProto) -> list[str]:
    return sorted(f"bluesky:{uri}" for uri in server.expected)


def test_all_posts_with_the_hashtag_are_found_and_no_other(
    atproto_server: AtProto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky, "POSTS_PER_PAGE", 30)
    corpus = Corpus.create(tmp_path / "corpus")
    result = scrape(corpus, [get_source("bluesky")], Query(**fields(atproto_server)), Settings())
    assert not result.errors
    assert sorted(post.id for post in corpus.posts()) == ids(atproto_server)
    by_uri = {planted.url: planted for planted in atproto_server.planted}
    for post in corpus.posts():
        planted = by_uri[post.id.removeprefix("bluesky:")]
        assert planted.text in post.text
        assert "80s" in post.tags


def test_a_scrape_that_is_killed_finds_every_post_once(atproto_server: AtProto, tmp_path: Path) -> None:
    corpus = scrape_killed(tmp_path / "corpus", "bluesky", fields(atproto_server), n_kills=2)
    assert sorted(post.id for post in corpus.posts()) == ids(atproto_server)


def test_a_session_that_the_server_does_not_know_any_more_is_made_anew(atproto_server: AtProto, tmp_path: Path) -> None:
    source, corpus = Bluesky(), Corpus.create(tmp_path / "corpus")
    for spoilt in ("not-a-token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkaWQ6cGxjOmEiLCJleHAiOjF9.c2ln"):
        source._sessions._tokens[atproto_server.url] = spoilt
        result = scrape(corpus, [source], Query(**fields(atproto_server)), Settings())
        assert not result.errors
    assert sorted(post.id for post in corpus.posts()) == ids(atproto_server)


def test_a_later_scrape_brings_what_is_new_and_leaves_the_rest_alone(atproto_server: AtProto, tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "corpus")
    asked = Query(**fields(atproto_server))
    first = scrape(corpus, [get_source("bluesky")], asked, Settings())
    new = {f"bluesky:{planted.url}" for planted in atproto_server.fill(3)}
    second = scrape(corpus, [get_source("bluesky")], asked, Settings())
    assert (first.errors, second.errors, second.n_new) == ((), (), 3)
    assert new <= {post.id for post in corpus.posts()}
    assert sorted(post.id for post in corpus.posts()) == ids(atproto_server)


def test_what_was_deleted_on_the_network_is_erased_and_shared_ids_bring_the_rest(
    atproto_server: AtProto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = BlueskyAgain(atproto_server.appview_url, atproto_server.reader.handle)
    monkeypatch.setitem(cast("dict[str, Again]", AGAIN), "bluesky", viewer)
    settings = Settings(corpora=tmp_path)
    corpus = Corpus.create(tmp_path / "mine")
    scrape(corpus, [get_source("bluesky")], Query(**fields(atproto_server)), settings)
    before = {post.id: post for post in corpus.posts()}
    export_ids(settings, "mine", tmp_path / "ids.jsonl")
    gone = {f"bluesky:{planted.url}" for planted in atproto_server.take_back(3)}
    done = refresh(settings, "mine")
    assert (done.gone, done.n_there, done.n_edited, done.errors) == ({"deleted": 3}, len(before) - 3, 0, ())
    assert {post.id for post in corpus.posts()} == before.keys() - gone
    assert sorted(before.keys() - gone) == ids(atproto_server)
    assert hydrate(settings, tmp_path / "ids.jsonl", "theirs").gone == {"deleted": 3}
    theirs = {post.id: post for post in Corpus.open(tmp_path / "theirs").posts()}
    assert {post_id: post.text for post_id, post in theirs.items()} == {i: before[i].text for i in before.keys() - gone}


def test_a_wrong_password_is_told_without_it(atproto_server: AtProto, tmp_path: Path) -> None:
    asked = Query(**fields(atproto_server, BLUESKY_APP_PASSWORD="abcd-efgh-ijkl-wrong"))  # noqa: S106 - is none
    result = scrape(Corpus.create(tmp_path / "corpus"), [get_source("bluesky")], asked, Settings())
    (error,) = result.errors
    assert type(error) is CredentialsError
    assert "wrong" not in str(error)
    assert error.advice
