"""The platforms and file formats that posts come from. Nothing here knows what a post is about."""

from __future__ import annotations

from collections.abc import Mapping

from miner.errors import UnknownName
from miner.sources.base import Page, PlanLine, Query, Source, SourceInfo
from miner.sources.bluesky import Bluesky
from miner.sources.bluesky_live import BlueskyLive
from miner.sources.commons import Commons
from miner.sources.discourse import Discourse
from miner.sources.feeds import Feeds
from miner.sources.flickr import Flickr
from miner.sources.gotosocial import GoToSocial
from miner.sources.hacker_news import HackerNews
from miner.sources.internet_archive import InternetArchive
from miner.sources.lemmy import Lemmy
from miner.sources.mastodon import Mastodon
from miner.sources.misskey import Misskey
from miner.sources.nodebb import NodeBB
from miner.sources.pages import Pages
from miner.sources.peertube import PeerTube
from miner.sources.pixelfed import Pixelfed
from miner.sources.reddit import Reddit
from miner.sources.tumblr import Tumblr
from miner.sources.wordpress import WordPress
from miner.sources.youtube import YouTube

SOURCES: Mapping[str, type[Source]] = {
    "mastodon": Mastodon,
    "bluesky-live": BlueskyLive,
    "hacker-news": HackerNews,
    "reddit": Reddit,
    "wordpress": WordPress,
    "feeds": Feeds,
    "lemmy": Lemmy,
    "discourse": Discourse,
    "nodebb": NodeBB,
    "misskey": Misskey,
    "peertube": PeerTube,
    "internet-archive": InternetArchive,
    "commons": Commons,
    "pages": Pages,
    # what follows needs a free key or an account
    "bluesky": Bluesky,
    "tumblr": Tumblr,
    "flickr": Flickr,
    "youtube": YouTube,
    "gotosocial": GoToSocial,
    "pixelfed": Pixelfed,
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
