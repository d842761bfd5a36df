"""Commons' source against a real MediaWiki: every file of the era once, also after kills."""

from __future__ import annotations

from pathlib import Path

import pytest
from killed_walk import scrape_killed
from servers.mediawiki import MediaWiki

from miner.corpus import Corpus
from miner.errors import RefusedError
from miner.settings import Settings
from miner.sources import Query, commons, get_source
from miner.study.scrape import scrape

pytestmark = pytest.mark.servers


def urls(corpus: Corpus) -> list[str]:
    return sorted(post.url or "" for post in corpus.posts())


def test_all_files_of_the_era_are_found_and_no_other(
    mediawiki_server: MediaWiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commons, "FILES_PER_PAGE", 7)
    corpus = Corpus.create(tmp_path / "corpus")
    query = Query(tags=(), phrases=("80s",), hosts=(mediawiki_server.url,))
    result = scrape(corpus, [get_source("commons")], query, Settings())
    assert not result.errors
    assert urls(corpus) == sorted(mediawiki_server.expected)
    by_url = {planted.url: planted for planted in mediawiki_server.planted}
    for post in corpus.posts():
        planted = by_url[post.url or ""]
        assert " ".join(planted.text.split()) in " ".join(post.text.split())


def test_a_scrape_that_is_killed_finds_every_file_once(mediawiki_server: MediaWiki, tmp_path: Path) -> None:
    query = {"tags": [], "phrases": ["80s"], "hosts": [mediawiki_server.url]}
    corpus = scrape_killed(tmp_path / "corpus", "commons", query, n_kills=1)
    assert urls(corpus) == sorted(mediawiki_server.expected)


def test_what_a_wiki_refuses_is_told_in_its_words(
    mediawiki_server: MediaWiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commons, "FILES_PER_PAGE", "many")
    query = Query(tags=(), phrases=("80s",), hosts=(mediawiki_server.url,))
    result = scrape(Corpus.create(tmp_path / "corpus"), [get_source("commons")], query, Settings())
    (error,) = result.errors
    assert type(error) is RefusedError
    assert "many" in error.happened
