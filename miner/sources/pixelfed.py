"""Pixelfed: hashtag timelines of a server on which the user has an account."""

from __future__ import annotations

from datetime import date

from miner.sources.base import SourceInfo
from miner.sources.mastodon_dialect import TagTimelines


class Pixelfed(TagTimelines):
    """Public pictures under a hashtag. The server shows nothing without a token, and knows no ``any[]``.

    It answers in Mastodon's form; ``_pe=1`` would add nothing that a post has. Pages below an id that is older than
    nine months are empty, so that a walk ends there. A hashtag that was banned or never used is an empty timeline.
    """

    info: SourceInfo = SourceInfo(
        name="pixelfed",
        title="Pixelfed",
        post_is="a public picture, counted to the source mastodon",
        needs="a token of an account on each server, with --token-env HOST=NAME",
        limits="40 statuses a request, of the last nine months",
        terms_url="https://pixelfed.social/site/terms",
        terms_read=date(2026, 11, 1),
        min_posts=5,
        takes=frozenset({"instance"}),
    )
    default_hosts = ("pixelfed.social",)
    # without it, statuses of other servers that have no picture are left out; older versions refuse the word "false"
    extra_params = (("only_media", "0"),)
    _variable = "PIXELFED_TOKEN"
