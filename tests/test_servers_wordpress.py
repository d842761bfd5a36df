"""The sources of blogs against a real WordPress: every post of the era once, also after kills."""

from __future__ import annotations

from pathlib import Path

import pytest
from killed_walk import scrape_killed
from servers.wordpress import WordPress

from miner.corpus import Corpus
from miner.settings import Settings
from miner.sources import Query, get_source, wordpress
from miner.study.scrape import scrape

pytestmark = pytest.mark.servers


def urls(corpus: Corpus) -> list[str]:
    return sorted(post.url or "" for post in corpus.posts())


def test_all_posts_tagged_with_the_era_are_found_and_no_other(
    wordpress_server: WordPress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wordpress, "POSTS_PER_PAGE", 30)
    corpus = Corpus.create(tmp_path / "corpus")
    result = scrape(corpus, [get_source("wordpress")], Query(tags=("80s",), hosts=(wordpress_server.url,)), Settings())
    assert not result.errors
    assert urls(corpus) == sorted(wordpress_server.expected)
    by_url = {planted.url: planted for planted in wordpress_server.planted}
    for post in corpus.posts():
        planted = by_url[post.url or ""]
        assert set(planted.tags) <= set(post.tags)
        assert post.created_at == planted.created_at
        assert planted.image_alt is None or planted.image_alt in post.alt_texts


@pytest.mark.parametrize("source", ["wordpress", "feeds"])
def test_several_tags_are_asked_for_at_once(wordpress_server: WordPress, tmp_path: Path, source: str) -> None:
    corpus = Corpus.create(tmp_path / "corpus")
    query = Query(tags=("80s", "1980s", "not there"), hosts=(wordpress_server.url,))
    result = scrape(corpus, [get_source(source)], query, Settings())
    assert not result.errors
    others = {planted.url for planted in wordpress_server.planted if "1980s" in planted.tags}
    assert others
    assert urls(corpus) == sorted(wordpress_server.expected | others)


def test_a_window_holds_all_posts_within_it_and_no_other(
    wordpress_server: WordPress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wordpress, "POSTS_PER_PAGE", 30)
    expected = sorted((p.created_at, p.url) for p in wordpress_server.planted if p.is_expected)
    since, until = expected[40][0], expected[90][0]
    corpus = Corpus.create(tmp_path / "corpus")
    query = Query(tags=("80s",), hosts=(wordpress_server.url,), since=since, until=until)
    result = scrape(corpus, [get_source("wordpress")], query, Settings())
    assert not result.errors
    assert urls(corpus) == sorted(url for time, url in expected if since <= time < until)


def test_a_scrape_that_is_killed_finds_every_post_once(wordpress_server: WordPress, tmp_path: Path) -> None:
    query = {"tags": ["80s"], "hosts": [wordpress_server.url]}
    corpus = scrape_killed(tmp_path / "corpus", "wordpress", query, n_kills=2)
    assert urls(corpus) == sorted(wordpress_server.expected)


def test_the_feed_of_the_eras_tags_holds_the_same_posts(wordpress_server: WordPress, tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "corpus")
    query = Query(tags=("80s",), hosts=(wordpress_server.url,))
    result = scrape(corpus, [get_source("feeds")], query, Settings())
    assert not result.errors
    assert urls(corpus) == sorted(wordpress_server.expected)
    again = scrape(corpus, [get_source("feeds")], query, Settings())
    assert not again.errors
    assert again.n_new == 0
