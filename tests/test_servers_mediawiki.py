"""Commons' source against a real MediaWiki: every file of the era once, also after kills."""

from __future__ import annotations

from pathlib import Path

import pytest
from killed_walk import scrape_killed
from servers import mediawiki
from servers.mediawiki import INSTALLED, MediaWiki
from servers.processes import run

from miner.corpus import Corpus
from miner.errors import MinerError, RateLimited, RefusedError
from miner.settings import Settings
from miner.sources import Query, commons, get_source
from miner.study.scrape import scrape

pytestmark = pytest.mark.servers


def scraped(folder: Path, server: MediaWiki, settings: Settings | None = None) -> tuple[Corpus, tuple[MinerError, ...]]:
    """A corpus of the files that say "80s", and what went wrong."""
    corpus = Corpus.create(folder)
    query = Query(tags=(), phrases=("80s",), hosts=(server.url,))
    result = scrape(corpus, [get_source("commons")], query, settings or Settings())
    return corpus, tuple(result.errors)


def urls(corpus: Corpus) -> list[str]:
    return sorted(post.url or "" for post in corpus.posts())


@pytest.mark.parametrize("categories_per_part", ["max", "3"])
def test_all_files_of_the_era_are_found_whole_and_no_other(
    mediawiki_server: MediaWiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, categories_per_part: str
) -> None:
    monkeypatch.setattr(commons, "FILES_PER_PAGE", 7)
    # with three, the categories of seven files come in four parts and more
    monkeypatch.setattr(commons, "CATEGORIES_PER_PART", categories_per_part)
    corpus, errors = scraped(tmp_path / "corpus", mediawiki_server)
    assert not errors
    assert urls(corpus) == sorted(mediawiki_server.expected)
    by_url = {planted.url: planted for planted in mediawiki_server.planted}
    for post in corpus.posts():
        planted = by_url[post.url or ""]
        assert " ".join(planted.text.split()) in " ".join(post.text.split())
        assert sorted(post.tags) == sorted(planted.tags)
        assert post.created_at == planted.created_at


def test_a_scrape_that_is_killed_finds_every_file_once(mediawiki_server: MediaWiki, tmp_path: Path) -> None:
    query = {"tags": [], "phrases": ["80s"], "hosts": [mediawiki_server.url]}
    corpus = scrape_killed(tmp_path / "corpus", "commons", query, n_kills=1)
    assert urls(corpus) == sorted(mediawiki_server.expected)


def test_what_a_wiki_refuses_is_told_in_its_words(
    mediawiki_server: MediaWiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commons, "FILES_PER_PAGE", "many")
    _, (error,) = scraped(tmp_path / "corpus", mediawiki_server)
    assert type(error) is RefusedError
    assert "many" in error.happened


def test_a_wiki_that_lags_is_no_empty_wiki(
    mediawiki_server: MediaWiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a wiki without copies of its database says that it lags by -1 s
    monkeypatch.setattr(commons, "MAX_LAG_S", -2)
    _, (error,) = scraped(tmp_path / "corpus", mediawiki_server, Settings(max_tries=1))
    assert type(error) is RateLimited
    assert "Waiting for a database server: -1 second lagged." in error.happened


# the fixture skips where there is no MediaWiki; this wiki is another one, as no other test wants its hidden category
@pytest.mark.usefixtures("mediawiki_server")
def test_categories_that_a_wiki_hides_are_no_tags(tmp_path: Path) -> None:
    with mediawiki.running(n=4, n_decoys=0) as server:
        for script, feed in (("edit.php", "__HIDDENCAT__"), ("runJobs.php", "")):
            title = ["Category:Toys"] if feed else []
            run(["php", INSTALLED / "maintenance" / script, *title], feed=feed, env=server.env)
        corpus, _ = scraped(tmp_path / "corpus", server)
        assert sorted(tag for post in corpus.posts() for tag in post.tags) == ["1980s"] * 4 + ["Music"]
        assert any("Toys" in planted.tags for planted in server.planted)
