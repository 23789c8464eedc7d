"""What happens while a run is prepared and sent: small facts, for a progress bar or a log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.core.types import Outcome, Part

if TYPE_CHECKING:
    from preflight.runs.corrections.brought import Corrections


@dataclass(frozen=True, slots=True)
class Compared:
    """A corrected file was compared with what was sent before; nothing is sent yet."""

    corrections: Corrections


@dataclass(frozen=True, slots=True)
class Begun:
    """The run is in the ledger, and nothing is sent yet: from here on it can be resumed."""

    run: str


@dataclass(frozen=True, slots=True)
class Sending:
    """A part is about to be sent; the run has so many `parts`."""

    part: Part
    parts: int


@dataclass(frozen=True, slots=True)
class PartSent:
    """The provider took a part and gave a job."""

    part: Part
    job: str


@dataclass(frozen=True, slots=True)
class Declined:
    """The provider refuses a part, and that is final."""

    part: Part
    why: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """It cannot be told whether the provider took a part."""

    part: Part
    why: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing is sent for so many `seconds`, unless jobs that are under way need to be asked."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Polled:
    """The provider said how far a part's job is."""

    part: Part
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class PartEnded:
    """A part's job ended and its failure report, if there is one, is kept."""

    part: Part
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Unverified:
    """The list that the rows were to go to could not be read, so they were not compared with it."""

    why: str


Event = (
    Compared
    | Begun
    | Sending
    | PartSent
    | Declined
    | Unclear
    | Waiting
    | Polled
    | PartEnded
    | Unverified
)
"""Whatever can happen."""

Events = Callable[[Event], None]
"""What is called with each."""


def silent(_event: Event) -> None:
    """For a caller that wants no events."""
