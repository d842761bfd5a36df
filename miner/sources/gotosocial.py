"""GoToSocial: hashtag timelines of a server on which the user has an account."""

from __future__ import annotations

from datetime import date

from miner.sources.base import SourceInfo
from miner.sources.mastodon_dialect import TagTimelines


class GoToSocial(TagTimelines):
    """Public statuses under a hashtag. The server shows nothing without a token, and knows no ``any[]``.

    An id that it does not like (``max_id`` of another server) brings its first page again: the walk notices. A hashtag
    that nobody on it has used is 404.
    """

    info: SourceInfo = SourceInfo(
        name="gotosocial",
        title="GoToSocial",
        post_is="a public status, counted to the source mastodon",
        needs="a token of an account on each server, with --token-env HOST=NAME",
        limits="40 statuses a request; 300 requests in 5 minutes",
        terms_url="https://docs.gotosocial.org/en/latest/admin/robots/",
        terms_read=date(2026, 11, 1),
        min_posts=1,
        takes=frozenset({"instance"}),
    )
    unknown_tag = frozenset({404})
    _variable = "GOTOSOCIAL_TOKEN"
