"""The JSON Schema of a config file, generated from the settings; `config.schema.json` holds it.

`python -m preflight.config.json_schema FILE` writes it there; editors complete and check by it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from preflight.config.settings import IN_FILES, Settings

_HEAD = {
    "$schema": GenerateJsonSchema.schema_dialect,
    "title": "preflight.toml",
    "description": (
        "The keys of preflight.toml, .preflight.toml and [tool.preflight] in pyproject.toml. The"
        " command line and PREFLIGHT_* in the environment win over them."
    ),
}


class _Toml(GenerateJsonSchema):
    """TOML has no null: a key is left out instead."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: CoreSchema | Any) -> bool:  # noqa: ARG002
        return False


def generated() -> dict[str, Any]:
    """The JSON Schema of a config file."""
    made = TypeAdapter(Settings).json_schema(schema_generator=_Toml)
    properties = {
        IN_FILES.get(name, name): {
            # What a key means comes first.
            **({"description": entry["description"]} if "description" in entry else {}),
            **entry,
        }
        for name, entry in made.pop("properties").items()
    }
    return {**made, **_HEAD, "properties": properties}


def text() -> str:
    """The text of `config.schema.json`."""
    return json.dumps(generated(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
