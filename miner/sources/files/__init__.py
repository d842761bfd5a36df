"""Files of posts that somebody already has: JSON lines, CSV and Parquet, plain or compressed."""

from miner.sources.files.mapping import DEFAULT_MAPPING, FieldMapping, load_mapping
from miner.sources.files.opening import PostsFile, Row, open_posts
from miner.sources.files.posts import RowResult, row_to_post

__all__ = [
    "DEFAULT_MAPPING",
    "FieldMapping",
    "PostsFile",
    "Row",
    "RowResult",
    "load_mapping",
    "open_posts",
    "row_to_post",
]
