"""The sources whose known posts can be asked for again; how is said in :mod:`miner.sources.again_base`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from miner.sources.again_base import Again
from miner.sources.again_many import BlueskyAgain, YouTubeAgain
from miner.sources.again_one import LemmyAgain, MastodonAgain, MisskeyAgain

AGAIN: Final[Mapping[str, Again]] = {
    "mastodon": MastodonAgain(),
    "bluesky": BlueskyAgain(),
    "lemmy": LemmyAgain(),
    "misskey": MisskeyAgain(),
    "youtube": YouTubeAgain(),
}
"""Source to how its posts are asked for again. Those of the others cannot be, and are counted as such."""
