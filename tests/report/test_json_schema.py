"""The JSON Schema of a report is the one of its types, and takes nothing else."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

import jsonschema
import pytest

from preflight.report import json_schema
from preflight.report.formats import as_json
from preflight.report.listing import Listing
from tests.checked import rendered

COMMITTED = resources.files("preflight.report").joinpath("report.schema.json").read_text("utf-8")
VALIDATOR = jsonschema.Draft202012Validator(json.loads(COMMITTED))


def test_the_committed_schema_is_the_generated_one() -> None:
    """`make schema` writes it."""
    assert json_schema.text() == COMMITTED
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)
    assert VALIDATOR.schema["properties"]["schema_version"] == {
        "const": as_json.SCHEMA_VERSION, "type": "integer",
    }  # fmt: skip


def _more(document: dict[str, Any]) -> None:
    document["more"] = 1


def _more_of_a_file(document: dict[str, Any]) -> None:
    document["files"][0]["more"] = 1


def _no_code(document: dict[str, Any]) -> None:
    document["findings"][0]["code"] = "EML3020"


def _no_code_counted(document: dict[str, Any]) -> None:
    document["files"][0]["counts"]["by_code"]["email"] = 1


def _row_zero(document: dict[str, Any]) -> None:
    document["findings"][0]["row"] = 0


def _no_fingerprint(document: dict[str, Any]) -> None:
    del document["findings"][0]["fingerprint"]


def _odd_severity(document: dict[str, Any]) -> None:
    document["findings"][0]["severity"] = "fatal"


@pytest.mark.parametrize(
    "spoil",
    [
        _more, _more_of_a_file, _no_code, _no_code_counted, _row_zero, _no_fingerprint,
        _odd_severity,
    ],
)  # fmt: skip
def test_a_spoilt_report_does_not_fit(
    found: Listing, spoil: Callable[[dict[str, Any]], None]
) -> None:
    whole = json.loads(rendered("json", found))
    VALIDATOR.validate(whole)
    spoilt = copy.deepcopy(whole)
    spoil(spoilt)
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(spoilt)
