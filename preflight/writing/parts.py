"""Parts: clean rows cut on record boundaries under limits, each with header and row map.

Also reads a part again, to match a provider's messages to its rows or to redact them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as pa_csv

from preflight.config.column_mapping import OutputColumn
from preflight.core import csv_writer, files
from preflight.core.errors import ProviderError, SourceError
from preflight.core.exchange import Part
from preflight.core.redact import mask
from preflight.core.redact_cells import redact_cells
from preflight.core.row_map import RowMap
from preflight.writing.clean_rows import CleanRows
from preflight.writing.results_folder import PARTS

_BLOCK = 64 << 20


@dataclass
class _Open:
    """The part that is being written."""

    file: files.Replacement
    path: Path
    digest: hashlib._Hash
    size: int
    rows: int
    maps: list[RowMap]


class PartWriter:
    """Writes records into numbered part files; begins a new file before a limit is exceeded.

    Args:
        folder: where the parts go; created if missing, and not synced to disk.
        columns: of the parts.
        max_bytes: of one part, its header included; None for no limit.
        max_rows: data rows of one part; None for no limit.
    """

    def __init__(
        self,
        folder: Path,
        columns: Sequence[OutputColumn],
        *,
        max_bytes: int | None = None,
        max_rows: int | None = None,
    ) -> None:
        self._folder = folder
        self._columns = tuple(columns)
        self._header = csv_writer.line([column.header for column in columns])
        self._max_bytes = max_bytes
        self._max_rows = max_rows
        self._open: _Open | None = None
        self._done: list[Part] = []
        files.folder(folder)

    def write(self, clean: CleanRows) -> None:
        """Appends rows; none is too large for a part.

        Raises:
            ValueError: a row is too large for a part; see `CleanRows.too_large`.
        """
        ends, body, rows, lines = np.cumsum(clean.sizes), clean.body, clean.rows, clean.lines
        start = 0
        while start < len(ends):
            part = self._open or self._begin()
            before = int(ends[start - 1]) if start else 0
            stop = len(ends)
            if self._max_bytes is not None:
                room = self._max_bytes - part.size
                stop = min(stop, int(np.searchsorted(ends, before + room, side="right")))
            if self._max_rows is not None:
                stop = min(stop, start + self._max_rows - part.rows)
            if stop <= start:
                if not part.rows:
                    raise ValueError("a row is too large for any part")
                self._end()
                continue
            piece = body[before : int(ends[stop - 1])]
            part.file.write(piece)
            part.digest.update(piece)
            part.size += len(piece)
            part.rows += stop - start
            part.maps.append(RowMap.of(rows[start:stop], lines[start:stop]))
            start = stop

    def close(self) -> list[Part]:
        """Ends the last part and returns all of them; no parts if no records were written."""
        self._end()
        return self._done

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(self, *_: object) -> None:
        """Removes a part that was not ended; `close` returns the others."""
        if self._open is not None:
            self._open.file.drop()

    def _begin(self) -> _Open:
        path = self._folder / f"{len(self._done) + 1:04}.csv"
        file = files.Replacement(path, durable=False)
        file.write(self._header)
        digest = hashlib.sha256(self._header)
        self._open = _Open(file, path, digest, len(self._header), 0, [])
        return self._open

    def _end(self) -> None:
        part, self._open = self._open, None
        if part is None:
            return
        part.file.keep()
        self._done.append(
            Part(
                number=len(self._done) + 1,
                path=part.path,
                sha256=part.digest.hexdigest(),
                size=part.size,
                header=tuple(column.header for column in self._columns),
                fields=tuple(column.field for column in self._columns),
                map=RowMap.joined(part.maps),
            )
        )


def manifest(parts: Sequence[Part], source_sha256: str) -> str:
    """The manifest of the parts, as JSON text."""
    entries = []
    for part in parts:
        runs = part.map.runs()
        entries.append(
            {
                "file": f"{PARTS}/{part.path.name}",
                "sha256": part.sha256,
                "bytes": part.size,
                "rows": part.rows,
                "first_row": runs[0][0],
                "last_row": runs[-1][1],
                "source_rows": " ".join(f"{first}-{last}" for first, last in runs),
            }
        )
    document = {"schema_version": 1, "source_sha256": source_sha256, "parts": entries}
    return json.dumps(document, indent=2) + "\n"


def moved(part: Part, path: Path) -> Part:
    """The part at another path."""
    return replace(part, path=path)


def read_part(part: Part) -> pa.Table:
    """The cells of a part as it was sent: string columns "0", "1", …, nothing inferred.

    Row i is the input row `part.row_map[i]`.

    Raises:
        SourceError: the file is gone, or was changed.
    """
    names = [str(at) for at in range(len(part.header))]
    try:
        with part.path.open("rb") as file:
            # Rows of another file of the same shape would be taken for these.
            if hashlib.file_digest(file, "sha256").hexdigest() != part.sha256:
                raise SourceError(f"{part.path}: the part was changed since it was written")
        return pa_csv.read_csv(
            part.path,
            read_options=pa_csv.ReadOptions(column_names=names, block_size=_BLOCK),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        ).slice(1)
    except FileNotFoundError:
        raise SourceError(f"{part.path}: the part is gone") from None


def redact_rows(texts: Sequence[str], part: Part) -> list[str]:
    """Texts without the cells of a part, see `redact_cells`.

    If the part is gone, `mask` removes what it recognises.
    """
    try:
        cells = read_part(part)
    except SourceError:
        return list(map(mask, texts))
    return redact_cells(texts, cells, part.header)


@contextmanager
def redact_errors(part: Part) -> Iterator[None]:
    """Removes the cells of a part from the message of a `ProviderError` that ends the block."""
    try:
        yield
    except ProviderError as error:
        message, code = redact_rows([str(error), error.code or ""], part)
        error.args = (message,)
        error.code = code or None
        raise
