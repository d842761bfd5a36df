"""Candidate mentions: every span of a post that might name a thing. What is one is judged later, by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from miner.names import spelling_key, trim, words_of
from miner.records import Mention
from miner.text.gazetteer import Gazetteer
from miner.text.hashtags import hashtags_in, split_hashtag
from miner.text.origins import Span, chunks, list_items, quoted, runs, titles

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MAX_WORDS = 7
MAX_SURFACE = 60

_SENTENCE_START: Final = re.compile(r"(?:^|[.!?:]\s*|\n\s*|[\"'(]\s*)$")
_CUE: Final = re.compile(
    r"\b(?:remember\w*|miss(?:ed)?|had|have|got|owned?|own|wore|wear\w*|loved?|play\w*|collect\w*|bought|buy|found|"
    r"want(?:ed)?|watch\w*|read|used?|using|listen\w*|eat\w*|ate|drink\w*|rent\w*|saved|broke|still have|"
    r"hatte\w*|kaufte|avevo|avevamo|ricord\w*|ten[ií]a\w*|recuerd\w*|avais|avait|souviens)\b[^.!?\n]{0,30}$",
    re.IGNORECASE,
)

# "It", "Them" and "Lost in" are titles too, but nobody can tell from so little
_FUNCTION_WORDS: Final = frozenset(
    (  # noqa: SIM905 - a line of words reads better than a list of strings
        "a an the this that these those i you he she it we they me him her us them my your his its our their who what "
        "which when where why how and or but not no yes so if then than as at by for from in into of off on onto out "
        "over to up with is are was were be been do does did have has had will would can could should may might must "
        "here there now just all any some one"
    ).split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What of a post is read for names.

    Attributes:
        post: Its row in the batch.
        body: Cleaned text.
        alt_texts: Cleaned descriptions of its pictures.
        tags: Its hashtags, without ``#``; those in *body* are found here too.
        language: ISO 639-1 code.
    """

    post: int
    body: str
    alt_texts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = "en"


def extract(
    texts: Iterable[Text],
    *,
    nlp: Language | None,
    gazetteer: Gazetteer,
    is_stop_tag: Callable[[str], bool],
    batch_size: int = 64,
) -> Iterator[Mention]:
    """Candidate mentions of *texts*, in order.

    Args:
        texts: What to read.
        nlp: A spaCy pipeline with tagger and parser for English; None works without, and finds less.
        gazetteer: Known names.
        is_stop_tag: Whether a hashtag names an era and nothing else.
        batch_size: Texts parsed at once.

    Yields:
        One mention a name and post: the same spelling key twice in one post is one mention, the first.
    """
    remaining = iter(texts)
    while batch := list(islice(remaining, batch_size)):
        yield from _extract_batch(batch, nlp, gazetteer, is_stop_tag)


def _extract_batch(
    texts: Sequence[Text], nlp: Language | None, gazetteer: Gazetteer, is_stop_tag: Callable[[str], bool]
) -> Iterator[Mention]:
    parts = [(text, number, part) for text in texts for number, part in enumerate((text.body, *text.alt_texts))]
    docs = iter(nlp.pipe([part for text, _, part in parts if text.language == "en"])) if nlp else iter(())
    seen: set[tuple[int, str]] = set()
    for text, number, part in parts:
        doc = next(docs, None) if text.language == "en" else None
        found = _mentions(text, number, part, doc, gazetteer)
        for mention in found if number else chain(found, _tag_mentions(text, is_stop_tag)):
            if (text.post, mention.key) not in seen:
                seen.add((text.post, mention.key))
                yield mention


def _mentions(text: Text, number: int, part: str, doc: Doc | None, gazetteer: Gazetteer) -> Iterator[Mention]:
    spans: list[Span] = [(start, end, "name") for start, end in gazetteer.find(part)]
    spans += [*titles(part), *quoted(part), *list_items(part)]
    if doc is not None:
        spans += [*runs(doc), *chunks(doc)]
    for start, end, origin in spans:
        if "#" in part[max(0, start - 1) : end]:
            continue
        for surface in _names_in(part[start:end], text.language, origin):
            key = spelling_key(surface)
            if _is_possible(surface, key):
                yield _mention(text, number, part, start + max(0, part[start:end].find(surface)), surface, key, origin)


def _mention(text: Text, number: int, part: str, first: int, surface: str, key: str, origin: str) -> Mention:
    before = part[max(0, first - 60) : first]
    return Mention(
        post=text.post,
        surface=surface,
        key=key,
        origin="alt" if number and origin != "name" else origin,
        part=number,
        start=first,
        end=first + len(surface),
        is_initial=_SENTENCE_START.search(before[-4:]) is not None,
        has_cue=_CUE.search(before) is not None,
    )


def _tag_mentions(text: Text, is_stop_tag: Callable[[str], bool]) -> Iterator[Mention]:
    for tag in dict.fromkeys([*hashtags_in(text.body), *(t for t in text.tags if "/" not in t)]):
        if is_stop_tag(tag):
            continue
        surface = trim(split_hashtag(tag, text.language))
        key = spelling_key(surface)
        if _is_possible(surface, key):
            yield Mention(
                post=text.post,
                surface=surface,
                key=key,
                origin="hashtag",
                part=-1,
                start=-1,
                end=-1,
                is_initial=True,
                has_cue=False,
            )


def _is_possible(surface: str, key: str) -> bool:
    return (
        1 < len(key) <= MAX_SURFACE
        and not key.isdigit()
        and "\n" not in surface
        and len(surface.split()) <= MAX_WORDS
        and not all(word in _FUNCTION_WORDS for word in words_of(surface))
    )


def _names_in(surface: str, language: str, origin: str) -> list[str]:
    """The name in *surface* without what stands around it; with it too where its capitals say that it belongs."""
    if origin == "name":
        return [surface]
    name = trim(surface)
    if language != "en":
        name = _without_function_words(name, language)
    # "My Little Pony" is more than "Little Pony"; "The" is no part of a spelling key, so it may go
    is_whole = name != surface and (
        origin == "quote" or (origin == "title" and surface[:1].isupper() and not surface.startswith("The "))
    )
    return [surface, name] if is_whole and len(name.split()) > 1 else [name]


def _without_function_words(name: str, language: str) -> str:
    words = name.split()
    while words and words[0].casefold().strip("'") in stop_words(language):
        words.pop(0)
    while words and words[-1].casefold() in stop_words(language):
        words.pop()
    return trim(re.sub(r"^(?:l|d|un|dell|all|nell|qu)'", "", " ".join(words), flags=re.IGNORECASE))


@lru_cache(maxsize=64)
def stop_words(language: str) -> frozenset[str]:
    """Function words of *language*, as spaCy lists them; empty for a language that spaCy does not know."""
    import importlib

    try:
        module = importlib.import_module(f"spacy.lang.{language}.stop_words")
    except ImportError:
        return frozenset()
    return frozenset(module.STOP_WORDS)


def mentions_of(texts: Sequence[Text], *, nlp: Language | None, gazetteer: Gazetteer) -> list[Mention]:
    """:func:`extract` with no stop tags, for notebooks and tests."""
    return list(extract(texts, nlp=nlp, gazetteer=gazetteer, is_stop_tag=lambda _: False))
