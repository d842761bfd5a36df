"""Posts go when they were kept long enough; how many they were stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_program import call
from erasing import files_with

from miner.corpus import Corpus
from miner.corpus.purge import purged_counts
from miner.errors import UsageError
from miner.records import Post
from miner.settings import Settings
from miner.study.retention import purge_corpus

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def post(number: int) -> Post:
    return Post(
        id=f"forum:{number}",
        source="forum",
        text=f"Unmistakable{number} Atari",
        author=f"person{number % 2}",
        url=f"https://forum.example/t/{number}",
        created_at=datetime(2024, 5, 1 + number % 20, tzinfo=UTC),
    )


def _days_ago(days: int) -> Callable[[], datetime]:
    return lambda: NOW - timedelta(days=days)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    Corpus.create(tmp_path / "corpora" / "mine")
    for number, days in enumerate([200, 100, 91, 89, 20, 0]):
        corpus = Corpus.open(tmp_path / "corpora" / "mine", clock=_days_ago(days))
        corpus.append(posts=[post(number)], rejected={}, stream="s", cursor=str(number))
    return Settings(corpora=tmp_path / "corpora")


def corpus_of(settings: Settings) -> Corpus:
    return Corpus.open(settings.corpora / "mine")


def ids(settings: Settings) -> list[str]:
    return [found.id for found in corpus_of(settings).posts()]


def test_posts_go_after_ninety_days_and_their_counts_stay(settings: Settings) -> None:
    done = purge_corpus(settings, "mine", now=NOW)
    assert (done.days, done.n_posts) == (90, 3)
    assert ids(settings) == ["forum:3", "forum:4", "forum:5"]
    assert [(c.source, c.month, c.n_posts, c.n_authors) for c in purged_counts(settings.corpora / "mine")] == [
        ("forum", "2024-05", 3, 2)
    ]
    gone = [f"Unmistakable{n} " for n in range(3)] + [f"forum:{n}'" for n in range(3)] + ["/t/1'"]
    assert files_with(settings.corpora / "mine", gone) == []


def test_a_rehearsal_deletes_nothing(settings: Settings) -> None:
    assert purge_corpus(settings, "mine", now=NOW, is_rehearsal=True).n_posts == 3
    assert len(ids(settings)) == 6


def test_a_study_may_say_how_long(settings: Settings, tmp_path: Path) -> None:
    assert call(tmp_path, "corpus", "set", "mine", "--retention", "30").out == "mine may keep a post for 30 days.\n"
    assert purge_corpus(settings, "mine", now=NOW).n_posts == 4
    assert call(tmp_path, "corpus", "set", "mine", "--retention", "0").code == 0
    assert purge_corpus(settings, "mine", now=NOW, is_rehearsal=True).days == 90


def test_what_was_purged_is_not_brought_back_and_the_walk_goes_on_where_it_was(settings: Settings) -> None:
    purge_corpus(settings, "mine", now=NOW)
    corpus = corpus_of(settings)
    assert corpus.cursors() == {"s": "5"}
    done = corpus.append(posts=[post(0), post(9)], rejected={}, stream="s", cursor="6")
    assert done.n_new == 1
    assert ids(settings)[-1] == "forum:9"


def test_two_purges_add_up(settings: Settings) -> None:
    purge_corpus(settings, "mine", now=NOW)
    purge_corpus(settings, "mine", now=NOW, days=10)
    assert sum(count.n_posts for count in purged_counts(settings.corpora / "mine")) == 5
    assert purge_corpus(settings, "mine", now=NOW, days=10).n_posts == 0


@pytest.mark.parametrize("days", [0, 10**9])
def test_days_that_mean_nothing_are_refused(settings: Settings, days: int) -> None:
    with pytest.raises(UsageError):
        purge_corpus(settings, "mine", now=NOW, days=days)
    assert len(ids(settings)) == 6


def test_the_command_says_what_it_did(settings: Settings, tmp_path: Path) -> None:
    tried = call(tmp_path, "purge", "mine", "--days", "1", "--dry-run", "--json")
    assert json.loads(tried.out)["n_posts"] >= 5
    done = call(tmp_path, "purge", "mine", "--days", "1")
    assert done.code == 0
    assert "posts of mine deleted, which were fetched more than 1 days ago." in done.out
    del settings
