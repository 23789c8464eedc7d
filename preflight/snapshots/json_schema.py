"""The JSON Schema of a snapshot, generated from its classes; `snapshot.schema.json` holds it.

`python -m preflight.snapshots.json_schema FILE` writes it there.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from preflight.snapshots.snapshot import Snapshot


def generated() -> dict[str, Any]:
    """The JSON Schema of a snapshot."""
    made = TypeAdapter(Snapshot).json_schema()
    head = {"$schema": GenerateJsonSchema.schema_dialect, "title": "A snapshot of a contact file"}
    return {**head, **{key: value for key, value in made.items() if key != "title"}}


def text() -> str:
    """The text of `snapshot.schema.json`."""
    return json.dumps(generated(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
