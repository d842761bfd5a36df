"""Lexicons, the schemas of the AT Protocol, as JSON Schemas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Schema = Mapping[str, Any]


def _object(*required: str, **properties: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": properties}


def _text(format_: str = "") -> Schema:
    return {"type": "string", "format": format_}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_LABELS = ["porn", "sexual", "nudity", "graphic-media", "!no-unauthenticated", "!warn", "spam", "bot", ""]
_POST: Schema = {"$ref": "app.bsky.feed.post", "named": "app.bsky.feed.post"}
_BY_HAND: Mapping[str, Schema] = {
    "com.atproto.repo.strongRef": _object("uri", "cid", uri=_text("at-uri"), cid=_text("cid")),
    "com.atproto.label.defs#label": _object(
        *("src", "uri", "val", "cts"),
        src=_text("did"),
        uri=_text("uri"),
        val={"enum": _LABELS},
        neg={"type": "boolean"},
        cts=_text("datetime"),
    ),
    "com.atproto.label.defs#selfLabels": _object("values", values=_list(_object("val", val={"enum": _LABELS}))),
    "app.bsky.actor.defs#profileViewBasic": _object(
        *("did", "handle"),
        did=_text("did"),
        handle=_text("handle"),
        displayName=_text(),
        labels=_list({"$ref": "com.atproto.label.defs#label"}),
    ),
    "jetstream": _object(
        *("did", "time_us", "kind", "commit"),
        did={"enum": ["did:plc:ann", "did:plc:ben", "did:web:example.org", "did:", "ann.example.org"]},
        time_us={"type": "integer", "minimum": 0},
        kind={"enum": ["commit", "commit", "commit", "commit", "identity", "account"]},
        commit=_object(
            *("rev", "operation", "collection", "rkey", "record"),
            rev=_text(),
            operation={"enum": ["create", "create", "create", "update", "delete"]},
            collection={"enum": ["app.bsky.feed.post", "app.bsky.feed.post", "app.bsky.feed.like"]},
            rkey={"enum": ["3mptbypfywk2v", "3k", "a:b~c.d", "", "a/b", "é"]},
            record=_POST,
            cid=_text("cid"),
        ),
    ),
}


def lexicon_schemas(folder: Path) -> dict[str, Schema]:
    """The object types of a folder of lexicons as JSON Schemas: ``app.bsky.feed.defs#postView``; *main* has no ``#``.

    What no lexicon of the folder defines is filled in by hand, where posts hang on it. The record of a post view, which
    may be anything, is mostly a post. An event of Jetstream, which has no lexicon, is among them as ``jetstream``.
    ``named`` beside a ``$ref`` is the ``$type`` that the value bears.
    """
    found: dict[str, Schema] = dict(_BY_HAND)
    for path in sorted(folder.glob("*.json")):
        lexicon = json.loads(path.read_text(encoding="utf-8"))
        for name, part in lexicon["defs"].items():
            key = lexicon["id"] if name == "main" else f"{lexicon['id']}#{name}"
            if part["type"] in {"object", "record", "string", "array"}:
                found[key] = _json_schema(part, lexicon["id"])
    view = dict(found["app.bsky.feed.defs#postView"])
    found["app.bsky.feed.defs#postView"] = view | {
        "properties": view["properties"] | {"record": {"anyOf": [_POST, _POST, _POST, {"type": "object"}]}}
    }
    return found


def _json_schema(part: Schema, home: str) -> Schema:
    """One lexicon type as JSON Schema, references by their whole name."""
    kind = part["type"]
    if kind == "record":
        return _json_schema(part["record"], home)
    if kind == "ref":
        return {"$ref": _whole(part["ref"], home)}
    if kind == "union":  # of objects that say what they are
        return {"anyOf": [{"$ref": _whole(ref, home), "named": _whole(ref, home)} for ref in part["refs"]]}
    if kind == "blob":
        return {"type": "object", "properties": {"mimeType": {"type": "string"}, "size": {"type": "integer"}}}
    if kind == "array":
        return {**part, "items": _json_schema(part["items"], home)}
    if kind == "object":
        fields = {name: _json_schema(inner, home) for name, inner in part.get("properties", {}).items()}
        return {"type": "object", "required": part.get("required", []), "properties": fields}
    if kind == "unknown":
        return {"type": "object"}
    return {name: value for name, value in part.items() if name in {"type", "format", "enum", "maxLength", "minimum"}}


def _whole(ref: str, home: str) -> str:
    return (home + ref if ref.startswith("#") else ref).removesuffix("#main")
