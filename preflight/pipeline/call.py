"""How a call runs; the settings say what it does to the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Required, TypedDict

from preflight.core import urls
from preflight.core.errors import SourceError, UsageError
from preflight.core.urls import Url
from preflight.core.verdicts import RowVerdicts
from preflight.kinds.email_dns import MailHosts
from preflight.linting.checked import CHUNK_BYTES, Progress, silent
from preflight.snapshots.snapshot import Snapshot
from preflight.writing import results_folder

if TYPE_CHECKING:
    from preflight.pipeline.dask_cluster import Cluster


def _now() -> datetime:
    return datetime.now(UTC)


class CallOptions(TypedDict, total=False):
    """The keywords that the public functions share; see `Call` for their meaning."""

    work: Required[Path]
    folder: Path | Url | None
    force: bool
    stdin_name: str | None
    name: str | None
    rules_from: tuple[Path, ...]
    mail: MailHosts | None
    comparison: RowVerdicts
    against: Snapshot | None
    pictured: bool
    progress: Progress
    chunk_bytes: int
    keys: Path | None
    jobs: int | None
    cluster: Cluster | None
    clock: Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Call:
    """How a call runs.

    Attributes:
        work: a private folder that outlives the result, see `workspace`.
        folder: where the results go; `<stem>.preflight/` beside the input by default. Only `fix`
            and `split` write to a URL.
        force: whether existing results are replaced.
        stdin_name: the name of standard input in reports.
        name: the name of the file in reports, if not its path.
        note: about the file, for its summary.
        rules_from: folders or files of further rules, besides those of the settings.
        mail: says which domains take no mail, instead of the DNS; only used with `online`.
        comparison: of a corrected file with earlier runs: the rows to hold back.
        against: the snapshot of its source that the file is compared with.
        pictured: whether to take a snapshot of the file.
        progress: called with the stage, rows done, and their total if it is known.
        chunk_bytes: size of a chunk of text, at least 1; results do not depend on it.
        keys: a new file for the match keys of the rows, to compare them with other files'.
        jobs: how many processes analyze the file; None for as many as there are cores, if that
            pays.
        cluster: that analyzes the file instead; None for this machine.
        clock: the time, with a zone, for an input whose time of writing is unknown.
    """

    work: Path
    folder: Path | Url | None = None
    force: bool = False
    stdin_name: str | None = None
    name: str | None = None
    note: str = ""
    rules_from: tuple[Path, ...] = ()
    mail: MailHosts | None = None
    comparison: RowVerdicts = field(default_factory=RowVerdicts)
    against: Snapshot | None = None
    pictured: bool = False
    progress: Progress = silent
    chunk_bytes: int = CHUNK_BYTES
    keys: Path | None = None
    jobs: int | None = 1
    cluster: Cluster | None = None
    clock: Callable[[], datetime] = _now

    def target(self, path: str | Path) -> Path:
        """The folder of the results on this machine.

        Raises:
            SourceError: the input is one of the results that would be written there.
            UsageError: the results were to go to a URL.
        """
        if isinstance(self.folder, Url):
            return urls.local_path(self.folder.text)  # which says why that cannot be
        folder = self.folder or results_folder.default_folder(str(path), self.stdin_name)
        not_its_own(path, folder)
        return folder

    def place(self, path: str | Path) -> Path | Url:
        """The folder of the results, which may be in a store.

        Raises:
            SourceError: the input is one of the results that would be written there.
            UsageError: the input is on a web server, and no folder was named.
        """
        folder, url = self.folder, urls.parse(path)
        if folder is None and url is not None:
            folder = results_folder.beside(url)
        if not isinstance(folder, Url):
            return self.target(path)
        if folder.is_web:
            raise UsageError(f"{folder}: nothing can be written to a web server; name -o DIR")
        if url in [folder.below(name) for name in results_folder.RESULTS]:
            raise _replaced(path)
        return folder


def not_its_own(path: str | Path, target: Path) -> None:
    """Checks that writing the results does not replace the input.

    Raises:
        SourceError: the input is one of the results that would be written.
    """
    given = Path(path).resolve()
    results = [(target / name).resolve() for name in results_folder.RESULTS]
    if any(given == result or result in given.parents for result in results):
        raise _replaced(path)


def _replaced(path: str | Path) -> SourceError:
    shown = urls.shown(str(path))
    return SourceError(
        f"{shown} would be replaced by the results; write them elsewhere with -o DIR"
    )
