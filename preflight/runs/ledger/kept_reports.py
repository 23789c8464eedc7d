"""Failure reports on disk: the bytes as received, and beside them the table read from them.

Both have personal data, and only their owner can read them. The table is kept too because only the
provider's module can read the bytes, and rows must be joined again without the provider.
"""

from __future__ import annotations

import io
from pathlib import Path

from preflight.core import files
from preflight.core.exchange import FailureReport

_TABLE = ".arrow"


def keep(folder: Path, stem: str, report: FailureReport) -> Path:
    """Writes a report atomically, also in case of a power cut.

    Args:
        folder: for the file; created, for its owner alone, if missing.
        stem: its name without the suffix; a report of this name is replaced.
        report: what to write.

    Returns:
        The path of the bytes, for `load`.
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
        OSError: it is gone.
    """
    import pandas as pd  # here: a list of runs loads no report

    table = pd.read_feather(path.with_suffix(_TABLE))
    return FailureReport(raw=path.read_bytes(), suffix=path.suffix, table=table)
