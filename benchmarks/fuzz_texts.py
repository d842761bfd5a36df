"""Fuzz targets: the texts and names of posts, on their way through the stages behind the sources."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

import numpy as np
from fuzz_target import Target, sample_texts, text_of

from miner.artifacts.catalogue import by_key, load_all
from miner.artifacts.judge import form_features, load_judge
from miner.artifacts.pairs import pair_features
from miner.artifacts.parents import parents
from miner.artifacts.spelling import misspellings
from miner.eras import EraReader, era_names, load_era
from miner.names import singular, spelling_key, trim, words_of
from miner.report.inert import inert, safe_url
from miner.report.public import redact
from miner.report.table import guard
from miner.text.accounts import frame, is_offer
from miner.text.clean import clean
from miner.text.duplicates import originals
from miner.text.extract import Text, extract, mentions_of
from miner.text.gazetteer import Gazetteer, KnownName
from miner.text.hashtags import hashtags_in, split_hashtag
from miner.text.language import language_of
from miner.text.sketch import sketches, whole

_SIGNS = (
    b"#",
    b"@",
    b"r/",
    b"u/",
    b"http://",
    b"www.a.com ",
    b"[a](b)",
    b"'",
    b'"',
    b", ",
    b" - ",
    b"\n- ",
    b"(1985)",
    b"80s",
    b"'85",
    b"A.",
    b"Mr. ",
    b"II ",
    b"\xe2\x80\x99",
    b"\xd0\x96",
    b"\xe6\x97\xa5",
    b"\xcc\x81",
    b"RT ",
    b"1. ",
    b" of the ",
)
_NAMES = (b"Walkman", b"Rubik's Cube", b"TMNT figures", b"Pac-Man (arcade)", b"Atari 2600", b"Blade Runner II", b"E.T.")


@lru_cache(maxsize=1)
def _era_reader() -> EraReader:
    return EraReader([load_era(name) for name in era_names()])


@lru_cache(maxsize=1)
def _known() -> Mapping[str, Any]:
    return by_key(load_all().told)


@lru_cache(maxsize=1)
def _gazetteer() -> Gazetteer:
    return Gazetteer(KnownName(name=n, only_capitalised=n in e.ordinary) for e in load_all().told for n in e.names)


def _clean(data: bytes) -> None:
    once = clean(text_of(data))
    if clean(once) != once:
        raise AssertionError(f"cleaning twice is not cleaning once: {once[:100]!r}")


def _language(data: bytes) -> None:
    text = text_of(data)
    language_of(text, text[:5])


def _hashtags(data: bytes) -> None:
    for tag in [*hashtags_in(text_of(data))[:50], text_of(data)[:200]]:
        for language in ("en", "ja", "xx", ""):
            split_hashtag(tag, language)


def _duplicates(data: bytes) -> None:
    texts = text_of(data).split("\n\n")[:50]
    found = sketches(texts)
    wholes = np.array([whole(text) for text in texts], np.int64)
    originals(wholes, lambda i: found[i], lambda rows: [texts[i] for i in rows])


def _accounts(data: bytes) -> None:
    text = text_of(data)
    is_offer(text), frame(text)


def _extract(data: bytes) -> None:
    """As a post, without a tagger: quick, and all rules but the tagger's are tried."""
    body = clean(text_of(data))
    text = Text(post=0, body=body, alt_texts=(body[:300],), tags=tuple(hashtags_in(body)), language=language_of(body))
    for mention in extract([text], nlp=(), gazetteer=_gazetteer(), is_stop_tag=lambda tag: tag == "80s"):
        if not mention.key:
            raise AssertionError(f"a mention without a key: {mention}"[:300])


def _tagged(data: bytes) -> None:
    from miner.text.pipeline import load_pipelines

    body = clean(text_of(data))[:4_000]
    mentions_of([Text(post=0, body=body, language="en")], nlp=_pipelines(load_pipelines), gazetteer=_gazetteer())


@lru_cache(maxsize=1)
def _pipelines(load: Any) -> Any:  # noqa: ANN401 - spaCy comes in late
    return load()


def _eras(data: bytes) -> None:
    text = text_of(data)
    _era_reader().read(text, [text[:60], *text.split()[:20]])


def _names(data: bytes) -> None:
    for name in text_of(data).split("\n")[:20]:
        words_of(name), singular(name), spelling_key(trim(name))


def _judged(data: bytes) -> None:
    names = [name for name in text_of(data).split("\n")[:20] if spelling_key(name)]
    judge, none = load_judge(), np.zeros((len(names), len(load_judge().centre)), np.float32)
    judge.shapes(names, _known())
    if not np.isfinite(form_features(names, none, [True] * len(names))).all():
        raise AssertionError("a feature that is no number")
    judge.form_logits(names, none, _known())


def _pairs(data: bytes) -> None:
    names = [name for name in text_of(data).split("\n")[:8] if spelling_key(name)]
    rows = [(i, j) for i in range(len(names)) for j in range(i)]
    centre = load_judge().centre
    vectors = np.zeros((len(names), len(centre)), np.float32)
    found = pair_features(names, np.array(rows, np.int64).reshape(-1, 2), vectors, centre=centre, catalogue=_known())
    if not np.isfinite(found).all():
        raise AssertionError("a feature that is no number")
    parents(names)
    keys = list(map(spelling_key, names))
    misspellings(keys, keys[::2])


def _shown(data: bytes) -> None:
    text = text_of(data)
    if inert(inert(text)) != inert(text):
        raise AssertionError("inert twice is not inert once")
    safe_url(text), guard(text), redact(text)


_target = partial(Target, seeds=sample_texts, tokens=_SIGNS)
_of_names = partial(Target, seeds=lambda: [b"\n".join(_NAMES), *sample_texts(30)], tokens=(*_SIGNS, *_NAMES, b"\n"))
TEXTS: Mapping[str, Target] = {
    "clean": _target(run=_clean),
    "era-reader": _target(run=_eras),
    "extract": _target(run=_extract),
    "extract-tagged": _target(run=_tagged),
    "language": _target(run=_language),
    "hashtags": _target(run=_hashtags),
    "duplicates": _target(run=_duplicates),
    "accounts": _target(run=_accounts),
    "names": _of_names(run=_names),
    "judge": _of_names(run=_judged),
    "pairs": _of_names(run=_pairs),
    "shown": _of_names(run=_shown),
}
"""Name to target; behind each is whatever anybody wrote."""
