"""What a report is made of, and how it is shown: all that a format gets."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from preflight.core.books import Books, RunBooks
from preflight.report.lines import Line
from preflight.report.listing import Cells, Listing, Token, own_tokens

if TYPE_CHECKING:
    from preflight.report.run_document_types import RunRecord
    from preflight.writing.written_results import WrittenResults


@dataclass(frozen=True)
class ReportedFile:
    """A file with its findings.

    Attributes:
        listing: of the file, without cells.
        cells: fetches cells, which may read the file again.
    """

    listing: Listing
    cells: Cells

    @property
    def complete(self) -> Listing:
        """The listing, which fetches the cells of findings as they are gone over."""
        return dataclasses.replace(self.listing, cells=self.cells)


@dataclass(frozen=True)
class Unread:
    """One of several files of a call that could not be opened.

    Attributes:
        path: of it, as the user gave it.
        reason: why, and what to do about it.
    """

    path: str
    reason: str


@dataclass(frozen=True)
class Reported:
    """What a command reports.

    Attributes:
        files: that it worked on, in the order of the call.
        unread: those that could not be opened.
        fail_on: the least severity that makes the exit code 1; "never" for none.
        next_step: what to do now, for people.
        fixed: for each rule code, the number of cells that fixes changed; None if none were made.
        run: what became of the rows, as the report for programs says it; None without a run.
        run_books: of the run; None without a run.
        written: the results beside a report.json; None elsewhere.
        told: makes what the command says to people instead of the findings, in short or, if its
            argument is True, in full; None if it says the findings.
    """

    files: Sequence[ReportedFile]
    fail_on: str = "error"
    next_step: Sequence[Line] = ()
    fixed: Mapping[str, int] | None = None
    run: RunRecord | None = None
    run_books: RunBooks | None = None
    written: WrittenResults | None = None
    told: Callable[[bool], Sequence[Line]] | None = None
    unread: Sequence[Unread] = ()

    @property
    def listings(self) -> list[Listing]:
        """The listings of the files, without cells."""
        return [file.listing for file in self.files]

    @property
    def total(self) -> int:
        """The number of all findings, with the hidden ones."""
        return sum(sum(listing.counts().values()) for listing in self.listings)

    def books(self, listing: Listing) -> Books | RunBooks:
        """Where the rows of a file are: those of the run if there is one."""
        return listing.books if self.run_books is None else self.run_books


def plain(lines: Iterable[Line]) -> str:
    """Lines without styles, on a screen without an end."""
    return "".join(f"{entry.plain}\n" for entry in lines)


def _as_given(path: str) -> str:
    return path


@dataclass(frozen=True)
class Display:
    """How a report is shown.

    Attributes:
        show_values: whether to include values of contacts, or their shapes alone.
        token: makes the keyed hash of a value.
        shown: makes text of lines for people, styled and wrapped as the reader's screen allows.
        width: of that screen; None for no limit.
        located: the path by which a platform knows a file, from the path that the user gave.
    """

    show_values: bool = False
    token: Token = field(default_factory=own_tokens)
    shown: Callable[[Iterable[Line]], str] = plain
    width: int | None = None
    located: Callable[[str], str] = _as_given
