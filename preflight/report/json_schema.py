"""The JSON Schema of a report, generated from its types; `report.schema.json` holds it.

`python -m preflight.report.json_schema FILE` writes it there.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from preflight.report.document_types import ReportRecord

_REFERENCE = re.compile(r"#/\$defs/(\w+)")


class _Schema(GenerateJsonSchema):
    """Titles are left to the names, and the keys of a table are no others than those it names."""

    def field_title_should_be_set(self, schema: CoreSchema | Any) -> bool:  # noqa: ARG002
        return False

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        made = super().dict_schema(schema)
        return {**made, "additionalProperties": False} if "patternProperties" in made else made


def generated() -> dict[str, Any]:
    """The JSON Schema of a report; its parts are called `file`, `finding`, `run`, …"""
    made = TypeAdapter(ReportRecord).json_schema(schema_generator=_Schema)
    parts = {_named(name): part for name, part in made.pop("$defs").items()}
    for part in parts.values():
        part.pop("title")
    head = {"$schema": GenerateJsonSchema.schema_dialect, "title": "A report of preflight"}
    whole = json.dumps({**head, **made, "title": head["title"], "$defs": parts})
    schema: dict[str, Any] = json.loads(
        _REFERENCE.sub(lambda found: f"#/$defs/{_named(found[1])}", whole)
    )
    return schema


def _named(name: str) -> str:
    """What a type is called in the schema: "run_books" for RunBooksRecord."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name.removesuffix("Record")).lower()


def text() -> str:
    """The text of `report.schema.json`."""
    return json.dumps(generated(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
