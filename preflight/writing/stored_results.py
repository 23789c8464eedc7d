"""Results in a store: they are made in a private folder and then take their place together.

A store has no rename and no lock. All results are written below `.preflight-new/` first,
report.json last. If that fails, what stood there stands there still. Only then are they copied
into their places, within the store. A call that is killed while it copies leaves `.preflight-new/`
complete, and the next call into that folder copies the rest first.

Objects get the access that their bucket gives them. Two calls that write into one folder at the
same time are not kept apart.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from preflight.core import files, object_store
from preflight.core.errors import OutputExists, WriteError
from preflight.core.object_store import Pinned, Store
from preflight.core.urls import Url
from preflight.writing import results_folder
from preflight.writing.results_folder import REPORT, RESULTS

_NEW = ".preflight-new"


@contextmanager
def made_here(folder: Url, *, work: Path, force: bool) -> Iterator[Path]:
    """A private folder to make results in; they are written to `folder` when the block succeeds.

    Args:
        folder: where the results go.
        work: holds the private folder.
        force: whether results that a person changed are replaced.

    Raises:
        OutputExists: there are results already, and they may not be replaced.
        SourceError: the store cannot be read.
        WriteError: the store does not take them; what stood there stands there still.
    """
    store = object_store.connected(folder)
    _recover(store, folder)
    before = _standing(store, folder)
    if before and not force:
        _refuse_changed(before, folder, work)
    with files.writing("temporary files"):
        place = Path(tempfile.mkdtemp(prefix="results-", dir=work))
    yield place
    if _standing(store, folder) != before:
        raise OutputExists(
            f"{folder}: the results there were changed meanwhile; call again, or write elsewhere "
            "with -o DIR"
        )
    _upload(store, folder, place)
    _take_place(store, folder)


def _below(store: Store, folder: Url) -> dict[str, Pinned]:
    """What is below a folder, by its name there."""
    start = f"{folder.path.rstrip('/')}/"
    return {url.path.removeprefix(start): pinned for url, pinned in store.below().items()}


def _standing(store: Store, folder: Url) -> dict[str, Pinned]:
    """The results in a folder, by their names there."""
    found = _below(store, folder)
    return {name: pinned for name, pinned in found.items() if name.split("/")[0] in RESULTS}


def _refuse_changed(standing: Iterable[str], folder: Url, work: Path) -> None:
    """Refuses to replace results that somebody changed: they are fetched, and compared."""
    with tempfile.TemporaryDirectory(prefix="standing-", dir=work) as place:
        for name in standing:
            copy = Path(place, name)
            files.folder(copy.parent)
            object_store.connected(folder.below(name)).fetch(copy)
        results_folder.refuse_standing(Path(place), force=False, named=folder.shown.rstrip("/"))


def _upload(store: Store, folder: Url, place: Path) -> None:
    """Writes all files of a folder below `.preflight-new/`, report.json last; or none of them."""
    made = [path for path in place.rglob("*") if path.is_file()]
    wanted = {path: folder.below(f"{_NEW}/{path.relative_to(place).as_posix()}") for path in made}
    last = {path: url for path, url in wanted.items() if path == place / REPORT}
    first = {path: url for path, url in wanted.items() if path not in last}
    try:
        store.put(first)
        store.put(last)
    except BaseException:
        with contextlib.suppress(WriteError):
            store.remove(wanted.values())
        raise


def _take_place(store: Store, folder: Url) -> None:
    """Copies new results into their places, and removes old ones that have no successor."""
    new = _on_the_way(store, folder)
    old = [folder.below(name) for name in _standing(store, folder) if name not in new]
    store.copy((folder.below(f"{_NEW}/{name}"), folder.below(name)) for name in reversed(new))
    store.remove(old)
    _remove_new(store, folder, new)


def _on_the_way(store: Store, folder: Url) -> list[str]:
    """The names of the results below `.preflight-new/`, report.json first."""
    start = f"{_NEW}/"
    found = [name for name in _below(store, folder) if name.startswith(start)]
    names = [name.removeprefix(start) for name in found]
    return sorted(names, key=lambda name: (name != REPORT, name))


def _remove_new(store: Store, folder: Url, new: Iterable[str]) -> None:
    """Removes what was copied: report.json first, for without it the others are leftovers."""
    store.remove(folder.below(f"{_NEW}/{name}") for name in new)


def _recover(store: Store, folder: Url) -> None:
    """Completes what a killed call has written, or removes it if it is not complete."""
    new = _on_the_way(store, folder)
    if REPORT in new:
        _take_place(store, folder)
    elif new:
        _remove_new(store, folder, new)
