"""Small files whose rejects are reviewed, and a review of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.pipeline.call import Call
from preflight.pipeline.connection import Connection
from preflight.review.placing import place
from preflight.review.review import Review

HEADER = "email,first_name,phone,country,signup,company\n"
LEADS = HEADER + (
    "ann@kestrel-labs.com,Ann,+14155552671,US,2026-09-14T09:12:48Z,Kestrel\n"
    "bob@kestrel-labs.com,Bob,+1 415 555 2672,US,2026-09-14T09:12:48Z,Kestrel\n"
    "no address,Cy,,US,,Cyan\n"
    "ANN@kestrel-labs.com,Annie,,US,,Kestrel\n"
    "dan@gmial.com,Dan,+14155552673 / +14155552674,US,,Dune\n"
    "eve@kestrel-labs.com,Eve,+14155552675 / +14155552676,US,,Elm\n"
    "fay@kestrel-labs.com,Fay,12345,US,,Fir,surplus\n"
    "gil@kestrel-labs.com,Gil,n/a,US,14/09/2026 12:36,#REF!\n"
    "hal@@kestrel-labs.com,Hal,,US,,Hill\n"
    "ida@kestrel-labs.com\n"
)
FEW = ("DUP", "EML3", "FIL", "HDR", "NAM601", "PHN", "STR", "TIM", "TXT706")
TALKVALUE = Settings(profile="talkvalue", region="US", select=FEW)


@contextmanager
def reviewed(
    given: Path, settings: Settings = TALKVALUE, connection: Connection | None = None
) -> Iterator[Review]:
    """A review of a file, with its state folder beside it."""
    values: dict[str, Any] = {"state_dir": given.parent / "state"}
    own = Settings(**{**_given(settings), **values})
    with workspace() as work:
        call = Call(work=work)
        found = place(str(given), own, call)
        link = connection or Connection(options={}, environ={})
        with Review(found.path, found.settings, call, link, found.run) as review:
            yield review


def _given(settings: Settings) -> dict[str, Any]:
    names = ("profile", "region", "timezone", "columns", "select", "encoding")
    return {name: getattr(settings, name) for name in names}


def leads(folder: Path, text: str = LEADS) -> Path:
    """The file."""
    path = folder / "leads.csv"
    path.write_text(text)
    return path


def at(review: Review, number: int) -> int:
    """The index of a row by its number in the file."""
    return next(index for index, row in enumerate(review.session.rows) if row.number == number)
