"""Rules that are off in some files: patterns of paths, and the codes for each."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileIgnores:
    """What is off in the files of a pattern.

    Attributes:
        codes: rule codes or prefixes.
        folder: that the pattern is relative to, besides the path as it is given; the config's.
    """

    codes: tuple[str, ...]
    folder: Path | None = None


def ignored(path: str, per_file: Mapping[str, FileIgnores]) -> tuple[str, ...]:
    """The codes and prefixes that are off in a file.

    A pattern matches a file, or a folder above it. `*` crosses folders; a pattern without a slash
    matches a name in any folder.

    Args:
        path: of the file, as it is given.
        per_file: pattern → what is off.
    """
    codes = (
        code
        for pattern, ignores in per_file.items()
        if any(_matches(name, pattern) for name in _names(path, ignores.folder))
        for code in ignores.codes
    )
    return tuple(dict.fromkeys(codes))


def _names(path: str, folder: Path | None) -> Iterator[str]:
    """A path as it is given, in full, and relative to a folder."""
    if "://" in path:
        yield path
        return
    yield os.path.normpath(path)
    # Not resolved: a link is what it is called.
    full = os.path.normpath(Path(path).absolute())
    base = os.path.normpath((folder or Path()).absolute())
    yield full
    if Path(full).is_relative_to(base):
        yield os.path.relpath(full, base)


def _matches(path: str, pattern: str) -> bool:
    wanted, names = pattern.removeprefix("./").rstrip("/"), path.split("/")
    if "/" not in wanted:
        return any(fnmatch.fnmatchcase(name, wanted) for name in names)
    above = ["/".join(names[:count]) for count in range(1, len(names) + 1)]
    forms = {wanted, wanted.replace("**/", "")}
    return any(fnmatch.fnmatchcase(place, form) for place in above for form in forms)
