"""Which rows of which input a file holds that preflight itself has written.

A result is seldom moved out of its folder before it is uploaded, and the folder says all of it:
undo.json for clean.csv, manifest.json for the parts, each with the digests of the file and of its
input. A file that was changed since has another digest, and nothing is known of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from preflight.core.errors import UsageError
from preflight.core.types import Ints
from preflight.writing import results_folder, undo_record


@dataclass(frozen=True)
class Provenance:
    """Where the rows of a result are from.

    Attributes:
        source_sha256: of the input.
        rows: the input row of each row of the file.
        reading: how the input was read, as far as it is known: `encoding`, `delimiter`,
            `header_row` and `sheet`.
    """

    source_sha256: str
    rows: Ints
    reading: Mapping[str, Any] = field(default_factory=dict)


def provenance(path: Path, sha256: str) -> Provenance | None:
    """Where the rows of a file are from, if the folder that it lies in says so; else None.

    Args:
        path: of the file.
        sha256: of its bytes.
    """
    folder = path.absolute().parent
    for place in (folder, folder.parent) if folder.name == results_folder.PARTS else (folder,):
        for source, rows in (*_of_clean(place, sha256), *_of_parts(place, sha256)):
            return Provenance(source, rows, _reading(place, source))
    return None


def _of_clean(folder: Path, sha256: str) -> Iterator[tuple[str, Ints]]:
    try:
        kept = undo_record.load(folder)
    except UsageError:
        return
    if kept.clean_sha256 == sha256:
        yield kept.sha256, _spread(kept.rows)


def _of_parts(folder: Path, sha256: str) -> Iterator[tuple[str, Ints]]:
    try:
        said = json.loads((folder / results_folder.MANIFEST).read_text("utf-8"))
        for part in said["parts"]:
            if part["sha256"] == sha256 and "source_rows" in part:
                runs = [[int(end) for end in run.split("-")] for run in part["source_rows"].split()]
                yield said["source_sha256"], _spread(runs)
    except (OSError, ValueError, KeyError, TypeError):
        return


def _reading(folder: Path, source: str) -> dict[str, Any]:
    try:
        said = json.loads((folder / results_folder.REPORT).read_text("utf-8"))
        (one,) = (one for one in said["files"] if one["sha256"] == source)
        found = {"encoding": one["encoding"], "delimiter": one["delimiter"]}
        sheet = one["sheet"]
        found = {"sheet": sheet["name"]} if sheet else found
        return {**found, "header_row": one["header_line"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _spread(runs: list[list[int]]) -> Ints:
    """The row numbers of unbroken runs, given as [first, last] each."""
    pieces = [np.arange(first, last + 1, dtype=np.int64) for first, last in runs]
    return np.concatenate([np.empty(0, dtype=np.int64), *pieces])
