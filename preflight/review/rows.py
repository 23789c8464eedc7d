"""The rows of a review, and what a person does with them and sees of them."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Said:
    """What the helper columns of a row say.

    Attributes:
        codes: of rules.
        provider_code: of the provider.
        message: in words.
        source: "local", "provider", or both.
        reason: what can be done: "fix", "retry", "suppressed", "config" or "unknown".
        raw: the record as written, if it was malformed.
    """

    codes: str = ""
    provider_code: str = ""
    message: str = ""
    source: str = ""
    reason: str = ""
    raw: str = ""

    @property
    def by_provider(self) -> bool:
        """Whether the provider rejected the row."""
        return "provider" in self.source


@dataclass(slots=True)
class ReviewRow:
    """One row of a review.

    Attributes:
        number: of the row in the file that it was first read from; 0 for a new one.
        line: the physical line there; 0 if unknown.
        first: the cells as they were read there.
        said: of the row as it was.
        cells: the cells now.
        left_out: whether the row is left out of what is saved and sent.
        identity: its number among the rows, and for a new row one that no other row has.
    """

    number: int
    line: int
    first: tuple[str, ...]
    said: Said
    cells: list[str] = field(default_factory=list)
    left_out: bool = False
    identity: int = 0

    @property
    def edited(self) -> bool:
        """Whether a cell differs from the first one."""
        return tuple(self.cells) != self.first


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that changes, or one row that is left out or taken in again.

    Attributes:
        row: the index of the row.
        column: the position of the cell; `ROW` for the row.
        old: the cell before; for a row "" or "out".
        new: the cell after, likewise.
    """

    row: int
    column: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Kind:
    """The open faults of one rule in one column.

    Attributes:
        code: of the rule.
        column: its position; `ROW` for faults of whole rows.
        message: of the first fault.
        rows: number of rows that have it.
        suggestions: for how many of them there is a suggestion.
    """

    code: str
    column: int
    message: str
    rows: int
    suggestions: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for.

    Attributes:
        text: as written; no pattern.
        columns: the positions of the columns to look into.
        whole_cell: whether a cell must be the text; "" then finds empty cells.
        case: whether capitals matter.
    """

    text: str
    columns: frozenset[int]
    whole_cell: bool = False
    case: bool = False

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """What finds it; None if there is nothing to find."""
        if not self.text and not self.whole_cell:
            return None
        pattern = re.escape(self.text)
        if self.whole_cell:
            pattern = rf"\A{pattern}\Z"
        return re.compile(pattern, 0 if self.case else re.IGNORECASE)


class RowState(enum.StrEnum):
    """Where a row stands: it has to be corrected, will be sent, is dropped by a rule, or is out."""

    OPEN = "open"
    READY = "ready"
    DROPPED = "dropped"
    OUT = "out"
