"""Candidate mentions: every span of a post that might name a thing. What is one is judged later, by name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from miner.names import spelling_key, trim, words_of
from miner.records import Mention
from miner.text.gazetteer import Gazetteer
from miner.text.hashtags import hashtags_in, split_hashtag
from miner.text.lines import loud_lines, quiet, quiet_lines
from miner.text.noun_first import noun_first_runs
from miner.text.origins import Span, headings, list_items, quoted, titles
from miner.text.pipeline import tagged
from miner.text.plain import between_function_words, stop_words
from miner.text.runs import chunks, runs
from miner.text.words import words_in

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MAX_WORDS = 8
MAX_SURFACE = 60
MAX_CUE_DISTANCE = 30

ORIGINS: Final = ("chunk", "run", "list", "title", "quote", "hashtag", "alt", "name")
EVERY: Final = frozenset(ORIGINS)

_SENTENCE_START: Final = re.compile(r"(?:^|[.!?:]\s*|\n\s*|[\"'(]\s*)$")
_CUE: Final = re.compile(
    r"\b(?:remember\w*|miss(?:ed)?|had|have|got|owned?|own|wore|wear\w*|loved?|play\w*|collect\w*|bought|buy|found|"
    r"want(?:ed)?|watch\w*|read|used?|using|listen\w*|eat\w*|ate|drink\w*|rent\w*|saved|broke|"
    r"hatte\w*|kaufte|avevo|avevamo|ricord\w*|ten[ií]a\w*|recuerd\w*|avais|avait|souviens)\b",
    re.IGNORECASE,
)
_CLAUSE_END: Final = re.compile(r"[.!?\n]")
_ARTICLE: Final = re.compile(r"^(?:the|a|an) ", re.IGNORECASE)
# "2001: A Space Odyssey" begins with its number; in "1951 Chrysler Windsor" the number says when
_TITLE_START: Final = re.compile(r"[^\W\d_]|\d+: ")
# "Paul Simon", "Simon Reynolds", "Mars-Volta"; a full stop, a comma or a line break parts two names
_CAPITAL_BEFORE: Final = re.compile(r"([^\W\d_][\w'.]*)[ -]$")
_CAPITAL_BEHIND: Final = re.compile(r"[ -]([^\W\d_][\w']*)")
# "#walkman" is read as a hashtag; "Breezer #1" is a name
_HASHTAG: Final = re.compile(r"#(?!\d)")

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
    nlp: Sequence[Language],
    gazetteer: Gazetteer,
    is_stop_tag: Callable[[str], bool],
    origins: frozenset[str] = EVERY,
    batch_size: int = 64,
) -> Iterator[Mention]:
    """Candidate mentions of *texts*, in order.

    Args:
        texts: What to read.
        nlp: spaCy pipelines with a tagger, each for its language; without one less is found.
        gazetteer: Known names.
        is_stop_tag: Whether a hashtag names an era and nothing else.
        origins: Which of :data:`ORIGINS` to use; fewer to measure what each is worth.
        batch_size: Texts tagged at once.

    Yields:
        One mention a name and post: the same spelling key twice in one post is one mention, the first.
    """
    remaining = iter(texts)
    while batch := list(islice(remaining, batch_size)):
        yield from _extract_batch(batch, nlp, gazetteer, is_stop_tag, origins)


def _extract_batch(
    texts: Sequence[Text],
    nlp: Sequence[Language],
    gazetteer: Gazetteer,
    is_stop_tag: Callable[[str], bool],
    origins: frozenset[str],
) -> Iterator[Mention]:
    parts = [
        _Part(text=text, number=number, body=body)
        for text in texts
        for number, body in enumerate((text.body, *text.alt_texts))
        if number == 0 or "alt" in origins
    ]
    pipelines = {pipeline.lang: pipeline for pipeline in nlp} if origins & {"run", "chunk", "alt"} else {}
    docs = {
        language: iter(tagged(pipeline, [p.quiet for p in parts if p.text.language == language]))
        for language, pipeline in pipelines.items()
    }
    seen: set[tuple[int, str]] = set()
    for part in parts:
        doc = next(docs[part.text.language]) if part.text.language in docs else None
        # an alt text is one origin, whatever finds the name in it
        found = _mentions(part, doc, gazetteer, EVERY if part.number else origins)
        with_tags = part.number == 0 and "hashtag" in origins
        for mention in chain(found, _tag_mentions(part.text, is_stop_tag)) if with_tags else found:
            if (mention.post, mention.key) not in seen:
                seen.add((mention.post, mention.key))
                yield mention


class _Part:
    """One text of a post: its body, or the description of a picture."""

    def __init__(self, *, text: Text, number: int, body: str) -> None:
        self.text, self.number, self.body = text, number, body
        self.loud = loud_lines(body)
        self.quiet = quiet(body, self.loud)
        self._cue_ends = [m.end() for m in _CUE.finditer(body)]

    def is_initial(self, start: int) -> bool:
        """Whether a capital at *start* tells nothing."""
        is_loud = any(first <= start < last for first, last in self.loud)
        return is_loud or _SENTENCE_START.search(self.body[max(0, start - 4) : start]) is not None

    def has_cue(self, start: int) -> bool:
        """Whether words of having, wearing, remembering stand at most 30 characters before, in the same clause."""
        i = bisect_right(self._cue_ends, start)
        between = self.body[self._cue_ends[i - 1] : start] if i else "." * (MAX_CUE_DISTANCE + 1)
        return len(between) <= MAX_CUE_DISTANCE and _CLAUSE_END.search(between) is None

    def is_inside(self, start: int, end: int) -> bool:
        """Whether a capitalised word that is no function word stands right before or behind."""
        if any(first <= start < last for first, last in self.loud):
            return False
        before, behind = (
            _CAPITAL_BEFORE.search(self.body[max(0, start - 30) : start]),
            _CAPITAL_BEHIND.match(self.body, end),
        )
        words = [match[1] for match in (before, behind) if match is not None]
        return any(word[0].isupper() and word.lower() not in _FUNCTION_WORDS for word in words)


def _spans(part: _Part, doc: Doc | None, gazetteer: Gazetteer, origins: frozenset[str]) -> Iterator[Span]:
    body, language = part.body, part.text.language
    if "name" in origins:
        yield from ((start, end, "name") for start, end in gazetteer.find(body))
    if "title" in origins:
        yield from titles(body, list(quiet_lines(body, part.loud)))
    if "quote" in origins:
        yield from chain(quoted(body), headings(body))
    if "list" in origins:
        yield from list_items(body)
    if "run" in origins:
        yield from _tagged_runs(doc, body, language)
    if "chunk" in origins and doc is not None:
        yield from chunks(doc)


def _tagged_runs(doc: Doc | None, body: str, language: str) -> Iterator[Span]:
    if doc is None:
        return between_function_words(body, language)
    if language == "en":
        return runs(words_in(doc))
    # a tagger errs on fragments, articles do not
    return chain(noun_first_runs(words_in(doc), language), between_function_words(body, language))


def _mentions(part: _Part, doc: Doc | None, gazetteer: Gazetteer, origins: frozenset[str]) -> Iterator[Mention]:
    body, language = part.body, part.text.language
    for start, end, origin in dict.fromkeys(_spans(part, doc, gazetteer, origins)):
        if _HASHTAG.search(body, max(0, start - 1), end):
            continue
        is_initial = part.is_initial(start)
        for offset, surface, key in _names_in(body[start:end], language, origin, is_initial):
            first = start + offset
            yield Mention(
                post=part.text.post,
                surface=surface,
                key=key,
                origin="alt" if part.number and origin != "name" else origin,
                part=part.number,
                start=first,
                end=first + len(surface),
                is_initial=is_initial if not offset else part.is_initial(first),
                has_cue=part.has_cue(first),
                is_inside=part.is_inside(first, first + len(surface)),
            )


def _tag_mentions(text: Text, is_stop_tag: Callable[[str], bool]) -> Iterator[Mention]:
    for tag in dict.fromkeys([*hashtags_in(text.body), *(t for t in text.tags if "/" not in t)]):
        if is_stop_tag(tag):
            continue
        surface = trim(split_hashtag(tag, text.language))
        key = spelling_key(surface)
        if _is_possible(surface, key, is_name=False):
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


def _is_possible(surface: str, key: str, *, is_name: bool) -> bool:
    return (
        1 < len(key) <= MAX_SURFACE
        and not key.isdigit()
        and "\n" not in surface
        and len(surface.split()) <= MAX_WORDS
        and (is_name or surface.split()[0].lower() not in _FUNCTION_WORDS or not _says_nothing(surface))
    )


def _says_nothing(surface: str) -> bool:
    return all(word in _FUNCTION_WORDS for word in words_of(surface))


@lru_cache(maxsize=100_000)
def _names_in(text: str, language: str, origin: str, is_initial: bool) -> tuple[tuple[int, str, str], ...]:
    """Offset, spelling and key of the names that a span gives: the same words come again and again."""
    found = []
    for surface in _spellings(text, language, origin, is_initial=is_initial):
        key = spelling_key(surface)
        # "shows like All That": capitals that no beginning explains
        is_name = origin == "title" and not is_initial and surface.istitle() and " " in surface
        if surface and _is_possible(surface, key, is_name=is_name):
            found.append((max(0, text.find(surface)), surface, key))
    return tuple(found)


def _spellings(surface: str, language: str, origin: str, *, is_initial: bool) -> list[str]:
    """The name in *surface* without what stands around it; with it too where its capitals say that it belongs."""
    if origin == "name":
        return [surface]
    name = trim(surface)
    if language != "en":
        name = _without_function_words(name, language)
    # "The" is no part of a spelling key, so it may go
    bare = surface.strip()
    whole = _ARTICLE.sub("", bare, count=1) if origin == "title" else bare
    is_titled = origin == "quote" or (origin == "title" and bool(_TITLE_START.match(whole)) and not whole[0].islower())
    # "My Little Pony" is more than "Little Pony", "Old Spice" than "Spice"; "Old Walkman" begins a sentence
    is_sure = origin == "quote" or len(name.split()) > 1 or whole != bare or not is_initial
    if is_titled and is_sure and name != whole and len(whole.split()) > 1:
        return [whole.strip(" \"'.,"), name]
    return [name]


def _without_function_words(name: str, language: str) -> str:
    words = name.split()
    while words and words[0].casefold().strip("'") in stop_words(language):
        words.pop(0)
    while words and words[-1].casefold() in stop_words(language):
        words.pop()
    return trim(re.sub(r"^(?:l|d|un|dell|all|nell|qu)'", "", " ".join(words), flags=re.IGNORECASE))


def mentions_of(texts: Sequence[Text], *, nlp: Sequence[Language], gazetteer: Gazetteer) -> list[Mention]:
    """:func:`extract` with no stop tags, for notebooks and tests."""
    return list(extract(texts, nlp=nlp, gazetteer=gazetteer, is_stop_tag=lambda _: False))
