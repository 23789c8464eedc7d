"""What comparing a corrected file with earlier runs says of its rows."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from preflight.core.types import Bools, Ints


class Verdict(enum.StrEnum):
    """Why a row of a corrected file is not sent as it is."""

    ACCEPTED = "accepted"
    """It was accepted before, or dropped, and is unchanged."""
    PERHAPS = "perhaps"
    """It may have been accepted before."""
    UNCHANGED = "unchanged"
    """It was rejected before, and is not corrected."""
    KEY = "key"
    """It has the match key of another row that was accepted, or may have been."""
    TWICE = "twice"
    """It is in the corrected file more than once."""


@dataclass(frozen=True)
class RowVerdict:
    """The verdict on one row, and the reason as a lower-case fact without a value."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class RowVerdicts:
    """The rows of a corrected file that are not to be sent as they are.

    Attributes:
        rows: their numbers, ascending.
        verdicts: a `Verdict` for each; object.
        reasons: the reason for each; object.
    """

    rows: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    verdicts: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=object))
    reasons: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=object))

    @classmethod
    def of(cls, verdicts: Iterable[tuple[int, RowVerdict]]) -> RowVerdicts:
        """Those of some rows, each with its number, in the order of the numbers."""
        held = sorted(verdicts, key=lambda entry: entry[0])
        return cls(
            np.array([row for row, _ in held], dtype=np.int64),
            np.array([held_row.verdict for _, held_row in held], dtype=object),
            np.array([held_row.reason for _, held_row in held], dtype=object),
        )

    @classmethod
    def parse(cls, text: str) -> RowVerdicts:
        """What `text` made a text of."""
        entries = json.loads(text)
        return cls.of((row, RowVerdict(Verdict(word), reason)) for row, word, reason in entries)

    def text(self) -> str:
        """All of it as JSON; equal for equal verdicts."""
        entries = zip(self.rows.tolist(), self.verdicts, self.reasons, strict=True)
        return json.dumps([[row, str(verdict), reason] for row, verdict, reason in entries])

    def __len__(self) -> int:
        return len(self.rows)

    def among(self, rows: Ints, verdict: Verdict | None) -> tuple[Bools, np.ndarray]:
        """A mask over some rows, those of a verdict; and the reason for each of them, in order."""
        mine = self.verdicts == verdict
        mask = np.isin(rows, self.rows[mine])
        return mask, self.reasons[mine][np.searchsorted(self.rows[mine], rows[mask])]
