"""How a run reaches its provider, and how long it waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from preflight.core.errors import UsageError
from preflight.runs.delivery.events import Events
from preflight.runs.delivery.events import silent as no_events

POLL_SCALE = "PREFLIGHT_POLL_SCALE"
CALL_TIMEOUT = "PREFLIGHT_CALL_TIMEOUT"


@dataclass(frozen=True)
class Connection:
    """How to reach a provider and how long to wait.

    Attributes:
        options: the provider's own.
        environ: holds secrets and addresses.
        base_url: instead of the provider's address.
        wait: whether to wait for the jobs to end.
        clock, sleep: the clock, and a function that waits.
        events: called with each event while a run is prepared, sent and followed.
    """

    options: Mapping[str, str]
    environ: Mapping[str, str]
    base_url: str | None = None
    wait: bool = True
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    events: Events = no_events

    @property
    def scale(self) -> float:
        """The factor for the documented waiting times; below 1 only in tests.

        Raises:
            UsageError: the variable is not a number.
        """
        return self._number(POLL_SCALE, 1.0)

    @property
    def patience(self) -> float:
        """Seconds that a call may take to connect, to send a block, or to wait for one.

        Dotdigital asks for 121 ("API end points"), the longest of what providers document.

        Raises:
            UsageError: the variable is not a number.
        """
        return self._number(CALL_TIMEOUT, 121.0)

    def _number(self, name: str, default: float) -> float:
        text = self.environ.get(name, str(default))
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not 0 <= number < float("inf"):
            raise UsageError(f"{name} must be a number from 0 up")
        return number
