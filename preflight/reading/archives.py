"""ZIP archives as folders of contact files: `exports.zip/leads.csv` is a file in one.

What a system adds to an archive on its own (`__MACOSX/`, names that begin with a dot) is no file of
the user's.
"""

from __future__ import annotations

import functools
import re
import zipfile
from dataclasses import replace
from pathlib import Path

from preflight.core.errors import SourceError
from preflight.core.urls import Url
from preflight.reading import workbook

TEXTS = (".csv", ".tsv", ".txt")
_INSIDE = re.compile(r"\.zip/", re.IGNORECASE)
_MOST_NAMED = 5


def member_of(path: str) -> tuple[Path, str] | None:
    """The archive and the name in it of a path like `exports.zip/leads.csv`; None for another."""
    if not Path(path).exists():
        for found in _INSIDE.finditer(path):
            archive = Path(path[: found.end() - 1])
            if archive.is_file():
                return archive, path[found.end() :]
    return None


def split(url: Url) -> tuple[Url, str] | None:
    """The archive and the name in it of a URL like `s3://a/exports.zip/leads.csv`, if it has both.

    An object may have such a name itself.
    """
    found = _INSIDE.search(url.path)
    if found is None:
        return None
    return replace(url, path=url.path[: found.end() - 1]), url.path[found.end() :]


def opened(archive: Path) -> zipfile.ZipFile:
    """An archive, which stays open until another one is: its directory may have 10,000 files.

    Raises:
        OSError, zipfile.BadZipFile, NotImplementedError, ValueError: it cannot be read.
    """
    about = archive.stat()
    return _opened(archive, about.st_mtime_ns, about.st_size, about.st_ino)


@functools.lru_cache(maxsize=1)
def _opened(archive: Path, *_about: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(archive)


def outer(path: str | Path) -> Path:
    """The file on disk that a path is in: the archive of a file in one, else the path itself."""
    found = member_of(str(path))
    return Path(path) if found is None else found[0]


def tables_in(archive: Path) -> list[str] | None:
    """The names of the contact files in an archive, sorted; None if it cannot be read."""
    try:
        with zipfile.ZipFile(archive) as opened:
            return sorted(name for name in set(_files(opened)) if is_table(name))
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return None


def only_member(opened: zipfile.ZipFile, name: str) -> str:
    """The name of the only contact file in an archive, or of the only file.

    Args:
        opened: the archive.
        name: its path, for the error.

    Raises:
        SourceError: there is more than one, or none.
    """
    members = sorted(set(_files(opened)))
    tables = [member for member in members if is_table(member)]
    if len(members) == 1 or len(tables) == 1:
        return (tables or members)[0]
    if not members:
        raise SourceError(f"{name}: no file in this archive")
    if not tables:
        raise SourceError(f"{name}: none of the {len(members)} files in it is a contact file")
    named = ", ".join(tables[:_MOST_NAMED]) + (", …" if len(tables) > _MOST_NAMED else "")
    raise SourceError(
        f"{name}: {len(tables)} contact files in this archive ({named}); name one of them: "
        f"{name}/{tables[0]}"
    )


def is_table(name: str) -> bool:
    """Whether a file has the name of a contact file."""
    return Path(name).suffix.lower() in (*TEXTS, *workbook.SUFFIXES)


def _files(opened: zipfile.ZipFile) -> list[str]:
    return [
        info.filename
        for info in opened.infolist()
        if not info.is_dir()
        and not info.filename.startswith("__MACOSX/")
        and not Path(info.filename).name.startswith(".")
    ]
