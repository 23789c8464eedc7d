"""Path to bytes: an input becomes a local file with a name, a size and a digest."""

from __future__ import annotations

import gzip
import hashlib
import os
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.core import files, urls
from preflight.core.errors import SourceError
from preflight.core.files import Readable, copy_hashed
from preflight.core.types import Source
from preflight.core.urls import Url
from preflight.core.workspace import spooled
from preflight.reading import archives, streams, workbook
from preflight.reading.encoding import Utf8
from preflight.reading.sheet_reader import DAMAGED

if TYPE_CHECKING:
    from preflight.core.object_store import Version
    from preflight.core.stored_object import StoredObject

_BROKEN = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, RuntimeError)
_DAMAGED = {".gz": "damaged gzip archive", ".zip": "damaged or encrypted ZIP archive"}
_BLOCK = 1 << 20
_HARMLESS, _MOST_TIMES = 256 << 20, 200
"""What an archive may unpack to whatever its size; and else, so many times its size."""


def open_source(
    path: str | Path,
    *,
    spool: Path,
    stdin_name: str | None = None,
    sheet: str | None = None,
    in_place: bool = False,
) -> Source:
    """Make an input readable as a local file, byte for byte, in constant memory.

    A plain file is read in place. What a URL names is fetched into `spool` as a whole. Standard
    input (`-`), the content of a `.gz`, the only contact file in a `.zip`, and the one that a path
    names in it (`exports.zip/leads.csv`) are written to a file in `spool` that only its owner can
    read. One sheet of a workbook is read. The bytes decide what a file is: a CSV named `.xls` is a
    CSV; but a workbook named `.csv` is left to the rule about files that are not a table, and so is
    a damaged archive.

    Args:
        path: the input as the user named it.
        spool: an existing directory for files that live as long as the run.
        stdin_name: the name of standard input in reports; "-" by default.
        sheet: the sheet of a workbook, by its name or its number from 1.
        in_place: whether a plain text in a store may be read where it is, once to know it, and
            again for whatever is read of it; UTF-8 alone, for other text is copied in any case.

    Raises:
        SourceError: it is missing, a directory, unreadable, an archive of several contact files, or
            an object that was changed while it was read.
        UsageError: the workbook has no such sheet.
        MissingExtra: it is a workbook or in a store, and the library that reads such is not
            installed.
    """
    source, inner = _opened(path, spool, stdin_name, in_place=in_place)
    suffix = Path(inner).suffix.lower()
    if suffix in archives.TEXTS:
        return source
    if not workbook.is_workbook(source.local):
        if suffix not in workbook.SUFFIXES:
            return source
        if workbook.is_damaged(source.local):
            return replace(source, unreadable=DAMAGED)
        return replace(source, misnamed=True)
    read = workbook.read_sheet(source.local, source.name, sheet, spool)
    if isinstance(read, str):
        return replace(source, unreadable=read)
    return replace(source, sheet=read)


def _opened(
    path: str | Path, spool: Path, stdin_name: str | None, *, in_place: bool
) -> tuple[Source, str]:
    """The source as bytes, and the name whose suffix says what they should be."""
    name = str(path)
    if name == "-":
        return _standard_input(stdin_name or "-", spool)
    if (url := urls.parse(name)) is not None:
        return _from_store(url, spool, in_place=in_place)
    name = urls.as_path(name)
    if not name:
        raise SourceError("an empty path; name a file")
    member = archives.member_of(name)
    file = Path(name) if member is None else member[0]
    if file.is_dir():
        raise SourceError(f"{name}: a directory, not a file; name a file in it")
    try:
        if member is None and streams.is_stream(file, name):
            return _packed_stream(_streamed(file, name, spool), name, spool)
        return _from_disk(file, name, member, spool)
    except FileNotFoundError:
        raise SourceError(f"{name}: no such file; check the path") from None
    except PermissionError:
        raise SourceError(f"{name}: not readable; check its permissions") from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise SourceError(f"{name}: cannot be read ({reason})") from None


def _from_store(url: Url, spool: Path, *, in_place: bool) -> tuple[Source, str]:
    """An object of a store, unpacked if it is packed. Its name has no query."""
    from preflight.core import object_store  # here: most calls read files

    plain = _is_plain(url)
    if plain and in_place and (source := _where_it_is(url)) is not None:
        return source, url.name
    archive, inside = url, ""
    if (split := archives.split(url)) is not None and not object_store.connected(url).exists():
        archive, inside = split
    with files.writing("temporary files"):
        place = Path(tempfile.mkdtemp(prefix="object-", dir=spool))
    file = place / f"object{''.join(Path(archive.name).suffixes[-2:])}"
    version = object_store.connected(archive).fetch(file)
    member = (file, inside) if inside else None
    source, inner = _from_disk(file, url.shown, member, spool)
    stored = _stored(url, version) if plain and not inside else None
    return replace(source, written=version.written, stored=stored), inner


def _is_plain(url: Url) -> bool:
    """Whether a URL names a text of which any machine with access to the store can read a part.

    A web server may give no parts, and a query may be a signature, which is passed on to nobody.
    """
    suffix = Path(url.name).suffix.lower()
    return suffix in archives.TEXTS and not url.is_web and not url.query


def _stored(url: Url, version: Version) -> StoredObject | None:
    from preflight.core.stored_object import StoredObject  # here: most calls read files

    return None if version.size is None else StoredObject(url, version.size, version.pinned)


def _where_it_is(url: Url) -> Source | None:
    """An object that is read where it is; None if it has to be copied."""
    from preflight.core import object_store  # here: most calls read files

    store = object_store.connected(url)
    if archives.split(url) is not None and not store.exists():
        return None
    version = store.version()
    stored = _stored(url, version)
    if stored is None:
        return None
    digest, utf8 = hashlib.sha256(), Utf8()
    with stored.open("rb") as file:
        while utf8.is_valid and (block := file.read(_BLOCK)):
            digest.update(block)
            utf8.write(block)
    if (count := utf8.count()) is None:
        return None
    return Source(
        name=url.shown,
        path=stored,
        sha256=digest.hexdigest(),
        size=stored.st_size,
        written=version.written,
        stored=stored,
        utf8=count,
    )


def _from_disk(
    file: Path, name: str, member: tuple[Path, str] | None, spool: Path
) -> tuple[Source, str]:
    """A file, unpacked if it is packed; a damaged archive as it is. Arguments as `_unpacked`."""
    suffix, damage = file.suffix.lower(), ""
    try:
        if suffix == ".zip":
            return _unpacked(file, name, member, spool)
        if suffix == ".gz":
            return _gunzipped(file, name, spool), file.stem
    except _BROKEN:
        damage = _DAMAGED[suffix]
    with file.open("rb") as plain:
        stamp = _stamp(os.fstat(plain.fileno()))
        digest, size = copy_hashed(plain)
    return Source(name, file, digest, size, unreadable=damage, stamp=stamp), name


def _stamp(about: os.stat_result) -> tuple[int, int, int]:
    return about.st_size, about.st_mtime_ns, about.st_ino


@contextmanager
def as_it_was(source: Source) -> Iterator[None]:
    """Reads a source within the block, which fails if somebody changed it since it was opened.

    Raises:
        SourceError: the file was written, replaced or removed. What the block raised may be due to
            that, and is its cause.
    """
    try:
        yield
    except Exception as error:
        if _is_changed(source):
            raise SourceError(f"{source.name} changed while it was read; try again") from error
        raise
    if _is_changed(source):
        raise SourceError(f"{source.name} changed while it was read; try again")


def _is_changed(source: Source) -> bool:
    try:
        return source.stamp is not None and source.stamp != _stamp(source.local.stat())
    except OSError:
        return True


def _unpacked(
    file: Path, name: str, member: tuple[Path, str] | None, spool: Path
) -> tuple[Source, str]:
    """A contact file in a ZIP archive, and its own name.

    Args:
        file: the archive.
        name: as the user gave it.
        member: the archive and the name in it, if the user named one.
        spool: for the unpacked file.

    Raises:
        SourceError: there is no such file, or not just one.
    """
    archive = archives.opened(file)
    inside = archives.only_member(archive, name) if member is None else member[1]
    try:
        found = archive.getinfo(inside)
    except KeyError:
        within = name.removesuffix(f"/{inside}")
        raise SourceError(f"{name}: no such file in the archive {within}") from None
    with archive.open(found) as packed:
        return _spooled(_Bounded(packed, file, name), name, spool), inside


def _standard_input(name: str, spool: Path) -> tuple[Source, str]:
    """Standard input, unpacked if its name says that it is packed."""
    streams.refuse_endless(os.fstat(0), "standard input")
    return _packed_stream(_spooled(sys.stdin.buffer, name, spool), name, spool)


def _streamed(file: Path, name: str, spool: Path) -> Source:
    with streams.opened(file, name) as stream:
        return _spooled(stream, name, spool)


def _packed_stream(source: Source, name: str, spool: Path) -> tuple[Source, str]:
    """What came through a pipe, and its name, unpacked if its name says that it is packed."""
    if not name.lower().endswith(".gz"):
        return source, name
    try:
        return _gunzipped(source.local, name, spool), Path(name).stem
    except _BROKEN:
        return replace(source, unreadable=_DAMAGED[".gz"]), name


def _gunzipped(file: Path, name: str, spool: Path) -> Source:
    with gzip.open(file) as packed:
        return _spooled(_Bounded(packed, file, name), name, spool)


class _Bounded:
    """What is read out of an archive, as long as it is no bomb.

    Args:
        unpacked: its content.
        archive: its place.
        name: as the user gave it.
    """

    def __init__(self, unpacked: Readable, archive: Path, name: str) -> None:
        self._unpacked, self._name = unpacked, name
        self._most = max(_HARMLESS, archive.stat().st_size * _MOST_TIMES)
        self._read = 0

    def read(self, size: int, /) -> bytes:
        """The next bytes; none at the end.

        Raises:
            SourceError: it is too much for an archive of that size.
        """
        block = self._unpacked.read(size)
        self._read += len(block)
        if self._read > self._most:
            raise SourceError(
                f"{self._name}: unpacks to more than {_MOST_TIMES} times its size, over "
                f"{self._most:,} bytes; unpack it, and name the file that is in it"
            )
        return block


def last_written(path: str | Path) -> datetime | None:
    """When a file was last written, in UTC; None for standard input, or if that is unknown."""
    try:
        if str(path) == "-":
            return None
        return datetime.fromtimestamp(archives.outer(path).stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return None


def _spooled(stream: Readable, name: str, spool: Path) -> Source:
    with spooled(spool, "source") as (path, copy):
        digest, size = copy_hashed(stream, copy)
    return Source(name=name, path=path, sha256=digest, size=size)
