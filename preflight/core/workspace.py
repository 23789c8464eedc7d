"""A private folder for one call, and the files that are spooled into it."""

from __future__ import annotations

import contextlib
import io
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from preflight.core import files
from preflight.core.errors import RunLocked, WriteError
from preflight.core.locks import locked

_WORK, _HELD = "preflight-work-", ".lock"
_FRESH = 60.0  # seconds in which a folder may not have been locked yet by who made it


@contextmanager
def workspace() -> Iterator[Path]:
    """A private folder for what a call spools; gone when the block ends.

    What a killed call left of its own holds cells of contacts: a later call clears it away.

    Raises:
        WriteError: there is no folder for temporary files, or no room in it.
    """
    with files.writing("temporary files"):
        place = Path(tempfile.mkdtemp(prefix=_WORK))
    try:
        with locked(place / _HELD, str(place)):
            for left in place.parent.glob(f"{_WORK}*"):
                # It is another user's, at work, or gone by now.
                with contextlib.suppress(OSError, RunLocked, WriteError):
                    _clear_away(left)
            yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _clear_away(left: Path) -> None:
    """Removes the folder of a call that is dead.

    Raises:
        RunLocked: its call is alive.
        OSError, WriteError: it is not to be had.
    """
    about = left.lstat()
    fresh = time.time() - about.st_mtime <= _FRESH
    if fresh or not stat.S_ISDIR(about.st_mode) or not files.is_own(about):
        return
    with locked(left / _HELD, str(left)):
        pass  # Nobody works in it any more. Some systems remove no file that is open.
    shutil.rmtree(left)


@contextmanager
def spooled(work: Path, stem: str, suffix: str = ".csv") -> Iterator[tuple[Path, BinaryIO]]:
    """A new file with a name of its own, for its owner alone; not brought to disk.

    Raises:
        WriteError: it cannot be written. Nothing of it is left then, nor where the block fails.
    """
    with files.writing(f"into {work}"):
        handle, name = tempfile.mkstemp(dir=work, prefix=f"{stem}-", suffix=suffix)
    path = Path(name)
    file = io.BufferedWriter(files.RawFile(handle, path), 1 << 16)
    try:
        yield path, file
        file.close()
    except BaseException:
        with contextlib.suppress(OSError, WriteError):
            file.close()
        path.unlink(missing_ok=True)
        raise


@contextmanager
def under_name(path: Path, name: str) -> Iterator[Path]:
    """A file under another name, for a program that goes by names.

    It is a link; where the system does not let links be made, a copy.

    Raises:
        WriteError: it cannot be made.
    """
    with workspace() as place:
        other = place / name
        try:
            other.symlink_to(path.absolute())
        except OSError:
            with path.open("rb") as file, files.Replacement(other, durable=False) as copy:
                files.copy_hashed(file, copy)
        yield other
