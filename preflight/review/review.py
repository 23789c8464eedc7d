"""A review with all around it: opening again under other settings, saving, sending."""

from __future__ import annotations

import dataclasses
import shlex
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from preflight.config.column_suggestions import map_option
from preflight.config.settings import Settings
from preflight.core import files
from preflight.core.errors import UsageError
from preflight.core.types import Column
from preflight.pipeline.call import Call
from preflight.pipeline.connection import Connection
from preflight.review import sending
from preflight.review.journal import Journal, Step, kept
from preflight.review.opening import Opened, opened
from preflight.review.rows import Kind
from preflight.review.saving import Saved, save
from preflight.review.sending import Delivery
from preflight.review.session import Session

_SAMPLES = 3
_NAMES = 20


@dataclass(frozen=True)
class Given:
    """What a person says of a file in the page.

    Attributes:
        region: the country of phones without a country code; "" for what the file was opened with.
        timezone: of timestamps without one, likewise.
        columns: header → field, "-" for none.
    """

    region: str = ""
    timezone: str = ""
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def over(self, settings: Settings) -> Settings:
        """The settings with what is given over them.

        Raises:
            ConfigError: a value is invalid.
        """
        return dataclasses.replace(
            settings,
            region=self.region or settings.region,
            timezone=self.timezone or settings.timezone,
            columns={**settings.columns, **self.columns},
        )

    @property
    def options(self) -> str:
        """The options of the command line that say the same."""
        words = [
            *(["--region " + shlex.quote(self.region)] if self.region else []),
            *(["--timezone " + shlex.quote(self.timezone)] if self.timezone else []),
            *(map_option(header, field) for header, field in self.columns.items()),
        ]
        return "".join(f" {word}" for word in words)


@dataclass(frozen=True)
class ColumnView:
    """A column, for the page.

    Attributes:
        column: what it is.
        samples: some of its cells.
        suggested: the field that it most likely holds, if it holds none; "" for none.
        evidence: why.
        sent: whether the provider gets it.
    """

    column: Column
    samples: tuple[str, ...]
    suggested: str
    evidence: str
    sent: bool


@dataclass(frozen=True)
class Preview:
    """What other settings would make of the review.

    Attributes:
        given: them.
        counts: of the rows, see `Session.counts`.
        before: the same now.
        kinds: the faults that would be open.
        refused: what would be wrong with the file.
        samples: cells that would change what they become: header, cell, what it becomes, message.
    """

    given: Given
    counts: Mapping[str, int]
    before: Mapping[str, int]
    kinds: Sequence[Kind]
    refused: Sequence[str]
    samples: Sequence[tuple[str, str, str, str]]


class Review:
    """The review of one file; a context manager.

    One thread at a time may use it, except for `delivery`.

    Args:
        path: of the file of rejects.
        settings: of the call.
        call: how it runs.
        connection: how to reach the provider.
        run_id: the run that the file is of, if a person named it.
    """

    def __init__(
        self,
        path: Path,
        settings: Settings,
        call: Call,
        connection: Connection,
        run_id: str | None = None,
    ) -> None:
        self._settings, self._call, self._connection = settings, call, connection
        self._stack = ExitStack()
        self._prepared: tuple[Given, Session] | None = None
        self._attempts = 0
        self._ended = threading.Event()
        self.delivery: Delivery | None = None
        self.page = 0
        """Grows when another file is opened in place of this one."""
        self._begin(path, run_id)

    def _begin(self, path: Path, run_id: str | None) -> None:
        self._run_id = run_id
        first = opened(path, self._settings, self._work(), run_id=run_id)
        stack = ExitStack()
        journal = stack.enter_context(
            kept(self._settings.state_dir, first.source.sha256, path.name)
        )
        try:
            self._take_over(first, journal)
        except BaseException:
            stack.close()
            raise
        self._stack.close()
        self._stack = stack
        self.page += 1

    def _take_over(self, first: Opened, journal: Journal) -> None:
        given = _given(journal.steps)
        found = first
        if given != Given():
            found = opened(
                first.path, given.over(self._settings), self._work(), run_id=self._run_id
            )
        self.session = Session(found, tuple(journal.steps), journal.add, self._call.progress)
        self._journal, self.given = journal, given
        self.saved: Saved | None = None

    def _work(self) -> Call:
        """The call with a private folder of its own: each opening spools anew."""
        self._attempts = getattr(self, "_attempts", 0) + 1
        work = self._call.work / f"opening-{self._attempts}"
        files.folder(work)
        return dataclasses.replace(self._call, work=work)

    def __enter__(self) -> Review:
        return self

    def __exit__(self, *_: object) -> None:
        if self.delivery is not None and self.delivery.thread is not None:
            self.delivery.thread.join()
        self._stack.close()

    @property
    def opened(self) -> Opened:
        """What is reviewed."""
        return self.session.opened

    def preview(self, given: Given) -> Preview:
        """What other settings would make of the review; nothing changes yet.

        Raises:
            ConfigError: a value is invalid.
        """
        before = self.session
        settings = given.over(self._settings)
        found = opened(self.opened.path, settings, self._work(), run_id=self._run_id)
        after = Session(found, tuple(self._journal.steps), self._journal.add)
        self._prepared = given, after
        return Preview(
            given,
            after.counts(),
            before.counts(),
            after.kinds(),
            found.refused,
            _samples(before, after),
        )

    def apply(self, given: Given) -> None:
        """Applies other settings, as they were previewed.

        Raises:
            ConfigError: a value is invalid.
        """
        if self._prepared is None or self._prepared[0] != given:
            self.preview(given)
        assert self._prepared is not None  # noqa: S101 - the preview has made it
        session = self._prepared[1]
        # Rows may have been edited since the preview.
        if len(session.steps) != len(self._journal.steps):
            session = Session(session.opened, tuple(self._journal.steps), self._journal.add)
        self._journal.add(
            {
                "do": "settings",
                "region": given.region,
                "timezone": given.timezone,
                "columns": dict(given.columns),
            }
        )
        session.revision = self.session.revision + 1
        session.touch()
        self.session, self.given, self._prepared = session, given, None

    def columns(self) -> list[ColumnView]:
        """The columns, with what they hold and may hold."""
        analysis = self.opened.checked.analysis
        view = analysis.view
        shown = []
        for column in analysis.plan.columns:
            if column.pieces or column.position >= len(self.opened.names):
                continue
            candidate = view.suggested(column) if column.field is None else None
            cells = (row.cells[column.position] for row in self.session.rows)
            samples = tuple(dict.fromkeys(cell for cell in cells if cell))[:_SAMPLES]
            shown.append(
                ColumnView(
                    column,
                    samples,
                    candidate.field if candidate else "",
                    candidate.evidence if candidate else "",
                    column.position in view.sent,
                )
            )
        return shown

    def header_of(self, position: int) -> str:
        """How a mapping names a column: by its name, or by its number if the name repeats."""
        names = self.opened.names
        return f"#{position + 1}" if names.count(names[position]) > 1 else names[position]

    def save(self) -> Saved:
        """Writes corrected.csv.

        Raises:
            WriteError: it cannot be written.
        """
        own = {step["file"] for step in self._journal.steps if step["do"] == "saved"}
        self.saved = save(self.session, own)
        self._journal.add({"do": "saved", "file": self.saved.sha256})
        return self.saved

    @property
    def next_command(self) -> str:
        """What to call with the saved file."""
        name = shlex.quote(str(self.saved.path)) if self.saved is not None else "corrected.csv"
        command = "resubmit" if self.opened.run else "fix"
        return f"preflight {command} {name}{self.given.options}"

    def send(self, *, dry_run: bool) -> Delivery:
        """Saves, and starts to send the corrected rows, or to preview that.

        Raises:
            UsageError: another attempt runs, or the rows are for no provider.
        """
        if self.delivery is not None and self.delivery.running:
            raise UsageError("rows are being sent already")
        if not self.opened.provider:
            raise UsageError(
                "these rows were fixed for no provider, so there is nowhere to send them; "
                "save them, and call `preflight submit` with --to PROVIDER"
            )
        saved = self.save()
        work = self._work().work
        settings = self.given.over(self._settings)
        self.delivery = sending.begin(
            saved.path, settings, self._connection, work, dry_run=dry_run, ended=lambda _: None
        )
        return self.delivery

    def open_failures(self) -> None:
        """Goes on with the rows that the provider rejected of what was sent last.

        Raises:
            UsageError: there are none.
        """
        path = self.delivery.result.get("failures") if self.delivery is not None else ""
        if not path:
            raise UsageError("nothing was rejected of what was sent last")
        self.delivery = None
        self._settings = self.given.over(self._settings)
        self._begin(Path(path), None)


def _given(steps: Sequence[Step]) -> Given:
    """What a person said last of the file."""
    for step in reversed(steps):
        if step["do"] == "settings":
            return Given(step["region"], step["timezone"], dict(step["columns"]))
    return Given()


def _samples(before: Session, after: Session) -> list[tuple[str, str, str, str]]:
    """Cells of which something else becomes, or is said."""
    samples = []
    for index, row in enumerate(after.rows):
        was, now = before.verdict(index), after.verdict(index)
        for column, name in enumerate(after.opened.names):
            old = [fault.message for fault in was.faults if fault.column == column]
            new = [fault.message for fault in now.faults if fault.column == column]
            cell = row.cells[column]
            if old != new or was.fixed.get(column) != now.fixed.get(column):
                samples.append((name, cell, now.fixed.get(column, cell), "; ".join(new)))
        if len(samples) >= _NAMES:
            return samples[:_NAMES]
    return samples
