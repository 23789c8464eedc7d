"""Failure reports on disk: the bytes as received, and beside them the table read from them.

Both have personal data, and only their owner can read them. The table is kept too because only the
provider's module can read the bytes, and rows must be joined again without the provider.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.core import files
from preflight.core.exchange import PAGE, FailureReport, Further
from preflight.core.received import Received

if TYPE_CHECKING:
    import pandas as pd

_TABLE = ".arrow"
_HEAD = 256 << 10


def keep(folder: Path, stem: str, report: FailureReport) -> Path:
    """Writes a report atomically, also in case of a power cut.

    Args:
        folder: for the file; created, for its owner alone, if missing.
        stem: its name without the suffix; a report of this name is replaced.
        report: what to write.

    Returns:
        The path of the bytes, for `load`.
    """
    import pyarrow as pa  # here: a list of runs keeps no report

    files.folder(folder)
    path = folder / f"{stem}{report.suffix}"
    with files.Replacement(path.with_suffix(_TABLE)) as new:
        empty = pa.Table.from_pandas(report.table.iloc[:0].reset_index(drop=True))
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.ipc.new_file(new.file, empty.schema, options=options) as file:
            for page in report.pages():
                table = pa.Table.from_pandas(page.table.reset_index(drop=True), empty.schema)
                file.write_table(table.combine_chunks())
    with files.Replacement(path) as new:
        whole = [report.raw] if report.further is None else report.further.raw.blocks()
        for block in whole:
            new.write(block)
    return path


def load(path: Path) -> FailureReport:
    """Reads a report that `keep` wrote.

    Raises:
        OSError: it is gone.
    """
    import pandas as pd  # here: a list of runs loads no report

    if path.stat().st_size <= PAGE:
        table = pd.read_feather(path.with_suffix(_TABLE))
        return FailureReport(raw=path.read_bytes(), suffix=path.suffix, table=table)
    raw, tables = Received(path=path), _Tables(path.with_suffix(_TABLE))
    first = next(iter(tables))
    return FailureReport(
        raw.head(_HEAD), path.suffix, first, Further(raw, _Tables(path.with_suffix(_TABLE), 1))
    )


class _Tables:
    """The tables of the pages of a kept report, read one at a time.

    Args:
        path: of the file.
        first: the page that is read first, from 0.
    """

    def __init__(self, path: Path, first: int = 0) -> None:
        self._path = path
        self._first = first

    def __iter__(self) -> Iterator[pd.DataFrame]:
        import pyarrow as pa

        with pa.ipc.open_file(self._path) as file:
            for at in range(self._first, file.num_record_batches):
                yield pa.Table.from_batches([file.get_batch(at)]).to_pandas()
