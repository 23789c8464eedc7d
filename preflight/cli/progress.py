"""What is shown on stderr while a call works: one view that erases itself, and notes that stay.

The view appears once a call has taken a second, and only on a terminal. Nothing else may be written
to the terminal while it is there, except by `View.note`: it would be erased with the view.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from preflight.cli import terminal
from preflight.cli.sending_table import SendingTable
from preflight.core.redact import visible
from preflight.report.wording import number, plural
from preflight.runs.delivery.events import Event, Unverified, Waiting

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

DELAY = 1.0
"""Seconds until the view appears."""

_TELLING = 2.0
"""Seconds after which a rate is told."""
_MARGIN = 8
"""Lines of the terminal that the parts of a run leave to other things."""


class View:
    """The state of a call, for people.

    Args:
        drawable: whether it may be drawn; if not, only notes are printed.
        clock: seconds, from any zero.
    """

    def __init__(self, *, drawable: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._drawable = drawable
        self._clock = clock
        self._start = self._latest = clock()
        self._spent: dict[str, float] = {}
        self._current = self._stage = "reading"
        self._began = self._start  # of the stage
        self._name = ""
        self._done = 0
        self._sending = SendingTable(clock)
        self._waits: set[str] = set()
        self._state = threading.Lock()  # the view is drawn in a thread of its own
        self._switch = threading.RLock()
        self._console: Console | None = None
        self._live: Live | None = None
        self._closed = False

    def about(self, name: str) -> None:
        """Names what the next stages are about: a file, or how many of several are done."""
        with self._state:
            self._name, self._done = f"  {visible(name)}", 0
        self._draw()

    def stage(self, stage: str, done: int, total: int | None) -> None:  # noqa: ARG002 - see Progress
        """Shows how far a stage of the pipeline is; for the `progress` of a pipeline function."""
        with self._state:
            self._spend(stage)
            if stage != self._stage or not done:
                self._began = self._clock()
            self._stage, self._done = stage, done
        self._draw()

    def event(self, event: Event) -> None:
        """Shows what happened to a run; for the `events` of a connection.

        Where nothing can be drawn, it prints each reason to wait once, so that nobody thinks that
        preflight hangs.
        """
        if isinstance(event, Unverified):
            self.note(
                "note: the accepted rows were not compared with the members of the list: "
                f"{visible(event.why)}"
            )
        if isinstance(event, Waiting) and not self._drawable and event.why not in self._waits:
            self._waits.add(event.why)
            self.note(f"waiting: {visible(event.why)}; next try in {math.ceil(event.seconds)} s")
        with self._state:
            self._spend("waiting" if isinstance(event, Waiting) else "sending")
            self._stage = ""
            self._sending.add(event)
        self._draw()

    def note(self, text: str) -> None:
        """Prints lines that stay; above the view, if it is there."""
        with self._switch:
            if self._live is None:
                terminal.note(text)
            else:
                fitted = terminal.fitted(text, self._live.console.width)
                self._live.console.print(fitted, markup=False, highlight=False, soft_wrap=True)

    def appear(self) -> None:
        """Draws the view from now on."""
        with self._switch:
            if self._closed or self._live is not None:
                return
            from rich.console import Console  # here: a call of less than a second does without
            from rich.live import Live

            self._console = Console(stderr=True)
            self._live = Live(
                console=self._console,
                get_renderable=self.drawn,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start(refresh=True)

    def close(self) -> None:
        """Erases the view; it does not appear again."""
        with self._switch:
            self._closed = True
            if self._live is not None:
                self._live.stop()
                self._live = None

    def times(self) -> str:
        """The time that each stage took, in the order in which they began, and all of it."""
        self._spend(self._current)
        stages = [f"{stage} {seconds:.2f} s" for stage, seconds in self._spent.items()]
        return "time: " + ", ".join([*stages, f"in all {self._clock() - self._start:.2f} s"])

    def _spend(self, stage: str) -> None:
        """Counts the time since the last news for the stage of then; now it is another, or not."""
        now = self._clock()
        self._spent[self._current] = self._spent.get(self._current, 0.0) + now - self._latest
        self._current, self._latest = stage, now

    def _draw(self) -> None:
        if self._drawable and self._clock() - self._start >= DELAY:
            self.appear()
        with self._switch:
            if self._live is not None:
                self._live.refresh()

    def drawn(self) -> RenderableType:
        """What is shown now."""
        from rich.console import Group
        from rich.text import Text

        height = self._console.height if self._console else 0
        elapsed = int(self._clock() - self._start)
        time_spent = f"{elapsed // 60}:{elapsed % 60:02}"
        with self._state:
            lines = list(self._sending.drawn(max(1, height - _MARGIN)))
            doing = self._stage or self._sending.heading
            rows = self._rows(self._done, self._began) if self._stage else self._sent()
            heading = f"{doing}  {rows}{time_spent}{self._name}"
        return Group(Text(heading, style="bold", no_wrap=True, overflow="ellipsis"), *lines)

    def _sent(self) -> str:
        """How many rows were sent, and how fast."""
        return self._rows(self._sending.sent, self._sending.began)

    def _rows(self, done: int, began: float) -> str:
        """How many rows are done, and how many in a second, once that can be told."""
        if not done:
            return ""
        seconds = self._clock() - began
        rate = f"{number(round(done / seconds))} rows/s  " if seconds >= _TELLING else ""
        return f"{plural(done, 'row')}  {rate}"


@contextmanager
def live_view() -> Iterator[View]:
    """A view that is erased when the block ends; results are printed after it."""
    drawable = terminal.is_drawable() and not terminal.is_quiet()
    view = View(drawable=drawable)
    timer = threading.Timer(DELAY, view.appear)  # for a call that hangs before its first event
    timer.daemon = True
    if drawable:
        timer.start()
    try:
        yield view
    finally:
        timer.cancel()
        view.close()
        if terminal.is_verbose():
            terminal.note(view.times())
