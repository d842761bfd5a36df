"""The models that a run needs, loaded once and handed down."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from miner.artifacts.catalogue import Catalogue, KnownArtifact, by_key, catalogue_version, load_all
from miner.artifacts.judge import Judge, load_judge
from miner.settings import Settings
from miner.text.encode import Encoder, SentenceEncoder
from miner.text.gazetteer import Gazetteer, KnownName
from miner.text.pipeline import load_pipelines, pipeline_names

if TYPE_CHECKING:
    from spacy.language import Language


@dataclass(frozen=True, kw_only=True)
class Readers:
    """What texts are read with, loaded with the first text: a run that has read all of its posts spares four seconds.

    Attributes:
        spacy_model: Name or path of the English pipeline; empty for the packaged one.
        known: The artifacts whose names are looked for.
        pipelines: Name and version of each pipeline.
        version: Says which pipelines and names these are; a year that the catalogue mends changes nothing in texts.
    """

    spacy_model: str
    known: tuple[KnownArtifact, ...]
    pipelines: tuple[str, ...]
    version: str

    @cached_property
    def nlp(self) -> tuple[Language, ...]:
        """SpaCy pipelines: English, and those of the extras that are installed."""
        return load_pipelines(self.spacy_model)

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Finds the catalogue's names in texts."""
        return build_gazetteer(self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """What a run thinks with.

    Attributes:
        readers: What texts are read with.
        encoder: Names to vectors.
        judge: Is it an artifact, of which category, and do two names mean one thing.
        catalogue: Known artifacts and titles, with years.
        known: Spelling key to artifact of the catalogue whose names are looked for.
        own: The production's own table; None when there is none.
    """

    readers: Readers
    encoder: Encoder
    judge: Judge
    catalogue: Catalogue
    known: Mapping[str, KnownArtifact]
    own: Path | None = None

    def names(self) -> dict[str, str]:
        """Name and version of each model, for the manifest."""
        return {
            "spacy": ", ".join(self.readers.pipelines),
            "encoder": self.encoder.name,
            "judge": self.judge.version,
            "catalogue": catalogue_version(self.own),
        }


def load_models(settings: Settings) -> Models:
    """The models that *settings* name.

    Raises:
        SettingsError: One is not installed, is damaged, or does not fit the trained judge.
    """
    catalogue = load_all(own_catalogue(settings))
    return Models(
        readers=_readers(settings, catalogue.told),
        encoder=SentenceEncoder(settings.encoder),
        judge=load_judge(),
        catalogue=catalogue,
        known=by_key(catalogue.told),
        own=own_catalogue(settings),
    )


def load_readers(settings: Settings) -> Readers:
    """The part of :func:`load_models` that reading texts needs. Raises SettingsError likewise."""
    return _readers(settings, load_all(own_catalogue(settings)).told)


def _readers(settings: Settings, told: tuple[KnownArtifact, ...]) -> Readers:
    pipelines = pipeline_names(settings.spacy_model)
    names = sorted((name, name in known.ordinary) for known in told for name in known.names)
    digest = hashlib.blake2b(repr(names).encode(), digest_size=6).hexdigest()
    return Readers(
        spacy_model=settings.spacy_model,
        known=told,
        pipelines=pipelines,
        version=f"{', '.join(pipelines)}; names {digest}",
    )


def own_catalogue(settings: Settings) -> Path | None:
    """The production's own table, where there is one."""
    return settings.catalogue if settings.catalogue.is_file() else None


def build_gazetteer(catalogue: tuple[KnownArtifact, ...]) -> Gazetteer:
    """A gazetteer of all names in *catalogue*."""
    return Gazetteer(
        KnownName(name=name, only_capitalised=name in known.ordinary) for known in catalogue for name in known.names
    )
