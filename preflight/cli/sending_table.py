"""The parts of a run while they are sent: a line a part with its state, for the view."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.core.exchange import Outcome, Part
from preflight.core.redact import visible
from preflight.report.wording import number, plural
from preflight.runs.delivery.events import (
    Declined,
    Event,
    PartEnded,
    PartSent,
    Polled,
    Sending,
    Unclear,
    Waiting,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

_ENDINGS = {"finished": "done", "failed": "failed", "unknown": "unknown"}
_SENDING, _FOLLOWING = "sending", "waiting for the results"
_BAR_WIDTH = 20


@dataclass(slots=True)
class _Line:
    """A part: its rows, its state in words, and how many rows the provider has processed."""

    rows: int
    state: str
    ended: bool = False
    done: int | None = None
    total: int | None = None


def _is_sent(line: _Line) -> bool:
    return line.state != _SENDING


class SendingTable:
    """What is known of the parts of a run, from its events.

    Args:
        clock: seconds, from any zero.

    Attributes:
        began: when the first part was given to the provider.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lines: dict[int, _Line] = {}
        self._parts = 0
        self._why = ""
        self._until = 0.0
        self.began = 0.0

    @property
    def heading(self) -> str:
        """What is done now: sending, or waiting for what the provider makes of the parts."""
        left = len(self._lines) < self._parts
        return _SENDING if left or not all(map(_is_sent, self._lines.values())) else _FOLLOWING

    @property
    def sent(self) -> int:
        """The rows that were sent, while there are more to send."""
        sent = [line.rows for line in self._lines.values() if _is_sent(line)]
        return sum(sent) if self.heading == _SENDING else 0

    def add(self, event: Event) -> None:
        """Takes an event into account."""
        match event:
            case Sending(part, parts):
                if not self._lines:
                    self.began = self._clock()
                self._parts = parts
                self._line(part, _SENDING)
            case PartSent(part):
                self._line(part, "sent")
                self._why = ""
            case Polled(part, outcome):
                self._polled(part, outcome)
            case PartEnded(part, outcome):
                self._line(part, _ENDINGS.get(outcome.state, outcome.state), ended=True)
                self._why = ""
            case Declined(part):
                self._line(part, "refused", ended=True)
                self._why = ""
            case Unclear(part):
                self._line(part, "unknown", ended=True)
                self._why = ""
            case Waiting(seconds, why):
                self._why, self._until = visible(why), self._clock() + seconds

    def _line(self, part: Part, state: str, *, ended: bool = False) -> None:
        self._lines[part.number] = _Line(part.rows, state, ended)

    def _polled(self, part: Part, outcome: Outcome) -> None:
        line = _Line(part.rows, visible(outcome.status))
        if outcome.processed is not None:
            line.done, line.total = outcome.processed, outcome.total or part.rows
            line.state = f"{number(line.done)} of {plural(line.total, 'row')}"
        self._lines[part.number] = line
        if self._until <= self._clock():
            self._why = ""

    def drawn(self, height: int) -> Iterator[RenderableType]:
        """The table, and what is waited for, in about so many lines."""
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        shown = self._shown(height)
        table = Table.grid(padding=(0, 2))
        for _ in range(4):
            table.add_column(no_wrap=True, overflow="ellipsis")
        of = f" of {number(self._parts)}" if self._parts else ""
        for part, line in shown.items():
            bar = (
                ProgressBar(line.total or 1, line.done, width=_BAR_WIDTH)
                if line.done is not None
                else ""
            )
            table.add_row(
                f"part {number(part)}{of}", plural(line.rows, "row"), Text(line.state), bar
            )
        if len(shown) < len(self._lines):
            done = sum(line.ended for line in self._lines.values())
            yield Text(f"{number(done)} of {plural(self._parts, 'part')} done")
        if shown:
            yield table
        if (left := self._parts - len(self._lines)) > 0:
            yield Text(f"{plural(left, 'more part')} to send")
        if self._why:
            yield Text(f"{self._why}: {self._countdown()}")

    def _shown(self, height: int) -> dict[int, _Line]:
        """The parts that have a line, by number: those that have not ended, then the last ones."""
        running = [part for part, line in self._lines.items() if not line.ended]
        ended = [part for part, line in self._lines.items() if line.ended]
        wanted = [*running, *reversed(ended)][:height]
        return {part: self._lines[part] for part in sorted(wanted)}

    def _countdown(self) -> str:
        left = math.ceil(self._until - self._clock())
        return f"next try in {left} s" if left > 0 else "trying again"
