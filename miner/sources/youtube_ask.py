"""Questions to the YouTube Data API, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from miner.errors import BlockedError, CredentialsError, MinerError, RateLimited
from miner.sources.base import Key
from miner.sources.exchange import Answer, Ask
from miner.sources.fields import dicts, inside, words
from miner.sources.http import PoliteClient
from miner.sources.listing import Listing, malformed
from miner.sources.refusals import quoted, refusal

KEY = Key(
    name="YOUTUBE_API_KEY",
    what="a key of a Google Cloud project in which the YouTube Data API v3 is switched on",
    url="https://console.cloud.google.com/apis/credentials",
)
_NO_COMMENTS = {"commentsDisabled": "comments disabled", "videoNotFound": "deleted", "forbidden": "not public"}
_OF_THE_DAY = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
_OF_THE_MOMENT = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"})
_OF_THE_KEY = frozenset(
    {
        "keyInvalid",
        "keyExpired",
        "accessNotConfigured",
        "ipRefererBlocked",
        "API_KEY_INVALID",
        "API_KEY_SERVICE_BLOCKED",
        "API_KEY_HTTP_REFERRER_BLOCKED",
        "API_KEY_IP_ADDRESS_BLOCKED",
        "SERVICE_DISABLED",
    }
)


class Refused(Exception):
    """An answer that is an error of the API.

    Attributes:
        reasons: Google's words for it (``commentsDisabled``).
        error: The same for people.
    """

    def __init__(self, reasons: frozenset[str], error: MinerError) -> None:
        self.reasons = reasons
        self.error = error
        super().__init__(str(error))


async def ask_api(
    client: PoliteClient, listing: Listing, key: str, method: str, params: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """The answer of one method of the API.

    Raises:
        Refused: The API says no.
        MinerError: See :meth:`PoliteClient.get`.
    """
    ask = Ask(
        url=f"{listing.base}/youtube/v3/{method}",
        what=listing.what,
        params=tuple(params),
        # not as a parameter, which ends up in logs
        secret_headers=(("X-Goog-Api-Key", key),),
        accepts=frozenset({400, 403, 404, 429}),
        # a documented API for registered programs, with a quota of its own
        is_api=True,
        login=f"Check {KEY.name}, or get a key at {KEY.url}.",
        pause_s=listing.pause_s,
    )
    answer = await client.get(ask)
    if answer.status >= 300:
        raise _refused(answer, ask)
    if not isinstance(inside(answer.data, "items"), list):
        raise malformed(listing, "no list of items")
    found: dict[str, Any] = answer.data
    return found


def why_unread(refused: Refused) -> str:
    """A fixed phrase for one video whose comments the API does not give, so that the walk goes on with the next.

    Raises:
        Refused: It is not about that video.
    """
    known = [_NO_COMMENTS[word] for word in sorted(refused.reasons) if word in _NO_COMMENTS]
    if not known and isinstance(refused.error, RateLimited | CredentialsError | BlockedError):
        raise refused
    # 400 "processingFailure" comes for some videos again and again
    return known[0] if known else "comments not readable"


# {"error": {"code": 403, "message": "The request cannot be completed because …", "errors": [{"domain": "youtube.quota",
#  "reason": "quotaExceeded", …}], "status": "RESOURCE_EXHAUSTED", "details": [{"reason": "RATE_LIMIT_EXCEEDED",
#  "metadata": {"quota_limit": "defaultSearchListPerDayPerProject", "quota_unit": "1/d/{project}", …}}]}}
def _refused(answer: Answer, ask: Ask) -> Refused:
    """A used-up day comes as 403 ``quotaExceeded``; for searches as 429 ``rateLimitExceeded`` with a limit per day."""
    try:
        error = inside(msgspec.json.decode(answer.body), "error")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        error = None
    details = dicts(inside(error, "details"))
    reasons = frozenset(
        filter(None, [words(inside(item, "reason")) for item in (*dicts(inside(error, "errors")), *details)])
    )
    is_of_day = any("PerDay" in words(inside(item, "metadata", "quota_limit")) for item in details)
    said = quoted(ask.hide(words(inside(error, "message"))))
    head = f'{ask.host} answered {answer.status} to {ask.what} ({ask.path}) ("{said}")'
    found: MinerError
    if is_of_day or reasons & _OF_THE_DAY:
        found = RateLimited(
            f"{head}: the quota of this day is used up.",
            "It resets at midnight Pacific time (07:00 or 08:00 UTC); run the same command again after that, and it "
            "goes on where it stopped.",
        )
    elif answer.status == 429 or reasons & _OF_THE_MOMENT:
        found = RateLimited(
            f"{head}: too many requests.", "Run the same command again in a minute; it goes on where it stopped."
        )
    elif reasons & _OF_THE_KEY:
        found = CredentialsError(f"{head}: it does not accept the key.", ask.login)
    else:
        found = refusal(answer, ask)
    return Refused(reasons, found)
