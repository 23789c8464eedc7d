"""Events while a run is prepared and sent, for a progress bar or a log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.core.exchange import Outcome, Part

if TYPE_CHECKING:
    from preflight.runs.corrections.brought import Corrections


@dataclass(frozen=True, slots=True)
class Compared:
    """A corrected file was compared with earlier runs; nothing was sent yet."""

    corrections: Corrections


@dataclass(frozen=True, slots=True)
class Begun:
    """The run is in the ledger and can be resumed; nothing was sent yet."""

    run: str


@dataclass(frozen=True, slots=True)
class Sending:
    """A part is about to be sent; the run has `parts` of them."""

    part: Part
    parts: int


@dataclass(frozen=True, slots=True)
class PartSent:
    """The provider accepted a part and created a job."""

    part: Part
    job: str


@dataclass(frozen=True, slots=True)
class Declined:
    """The provider refused a part, and that is final."""

    part: Part
    why: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """It is not known whether the provider accepted a part."""

    part: Part
    why: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing is sent for some `seconds`; running jobs are still polled."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Polled:
    """The provider reported the progress of a part's job."""

    part: Part
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class PartEnded:
    """A part's job ended and its failure report, if there is one, is kept."""

    part: Part
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Unverified:
    """The members of the provider's list could not be read, so no row was compared with them."""

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
"""Any of the events."""

Events = Callable[[Event], None]
"""A function that is called with each event."""


def silent(_event: Event) -> None:
    """Ignores events."""
