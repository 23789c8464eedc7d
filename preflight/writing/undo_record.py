"""undo.json: what undoing a fix needs and neither clean.csv nor fixes.csv holds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from preflight.config.column_mapping import OutputColumn
from preflight.core import files
from preflight.core.errors import SourceError, UsageError
from preflight.linting.apply_fixes import FixedChunk
from preflight.writing import results_folder

WHOLE_RECORD = -1
"""The position of a change of a whole record; its line in fixes.csv names no column."""

_VERSION = 2


@dataclass(frozen=True)
class UndoRecord:
    """The content of undo.json: facts about the input, clean.csv and fixes.csv.

    Attributes:
        name: of the input, as the user gave it.
        sha256: of the input's bytes, decompressed if it was compressed.
        size: of the input, in bytes.
        clean_sha256: of clean.csv as it was written; "" if there is none.
        rows: the numbers of the rows in clean.csv, as [first, last] of each unbroken run.
        header: of the input, as written.
        columns: for each column of clean.csv the positions of the input's columns that it is made
            of: several if they are joined.
        positions: for each line of fixes.csv about a row whose column name is ambiguous or blank,
            in order, the position of the changed column; `WHOLE_RECORD` if the record was changed.
        pieces: for each row in which a piece of a joined column was changed, the cells of all such
            pieces as they were joined, in the order of `piece_positions`.
        settings: of the fix, as JSON values, to fix corrected rows with; {} if unknown.
    """

    name: str
    sha256: str
    size: int
    clean_sha256: str
    rows: list[list[int]]
    header: list[str]
    columns: list[list[int]]
    positions: list[int] = field(default_factory=list)
    pieces: dict[str, list[str]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def piece_positions(self) -> list[int]:
        """The positions of the input's columns that are joined with others in clean.csv."""
        return _piece_positions(self.columns)

    def located(self, names: Iterable[str]) -> Iterator[int]:
        """The position of the changed column, for each line of fixes.csv about a row.

        Args:
            names: the `column_name` of each such line, in order.

        Raises:
            ValueError: there are more or fewer lines than were logged.
        """
        single, listed = _single_names(self.header), iter(self.positions)
        for name in names:
            at = single.get(name)
            if at is None:
                at = next(listed, None)
            if at is None or not WHOLE_RECORD <= at < len(self.header):
                raise ValueError("more lines than were logged")
            yield at
        if next(listed, None) is not None:
            raise ValueError("fewer lines than were logged")

    def unnamed(self, positions: Iterable[int]) -> list[int]:
        """Those of some positions whose column name is ambiguous or blank; see `positions`."""
        single = set(_single_names(self.header).values())
        return [at for at in positions if at not in single]


def _single_names(header: Sequence[str]) -> dict[str, int]:
    """The positions of the columns by name, without blank and repeated names."""
    times = Counter(header)
    return {name: at for at, name in enumerate(header) if name and times[name] == 1}


def _piece_positions(columns: Sequence[Sequence[int]]) -> list[int]:
    return sorted({at for sources in columns if len(sources) > 1 for at in sources})


@dataclass(frozen=True)
class Located:
    """What a chunk adds to the `positions` and `pieces` of an `UndoRecord`."""

    positions: list[int]
    pieces: dict[str, list[str]]


def located_in(
    fixed: FixedChunk, header: Sequence[str], columns: Sequence[OutputColumn]
) -> Located:
    """What a chunk adds to an `UndoRecord`, in the order in which its changes are logged.

    Args:
        fixed: the chunk.
        header: of the input, as written.
        columns: of clean.csv.
    """
    changes = fixed.changes
    named = set(_single_names(header).values())
    positions = changes["position"][~changes["position"].isin(named)].tolist()
    joined = _piece_positions([column.sources for column in columns])
    rows = changes["row"][changes["position"].isin(joined)]
    if not len(rows):
        return Located(positions, {})
    at = fixed.chunk.rows.searchsorted(rows.unique().astype("int64"))
    cells = [fixed.chunk.table[str(position)].take(at).to_pylist() for position in joined]
    numbers = map(str, fixed.chunk.rows[at].tolist())
    return Located(positions, dict(zip(numbers, map(list, zip(*cells, strict=True)), strict=True)))


class ChangeLocator:
    """Collects the `positions` and `pieces` of an `UndoRecord` while a file is fixed."""

    def __init__(self) -> None:
        self.positions: list[int] = []
        self.pieces: dict[str, list[str]] = {}

    def add(self, located: Located) -> None:
        """Adds those of the next chunk."""
        self.positions += located.positions
        self.pieces |= located.pieces


def load(folder: Path) -> UndoRecord:
    """Reads undo.json.

    Raises:
        UsageError: the folder has no result of `fix`.
        SourceError: the file is damaged.
        RunLocked, WriteError: a killed process left it half exchanged; see `recover`.
    """
    results_folder.recover(folder)
    try:
        document: dict[str, Any] = json.loads((folder / results_folder.UNDO).read_text("utf-8"))
        if document.pop("version") != _VERSION:
            raise UsageError(
                f"{folder}: another version of preflight wrote it; undo it with that version"
            )
        return UndoRecord(**document)
    except FileNotFoundError:
        raise UsageError(
            f"{folder}: nothing to undo; name a folder that `preflight fix` wrote, "
            "such as leads.preflight"
        ) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise damaged(folder) from None


def save(record: UndoRecord, folder: Path) -> None:
    """Writes undo.json into a staging folder."""
    text = json.dumps({"version": _VERSION, **asdict(record)}) + "\n"
    files.write(folder / results_folder.UNDO, text, durable=False)


def damaged(folder: Path) -> SourceError:
    """The error for files that are needed to undo a fix and are damaged or gone."""
    return SourceError(
        f"{folder}: the files that undo the fix ({results_folder.ORIGINAL}, "
        f"{results_folder.UNDO}) are damaged or gone"
    )
