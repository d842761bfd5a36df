"""The questions to a server of Lemmy in both versions of its API, and what its codes for errors mean."""

from __future__ import annotations

from typing import Any

import msgspec

from miner.errors import CredentialsError, MinerError, RateLimited, SourceError
from miner.sources.exchange import Answer, Ask
from miner.sources.fields import inside, words
from miner.sources.http import PoliteClient
from miner.sources.listing import Listing
from miner.sources.refusals import AGAIN, quoted, refusal

# Always so many, whatever the user's limit is: a page's number means something else for every size of page.
POSTS_PER_PAGE = 50
# Statuses that come with a code: {"error": "rate_limit_error"}
_WITH_CODE = frozenset({400, 401, 403, 404})


def site_ask(listing: Listing, version: int) -> Ask:
    """What a server says of itself: 404, or 400 from some, when it does not speak that version."""
    return _ask(listing, f"/api/v{version}/site", "its version", (), frozenset({400, 404, 410}))


def page_ask(listing: Listing, version: int, at: str) -> Ask:
    """A page of posts, newest first.

    Args:
        listing: A search for its subject; or the posts of a community, when that begins with ``c/``.
        version: 3 or 4.
        at: Number of the page in v3, cursor in v4; empty for the first.
    """
    new, every, kind = ("New", "All", "Posts") if version == 3 else ("new", "all", "posts")
    paging = [("page", at or "1")] if version == 3 else [("page_cursor", at)] if at else []
    if listing.subject.startswith("c/"):
        path, subject = "post/list", [("community_name", listing.subject.removeprefix("c/")), ("type_", every)]
    else:
        # v4's "q" was renamed on the way to 1.0; servers pass over the one that they do not know
        terms = ["q"] if version == 3 else ["search_term", "q"]
        path = "search"
        subject = [*((term, listing.subject) for term in terms), ("type_", kind), ("listing_type", every)]
    params = (*subject, ("sort", new), ("limit", str(POSTS_PER_PAGE)), *paging)
    return _ask(listing, f"/api/v{version}/{path}", listing.what, params, _WITH_CODE)


async def answer_to(ask: Ask, client: PoliteClient) -> Any:  # noqa: ANN401 - whatever a server sent
    """What a server answers to :func:`page_ask`, decoded.

    Raises:
        CredentialsError: It asks for a login.
        RateLimited: It was asked too often.
        SourceError: And its kin, see :meth:`PoliteClient.get`.
    """
    answer = await client.get(ask)
    if answer.status < 300:
        return answer.data
    raise _refused(answer, ask)


def _ask(listing: Listing, path: str, what: str, params: tuple[tuple[str, str], ...], accepts: frozenset[int]) -> Ask:
    return Ask(
        url=f"{listing.base}{path}",
        what=what,
        params=params,
        token=listing.token,
        accepts=accepts,
        pause_s=listing.pause_s,
    )


def _refused(answer: Answer, ask: Ask) -> MinerError:
    """The error for a code. Codes last; the statuses that they come with changed from version to version."""
    try:
        code = words(inside(msgspec.json.decode(answer.body), "error"))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return refusal(answer, ask)
    head = f"{ask.host} answered “{quoted(code)}” to {ask.what}"
    if code in {"instance_is_private", "not_logged_in"}:
        return CredentialsError(f"{head}: this server asks for a login.", ask.login)
    if code == "rate_limit_error":
        return RateLimited(f"{head}: too many requests.", AGAIN)
    if code in {"couldnt_find_community", "not_found"}:
        return SourceError(f"{head}: it does not know that community.", "Check its name, or ask its own server.")
    return refusal(answer, ask)
