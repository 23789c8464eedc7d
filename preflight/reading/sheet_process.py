"""Reads a sheet of a workbook in a process of its own, whose memory is bounded.

A workbook may say that it has cells for terabytes: the library then asks for them, and its process
is aborted. The process is a new one, because a fork of one with threads may hang.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

from preflight.core.errors import SourceError
from preflight.core.processes import limit_memory
from preflight.core.types import Sheet
from preflight.reading import sheet_reader

_LEAST, _TIMES = 512 << 20, 16
"""Bytes that every workbook may take, and how many more for each of its own."""


def read(path: Path, name: str, wanted: str | None, spool: Path, *, size: int) -> Sheet | str:
    """A sheet of a workbook as text, see `workbook.read_sheet`.

    Args:
        path, name, wanted, spool: see there.
        size: of the workbook, in bytes, unpacked if that is known.
    """
    limit = _LEAST + _TIMES * size
    task = pickle.dumps((limit, path, name, wanted, spool))
    # Modules come from where this process has them from, and not from the folder it is in.
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "OPENBLAS_NUM_THREADS": "1",
    }
    code = f"from {__name__} import main; main()"
    ended = subprocess.run(
        [sys.executable, "-P", "-c", code],
        input=task,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        check=False,
    )
    if ended.returncode:
        raise SourceError(
            f"{name}: a workbook that cannot be read in {limit >> 20:,} MB of memory; "
            "save the sheet as CSV"
        )
    answer = pickle.loads(ended.stdout)  # noqa: S301 - of our own process
    if isinstance(answer, Exception):
        raise answer
    read_sheet: Sheet | str = answer
    return read_sheet


def main() -> None:
    """Reads the sheet that standard input names; standard output is the answer, or the error."""
    limit, *task = pickle.load(sys.stdin.buffer)  # noqa: S301 - of the process that started this
    limit_memory(limit)
    answer: object
    try:
        answer = sheet_reader.read(*task)
    except MemoryError:
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - it is raised where it would have been
        answer = error
    sys.stdout.buffer.write(pickle.dumps(answer))
