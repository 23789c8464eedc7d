"""A JSON document a line: the pieces of the format `json`."""

from __future__ import annotations

import json
from typing import Any

import jsonschema

from preflight.report import json_schema
from preflight.report.listing import Listing
from preflight.report.reported import Display
from tests.checked import rendered


def test_its_lines_are_the_pieces_of_json(found: Listing, odd: Listing) -> None:
    display = Display(show_values=True)
    lines = [
        json.loads(line) for line in rendered("jsonl", found, odd, display=display).split("\n")[:-1]
    ]
    whole = json.loads(rendered("json", found, odd, display=display, fixed={}))
    kinds = [line.pop("kind") for line in lines]
    of_first = ["finding"] * len(found)
    assert kinds == ["file", *of_first, "file", *["finding"] * len(odd), "total"]
    told: dict[str, list[Any]] = {kind: [] for kind in kinds}
    for kind, line in zip(kinds, lines, strict=True):
        told[kind].append(line)
    assert told["file"] == whole.pop("files")
    assert told["finding"] == whole.pop("findings")
    assert told["total"] == [{key: value for key, value in whole.items() if key != "fixed"}]


def test_a_line_fits_its_part_of_the_published_schema(found: Listing) -> None:
    schema = json_schema.generated()
    for line in rendered("jsonl", found).splitlines():
        document = json.loads(line)
        kind = document.pop("kind")
        if kind != "total":
            jsonschema.validate(document, {**schema["$defs"][kind], "$defs": schema["$defs"]})
