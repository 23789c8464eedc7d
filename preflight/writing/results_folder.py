"""The results folder: results are written to a staging folder and moved into place at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from preflight.core import files, urls
from preflight.core.errors import OutputExists, UsageError, WriteError
from preflight.core.locks import locked
from preflight.core.urls import Url
from preflight.reading import archives
from preflight.writing import written_results

CLEAN, PARTS, MANIFEST = "clean.csv", "parts", "manifest.json"
REJECTS, FIXES, REPORT, PAGE = "rejects.csv", "fixes.csv", "report.json", "report.html"
FAILURES, UNMATCHED, CORRECTIONS = "failures.csv", "unmatched.csv", "corrections.csv"
ABOVE, DROPPED = "above-header.txt", "dropped.csv"
ORIGINAL, UNDO = "original.gz", "undo.json"
RESULTS = (
    CLEAN, PARTS, MANIFEST, REJECTS, FIXES, REPORT, PAGE, FAILURES, UNMATCHED, CORRECTIONS,
    ABOVE, DROPPED, ORIGINAL, UNDO,
)  # fmt: skip
_SUFFIX = ".preflight"
_STAGING = ".preflight-partial-"
_OLD, _NEW = ".preflight-replaced", ".preflight-new"
_LOCK = ".preflight-lock"


def default_folder(name: str, stdin_name: str | None = None) -> Path:
    """The default results folder of an input: `<stem>.preflight/` beside it.

    For standard input it is in the working directory, even if its name has a path, and for a URL
    whose results are kept on this machine.
    """
    if (url := urls.parse(name)) is not None:
        return Path(beside(url).name)
    path = Path(Path(stdin_name or "").name or "stdin") if name == "-" else Path(name)
    return archives.outer(path).parent / _name_for(path)


def beside(url: Url) -> Url:
    """The default results folder of an object: `<stem>.preflight/` beside it, or its archive."""
    found = archives.split(url)
    return (url if found is None else found[0]).beside(_name_for(Path(url.name)))


def _name_for(path: Path) -> str:
    inner = path.with_suffix("") if path.suffix.lower() in (".gz", ".zip") else path
    return f"{inner.stem}{_SUFFIX}"


@contextmanager
def staging(folder: Path, *, force: bool, to_send: bool = False) -> Iterator[Path]:
    """A staging folder to write results into; they move to `folder` when the block succeeds.

    If the block fails, `folder` is unchanged. Results of an earlier call are replaced together, so
    that all results in the folder are from one call; other files in it are not touched. Only one
    process at a time writes into a folder. If a killed process left an exchange half done, that is
    completed or undone first.

    Args:
        folder: where the results go.
        force: whether results are replaced that a person changed, or an unfinished run needs.
        to_send: whether a run will send the results; it looks itself what other runs need.

    Raises:
        OutputExists: there are results already, and they may not be replaced.
        RunLocked: another process is writing into the folder.
        WriteError: the folder cannot be written, or the disk is full.
    """
    with alone(folder), replacing(folder, force=force, to_send=to_send) as place:
        yield place


@contextmanager
def alone(
    folder: Path, *, instead: str = "wait for it, or write elsewhere with -o DIR"
) -> Iterator[None]:
    """Holds the folder, which is created if missing, so that no other call changes its results.

    If a killed process left an exchange half done, that is completed or undone first. A folder that
    is made here and stays empty is removed at the end.

    Args:
        folder: with the results, or for them.
        instead: what can be done while another call holds it, for the message.

    Raises:
        RunLocked: another process is writing into the folder.
        WriteError: the folder cannot be written.
    """
    made_here = not folder.exists()
    try:
        with _locked(folder, instead):
            with files.writing(f"into {folder}"):
                _recover(folder)
            yield
    finally:
        if made_here:
            with contextlib.suppress(OSError):  # it is not empty, or belongs to another process
                folder.rmdir()


@contextmanager
def replacing(folder: Path, *, force: bool, to_send: bool) -> Iterator[Path]:
    """What `staging` does, in a folder that is held already, see `alone`."""
    refuse_standing(folder, force=force, to_send=to_send)
    with _temporary(folder) as place:
        yield place
        refuse_standing(folder, force=force, to_send=to_send)
        _exchange(folder, place, _standing(folder))


@contextmanager
def updating(folder: Path) -> Iterator[Path]:
    """A staging folder for new versions of some results; they replace the old ones together.

    The other results stay. What is said of `staging` holds here, too.

    Raises:
        RunLocked: another process is writing into the folder.
        WriteError: the folder cannot be written, or the disk is full.
    """
    with alone(folder), _temporary(folder) as place:
        yield place
        names = [path.name for path in place.iterdir()]
        _exchange(folder, place, [name for name in names if os.path.lexists(folder / name)])


def recover(folder: Path) -> None:
    """Completes or undoes an exchange of results that a killed process left half done.

    Raises:
        RunLocked: another process is writing into the folder.
        WriteError: the folder cannot be written.
    """
    if (folder / _OLD).exists() or (folder / _NEW).exists():
        with alone(folder):
            pass


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """A staging folder, which is gone when the block ends.

    Raises:
        WriteError: it cannot be made, or the disk is full.
    """
    with files.writing(f"into {folder}"):
        place = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder))
    try:
        yield place
    except OSError as error:
        if files.is_full(error):
            raise WriteError(f"into {folder}", files.reason(error)) from error
        raise
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _locked(folder: Path, instead: str) -> Iterator[None]:
    """Locks the folder, and creates it if missing; leftovers in it are then of dead processes.

    A `WriteError` about a file inside names the folder instead: users do not know the others.
    """
    try:
        with locked(
            folder / _LOCK,
            f"the results in {folder}",
            instead=instead,
            stays=False,
        ):
            yield
    except WriteError as error:
        if isinstance(error.what, Path) and error.what.is_relative_to(folder):
            raise WriteError(f"into {folder}", error.reason) from error
        raise


def _standing(folder: Path) -> list[str]:
    return [name for name in RESULTS if os.path.lexists(folder / name)]


def refuse_standing(
    folder: Path, *, force: bool, to_send: bool = False, named: str | None = None
) -> None:
    """Refuses to replace results that somebody needs; those that nobody touched are replaced.

    Args:
        folder: with the results.
        force: whether they are replaced in any case.
        to_send: see `staging`.
        named: what the folder is called in messages, if not by its path.

    Raises:
        OutputExists: they may not be replaced.
    """
    shown = named or str(folder)
    existing = _standing(folder)
    if not existing or force:
        return
    kept = written_results.load(folder)
    if kept is None:
        raise OutputExists(
            f"{shown}/{existing[0]} exists; replace it with --force, or write elsewhere with -o DIR"
        )
    if kept.unfinished_run and not to_send:
        raise OutputExists(
            f"the results in {shown} belong to run {kept.unfinished_run}, which has not ended; "
            f"`preflight resume {kept.unfinished_run}` goes on with it. Write elsewhere with -o DIR"
        )
    for name in kept.changed(folder):
        raise OutputExists(
            f"{shown}/{name} was changed since preflight wrote it, so it is not replaced; write "
            "elsewhere with -o DIR, or give your changes up with --force"
        )


def _exchange(folder: Path, staged: Path, outgoing: Sequence[str]) -> None:
    """Moves old results out and the new ones in; if a move fails, moves all of them back.

    The rename of the staging folder in the middle decides. If the process is killed before it,
    `_recover` moves the old results back; if after it, `_recover` moves in the rest of the new.
    After a power cut, too: nothing is begun before what it builds on is on disk.
    """
    files.sync_tree(staged)
    old, new = folder / _OLD, folder / _NEW
    done: list[tuple[Path, Path]] = []

    def move(source: Path, target: Path) -> None:
        source.replace(target)
        done.append((source, target))

    if outgoing:
        old.mkdir(mode=0o700)
        files.sync_folder(folder)
    try:
        if outgoing:
            for name in outgoing:
                move(folder / name, old / name)
            files.sync_folder(old)
            files.sync_folder(folder)
        move(staged, new)
        files.sync_folder(folder)
        for path in sorted(new.iterdir()):
            move(path, folder / path.name)
        files.sync_folder(folder)
    except BaseException:
        for source, target in reversed(done):
            target.replace(source)
        if outgoing:
            old.rmdir()
        raise
    with contextlib.suppress(OSError, WriteError):
        _forget(folder)


def _recover(folder: Path) -> None:
    """Completes or undoes the `_exchange` of a killed process, and removes its leftovers."""
    old, new = folder / _OLD, folder / _NEW
    if new.exists():
        for path in sorted(new.iterdir()):
            path.replace(folder / path.name)
        files.sync_folder(folder)
        _forget(folder)
    elif old.exists():
        for path in sorted(old.iterdir()):
            path.replace(folder / path.name)
        files.sync_folder(folder)
        old.rmdir()
    for left in folder.glob(f"{_STAGING}*"):
        shutil.rmtree(left)


def _forget(folder: Path) -> None:
    """Removes the replaced results before `new`: without `new`, `_recover` would restore them."""
    old, new = folder / _OLD, folder / _NEW
    if old.exists():
        shutil.rmtree(old)
        files.sync_folder(folder)
    new.rmdir()


def is_one(place: Path, folder: Path | None = None) -> bool:
    """Whether a folder holds results, or will: it is the given one, or has the name of one."""
    return place == folder or place.suffix == _SUFFIX


def refuse_result(target: Path, option: str, folder: Path | None = None) -> None:
    """Makes sure that a file that the user named is none of the results in a folder.

    Args:
        target: where something is to be written.
        option: by which it was named, for the message.
        folder: a folder that holds results, or will. Others are known by their name, or by the
            files that only preflight writes.

    Raises:
        UsageError: it is one of them, or has the name of one.
    """
    path = Path(os.path.realpath(target))
    given = None if folder is None else Path(os.path.realpath(folder))
    for place in path.parents[:2]:
        named = is_one(place, given)
        if path.relative_to(place).parts[0] in RESULTS and (
            named or any((place / name).exists() for name in (UNDO, MANIFEST))
        ):
            raise UsageError(
                f"{option} {target} would replace a result in {place}; name another file"
            )
