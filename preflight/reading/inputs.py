"""Paths to inputs: what a directory, a pattern, an archive and `-` stand for."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from preflight.core import urls
from preflight.core.errors import SourceError
from preflight.core.urls import Url
from preflight.reading import archives

MOST_FILES = 10_000
"""In a call: what is known of each stays in memory until the report is written."""
_RESULTS = ".preflight"
_LOCK = "~$"  # a spreadsheet's lock file beside an open workbook begins with it
_PACKED = (".gz", ".zip")
_SPANNING = re.compile(r"(^|[/\\])\*\*(?:[/\\]|$)")


@dataclass
class Skipped:
    """What was passed over in directories.

    Attributes:
        results: folders with results of earlier calls (`*.preflight/`).
        hidden: files and folders whose names begin with a dot, and lock files of spreadsheets.
        others: files that do not have the name of a contact file.
    """

    results: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Inputs:
    """Single inputs.

    Attributes:
        paths: each a file, a file in an archive, or `-`, in the order in which they are checked.
        skipped: what was passed over in directories.
    """

    paths: list[str]
    skipped: Skipped


def expand(paths: Sequence[str]) -> Inputs:
    """Files, directories, patterns, archives and `-` as single inputs, in the order given.

    A directory stands for every contact file in it and below, packed ones, workbooks and damaged
    archives included, sorted by path; hidden files and results of earlier calls (`*.preflight/`)
    are skipped; so does a URL that ends with a slash. A pattern (`**` spans directories) stands for
    the files it matches, sorted. A ZIP archive with several contact files stands for all of them
    (`exports.zip/leads.csv`), unless it is in a store. A file is one input, however often it is
    named. A path that does not exist is kept, so that `open_source` can refuse it.

    Raises:
        SourceError: a directory or a pattern stands for nothing, or all for more than `MOST_FILES`,
            or a store does not say.
    """
    inputs: dict[str, str] = {}
    skipped = Skipped()
    for given in paths:
        for path in _expanded(given, skipped):
            for single in _unpacked(path):
                inputs.setdefault(_identity(single), single)
    if len(inputs) > MOST_FILES:
        raise SourceError(
            f"{len(inputs):,} files, over the limit of {MOST_FILES:,} in a call; name some of them"
        )
    return Inputs(list(inputs.values()), skipped)


def _identity(single: str) -> str:
    """What is equal for two names of one input."""
    if single == "-" or urls.parse(single) is not None:
        return single
    return os.path.realpath(single)


def _expanded(path: str, skipped: Skipped) -> list[str]:
    """The files that a path stands for; archives are not looked into."""
    if path == "-":
        return [path]
    if not path:
        raise SourceError("an empty path; name a file")
    if (url := urls.parse(path)) is not None:
        return [one.text for one in _objects(url, skipped)]
    path = urls.as_path(path)
    if Path(path).is_dir():
        inside = sorted(map(str, _tables(Path(path), skipped)))
        if not inside:
            raise SourceError(f"{path}: no .csv, .tsv, .txt or .xlsx file in this directory")
        return inside
    if glob.has_magic(path) and not Path(path).exists() and archives.member_of(path) is None:
        matches = sorted(m for m in set(_matching(path)) if Path(m).is_file())
        if not matches:
            raise SourceError(f"{path}: no file matches this pattern")
        return matches
    return [path]


def _objects(url: Url, skipped: Skipped) -> list[Url]:
    """The objects that a URL stands for."""
    if not (url.is_folder or url.is_pattern):
        return [url]
    from preflight.core import object_store  # here: most calls read files

    store = object_store.connected(url)
    if url.is_folder:
        inside = [one for one in store.below() if _is_wanted(one, url, skipped)]
        if not inside:
            raise SourceError(f"{url.shown}: no .csv, .tsv, .txt or .xlsx file in this folder")
        return inside
    matches = store.matching() or ([url] if store.exists() else [])
    if not matches:
        raise SourceError(f"{url.shown}: no object matches this pattern")
    return matches


def _is_wanted(one: Url, folder: Url, skipped: Skipped) -> bool:
    """Whether an object is checked with its folder; as `_tables` has it for files."""
    *folders, name = one.path.removeprefix(folder.path).strip("/").split("/")
    for at, part in enumerate(folders):
        if part.startswith(".") or part.endswith(_RESULTS):
            kind = skipped.hidden if part.startswith(".") else skipped.results
            place = folder.below("/".join(folders[: at + 1])).shown
            if place not in kind[-1:]:
                kind.append(place)
            return False
    if name.startswith((".", _LOCK)):
        skipped.hidden.append(one.shown)
    elif name.lower().endswith(".zip") or archives.is_table(_unpacked_name(name)):
        return True
    else:
        skipped.others.append(one.shown)
    return False


def _unpacked_name(name: str) -> str:
    return Path(name).stem if name.lower().endswith(_PACKED) else name


def _matching(pattern: str) -> Iterator[str]:
    """What a pattern matches; `**` goes into no link, because links may go round in circles."""
    spanning = _SPANNING.search(pattern)
    if spanning is None:
        yield from glob.iglob(pattern)  # noqa: PTH207 - Path.glob accepts no absolute pattern
        return
    top, below = pattern[: spanning.start()], pattern[spanning.end() :] or "*"
    for folder in glob.iglob(top + spanning[1]) if top or spanning[1] else [""]:  # noqa: PTH207
        for place, folders, _ in os.walk(folder or "."):
            folders[:] = [name for name in folders if not name.startswith(".")]
            inside = place if folder else place[len("./") :]
            yield from _matching(str(Path(glob.escape(inside)) / below) if inside else below)


def _unpacked(path: str) -> list[str]:
    """The contact files in a ZIP archive that has several; else the path."""
    if Path(path).suffix.lower() != ".zip" or not Path(path).is_file():
        return [path]
    tables = archives.tables_in(Path(path)) or []
    return [f"{path}/{name}" for name in tables] if len(tables) > 1 else [path]


def _tables(folder: Path, skipped: Skipped) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        here = Path(place)
        for name in sorted(folders):
            if name.startswith(".") or name.endswith(_RESULTS):
                kind = skipped.hidden if name.startswith(".") else skipped.results
                kind.append(str(here / name))
                folders.remove(name)
        for name in names:
            path = here / name
            if name.startswith((".", _LOCK)):
                skipped.hidden.append(str(path))
            elif path.is_file() and _holds_contacts(path):
                yield path
            else:
                skipped.others.append(str(path))


def _holds_contacts(path: Path) -> bool:
    """Whether a file has the name of a contact file, or is an archive of one, or a damaged one."""
    if archives.is_table(_unpacked_name(path.name)):
        return True
    return path.suffix.lower() == ".zip" and archives.tables_in(path) != []
