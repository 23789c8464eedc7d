"""The provenance of a file that preflight wrote: which rows of which input it holds.

People rarely move a result out of its folder before they upload it, and the folder has all that is
needed: undo.json for clean.csv, manifest.json for the parts, both with the digests of the file and
of its input. A file that was changed since has another digest, so nothing is known about it.
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
        rows: for each row of the file, its number in the input.
        reading: how the input was read: those of `encoding`, `delimiter`, `header_row` and `sheet`
            that are known.
    """

    source_sha256: str
    rows: Ints
    reading: Mapping[str, Any] = field(default_factory=dict)


def provenance(path: Path, sha256: str) -> Provenance | None:
    """Where the rows of a file are from, by the files beside it; None if they do not say.

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
        document = json.loads((folder / results_folder.MANIFEST).read_text("utf-8"))
        for part in document["parts"]:
            if part["sha256"] == sha256 and "source_rows" in part:
                runs = [[int(end) for end in run.split("-")] for run in part["source_rows"].split()]
                yield document["source_sha256"], _spread(runs)
    except (OSError, ValueError, KeyError, TypeError):
        return


def _reading(folder: Path, source: str) -> dict[str, Any]:
    try:
        report = json.loads((folder / results_folder.REPORT).read_text("utf-8"))
        (entry,) = (entry for entry in report["files"] if entry["sha256"] == source)
        reading = {"encoding": entry["encoding"], "delimiter": entry["delimiter"]}
        sheet = entry["sheet"]
        reading = {"sheet": sheet["name"]} if sheet else reading
        return {**reading, "header_row": entry["header_line"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _spread(runs: list[list[int]]) -> Ints:
    """The row numbers of unbroken runs, each given as [first, last]."""
    pieces = [np.arange(first, last + 1, dtype=np.int64) for first, last in runs]
    return np.concatenate([np.empty(0, dtype=np.int64), *pieces])
