"""The functions to call from Python: one for each command that works on a file."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from pathlib import Path
from typing import Unpack

from preflight.api.fixed import Fixed
from preflight.api.given import Given, Source, given
from preflight.api.options import CheckOptions, settings_of
from preflight.api.report import Report
from preflight.api.work import WorkFolder, work_folder
from preflight.config.settings import Settings
from preflight.core.errors import UsageError
from preflight.linting.checked import silent
from preflight.pipeline import accepted, check_fix_split
from preflight.pipeline.call import CallOptions
from preflight.snapshots import snapshot_file
from preflight.snapshots.snapshot import Snapshot

_OF_FILES = ("encoding", "delimiter", "header_row", "sheet")


def check(
    source: Source, /, settings: Settings | None = None, **options: Unpack[CheckOptions]
) -> Report:
    """Lints a contact file or a DataFrame; writes nothing but spooled copies.

    >>> import preflight, pandas
    >>> frame = pandas.DataFrame({"email": ["ann@kestrel-labs.com", "ben@"]})
    >>> preflight.check(frame).findings[["severity", "row", "column_name", "value"]]
      severity  row column_name value
    0    error    2       email  ben@

    Args:
        source: the path of a file ("-" for standard input), a file that is open for reading, or a
            DataFrame of texts, numbers and times.
        settings: ready-made settings; the keywords are put over them.
        options: what to go by, and how the call runs; see `CheckOptions`.

    Raises:
        UsageError: the file cannot be opened, or a setting is wrong or does not fit it.
    """
    own = settings_of(options, settings)
    known = accepted.accepted(own, os.environ)
    with work_folder(options.get("work")) as place:
        contacts, own = _opened(source, own, place)
        checked = check_fix_split.check(
            contacts.path,
            own,
            work=place.path,
            name=contacts.name,
            against=_against(options, own),
            progress=options.get("progress", silent),
        )
        return Report(checked, own, contacts, place, known)


def snapshot(
    source: Source, /, settings: Settings | None = None, **options: Unpack[CheckOptions]
) -> Snapshot:
    """Takes a small snapshot of a contact file or a DataFrame, without a value of a contact.

    >>> import preflight, pandas
    >>> kept = preflight.snapshot(pandas.DataFrame({"email": ["ann@kestrel-labs.com", "ben@"]}))
    >>> kept.rows, kept.columns[0].name, kept.columns[0].valid
    (2, 'email', 1)
    >>> renamed = pandas.DataFrame({"e-mail": ["cleo@kestrel-labs.com"]})
    >>> preflight.check(renamed, against=kept).findings["message"].tolist()
    ['`email` is called `e-mail` now']

    `Snapshot.save` writes it, and `check` takes it or the path of its file as `against`. The
    arguments are those of `check`.

    Raises:
        UsageError: the file cannot be opened, it is not a table, or a setting is wrong.
    """
    own = settings_of(options, settings)
    with work_folder(options.get("work")) as place:
        contacts, own = _opened(source, own, place)
        progress = options.get("progress", silent)
        return check_fix_split.snapshot(
            contacts.path, own, work=place.path, name=contacts.name, progress=progress
        )


def _against(options: CheckOptions, settings: Settings) -> Snapshot | None:
    """The snapshot that a file is compared with.

    Raises:
        UsageError: the file that was named is not one.
    """
    given = options.get("against", settings.against)
    if given is None or isinstance(given, Snapshot):
        return given
    return snapshot_file.read(Path(given))


def fix(
    source: Source, /, settings: Settings | None = None, **options: Unpack[CheckOptions]
) -> Fixed:
    """Lints a contact file or a DataFrame, applies fixes, and parts clean rows from rejects.

    >>> import preflight, pandas
    >>> frame = pandas.DataFrame({"email": [" ann@kestrel-labs.com", "ben@"]}, index=["a", "b"])
    >>> fixed = preflight.fix(frame)
    >>> fixed.clean
                      email
    a  ann@kestrel-labs.com
    >>> fixed.rejects[["email", "preflight__row"]]
      email preflight__row
    b  ben@              2

    Nothing is written beside the file: `Fixed.save` writes what the command does. The arguments are
    those of `check`.

    Raises:
        UsageError: the file cannot be opened, or a setting is wrong or does not fit it.
        BooksError: a row ended in no place; a defect of preflight.
    """
    own = settings_of(options, settings)
    with work_folder(options.get("work")) as place:
        contacts, own = _opened(source, own, place)
        call = _call(contacts, place, options)
        written = check_fix_split.fix(contacts.path, own, **call)
        return Fixed(written, own, contacts, place)


def split(
    source: Source, /, settings: Settings | None = None, **options: Unpack[CheckOptions]
) -> Fixed:
    """Cuts a contact file or a DataFrame on record boundaries; each part has the header.

    >>> import preflight, pandas
    >>> frame = pandas.DataFrame({"email": ["a@kestrel-labs.com", "b@kestrel-labs.com"]})
    >>> [part.rows for part in preflight.split(frame, max_rows=1).written.parts]
    [1, 1]

    Lints only how the file is written, and changes no cell. The limits are `max_bytes` and
    `max_rows`, else those of `profile`. Arguments and errors are those of `fix`.
    """
    own = settings_of(options, settings)
    with work_folder(options.get("work")) as place:
        contacts, own = _opened(source, own, place)
        call = _call(contacts, place, options)
        return Fixed(check_fix_split.split(contacts.path, own, **call), own, contacts, place)


def _opened(source: Source, settings: Settings, place: WorkFolder) -> tuple[Given, Settings]:
    """What was given as a file, and the settings that read it.

    Raises:
        UsageError: it cannot be checked, or a setting does not fit it.
    """
    contacts = given(source, place.path)
    if not contacts.is_frame:
        return contacts, settings
    for name in _OF_FILES:
        if getattr(settings, name) is not None:
            raise UsageError(f"{name} says how a file is read; a DataFrame has been read")
    if not Path(contacts.path).stat().st_size:
        return contacts, settings
    return contacts, dataclasses.replace(settings, encoding="utf-8", delimiter=",", header_row=1)


def _call(contacts: Given, place: WorkFolder, options: CheckOptions) -> CallOptions:
    """How a call runs whose results stay in the private folder."""
    folder = Path(tempfile.mkdtemp(prefix="results-", dir=place.path))
    return CallOptions(
        work=place.path, name=contacts.name, folder=folder, progress=options.get("progress", silent)
    )
