"""The facts that make up the history of a row, in the order in which they happened."""

from __future__ import annotations

from dataclasses import dataclass, field

from preflight.runs.history.row_facts import RowChange, RowFinding
from preflight.runs.ledger.run import Run
from preflight.runs.row_outcomes import RowOutcome


@dataclass(frozen=True, slots=True)
class RowRead:
    """The row as read."""

    source: str
    row: int
    line: int


@dataclass(frozen=True, slots=True)
class RowCorrected:
    """A cell of the row differs from what the earlier run sent or rejected.

    Attributes:
        column: the header as written.
        kind: "edit" by a person, or "damage" by a spreadsheet, which was undone.
        old, new: in the earlier run and in the corrected file; personal data.
    """

    column: str
    kind: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowPlaced:
    """The row was written into a part.

    Attributes:
        part: the number of the part; the run has `parts` of them.
        file: of the part; `there` is true if it still exists.
        position: the row's number among the `rows` data rows of the part.
    """

    part: int
    parts: int
    file: str
    there: bool
    position: int
    rows: int


@dataclass(frozen=True, slots=True)
class CallMade:
    """A call that was made or planned for the row's part; times in seconds since the epoch."""

    attempt: int
    step: str
    state: str
    began: float
    ended: float | None
    code: str | None
    message: str


@dataclass(frozen=True, slots=True)
class JobStatus:
    """The provider's job for the part.

    Attributes:
        job: the provider's ID of it.
        status: how it ended, in the provider's words; None if that is not known yet.
        message: what the status means.
    """

    job: str
    status: str | None
    message: str


@dataclass(frozen=True, slots=True)
class RowRefused:
    """The provider's refusal of the row.

    Attributes:
        code, message: verbatim; the message may hold values.
        reason: the class of the reason.
        how: how the report's line was joined to the row.
    """

    code: str
    message: str
    reason: str
    how: str


@dataclass(frozen=True, slots=True)
class RowEnded:
    """Where the row ended in the books of a run; `why` is a fact without values, or ""."""

    place: RowOutcome
    why: str = ""


Fact = (
    RowRead
    | RowCorrected
    | RowFinding
    | RowChange
    | RowPlaced
    | CallMade
    | JobStatus
    | RowRefused
    | RowEnded
)
"""One line of a history."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """What happened to a row in one run.

    Attributes:
        run: the run.
        row: its number in the run's source.
        facts: in order; the last is a `RowEnded`.
        cells: as read, by header as written; empty if the source is gone. Personal data.
    """

    run: Run
    row: int
    facts: tuple[Fact, ...]
    cells: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> RowOutcome:
        """Where the row ended in the books of the run."""
        last = self.facts[-1]
        assert isinstance(last, RowEnded)  # noqa: S101 - it is built so
        return last.place


@dataclass(frozen=True, slots=True)
class Story:
    """The history of a row, run after run.

    Attributes:
        origin: the row ID, see `row_id`.
        chapters: one for each run with the row, at least one.
        standing: the chapter with the outcome that counts, see `lineage.standings`.
    """

    origin: str
    chapters: tuple[Chapter, ...]
    standing: Chapter


@dataclass(frozen=True, slots=True)
class Trail:
    """The result of a trace.

    Attributes:
        runs: the family, the first run first.
        matched: number of rows that match; there are stories of the first ones only.
        stories: in the order of the rows.
        notes: what is missing; facts without values.
    """

    runs: tuple[Run, ...]
    matched: int
    stories: tuple[Story, ...]
    notes: tuple[str, ...]
