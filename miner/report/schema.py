"""The JSON Schema of ``report.json``, for programs of others: ``docs/report.schema.json``."""

from __future__ import annotations

import json

import msgspec

from miner.report.jsonfile import FORMAT, VERSION
from miner.report.model import Report


def report_schema() -> str:
    """The schema (draft 2020-12) as indented JSON, ending with a line break."""
    (found,), parts = msgspec.json.schema_components([Report], schema_hook=_anything, ref_template="#/$defs/{name}")
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FORMAT,
        "type": "object",
        "required": ["format", "version", "report"],
        "properties": {"format": {"const": FORMAT}, "version": {"const": VERSION}, "report": found},
        "$defs": parts,
    }
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _anything(kind: type) -> dict[str, object]:
    """A manifest's values are whatever JSON can say."""
    del kind
    return {"description": "any JSON"}
