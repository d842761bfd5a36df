"""How an artifact is named over the months: the share of each month's authors, with how many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from miner.artifacts.catalogue import Catalogue
from miner.errors import NothingFound
from miner.names import spelling_key
from miner.records import Post
from miner.study.choose import texts_of
from miner.text.extract import extract
from miner.text.gazetteer import Gazetteer, KnownName

MIN_POSTS = 12
_BY_NAME = frozenset(("name", "hashtag", "alt"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month of a trend.

    Attributes:
        month: ``2024-01``, by UTC.
        n_naming: Distinct authors who named the artifact in it.
        n_authors: Distinct authors who posted in it; above 0.
    """

    month: str
    n_naming: int
    n_authors: int

    @property
    def share(self) -> float:
        """Share (0-1) of the month's authors."""
        return self.n_naming / self.n_authors


def trend(posts: Iterable[Post], name: str, catalogue: Catalogue) -> list[Month]:
    """The months of *posts* that have a date, oldest first; reposts and bots left out.

    Args:
        posts: Of one corpus.
        name: Name of the artifact; the catalogue's other names for it count too.
        catalogue: Known artifacts.

    Raises:
        NothingFound: Fewer than :data:`MIN_POSTS` posts name it: no line can be drawn through so few.
    """
    known = catalogue.find(name)[:1]
    names = [KnownName(name=n, only_capitalised=n in entry.ordinary) for entry in known for n in entry.names]
    gazetteer = Gazetteer(names or [KnownName(name=name)])
    keys = {spelling_key(n.name) for n in names} | {spelling_key(name)}
    dated = [post for post in posts if post.created_at is not None and not post.is_bot and post.repost_of is None]
    texts = texts_of(dated)
    naming = {
        mention.post
        for mention in extract(texts, nlp=(), gazetteer=gazetteer, is_stop_tag=lambda _: False, origins=_BY_NAME)
        if mention.origin == "name" or mention.key in keys
    }
    if len(naming) < MIN_POSTS:
        raise NothingFound(
            f"{len(naming)} dated posts name {name!r}; a trend needs {MIN_POSTS}.",
            "Collect more posts with `miner scrape`, or ask for an artifact that more people name.",
        )
    months: defaultdict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for row, post in enumerate(dated):
        if post.created_at is not None:
            author = post.author or post.id
            everyone, named = months[post.created_at.strftime("%Y-%m")]
            everyone.add(author)
            if row in naming:
                named.add(author)
    return [Month(month=m, n_naming=len(named), n_authors=len(all_)) for m, (all_, named) in sorted(months.items())]
