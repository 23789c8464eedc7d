"""How a call runs, apart from what it does to the rows: that is for the settings to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Required, TypedDict

from preflight.core.errors import SourceError
from preflight.core.verdicts import RowVerdicts
from preflight.kinds.email_dns import MailHosts
from preflight.linting.checked import CHUNK_BYTES, Progress, silent
from preflight.writing import results_folder


def _now() -> datetime:
    return datetime.now(UTC)


class CallOptions(TypedDict, total=False):
    """The keywords that the public functions share; `Call` says what they mean."""

    work: Required[Path]
    folder: Path | None
    force: bool
    stdin_name: str | None
    name: str | None
    rules_from: tuple[Path, ...]
    mail: MailHosts | None
    comparison: RowVerdicts
    progress: Progress
    chunk_bytes: int
    clock: Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Call:
    """How a call runs.

    Attributes:
        work: a private folder that outlives the result, see `workspace`.
        folder: where the results go; `<stem>.preflight/` beside the input by default.
        force: whether results that stand there are replaced.
        stdin_name: what standard input is called in reports.
        name: what the file is called in reports, where that is not its path.
        rules_from: folders (or files) of further rules, besides those of the settings.
        mail: says which domains take no mail, instead of the DNS; only asked with `online`.
        comparison: of a corrected file with earlier runs: its rows that are not sent as they are.
        progress: called with the stage, rows done, and their total if it is known.
        chunk_bytes: how much text is worked on at a time, at least 1; no result depends on it.
        clock: the time, with a zone, for an input of which nobody knows when it was written.
    """

    work: Path
    folder: Path | None = None
    force: bool = False
    stdin_name: str | None = None
    name: str | None = None
    rules_from: tuple[Path, ...] = ()
    mail: MailHosts | None = None
    comparison: RowVerdicts = field(default_factory=RowVerdicts)
    progress: Progress = silent
    chunk_bytes: int = CHUNK_BYTES
    clock: Callable[[], datetime] = _now

    def target(self, path: str | Path) -> Path:
        """The folder of the results.

        Raises:
            SourceError: the input is one of the results that would be written there.
        """
        folder = self.folder or results_folder.default_folder(str(path), self.stdin_name)
        not_its_own(path, folder)
        return folder


def not_its_own(path: str | Path, target: Path) -> None:
    """Checks that writing the results does not replace the input.

    Raises:
        SourceError: the input is one of the results that would be written.
    """
    given = Path(path).resolve()
    results = [(target / name).resolve() for name in results_folder.RESULTS]
    if any(given == result or result in given.parents for result in results):
        raise SourceError(f"{path} is a result in {target} itself; -o DIR writes elsewhere")
