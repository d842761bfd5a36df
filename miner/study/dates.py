"""What a post's dates claim, where a server lets people claim anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from miner.records import Rejected
from miner.sources.base import Page, Query, believable, is_within


def with_believable_times(page: Page, query: Query, *, now: datetime) -> Page:
    """*page* with None for times at which nobody can have put a post online: 1985, and tomorrow's tomorrow.

    A post that came into a window by such a time is not known to lie in it any more, and is rejected.

    Args:
        page: As the source gave it.
        query: With the window.
        now: The time at which the page came, UTC.
    """
    posts, rejected = [], list(page.rejected)
    for post in page.posts:
        created, edited = believable(post.created_at, now), believable(post.edited_at, now)
        is_lost = created is None and post.created_at is not None
        if is_lost and not is_within(None, query.since, query.until):
            rejected.append(Rejected(source=post.source, reason="outside the window", raw_id=post.id))
        else:
            is_same = (created, edited) == (post.created_at, post.edited_at)
            posts.append(post if is_same else replace(post, created_at=created, edited_at=edited))
    return replace(page, posts=posts, rejected=rejected)
