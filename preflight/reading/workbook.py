"""What is a workbook, whether it may be read, and one sheet of it as text.

The library that reads it may end its process, for it asks for as much memory as the workbook says
that it needs. So it has a process of its own.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.errors import SourceError
from preflight.core.types import Chunk, Sheet
from preflight.reading import sheet_process
from preflight.reading.sheet_reader import LOCKED

SUFFIXES = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
MOST_BYTES = 2 << 30
_HARMLESS, _MOST_TIMES = 64 << 20, 100
"""What a workbook may unpack to whatever its size; and else, so many times its size."""
_READ = (".xml", ".bin", ".rels")

_LEGACY = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_PACKED = (_ZIP, b"PK\x05\x06")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FROM_MARKS = str.maketrans("\x1e\x1c", "\n\r")


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook, by its bytes; its name does not matter."""
    with path.open("rb") as file:
        head = file.read(8)
    if head == _LEGACY:
        return True
    if not head.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                return archive.read("mimetype").strip() == _OPEN_DOCUMENT
            return any(name.startswith("xl/") for name in names)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
        return False


def is_damaged(path: Path) -> bool:
    """Whether a file named like a workbook, but not readable as one, starts like one."""
    with path.open("rb") as file:
        return file.read(4) in _PACKED


def read_sheet(path: Path, name: str, wanted: str | None, spool: Path) -> Sheet | str:
    """Writes one sheet of a workbook as text into `spool`.

    Args:
        path: of the workbook.
        name: what the user called it.
        wanted: the sheet, by its name or its number from 1; by default the first visible sheet
            that is not empty.
        spool: an existing directory.

    Returns:
        The sheet; or, if none can be read, what the file is instead.

    Raises:
        MissingExtra: the library that reads workbooks is not installed.
        UsageError: there is no such sheet.
        SourceError: it is too large.
    """
    if _is_encrypted(path):
        return LOCKED
    return sheet_process.read(path, name, wanted, spool, size=_bounded(path, name))


def with_line_breaks(chunk: Chunk) -> Chunk:
    """A chunk of a sheet's text with the line breaks in its cells restored."""
    table = pa.table({name: _restored(chunk.table[name]) for name in chunk.table.column_names})
    malformed = chunk.malformed.assign(raw=chunk.malformed["raw"].map(restored))
    return Chunk(table, chunk.rows, chunk.lines, malformed)


def restored(cell: str) -> str:
    """A cell of a sheet's text with its line breaks restored."""
    return cell.translate(_FROM_MARKS)


def _restored(column: pa.ChunkedArray) -> pa.ChunkedArray:
    for mark, line_break in (("\x1e", "\n"), ("\x1c", "\r")):
        if pc.any(pc.match_substring(column, mark)).as_py():
            column = pc.replace_substring(column, mark, line_break)
    return column


def _is_encrypted(path: Path) -> bool:
    """Whether it is an encrypted package, which looks like a legacy document."""
    with path.open("rb") as file:
        if file.read(8) != _LEGACY:
            return False
        overlap = b""
        while block := file.read(1 << 20):
            if _ENCRYPTED in overlap + block:
                return True
            overlap = block[-len(_ENCRYPTED) :]
    return False


def _bounded(path: Path, name: str) -> int:
    """How many bytes a workbook unpacks to.

    Raises:
        SourceError: it is too much.
    """
    if not zipfile.is_zipfile(path):
        return path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [info for info in archive.infolist() if info.filename.endswith(_READ)]
    except zipfile.BadZipFile:
        return path.stat().st_size
    size = sum(info.file_size for info in parts)
    packed = sum(info.compress_size for info in parts)
    if size > max(_HARMLESS, packed * _MOST_TIMES):
        raise SourceError(
            f"{name}: a workbook that unpacks to {size // max(packed, 1):,} times its size, "
            f"{size:,} bytes; save the sheet as CSV"
        )
    if size > MOST_BYTES:
        raise SourceError(
            f"{name}: a workbook that unpacks to {size:,} bytes, over the limit of {MOST_BYTES:,}; "
            "save the sheet as CSV"
        )
    return size
