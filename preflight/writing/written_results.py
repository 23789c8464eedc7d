"""What was written into a results folder, by report.json: so it is known what a person changed.

The digests stand near the beginning of report.json, which may be large, and only its beginning is
read for them. report.json itself, report.html, which says the same, and what only `undo` reads
count for nothing here. The parts are in manifest.json.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from preflight.core import files

REPORT, MANIFEST, PARTS = "report.json", "manifest.json", "parts"
DIGESTED = (
    "clean.csv", MANIFEST, "rejects.csv", "fixes.csv", "failures.csv", "unmatched.csv",
    "corrections.csv", "above-header.txt", "dropped.csv",
)  # fmt: skip
"""The results that people open, or send."""

_BEGINNING = 1 << 16
_DIGESTS = re.compile(rb'"written": (\{[^{}]*\}),\s*"unfinished_run": ("[^"]*"|null)')


@dataclass(frozen=True)
class WrittenResults:
    """What report.json says of the results beside it.

    Attributes:
        written: the SHA-256 of each result as it was written.
        unfinished_run: the run that still needs them; None if no run does.
    """

    written: Mapping[str, str]
    unfinished_run: str | None = None

    def changed(self, folder: Path) -> list[str]:
        """The results in the folder that somebody changed or put there, in the order of names."""
        names = [name for name in DIGESTED if os.path.lexists(folder / name)]
        changed = [name for name in names if digest(folder / name) != self.written.get(name)]
        if MANIFEST not in changed and os.path.lexists(folder / PARTS):
            changed += _changed_parts(folder)
        return sorted(changed)


def load(folder: Path) -> WrittenResults | None:
    """What report.json in a folder says; None if there is none that says it."""
    try:
        with (folder / REPORT).open("rb") as file:
            found = _DIGESTS.search(file.read(_BEGINNING))
    except OSError:
        return None
    if found is None:
        return None
    return WrittenResults(json.loads(found[1]), json.loads(found[2]))


def set_aside(folder: Path, name: str, fresh: str) -> str:
    """Renames a result that somebody changed, so that it can be written anew.

    Args:
        folder: with the results.
        name: of the result.
        fresh: the digest of what takes its place. What has the same bytes was written by a call
            that ended before it could say so in report.json.

    Returns:
        Its new name; "" if nobody changed it.

    Raises:
        WriteError: the folder cannot be written.
    """
    kept = load(folder)
    path = folder / name
    if kept is None or name not in kept.written:
        return ""
    if digest(path) in ("", kept.written[name], fresh):
        return ""
    aside = path.with_stem(f"{path.stem}-edited")
    count = 1
    while os.path.lexists(aside):
        count += 1
        aside = path.with_stem(f"{path.stem}-edited-{count}")
    with files.writing(aside):
        path.rename(aside)
    return aside.name


def digest(path: Path) -> str:
    """The SHA-256 of a file; "" if it is no readable file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def digests(
    folder: Path, names: Iterable[str] = DIGESTED, *, known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The digests of those results of some names that are in a folder.

    Args:
        folder: with the results.
        names: of results.
        known: the digests of those that need not be read again, by name.
    """
    present = [name for name in names if (folder / name).is_file()]
    return {name: (known or {}).get(name) or digest(folder / name) for name in present}


def _changed_parts(folder: Path) -> list[str]:
    """The parts that differ from those in manifest.json."""
    try:
        document = json.loads((folder / MANIFEST).read_text("utf-8"))
        known = {Path(part["file"]).name: part["sha256"] for part in document["parts"]}
    except (OSError, ValueError, KeyError, TypeError):
        known = {}
    parts = [path for path in (folder / PARTS).iterdir() if not path.name.startswith(".")]
    return [
        f"{PARTS}/{path.name}" for path in parts if digest(path) != known.get(path.name, "missing")
    ]
