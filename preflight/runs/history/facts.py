"""What a row's story is made of: facts, in the order in which they came about."""

from __future__ import annotations

from dataclasses import dataclass, field

from preflight.runs.history.row_facts import RowChange, RowFinding
from preflight.runs.ledger.run import Run
from preflight.runs.row_outcomes import RowOutcome


@dataclass(frozen=True, slots=True)
class RowRead:
    """The row was read."""

    source: str
    row: int
    line: int


@dataclass(frozen=True, slots=True)
class RowCorrected:
    """A cell of the row differs from what the run before had sent or rejected.

    Attributes:
        column: the header as written.
        kind: "edit" of a person; "damage" of a spreadsheet, which was undone.
        old, new: as it was before, and as it came back; personal data.
    """

    column: str
    kind: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowPlaced:
    """The row went into a part.

    Attributes:
        part: its number, of so many `parts`.
        file: the part; `there` says whether it still is.
        position: the row's number among the part's data rows, of so many `rows`.
    """

    part: int
    parts: int
    file: str
    there: bool
    position: int
    rows: int


@dataclass(frozen=True, slots=True)
class CallMade:
    """A call that was made or meant for the row's part; times in seconds since the epoch."""

    attempt: int
    step: str
    state: str
    began: float
    ended: float | None
    code: str | None
    message: str


@dataclass(frozen=True, slots=True)
class JobStatus:
    """The provider took the part, and how its job stands.

    Attributes:
        job: the provider's id of it.
        status: the provider's word for how it ended; None as long as it is not known.
        message: what to make of it.
    """

    job: str
    status: str | None
    message: str


@dataclass(frozen=True, slots=True)
class RowRefused:
    """What the provider said about the row.

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
    """Where the row stands in the books of a run; `why` is a fact without values, or ""."""

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
"""One line of a story."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """What happened to a row in one run.

    Attributes:
        run: it.
        row: its number in the run's source.
        facts: in order; the last one is an `RowEnded`.
        cells: header as written → the cell as it was read; empty where the source is gone.
            Personal data.
    """

    run: Run
    row: int
    facts: tuple[Fact, ...]
    cells: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> RowOutcome:
        """Where the row stands in the books of the run."""
        last = self.facts[-1]
        assert isinstance(last, RowEnded)  # noqa: S101 - it is built so
        return last.place


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to a row, run after run.

    Attributes:
        origin: the row ID, see `row_id`.
        chapters: one for each run that it was in, at least one.
        standing: the one of them that says where the row stands, see `lineage.standings`.
    """

    origin: str
    chapters: tuple[Chapter, ...]
    standing: Chapter


@dataclass(frozen=True, slots=True)
class Trail:
    """What was asked for, and the stories.

    Attributes:
        runs: the family, the first run first.
        matched: how many rows fit; only the first ones of them are told.
        stories: in the order of the rows.
        notes: what is missing; facts without values.
    """

    runs: tuple[Run, ...]
    matched: int
    stories: tuple[Story, ...]
    notes: tuple[str, ...]
