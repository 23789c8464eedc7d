"""What goes to a provider, and what comes back."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preflight.core.received import Received
from preflight.core.row_map import RowMap
from preflight.core.types import Ints

if TYPE_CHECKING:
    import pandas as pd

PAGE = 4 << 20
"""The bytes of a page of a failure report; one of as many is read at once."""

HEAD = 256 << 10
"""The bytes of a long failure report that are kept beside its first table, for its header."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file to send, and the input row of each of its rows.

    Attributes:
        number: from 1.
        path: the file as sent: UTF-8, no byte order mark, comma, LF, a header.
        sha256: of its bytes.
        size: in bytes.
        header: its column names.
        fields: the profile's field of each column, or None.
        map: the input row and line of each data row.
    """

    number: int
    path: Path
    sha256: str
    size: int
    header: tuple[str, ...]
    fields: tuple[str | None, ...]
    map: RowMap

    @property
    def rows(self) -> int:
        """How many data rows it holds."""
        return self.map.count

    @property
    def row_map(self) -> Ints:
        """int64; entry i is the input row of data row i + 1."""
        return self.map.rows

    @property
    def lines(self) -> Ints:
        """int64; the input line of each data row."""
        return self.map.lines


class Reason(enum.StrEnum):
    """What a person can do about a row that was not accepted."""

    FIX = "fix"
    RETRY = "retry"
    SUPPRESSED = "suppressed"
    CONFIG = "config"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Further:
    """What a long failure report has beyond its first page, on disk.

    Attributes:
        raw: the bytes of the whole report, as they came.
        tables: of the further pages, in their order; can be read several times.
    """

    raw: Received = field(repr=False)
    tables: Iterable[pd.DataFrame] = field(repr=False)


@dataclass(frozen=True, slots=True)
class FailureReport:
    """A provider's failure report, read but not yet joined to rows.

    A long one is read page by page, so that its length takes no memory; see `pages`.

    Attributes:
        raw: its bytes as they came, kept beside the run; of a long one the first of them.
        suffix: of a file with these bytes: ".csv", ".json".
        table: one line for each row of the report, in its order: code str and message str
            (verbatim), row_number Int64 (as the provider counts; missing if it does not), value str
            (the offending value as reported, "" if none), key str (the row's match key, "" if
            none), cells str (the line as received, so that an unmatched one is not lost). All but
            the first three are personal data. Of a long report the lines of its first page.
        further: of a long report, the rest of it.
    """

    raw: bytes
    suffix: str
    table: pd.DataFrame
    further: Further | None = None

    def pages(self) -> Iterator[FailureReport]:
        """The report in pieces that fit into memory; a short one is one piece."""
        yield replace(self, further=None)
        for table in self.further.tables if self.further is not None else ():
            yield replace(self, table=table, further=None)

    @property
    def lines(self) -> int:
        """The number of its lines."""
        return sum(len(page.table) for page in self.pages())


@dataclass(frozen=True, slots=True)
class Receipt:
    """A provider's response to a part it accepted: its id of the job, and further details."""

    job: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state of a part at the provider.

    Attributes:
        state: "running", "finished", "failed" (nothing of it was imported), or "unknown" (it ended,
            and the provider cannot tell whether anything was imported).
        status: the provider's own word.
        message: an explanation for people; "" if the status is enough.
        processed: rows processed so far, if reported.
        total: rows of the job, if reported.
        rejected: rows that it rejected, if reported.
        counts: its own counters, verbatim.
    """

    state: str
    status: str
    message: str = ""
    processed: int | None = None
    total: int | None = None
    rejected: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
