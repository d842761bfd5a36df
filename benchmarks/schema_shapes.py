"""Objects that a published schema allows, however odd: hypothesis strategies from JSON Schema and from lexicons.

hypothesis-jsonschema 0.23.1 does the same in general, but only with a hypothesis older than the one that is used here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Schema = Mapping[str, Any]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_WORDS = [
    *[
        "a",
        "80s",
        "#80s",
        "＃80s",
        "null",
        "0",
        "-1",
        "é",
        "İ",
        "ß",
        "🧡",
        "\u202e",
        "\ud83d",
        "<!--",
        "]]>",
        "<script>1</script>",
        "&#0;&#xD800;",
        "=1+1",
        "[deleted]",
    ],
    *(
        "",
        " ",
        "\n",
        "\x00",
        "x" * 200,
        "<" * 40,
        "' OR 1=1",
        "ann@example.org",
        "@ann",
        "My first Walkman #80s #nostalgia",
    ),
    *("<p>My <b>Atari</b> &amp; I</p>", "<p><a href='x'>y", "<p>#<span>80s</span> <a href='https://x.example'>x…</a>"),
]
_TIMES = """
    2024-05-06T07:08:09.000Z 2024-05-06T07:08:09+05:30 2024-05-06T24:00:00Z 2016-12-31T23:59:60Z 1985-07-13T12:00:00Z
    2199-01-01T00:00:00Z 0001-01-01T00:00:00+14:00 9999-12-31T23:59:59-14:00
"""
_GOOD_URI, _GOOD_POST = "https://example.org/users/ann/statuses/1", "at://did:plc:ann/app.bsky.feed.post/3k"
_OF_FORMAT: Mapping[str, Sequence[str]] = {
    "date-time": _TIMES.split(),
    "datetime": _TIMES.split(),
    "date": ["2024-05-06", "1985-01-01"],
    "uri": [
        *[_GOOD_URI] * 40,
        *[
            "tag:example.org,2017:1",
            "http://[::1",
            "https://",
            "urn:x",
            "//x",
            "https://example.org:99999/",
            "javascript:x",
            "https://xn--a/",
        ],
    ],
    "at-uri": [*[_GOOD_POST] * 40, *["at://", "at://did:plc:ann", "at://ann.example.org/app.bsky.feed.post/3k"]],
    "did": [*["did:plc:ann"] * 40, "did:web:example.org", "did:", "did:plc:" + "a" * 180],
    "handle": ["ann.example.org", "handle.invalid", "xn--a.example"],
    "language": ["en", "pt-BR", "zh-Hans", "i-klingon", "en-" + "x" * 60],
    "cid": ["bafyreiftot7eltsc3f6g4qktykmbv6jcmdmhcx5osscan6jpdxkpqcmcza"],
}


class Shapes:
    """Strategies for the schemas of one file.

    Args:
        definitions: What ``$ref`` leads to, by its last part.
    """

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions

    def strategy(self, name: str, *, depth: int = 2) -> SearchStrategy[Any]:
        """Values that the schema called *name* allows, references followed *depth* deep."""
        found = self._of({"$ref": name}, depth + 1)
        if found is None:
            raise ValueError(f"{name} has no value that is {depth} deep")
        return found

    def _of(self, schema: Schema, depth: int) -> SearchStrategy[Any] | None:
        """None where every value is deeper."""
        if "$ref" in schema:
            name = str(schema["$ref"]).rpartition("/")[2]
            if name not in self._definitions:
                return st.dictionaries(st.text(max_size=8), JSON, max_size=3)
            found = self._of(self._definitions[name], depth - 1) if depth else None
            if found is None or "named" not in schema:
                return found
            return found.map(lambda value: {"$type": schema["named"], **value})
        if "enum" in schema:
            return st.sampled_from(list(schema["enum"]))
        choices = schema.get("oneOf") or schema.get("anyOf")
        if choices:
            return _any_of(self._of(choice, depth) for choice in choices)
        kinds = schema.get("type", "any")
        return _any_of(self._of_type(kind, schema, depth) for kind in ([kinds] if isinstance(kinds, str) else kinds))

    def _of_type(self, kind: str, schema: Schema, depth: int) -> SearchStrategy[Any] | None:
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            items = self._of(schema.get("items", {}), depth)
            return st.just([]) if items is None else st.lists(items, max_size=min(3, schema.get("maxItems", 3)))
        if kind == "string":
            return _string(schema)
        if kind == "integer":
            low = schema.get("minimum")
            odd = [n for n in (0, -1, 1, 2**31, 2**63, 10**30) if low is None or n >= low]
            return st.sampled_from(odd) | st.integers(min_value=low, max_value=schema.get("maximum"))
        plain = {"number": st.floats(allow_nan=False), "boolean": st.booleans(), "null": st.none()}
        return plain.get(kind, JSON)

    def _object(self, schema: Schema, depth: int) -> SearchStrategy[Any] | None:
        made = {name: self._of(part, depth) for name, part in schema.get("properties", {}).items()}
        required = set(schema.get("required", ()))
        if any(made.get(name) is None for name in required):
            return None
        optional = {name: part for name, part in made.items() if part is not None and name not in required}
        return st.fixed_dictionaries(
            {name: part for name, part in made.items() if part is not None and name in required},
            optional=optional if schema.get("additionalProperties") is False else optional | {"unheardOf": JSON},
        )


def openapi_schemas(path: Path) -> dict[str, Schema]:
    """The schemas of an OpenAPI file by name."""
    schemas: dict[str, Schema] = json.loads(path.read_text(encoding="utf-8"))["components"]["schemas"]
    return schemas


def _string(schema: Schema) -> SearchStrategy[str]:
    most = schema.get("maxLength", 1_000)
    usual = st.sampled_from([*_OF_FORMAT.get(schema.get("format", ""), ()), *_WORDS])
    return (usual | st.text(max_size=20)).filter(lambda text: len(text.encode("utf-8", "surrogatepass")) <= most)


def _any_of(parts: Iterator[SearchStrategy[Any] | None]) -> SearchStrategy[Any] | None:
    found = [part for part in parts if part is not None]
    return st.one_of(found) if found else None
