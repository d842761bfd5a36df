"""Artifacts that were found already, looked for in other posts: by their spellings alone, without any model."""

from __future__ import annotations

from collections.abc import Sequence, Set

from miner.artifacts.candidates import mention_table
from miner.artifacts.spans import resolve
from miner.names import spelling_key
from miner.records import Artifact, Post
from miner.study.choose import texts_of
from miner.text.extract import extract
from miner.text.gazetteer import Gazetteer, KnownName

_BY_NAME = frozenset(("name", "hashtag", "alt"))


class Spotter:
    """Finds artifacts in posts.

    Args:
        artifacts: What to look for.
        ordinary: Spelling keys of names that are ordinary words as well: believed only where they are written as names.
    """

    def __init__(self, artifacts: Sequence[Artifact], ordinary: Set[str]) -> None:
        self._column = {key: i for i, artifact in enumerate(artifacts) for key in _keys(artifact)}
        self._gazetteer = Gazetteer(
            KnownName(name=name, only_capitalised=spelling_key(name) in ordinary)
            for artifact in artifacts
            for name in (artifact.name, *artifact.also_called)
        )

    def pairs(self, posts: Sequence[Post]) -> set[tuple[int, int]]:
        """Rows of *posts* and of the artifacts that they name."""
        mentions = extract(
            texts_of(posts), nlp=(), gazetteer=self._gazetteer, is_stop_tag=lambda _: False, origins=_BY_NAME
        )
        found = resolve(mention_table(m for m in mentions if m.key in self._column), self._column.keys())
        named = zip(found.column("post").to_pylist(), found.column("key").to_pylist(), strict=True)
        return {(post, self._column[key]) for post, key in named}


def _keys(artifact: Artifact) -> set[str]:
    return {*artifact.keys, *map(spelling_key, (artifact.name, *artifact.also_called))}
