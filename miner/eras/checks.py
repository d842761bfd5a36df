"""Era files: TOML in, an era out, or an error that names the file, the line and the field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from miner.eras.era import Era, LookAlike
from miner.eras.fold import fold, straighten, tag_key
from miner.errors import EraError
from miner.settings import toml_of

FIRST_YEAR, LAST_YEAR = 1000, 2100
MAX_WORD = 100

_FIELDS: Mapping[str, bool] = {
    "name": True, "title": True, "start": True, "end": True, "tags": True,
    "aliases": False, "decade": False, "short": False, "words": False, "tokens": False, "lookalikes": False,
}  # fmt: skip
_LOOKALIKE_FIELDS: Mapping[str, bool] = {
    "pattern": True, "why": True, "example": True, "language": False, "where": False
}  # fmt: skip
_KINDS = {str: "a text in quotes", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}
_AT_LINE = re.compile(r"^(?P<happened>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class EraFile:
    """An era file, its own contents checked, before the shapes that all decades share are added.

    Attributes:
        era: What the file says.
        decade: Two digits by which people name it; None when the shared shapes do not apply.
        short: Whether the digits alone ("80s") name it.
    """

    era: Era
    decade: str | None
    short: bool


def parse_era(source: str, label: str) -> EraFile:
    """The era that *source*, the text of the file *label*, describes.

    Raises:
        EraError: It is not TOML, a field is missing, unknown or of the wrong kind, the years contradict each other, a
            tag holds ``#`` or a blank, a regular expression does not compile or misses its own example.
    """
    return _Check(source, label).era_file()


class _Check:
    """One file while it is read: its table, and its text to find lines in."""

    def __init__(self, source: str, label: str) -> None:
        self._lines = source.splitlines()
        self._label = label
        try:
            self._table: dict[str, Any] = toml_of(source)
        except ValueError as error:
            raise self._syntax(str(error)) from error

    def era_file(self) -> EraFile:
        table = self._table
        self._fields(table, _FIELDS, "an era")
        for field in ("name", "title"):
            self._kind(field, table[field], str)
            if not table[field].strip():
                raise self._error(f"{field} is empty.", f"Write a {field} in the quotes.", at=field)
        start, end = self._year("start"), self._year("end")
        if start > end:
            raise self._error(f"start ({start}) is after end ({end}).", "Swap them, or mend the wrong one.", at="start")
        decade = table.get("decade")
        if decade is not None and not (isinstance(decade, str) and re.fullmatch("[0-9]0", decade)):
            raise self._error(
                f"decade is {decade!r}, not two digits in quotes.", 'Write for example decade = "80".', at="decade"
            )
        era = Era(
            name=table["name"],
            title=table["title"],
            aliases=self._texts("aliases", table.get("aliases", [])),
            start=start,
            end=end,
            tags=self._tags(),
            words=self._words(),
            tokens=tuple(self._tag("tokens", token) for token in self._texts("tokens", table.get("tokens", []))),
            lookalikes=self._lookalikes(),
        )
        return EraFile(era=era, decade=decade, short=bool(self._kind("short", table.get("short", False), bool)))

    def _tags(self) -> dict[str, tuple[str, ...]]:
        tags = self._by_language("tags")
        if not any(tags.values()):
            raise self._error("tags is empty.", 'List at least one hashtag, for example en = ["80s"].', at="tags")
        return {language: tuple(self._tag("tags", tag) for tag in listed) for language, listed in tags.items()}

    def _tag(self, field: str, tag: str) -> str:
        if "#" in tag:
            raise self._error(f"{field} holds {tag!r}.", "Write tags without #.", at=tag)
        if not tag_key(tag) or re.search(r"\s", tag):
            raise self._error(
                f"{field} holds {tag!r}, which is no hashtag.",
                "Write one without blanks, of letters and digits.",
                at=tag,
            )
        return tag

    def _words(self) -> dict[str, tuple[str, ...]]:
        words = self._by_language("words")
        for word in (word for listed in words.values() for word in listed):
            if not word.strip() or len(word) > MAX_WORD:
                raise self._error(
                    f"words holds {word!r}: {len(word)} characters.",
                    f"Write 1 to {MAX_WORD} characters.",
                    at=word or "words",
                )
        return words

    def _lookalikes(self) -> tuple[LookAlike, ...]:
        rows = self._kind("lookalikes", self._table.get("lookalikes", []), list)
        return tuple(self._lookalike(row) for row in rows)

    def _lookalike(self, row: object) -> LookAlike:
        checked = self._kind("lookalikes", row, dict)
        self._fields(checked, _LOOKALIKE_FIELDS, "a look-alike")
        for field, value in checked.items():
            self._kind(field, value, str)
        made = LookAlike(**{field: value for field, value in checked.items() if field != "language"})
        if made.where not in {"text", "tag"}:
            raise self._error(f"where is {made.where!r}.", 'Write "text" or "tag".', at="where")
        try:
            does_match = matches_example(made)
        except (re.error, OverflowError, RecursionError) as error:  # "a{9999999999}" and a thousand brackets
            raise self._error(
                f"the pattern {made.pattern!r} is no regular expression: {error}.", "Mend it.", at=made.pattern
            ) from error
        if not does_match:
            raise self._error(
                f"the pattern {made.pattern!r} does not match its example {made.example!r}.",
                "Patterns are matched in lower case without accents; mend one of the two.",
                at=made.pattern,
            )
        return made

    def _by_language(self, field: str) -> dict[str, tuple[str, ...]]:
        table = self._kind(field, self._table.get(field, {}), dict)
        return {language: self._texts(field, listed, at=language) for language, listed in table.items()}

    def _texts(self, field: str, listed: object, *, at: str = "") -> tuple[str, ...]:
        texts = self._kind(at or field, listed, list)
        for text in texts:
            self._kind(at or field, text, str, inside="a list of texts in quotes")
        return tuple(texts)

    def _year(self, field: str) -> int:
        year: int = self._kind(field, self._table[field], int)
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise self._error(
                f"{field} is {year}, outside {FIRST_YEAR} to {LAST_YEAR}.", "Write a year of four digits.", at=field
            )
        return year

    def _kind(self, field: str, value: object, kind: type, *, inside: str = "") -> Any:  # noqa: ANN401 - any kind
        # bool is an int to Python, and `start = true` is no year
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            expected = inside or _KINDS[kind]
            raise self._error(f"{field} is {value!r}, not {expected}.", f"Write {expected}.", at=field)
        return value

    def _fields(self, table: Mapping[str, object], known: Mapping[str, bool], what: str) -> None:
        for field in table:
            if field not in known:
                raise self._error(
                    f"there is no field {field!r} in {what}; there are: {', '.join(known)}.",
                    "Rename or remove it.",
                    at=field,
                )
        for field, is_needed in known.items():
            if is_needed and field not in table:
                at = str(table.get("pattern", table.get("why", "")))
                raise self._error(f"the field {field!r} of {what} is missing.", "Add it.", at=at)

    def _syntax(self, message: str) -> EraError:
        found = _AT_LINE.match(message)
        line = int(found["line"] or len(self._lines)) if found else None
        happened = found["happened"] if found else message
        return self._error(f"not TOML: {happened}.", "Mend that line.", line=line)

    def _error(self, happened: str, advice: str, *, at: str = "", line: int | None = None) -> EraError:
        line = line or self._line_of(at)
        return EraError(f"{self._label}{f', line {line}' if line else ''}: {happened}", advice)

    def _line_of(self, at: str) -> int | None:
        """First line that sets the field *at*, opens its table, or holds it as text; None when there is none."""
        if not at:
            return None
        name = re.escape(at)
        tests: list[Callable[[str], object]] = [
            re.compile(rf"\s*(?:{name}\s*=|\[+\s*{name}\s*\]+|[\"']{name}[\"']\s*=)").match,
            lambda text: at in text or at in text.replace("\\\\", "\\"),
        ]
        for test in tests:
            for number, text in enumerate(self._lines, 1):
                if test(text):
                    return number
        return None


def matches_example(lookalike: LookAlike) -> bool:
    """Whether the pattern of *lookalike* matches its example.

    Raises:
        re.error: The pattern is no regular expression.
    """
    pattern = re.compile(lookalike.pattern)
    if lookalike.where == "tag":
        return pattern.fullmatch(tag_key(lookalike.example)) is not None
    return pattern.search(fold(straighten(lookalike.example))) is not None
