"""The JSON Schema of a config file: what it accepts the loader accepts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preflight.config.setting_sources import load
from preflight.config.settings import Settings
from tests.config.test_settings import BAD, WHOLE

COMMITTED = resources.files("preflight.config").joinpath("config.schema.json").read_text("utf-8")
SCHEMA: dict[str, Any] = json.loads(COMMITTED)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
# What only a library knows is left to it.
KNOWN_TO_A_LIBRARY = {"region": "DE", "timezone": "UTC", "encoding": "cp1252"}


@pytest.mark.slow
def test_the_committed_schema_is_the_generated_one(tmp_path: Path) -> None:
    """`make schema` writes it."""
    target = tmp_path / "config.schema.json"
    subprocess.run([sys.executable, "-m", "preflight.config.json_schema", target], check=True)
    assert target.read_text("utf-8") == COMMITTED


def test_it_is_a_schema_that_explains_every_key_and_takes_no_other() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["additionalProperties"] is False
    assert not {"profile", "shared_columns", "date_orders"} & set(SCHEMA["properties"])
    for said in SCHEMA["properties"].values():
        assert re.fullmatch(r"[A-Z].*[.]", said["description"])


def test_a_config_with_every_key_fits_the_published_schema() -> None:
    whole = tomllib.loads(WHOLE)
    assert set(whole) == set(SCHEMA["properties"])
    jsonschema.validate(whole, SCHEMA)


@pytest.mark.parametrize(
    ("key", "value"),
    # What only a library knows is left to it: names of zones and encodings; and TOML has an inf.
    [
        (key, value)
        for key, value, _ in BAD
        if (key, value) not in {("timezone", '"New York"'), ("encoding", '"klingon"')}
        and key not in ("timezone",)
        and value not in ("inf", "nan", "true")
    ],
)
def test_what_is_refused_does_not_fit_the_published_schema(key: str, value: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(tomllib.loads(f"{key} = {value}"))


@given(st.sampled_from(["api_key", "Api-Key", "TOKEN", "my_password", "secret", "apiuser"]))
def test_a_secret_does_not_fit_the_published_schema(name: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"providers": {"textus": {name: "x"}}}, SCHEMA)


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a part of the schema accepts."""
    if "$ref" in schema:
        found = SCHEMA
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return values(found)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([values(part) for part in schema["anyOf"]])
    if "not" in schema:
        return st.from_regex(r"[a-z_-]{1,12}", fullmatch=True).filter(
            lambda text: not re.search(schema["not"]["pattern"], text)
        )
    match schema["type"]:
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(min_value=schema.get("minimum"))
        case "number":
            above = "exclusiveMinimum" in schema
            return st.integers(1, 10**9) | st.floats(
                schema.get("exclusiveMinimum"), exclude_min=above, allow_nan=False,
                allow_infinity=False,
            )  # fmt: skip
        case "array":
            return st.lists(values(schema["items"]), min_size=schema.get("minItems", 0), max_size=3)
        case "object" if "properties" in schema:
            own = {key: values(part) for key, part in schema["properties"].items()}
            return st.fixed_dictionaries({}, optional=own)
        case "object":
            names = values(schema.get("propertyNames", {"type": "string"}))
            return st.dictionaries(names, values(schema["additionalProperties"]), max_size=3)
    if "pattern" in schema:
        # A `$` of the JSON Schema is the end, and not the end before a last line break.
        end = re.sub(r"\$$", r"\\Z", schema["pattern"])
        return st.from_regex(re.compile(end, re.ASCII))
    return st.text(
        st.characters(exclude_categories=["Cs"]), min_size=schema.get("minLength", 0), max_size=8
    )


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, str):
        plain = "".join(c if c.isascii() and c.isalnum() else f"\\U{ord(c):08X}" for c in value)
        return f'"{plain}"'
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{toml(key)} = {toml(one)}' for key, one in value.items())}}}"
    return str(value).lower() if isinstance(value, bool) else repr(value)


@pytest.mark.slow
# `extend` needs another file; the settings of a profile are those above it.
@pytest.mark.parametrize(
    "key", sorted(set(SCHEMA["properties"]) - {*KNOWN_TO_A_LIBRARY, "extend", "profiles"})
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_the_schema_accepts_the_loader_accepts(
    key: str, data: st.DataObject, tmp_path: Path
) -> None:
    value = data.draw(values(SCHEMA["properties"][key]))
    path = tmp_path / "preflight.toml"
    path.write_text(f"{key} = {toml(value)}", "utf-8")
    assert tomllib.loads(path.read_text("utf-8")) == {key: value}
    VALIDATOR.validate({key: value})
    if key != "any_of":  # whether a profile has the fields is a matter of the profile
        assert isinstance(load({}, {}, config=path), Settings)


@pytest.mark.parametrize(("key", "value"), KNOWN_TO_A_LIBRARY.items())
def test_what_only_a_library_knows_is_a_text_to_the_schema(key: str, value: str) -> None:
    jsonschema.validate({key: value}, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({key: 3}, SCHEMA)
