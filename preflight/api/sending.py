"""The functions that send, and that merge what came back, to call from Python."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Unpack

from preflight.api.fixed import Fixed
from preflight.api.given import Given, Source, given
from preflight.api.options import (
    MergeOptions,
    PathName,
    ResubmitOptions,
    ResumeOptions,
    SendOptions,
    SubmitOptions,
    settings_of,
)
from preflight.api.sent import Sent
from preflight.api.work import WorkFolder, work_folder
from preflight.config.settings import Settings
from preflight.core import urls
from preflight.core.errors import SourceError, UsageError
from preflight.linting.checked import silent
from preflight.pipeline import delivery, merge_file, merge_run, resubmission
from preflight.pipeline.call import CallOptions
from preflight.pipeline.connection import Connection, sandbox_starter
from preflight.reading.source import open_source
from preflight.runs.delivery.events import silent as no_events
from preflight.writing import results_folder


def submit(
    source: Source | Fixed,
    /,
    settings: Settings | None = None,
    *,
    to: str,
    **options: Unpack[SubmitOptions],
) -> Sent:
    """Checks, fixes and sends a contact file or a DataFrame, and fetches what became of each row.

    >>> import preflight, pandas, tempfile
    >>> frame = pandas.DataFrame({"email": ["ann@kestrel-labs.com", "ben@"]})
    >>> with tempfile.TemporaryDirectory() as place:
    ...     sent = preflight.submit(
    ...         frame, to="talkvalue", source_id=7, mode="UPDATE", sandbox=True,
    ...         state_dir=f"{place}/state", folder=f"{place}/results",
    ...     )
    ...     sent.books.accepted, sent.books.rejected_here, sent.failures["email"].tolist()
    (1, 1, ['ben@'])

    Args:
        source: a path, an open file, a DataFrame, or what `preflight.fix` made of one: it is sent
            with the settings that it was fixed with.
        settings: ready-made settings; the keywords are put over them.
        to: the provider.
        options: what to go by, how to reach the provider, and its own options; see `SubmitOptions`.

    Returns:
        What became of each row. Where `stopped` says why, the run waits for `preflight.resume`.

    Raises:
        UsageError: an option, a secret or the file is wrong; or the file was sent there before; or
            a run that has not ended sends the same file. Nothing was sent.
    """
    start = source.settings if isinstance(source, Fixed) and settings is None else settings
    own = settings_of(options, start, provider=to)
    with work_folder(options.get("work")) as place, _connection(own, options) as connection:
        contacts = (
            _unchanged(source, place) if isinstance(source, Fixed) else given(source, place.path)
        )
        settled = delivery.submit(
            contacts.path,
            to,
            own,
            connection,
            again=options.get("again", False),
            dry_run=options.get("dry_run", False),
            **_call(contacts, place, options),
        )
        return Sent(settled, place)


def resume(
    run: str | None = None, settings: Settings | None = None, **options: Unpack[ResumeOptions]
) -> Sent:
    """Goes on with a run that was interrupted or stopped, at the address where it began.

    Args:
        run: its id; the latest unfinished run of the state folder by default.
        settings: `state_dir` and `timeout` are used; all else is as the run began.
        options: the same as keywords, and how to reach the provider; see `ResumeOptions`.

    Raises:
        UsageError: there is no such run, a later one has replaced it, or another process works on
            it.
    """
    own = settings_of(options, settings)
    with work_folder(options.get("work")) as place, _connection(own, options) as connection:
        settled = delivery.resume(
            run,
            own,
            connection,
            resend=frozenset(options.get("resend", ())),
            accept=frozenset(options.get("accept", ())),
            work=place.path,
            progress=options.get("progress", silent),
        )
        return Sent(settled, place)


def resubmit(
    corrected: Source,
    settings: Settings | None = None,
    *,
    run: str | None = None,
    **options: Unpack[ResubmitOptions],
) -> Sent:
    """Sends corrected rows again, and only those: none that was, or may have been, accepted.

    Args:
        corrected: failures.csv or rejects.csv as a person corrected it, or `Sent.failures` with
            corrected cells.
        settings: a region, a time zone or a mapping for the corrected rows, and `state_dir`; all
            else is as in the earlier run.
        run: any run of the rows; by default found out from the file.
        options: the same as keywords, and how to reach the provider; see `ResubmitOptions`.

    Raises:
        UsageError: the file corrects another run, or it is not clear which; or an earlier round has
            not ended. Nothing was sent.
    """
    own = settings_of(options, settings)
    with work_folder(options.get("work")) as place, _connection(own, options) as connection:
        contacts = given(corrected, place.path, for_people=True)
        settled = resubmission.resubmit(
            contacts.path,
            own,
            connection,
            run_id=run,
            dry_run=options.get("dry_run", False),
            **_call(contacts, place, options),
        )
        return Sent(settled, place)


def merge(
    failures: PathName | Sequence[PathName],
    settings: Settings | None = None,
    *,
    provider: str,
    run: str | None = None,
    submitted: PathName | None = None,
    **options: Unpack[MergeOptions],
) -> Sent:
    """Joins a failure report that was fetched by hand to the rows that it is about.

    Args:
        failures: the path of the report, or those of its pages.
        settings: ready-made settings; the keywords are put over them.
        provider: of the report.
        run: the run that the report is about; or
        submitted: the file that was uploaded by hand.
        options: what to go by, see `MergeOptions`.

    Raises:
        UsageError: a file is not a report of the provider, or not about these rows; or neither
            `run` nor `submitted` is given, or both are.
    """
    if (run is None) == (submitted is None):
        raise UsageError("name what the report is about: either run or submitted")
    own = settings_of(options, settings)
    pages = [failures] if isinstance(failures, (str, os.PathLike)) else failures
    paths, progress = [Path(page) for page in pages], options.get("progress", silent)
    with work_folder(options.get("work")) as place:
        if run is not None:
            settled = merge_run.merge_run(
                run, provider, paths, own, part=options.get("part"),
                accept=frozenset(options.get("accept", ())), work=place.path, progress=progress,
            )  # fmt: skip
        else:
            original, folder = options.get("original"), options.get("folder")
            settled = merge_file.merge_submitted(
                Path(submitted or ""), provider, paths, own,
                original=None if original is None else Path(original),
                folder=None if folder is None else urls.local_path(folder),
                force=options.get("force", False), work=place.path, progress=progress,
            )  # fmt: skip
        return Sent(settled, place)


@contextmanager
def _connection(settings: Settings, options: SendOptions) -> Iterator[Connection]:
    """How a call reaches its provider; stand-ins that it starts end with the block."""
    environ = {**os.environ, **options.get("secrets", {})}
    with ExitStack() as stack:
        yield Connection(
            options={},
            environ=environ,
            base_url=options.get("base_url"),
            sandbox=options.get("sandbox", False),
            stand_ins=sandbox_starter(settings.state_dir, environ, stack),
            wait=options.get("wait", True),
            events=options.get("events", no_events),
        )


def _unchanged(fixed: Fixed, place: WorkFolder) -> Given:
    """What was fixed, to be sent.

    Raises:
        SourceError: it was changed since.
    """
    source, contacts = fixed.written.checked.source, fixed.given
    path = source.local if contacts.path == "-" else contacts.path
    if open_source(path, spool=place.path, sheet=fixed.settings.sheet).sha256 != source.sha256:
        raise SourceError(f"{source.name} was changed since it was fixed; fix it again")
    return dataclasses.replace(contacts, path=path, name=contacts.name or source.name)


def _call(contacts: Given, place: WorkFolder, options: ResubmitOptions) -> CallOptions:
    """How a call runs whose results stay when it has ended."""
    folder = options.get("folder")
    if folder is None and (contacts.copied or contacts.path == "-"):
        folder = results_folder.default_folder("-", contacts.name)
    return CallOptions(
        work=place.path,
        name=contacts.name,
        folder=None if folder is None else urls.local_path(folder),
        force=options.get("force", False),
        progress=options.get("progress", silent),
    )
