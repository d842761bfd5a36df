"""The family of import formats, and which of them a file is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from miner.errors import UnknownName, UsageError
from miner.sources.files import (
    fourcat,
    instagram_export,
    pinterest_export,
    reddit_dump,
    row_format,
    tiktok_export,
    x_archive,
)
from miner.sources.files.folder import Folder
from miner.sources.files.format import Format, Glimpse, Reading
from miner.sources.files.mapping import DEFAULT_MAPPING
from miner.sources.files.members import Members, wanted
from miner.sources.files.opening import HEAD, TEXTS, PostsFile

FORMATS: Mapping[str, Format] = {
    "rows": row_format.FORMAT,
    "reddit-dump": reddit_dump.FORMAT,
    "x-archive": x_archive.FORMAT,
    "instagram-export": instagram_export.FORMAT,
    "tiktok-export": tiktok_export.FORMAT,
    "pinterest-export": pinterest_export.FORMAT,
    "4cat": fourcat.FORMAT,
}

_NAMED = ("x-archive", "instagram-export", "tiktok-export", "reddit-dump")
"""Formats whose files in an archive have names of their own."""
_LOOKED_INTO = 20


def get_format(name: str) -> Format:
    """The format of that name.

    Raises:
        UnknownName: There is none; the message lists those there are.
    """
    if name not in FORMATS:
        raise UnknownName("import format", name, FORMATS)
    return FORMATS[name]


def format_of(file: PostsFile, name: str | None, reading: Reading) -> Format:
    """The format to read a file with.

    Without a name it is recognised. An archive or a folder is known by the paths in it (``data/tweets.js``), otherwise
    by the first of its files that is recognised. A file is known by how it begins, and by its own name where the
    beginning alone says too little. When no format, or more than one, says yes, and whenever a mapping was given, it is
    ``rows``, which no folder is.

    Raises:
        UnknownName: There is no format of that name.
        UsageError: Communities were named, and the format has none; an archive holds exports of several kinds; or a
            folder holds none.
        MalformedError: The archive is damaged.
    """
    if name is not None:
        found = get_format(name)
    else:
        found = FORMATS["rows"] if reading.mapping != DEFAULT_MAPPING else recognised(file)
    if found is FORMATS["rows"] and isinstance(file.archive, Folder):
        raise file.no_folder()
    if reading.communities and found.info.name != "reddit-dump":
        raise UsageError(
            f"--community chooses subreddits of a dump, and {file.name} is read as {found.info.name}.",
            "Leave it out, or add `--format reddit-dump`.",
        )
    return found


def recognised(file: PostsFile) -> Format:
    """The one format that says that the file is its own; ``rows`` when none or several do.

    Raises:
        UsageError: An archive or a folder holds files of several exports.
    """
    if file.archive is None:
        return _of_glimpse(Glimpse(file.name.lower(), file.start))
    named = [name for name in _NAMED if wanted(file.archive, FORMATS[name].is_member)]
    if len(named) > 1:
        raise UsageError(
            f"{file.name} holds files of {' and of '.join(named)}.", f"Choose one: add `--format {named[0]}`."
        )
    if named:
        return FORMATS[named[0]]
    found = (_of_glimpse(glimpse) for glimpse in islice(_glimpses(file.archive), _LOOKED_INTO))
    return next((one for one in found if one.info.name != "rows"), FORMATS["rows"])


def _of_glimpse(glimpse: Glimpse) -> Format:
    found = [one for one in FORMATS.values() if one.is_it(glimpse)]
    return found[0] if len(found) == 1 else FORMATS["rows"]


def _glimpses(archive: Members) -> Iterator[Glimpse]:
    for name in wanted(archive, lambda name: name.endswith(TEXTS)):
        yield Glimpse(name, archive.beginning(name, HEAD))
