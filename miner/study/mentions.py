"""Candidate mentions of the chosen posts: extracted where they are not kept yet, and laid out for counting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa

from miner.artifacts.uses import Uses
from miner.eras import Era, EraReader
from miner.records import Mention
from miner.settings import Settings
from miner.study.choose import Chosen
from miner.study.models import Models, Readers, load_readers
from miner.study.read import Facts
from miner.study.stages import Workshop, version_of
from miner.text.clean import clean
from miner.text.extract import Text, extract

if TYPE_CHECKING:
    from miner.corpus.kept import Kept

_LISTS = {
    "surface": pa.string(),
    "key": pa.string(),
    "origin": pa.string(),
    "part": pa.int16(),
    "start": pa.int32(),
    "end": pa.int32(),
    "length": pa.int32(),
    "is_initial": pa.bool_(),
    "has_cue": pa.bool_(),
    "is_inside": pa.bool_(),
}
SCHEMA = pa.schema([("fingerprint", pa.int64()), *((name, pa.list_(kind)) for name, kind in _LISTS.items())])
"""A row a post; the lists are its mentions. ``length``: characters of the part of the post that a mention stands in."""
_CODE = (
    "miner.eras",
    "miner.names",
    "miner.study.mentions",
    "miner.text.clean",
    "miner.text.extract",
    "miner.text.gazetteer",
    "miner.text.hashtags",
    "miner.text.lines",
    "miner.text.noun_first",
    "miner.text.origins",
    "miner.text.pipeline",
    "miner.text.plain",
    "miner.text.runs",
    "miner.text.words",
)
_PACKAGES = ("spacy", "thinc", "ahocorasick-rs", "wordfreq")


@dataclass(frozen=True, kw_only=True)
class ExtractMentions:
    """The stage that finds candidate mentions: a table of texts in, one with :data:`SCHEMA` out.

    Attributes:
        settings: Name the models.
        eras: A hashtag that names one of these and nothing else is no mention.
        readers: The models, where they are loaded already; they do not travel to other processes.
    """

    settings: Settings
    eras: Sequence[Era]
    readers: list[Readers] = field(default_factory=list, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {"settings": self.settings, "eras": self.eras, "readers": []}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)

    def __call__(self, rows: pa.Table) -> pa.Table:
        """Mentions of posts with the columns ``fingerprint``, ``text``, ``tags``, ``alt_texts``, ``language``."""
        if not self.readers:
            self.readers.append(load_readers(self.settings))
        reader, readers = EraReader(self.eras), self.readers[0]
        texts = [_text(i, post) for i, post in enumerate(rows.to_pylist())]
        found = extract(
            texts,
            nlp=readers.nlp,
            gazetteer=readers.gazetteer,
            is_stop_tag=lambda tag: bool(reader.read("", [tag])),
        )
        lists: list[list[Mention]] = [[] for _ in texts]
        for mention in found:
            lists[mention.post].append(mention)
        columns = [rows.column("fingerprint")]
        for name, kind in _LISTS.items():
            values = [[_value(m, name, text) for m in mentions] for text, mentions in zip(texts, lists, strict=True)]
            columns.append(pa.array(values, pa.list_(kind)))
        return pa.table(columns, schema=SCHEMA)


def _value(mention: Mention, name: str, text: Text) -> object:
    if name != "length":
        return getattr(mention, name)
    return len(text.alt_texts[mention.part - 1]) if mention.part > 0 else len(text.body)


def _text(row: int, post: Mapping[str, Any]) -> Text:
    return Text(
        post=row,
        body=clean(post["text"] or ""),
        alt_texts=tuple(clean(alt or "") for alt in post["alt_texts"] or ()),
        tags=tuple(post["tags"] or ()),
        language=post["language"],
    )


def extracted(chosen: Chosen, facts: Facts, settings: Settings, models: Models, workshop: Workshop) -> Kept:
    """The kept mentions, with those of all *chosen* posts."""
    stage = ExtractMentions(settings=settings, eras=facts.eras, readers=[models.readers])
    version = version_of(models.readers.version, facts.eras, code=_CODE, packages=_PACKAGES)
    kept = workshop.kept("mentions", version, SCHEMA)
    languages = facts.languages.take(chosen.rows).cast(pa.string())
    workshop.fill(kept, stage, chosen.posts, chosen.rows, told="extracting", extra={"language": languages})
    return kept


def uses_of(kept: Kept, chosen: Chosen, db: duckdb.DuckDBPyConnection) -> Uses:
    """The mentions of *chosen* posts in *db*, ready to be counted."""
    db.register(
        "post",
        pa.table(
            {
                "fingerprint": chosen.posts.fingerprints[chosen.rows],
                "post": np.arange(len(chosen)),
                "author": chosen.authors,
                "is_english": chosen.is_english,
            }
        ),
    )
    lists = ", ".join(f'unnest(k."{name}") as "{name}"' for name in _LISTS)
    files = [str(path) for path in kept.files()]
    db.execute(
        f"""
        create view use as
        select p.post, p.author, p.is_english, {lists}
        from read_parquet({files!r}) k join post p using (fingerprint)
        """  # noqa: S608 - constants, and paths of this program's own files
    )
    return Uses(db)
