"""Dates on which nobody can have posted: 1985, 2199. They are unknown, and no window is fooled by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hostile import N_FIRST, HostileServer, page, scrape_all, serving, status

from miner.corpus import Corpus
from miner.sources import Query
from miner.sources.base import believable
from miner.study.scrape import ScrapeResult

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.create(tmp_path / "corpus")


@pytest.mark.parametrize(
    ("time", "is_believed"),
    [
        (datetime(1990, 12, 31, 23, 59, 59, tzinfo=UTC), False),
        (datetime(1991, 1, 1, tzinfo=UTC), True),
        (NOW + timedelta(days=1), True),
        (NOW + timedelta(days=1, seconds=1), False),
        (datetime.max.replace(tzinfo=UTC), False),
        (None, False),
    ],
)
def test_a_time_is_believed_from_the_webs_beginning_to_tomorrow(time: datetime | None, is_believed: bool) -> None:
    assert believable(time, NOW) == (time if is_believed else None)


BACKDATED = [
    status(899, created_at="1985-07-13T12:00:00Z"),
    status(898, created_at="2199-01-01T00:00:00Z"),
    status(897, created_at="9999-12-31T23:59:59.999999Z"),
    status(896, created_at="0001-01-01T00:00:00+14:00"),
    status(895, created_at="soon"),
    status(894, created_at="2020-02-02T02:02:02Z", edited_at="1985-07-13T12:00:00Z"),
]


def dates_of(corpus: Corpus) -> dict[str, datetime | None]:
    return {post.id.rpartition("/")[2]: post.created_at for post in corpus.posts()}


def run_of_dates(corpus: Corpus, since: datetime | None, until: datetime | None) -> ScrapeResult:
    query = Query(tags=("cubeyears",), since=since, until=until)
    pages = iter([page(BACKDATED), page([])])
    with serving(HostileServer(lambda wire: wire.sendall(next(pages)))) as server:
        return scrape_all(corpus, "mastodon", server.url, query=replace(query, hosts=(server.url,)))


def test_a_date_on_which_nobody_can_have_posted_is_unknown(corpus: Corpus) -> None:
    assert not run_of_dates(corpus, None, None).errors
    dates = dates_of(corpus)
    assert [dates[str(i)] for i in range(899, 894, -1)] == [None] * 5
    assert dates["894"] == datetime(2020, 2, 2, 2, 2, 2, tzinfo=UTC)
    assert {post.edited_at for post in corpus.posts()} == {None}
    assert corpus.count() == N_FIRST + len(BACKDATED)


@pytest.mark.parametrize(
    ("since", "until", "kept"),
    [
        (datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC), ["894"]),
        (None, datetime(2021, 1, 1, tzinfo=UTC), ["894"]),
        (datetime(2025, 1, 1, tzinfo=UTC), None, []),
        (datetime(1980, 1, 1, tzinfo=UTC), datetime(1990, 1, 1, tzinfo=UTC), []),
        (datetime(2150, 1, 1, tzinfo=UTC), datetime(2250, 1, 1, tzinfo=UTC), []),
    ],
)
def test_a_window_lets_in_only_what_is_known_to_lie_in_it(
    since: datetime | None, until: datetime | None, kept: list[str], corpus: Corpus
) -> None:
    result = run_of_dates(corpus, since, until)
    assert list(dates_of(corpus)) == kept
    assert result.n_rejected["outside the window"] >= len(BACKDATED) - len(kept)


def test_a_page_dated_back_to_1985_does_not_end_a_walk_through_a_window(corpus: Corpus) -> None:
    pages = iter([page(BACKDATED[:1]), page([status(800, created_at="2024-01-02T00:00:00Z")]), page([])])
    with serving(HostileServer(lambda wire: wire.sendall(next(pages)))) as server:
        query = Query(tags=("cubeyears",), hosts=(server.url,), since=datetime(2024, 1, 1, tzinfo=UTC))
        scrape_all(corpus, "mastodon", server.url, query=query)
    assert "800" in dates_of(corpus)
    assert "899" not in dates_of(corpus)
