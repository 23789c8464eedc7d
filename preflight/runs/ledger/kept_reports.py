"""Failure reports on disk: the bytes as they came, and beside them the table read from them.

Both hold personal data and are readable by their owner alone. The table is kept too because only
the provider's module can read the bytes, and rows must be joined again without any provider.
"""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from preflight.core import files
from preflight.core.types import FailureReport

_TABLE = ".arrow"


def keep(folder: Path, stem: str, report: FailureReport) -> Path:
    """Writes a report so that it is there as a whole or not at all, also after a power cut.

    Args:
        folder: where; made, for its owner alone, if it is not there.
        stem: its name without the suffix; a report of this name is replaced.
        report: what to write.

    Returns:
        The path of the bytes; `load` wants it.
    """
    files.folder(folder)
    table = io.BytesIO()
    report.table.reset_index(drop=True).to_feather(table)
    path = folder / f"{stem}{report.suffix}"
    files.write(path.with_suffix(_TABLE), table.getvalue())
    files.write(path, report.raw)
    return path


def load(path: Path) -> FailureReport:
    """Reads a report that `keep` wrote.

    Raises:
        OSError: it is not there any more.
    """
    table = pd.read_feather(path.with_suffix(_TABLE))
    return FailureReport(raw=path.read_bytes(), suffix=path.suffix, table=table)
