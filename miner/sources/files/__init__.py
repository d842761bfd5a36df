"""Files of posts that somebody already has: tables, dumps, and what the platforms give to their users.

In the order in which a file passes: ``streams``, ``archive`` and ``folder`` give bytes, ``opening`` a file that knows
what it is called and how far it was read; ``formats`` finds out which format it is; ``rows`` and ``elements`` cut it
into records; and one file a format (``reddit_dump``, ``x_archive``, …; ``row_format`` for tables) makes posts of
them. What a platform's own objects mean stands apart from the file that they come in, since 4CAT has the same
objects: ``x_tweet``, ``tiktok_video``, ``instagram_media``, ``reddit_thing``.
"""

from miner.sources.files.format import Format, FormatInfo, Reading, Record, community_names
from miner.sources.files.formats import FORMATS, format_of, get_format
from miner.sources.files.mapping import DEFAULT_MAPPING, FieldMapping, load_mapping
from miner.sources.files.opening import PostsFile, open_posts
from miner.sources.files.posts import RowResult, row_to_post
from miner.sources.files.rows import Row

__all__ = [
    "DEFAULT_MAPPING",
    "FORMATS",
    "FieldMapping",
    "Format",
    "FormatInfo",
    "PostsFile",
    "Reading",
    "Record",
    "Row",
    "RowResult",
    "community_names",
    "format_of",
    "get_format",
    "load_mapping",
    "open_posts",
    "row_to_post",
]
