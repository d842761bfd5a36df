"""The eras that ship with the package, and a user's own."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from miner.eras.checks import EraFile, parse_era
from miner.eras.era import Era, LookAlike
from miner.eras.fold import fold, straighten, tag_key
from miner.errors import EraError, UnknownName

ERAS: Mapping[str, str] = {
    "1920s": "1920s.toml",
    "1930s": "1930s.toml",
    "1940s": "1940s.toml",
    "50s": "50s.toml",
    "60s": "60s.toml",
    "70s": "70s.toml",
    "80s": "80s.toml",
    "90s": "90s.toml",
    "2000s": "2000s.toml",
    "2010s": "2010s.toml",
}
"""Names of the eras that ship with the package, oldest first, and their files in it."""

FIRST_YEAR = 1800
MAX_SPAN = 60
_SPAN = re.compile(r"(\d{4})\.\.(\d{4})")
_PLACEHOLDER = re.compile(r"\{(decade|year|spelled)\}")
# matches nowhere: the alternatives of an era that has no spelled words in a language
_NOTHING = "(?!)"


def era_names() -> tuple[str, ...]:
    """Names of the eras that ship with the package, oldest first."""
    return tuple(ERAS)


def load_era(name_or_path: str | Path) -> Era:
    """The era of that name or alias, or the one that a user's own TOML file describes.

    A name wins over a file of the same name; ``./80s`` or a :class:`~pathlib.Path` always means the file.

    Args:
        name_or_path: ``80s``, ``1980s``, ``Eighties``; a span of years, ``1983..1986``; or the path of a file that
            exists or ends in ``.toml``.

    Raises:
        UnknownName: It is neither a name nor a file.
        EraError: The file cannot be read, or contradicts itself; the message names the line where it can.

    Example:
        >>> load_era("1980s").name
        '80s'
    """
    if isinstance(name_or_path, str):
        if span := _SPAN.fullmatch(name_or_path.strip()):
            return _span(int(span[1]), int(span[2]))
        shipped = _shipped_name(name_or_path)
        if shipped:
            return _shipped(shipped)
    path = Path(name_or_path)
    if path.suffix.casefold() == ".toml" or path.exists():
        return _with_shared(parse_era(_read(path), str(path)))
    raise UnknownName("era", str(name_or_path), ERAS)


def _span(start: int, end: int) -> Era:
    """The years from *start* to *end*: posts that name one of them count, and its hashtags are theirs."""
    name = f"{start}..{end}"
    if not FIRST_YEAR <= start <= end <= start + MAX_SPAN:
        raise EraError(
            f"{name} is no span of years.",
            f"Give two years from {FIRST_YEAR} on, the earlier first, at most {MAX_SPAN} apart: 1983..1986.",
        )
    plain = Era(
        name=name,
        title=f"The years {start} to {end}",
        aliases=(),
        start=start,
        end=end,
        tags={"en": tuple(map(str, range(start, end + 1)))},
        words={"en": ()},
        tokens=(),
        lookalikes=(),
    )
    return dataclasses.replace(plain, lookalikes=tuple(_shared_lookalikes(plain, {})))


def _shipped_name(name: str) -> str | None:
    if name in ERAS:
        return name
    # "'80s" and "The Noughties" are meant, "./80s" and "my/80s.toml" are paths
    if any(mark in name for mark in "/\\") or name.casefold().endswith(".toml"):
        return None
    return _aliases().get(tag_key(name))


@lru_cache(maxsize=1)
def _aliases() -> Mapping[str, str]:
    eras = [_shipped(name) for name in ERAS]
    return {tag_key(alias): era.name for era in eras for alias in (era.name, *era.aliases)}


@lru_cache(maxsize=len(ERAS))
def _shipped(name: str) -> Era:
    return _with_shared(parse_era(_packaged(ERAS[name]), ERAS[name]))


def _packaged(file: str) -> str:
    return resources.files("miner.eras").joinpath(file).read_text(encoding="utf-8")


def _read(path: Path) -> str:
    try:
        return path.expanduser().read_text(encoding="utf-8")
    except OSError as error:
        raise EraError(f"The era file {path} cannot be read: {error.strerror}.", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise EraError(f"The era file {path} is not UTF-8 text: {error.reason}.", "Save it as UTF-8.") from error


@lru_cache(maxsize=1)
def _shared() -> Mapping[str, Any]:
    return tomllib.loads(_packaged("decades.toml"))


def _with_shared(file: EraFile) -> Era:
    """The era of *file* with the words, tokens and look-alikes that all decades share, its own first."""
    shared, era = _shared(), file.era
    digits = {"decade": file.decade, "year": str(era.start)} if file.decade else {}
    shapes = [shared["words"][key] for key in _shape_keys(file)]
    words = {language: list(own) for language, own in era.words.items()}
    for language, templates in (item for shape in shapes for item in shape.items()):
        words.setdefault(language, []).extend(_fill(template, digits) for template in templates)
    tokens = (_fill(template, digits) for key in _shape_keys(file) for template in shared["tokens"][key])
    return dataclasses.replace(
        era,
        words={language: tuple(dict.fromkeys(listed)) for language, listed in words.items()},
        tokens=tuple(dict.fromkeys((*era.tokens, *tokens))),
        lookalikes=(*era.lookalikes, *_shared_lookalikes(era, digits)),
    )


def _shape_keys(file: EraFile) -> tuple[str, ...]:
    if not file.decade:
        return ()
    return ("long", "short") if file.short else ("long",)


def _shared_lookalikes(era: Era, digits: Mapping[str, str]) -> Iterator[LookAlike]:
    """Those whose placeholders the era can fill: an era that is no decade has no "in my 80s", but has amounts."""
    shared = _shared()
    for row in shared["lookalikes"]:
        pattern = _with_parts(row["pattern"], shared["parts"])
        if not digits and _PLACEHOLDER.search(pattern):
            continue
        spelled = _spelled(era, row.get("language", "en"))
        yield LookAlike(
            pattern=_fill(pattern, {**digits, "spelled": spelled}),
            why=row["why"],
            example=_fill(row["example"], digits),
            where=row.get("where", "text"),
        )


def _with_parts(pattern: str, parts: Mapping[str, str]) -> str:
    for name, part in reversed(list(parts.items())):
        pattern = pattern.replace("{" + name + "}", part)
    return pattern


def _spelled(era: Era, language: str) -> str:
    words = [fold(straighten(word)) for word in era.words.get(language, ()) if not any(map(str.isdigit, word))]
    return "|".join(map(re.escape, words)) or _NOTHING


def _fill(template: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)
