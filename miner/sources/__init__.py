"""The platforms and file formats that posts come from. Nothing here knows what a post is about."""

from __future__ import annotations

from collections.abc import Mapping

from miner.errors import UnknownName
from miner.sources.base import Page, PlanLine, Query, Source, SourceInfo
from miner.sources.hacker_news import HackerNews
from miner.sources.mastodon import Mastodon

SOURCES: Mapping[str, type[Source]] = {
    "mastodon": Mastodon,
    "hacker-news": HackerNews,
}


def get_source(name: str) -> Source:
    """The source of that name.

    Raises:
        UnknownName: There is none; the message lists those there are.
    """
    if name not in SOURCES:
        raise UnknownName("source", name, SOURCES)
    return SOURCES[name]()


__all__ = ["SOURCES", "Page", "PlanLine", "Query", "Source", "SourceInfo", "get_source"]
