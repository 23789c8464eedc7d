"""Path to bytes: an input becomes a local file with a name, a size and a digest."""

from __future__ import annotations

import glob
import gzip
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from preflight.core.errors import SourceError
from preflight.core.files import copy_hashed
from preflight.core.types import Source
from preflight.core.workspace import spooled
from preflight.reading import workbook

SUFFIXES = (".csv", ".tsv", ".txt")
PACKED = (".gz", ".zip")

_RESULTS = ".preflight"
_LOCKS = (".", "~$")  # a spreadsheet's lock file beside an open workbook begins with ~$
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def expand(paths: Sequence[str]) -> list[str]:
    """Expand files, directories, globs and `-` to a list of single inputs, in that order.

    A directory expands to every table file and workbook in it, including packed ones, sorted by
    path; hidden files and results of earlier calls (`*.preflight/`) are skipped. A glob (`**` spans
    directories) expands to the files it matches, sorted. Each input is listed once. A path that
    does not exist is kept, so that `open_source` can refuse it.

    Raises:
        SourceError: a directory or a glob expands to nothing.
    """
    inputs: list[str] = []
    for path in paths:
        if path != "-" and Path(path).is_dir():
            inside = sorted(map(str, _tables(Path(path))))
            if not inside:
                raise SourceError(f"{path}: no .csv, .tsv, .txt or .xlsx file in this directory")
            inputs += inside
        elif path != "-" and glob.has_magic(path) and not Path(path).exists():
            # Path.glob does not accept absolute patterns
            matches = sorted(m for m in glob.glob(path, recursive=True) if Path(m).is_file())  # noqa: PTH207
            if not matches:
                raise SourceError(f"{path}: no file matches this pattern")
            inputs += matches
        else:
            inputs.append(path)
    return list(dict.fromkeys(inputs))


def open_source(
    path: str | Path, *, spool: Path, stdin_name: str | None = None, sheet: str | None = None
) -> Source:
    """Make an input readable as a local file, byte for byte, in constant memory.

    A plain file is read in place. Standard input (`-`) and the content of a `.gz`, or of a `.zip`
    with exactly one file, are written to a file in `spool` that only its owner can read. One sheet
    of a workbook is read. The bytes decide what a file is: a CSV named `.xls` is a CSV; but a
    workbook named `.csv` is left to the rule about files that are not a table.

    Args:
        path: the input as the user named it.
        spool: an existing directory for files that live as long as the run.
        stdin_name: the name of standard input in reports; "-" by default.
        sheet: the sheet of a workbook, by its name or its number from 1.

    Raises:
        SourceError: it is missing, a directory, unreadable, damaged, an archive of several files,
            or a URL.
        UsageError: the workbook has no such sheet.
        MissingExtra: it is a workbook, and the library that reads them is not installed.
    """
    source, inner = _opened(path, spool, stdin_name)
    suffix = Path(inner).suffix.lower()
    if suffix in SUFFIXES or not workbook.is_workbook(source.path):
        if suffix not in workbook.SUFFIXES:
            return source
        if workbook.is_damaged(source.path):
            return replace(source, unreadable=workbook.DAMAGED)
        return replace(source, misnamed=True)
    read = workbook.read_sheet(source.path, source.name, sheet, spool)
    if isinstance(read, str):
        return replace(source, unreadable=read)
    return replace(source, sheet=read)


def _opened(path: str | Path, spool: Path, stdin_name: str | None) -> tuple[Source, str]:
    """The source as bytes, and the name whose suffix says what they should be."""
    name = str(path)
    if name == "-":
        name = stdin_name or "-"
        return _spooled(sys.stdin.buffer, name, spool), name
    if _URL.match(name):
        raise SourceError(f"{name}: this build does not read URLs yet; download the file first")
    file = Path(path)
    suffix = file.suffix.lower()
    if file.is_dir():
        raise SourceError(f"{name}: a directory, not a file; name a file in it")
    try:
        if suffix == ".gz":
            with gzip.open(file) as packed:
                return _spooled(packed, name, spool), file.stem  # type: ignore[arg-type]
        if suffix == ".zip":
            with zipfile.ZipFile(file) as archive:
                inside = _only_member(archive)
                with archive.open(inside) as member:
                    return _spooled(member, name, spool), inside  # type: ignore[arg-type]
        with file.open("rb") as plain:
            digest, size = copy_hashed(plain)
    except FileNotFoundError:
        raise SourceError(f"{name}: no such file; check the path") from None
    except PermissionError:
        raise SourceError(f"{name}: not readable; check its permissions") from None
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, RuntimeError):
        raise SourceError(
            f"{name}: a damaged or encrypted archive; unpack it and name the CSV"
        ) from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise SourceError(f"{name}: cannot be read ({reason})") from None
    return Source(name=name, path=file, sha256=digest, size=size), name


def _tables(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        *above, name = path.relative_to(folder).parts
        skipped = any(part.startswith(".") or part.endswith(_RESULTS) for part in above)
        if not skipped and not name.startswith(_LOCKS) and path.is_file() and _is_table(path):
            yield path


def last_written(path: str | Path) -> datetime | None:
    """When a file was last written, in UTC; None for standard input, or if that is unknown."""
    try:
        return None if str(path) == "-" else datetime.fromtimestamp(Path(path).stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return None


def _is_table(path: Path) -> bool:
    suffix = path.suffix.lower()
    inner = Path(path.stem).suffix.lower() if suffix in PACKED else suffix
    return inner in (*SUFFIXES, *workbook.SUFFIXES)


def _only_member(archive: zipfile.ZipFile) -> str:
    members = [info.filename for info in archive.infolist() if not info.is_dir()]
    if len(members) == 1:
        return members[0]
    held = ", ".join(members[:5]) + (", …" if len(members) > 5 else "") if members else "none"
    raise SourceError(
        f"{archive.filename}: an archive must hold one file, this one holds {len(members)} "
        f"({held}); unpack it and name one"
    )


def _spooled(stream: BinaryIO, name: str, spool: Path) -> Source:
    with spooled(spool, "source") as (path, copy):
        digest, size = copy_hashed(stream, copy)
    return Source(name=name, path=path, sha256=digest, size=size)
