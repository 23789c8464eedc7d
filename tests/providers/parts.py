"""Parts on disk for the tests of the providers."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from preflight.core.exchange import Part
from preflight.core.row_map import RowMap


def make_part(
    folder: Path,
    header: tuple[str, ...] = ("Email", "FIRSTNAME"),
    fields: tuple[str | None, ...] = ("email", "first_name"),
    rows: tuple[tuple[str, ...], ...] = (("ann@example.org", "Ann"), ("bob@example.org", "Bob")),
) -> Part:
    """Writes a part and describes it."""
    path = folder / "0001.csv"
    data = "".join(",".join(row) + "\n" for row in (header, *rows)).encode()
    path.write_bytes(data)
    numbers = np.arange(1, len(rows) + 1, dtype=np.int64)
    return Part(
        number=1,
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        header=header,
        fields=fields,
        map=RowMap.of(numbers, numbers + 1),
    )
