"""The JSON Schema of a config file, generated from the settings; `config.schema.json` holds it.

`python -m preflight.config.json_schema FILE` writes it there; editors complete and check by it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from preflight.config.config_file import NOT_OF_PROFILES, FileKeys
from preflight.config.settings import IN_FILES, Settings
from preflight.providers import registry

TITLE = '"title": "preflight.toml"'
"""What every version of the schema has."""
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
    of_files = TypeAdapter(FileKeys).json_schema(schema_generator=_Toml)
    named = {IN_FILES.get(name, name): entry for name, entry in made.pop("properties").items()}
    extend, tables, by_profile = (
        of_files["properties"][name] for name in ("extend", "rule_tables", "profiles")
    )
    listed = named["rules"]
    also = "; or a table for each rule, by its code or a prefix. Then `rule_files` has the paths."
    named["rules"] = {
        "description": listed["description"].rstrip(".") + also,
        "anyOf": [*listed["anyOf"], _without_words(tables)],
        "examples": tables["examples"],
    }
    named["providers"] = _by_provider(named["providers"])
    settings = [name for name in (*named, "rule_files") if name not in NOT_OF_PROFILES]
    by_profile["propertyNames"] = {"anyOf": named["for"]["anyOf"]}
    by_profile["additionalProperties"] = {
        **_object({name: {"$ref": f"#/properties/{name}"} for name in settings}),
        "patternProperties": _dashed(settings),
    }
    properties = {"extend": extend, **named, "rule_files": listed, "profiles": by_profile}
    return {
        **made,
        **_HEAD,
        "properties": {name: _described(entry) for name, entry in properties.items()},
        "patternProperties": _dashed(properties),
        "$defs": of_files["$defs"],
    }


def _by_provider(table: dict[str, Any]) -> dict[str, Any]:
    """The options of each provider by their names, for editors to complete."""
    value = table["additionalProperties"]["additionalProperties"]
    of_each = {}
    for provider in registry.names():
        names = [option.name for option in registry.options(provider)]
        of_each[provider] = {
            **_object(dict.fromkeys(names, value)),
            "patternProperties": dict.fromkeys(_dashed(names), value),
        }
    return {"description": table["description"], **_object(of_each)}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _dashed(names: Iterable[str]) -> dict[str, Any]:
    """Keys with dashes; editors complete those with underscores, and accept these."""
    return {
        f"^{name.replace('_', '-')}$": {"$ref": f"#/properties/{name}"}
        for name in names
        if "_" in name
    }


def _without_words(entry: dict[str, Any]) -> dict[str, Any]:
    words = ("description", "examples", "default")
    return {name: value for name, value in entry.items() if name not in words}


def _described(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry with its description first: what a key means."""
    first = {"description": entry["description"]} if "description" in entry else {}
    return {**first, **entry}


def text() -> str:
    """The text of `config.schema.json`."""
    return json.dumps(generated(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
