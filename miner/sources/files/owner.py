"""Who an export belongs to, where it does not say so itself."""

from __future__ import annotations

import re

from miner.sources.files.opening import PostsFile

# instagram-ann.smith-2024-01-31-Ab1Cd2.zip, instagram-ann.smith-2024-01-31-Ab1Cd2-part2.zip
_INSTAGRAM = re.compile(r"instagram-([\w.]{1,30})-\d{4}-\d\d-\d\d\b.*", re.IGNORECASE)


def owner_of(file: PostsFile) -> str:
    """A name for the one person whose posts a file holds: that in the file's name, or one made from its first 64 KiB.

    Without a name each of their posts would count as an author of its own, and an archive of a thousand posts as a
    thousand people. Two exports of one person, of different days, can come out as two.
    """
    found = _INSTAGRAM.fullmatch(file.name)
    return found[1] if found else f"export {file.head}"
