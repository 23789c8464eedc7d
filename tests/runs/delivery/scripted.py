"""For the tests of the submit loop: a provider that does what it is told, and a clock."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from preflight.core.books import Books
from preflight.core.errors import Ambiguous
from preflight.core.exchange import FailureReport, Outcome, Part, Receipt
from preflight.core.row_map import RowMap
from preflight.providers.protocol import Call, Capabilities, Repeat, Reports, Step
from preflight.runs.delivery.events import Event
from preflight.runs.delivery.loop import Terms, drive
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import AttemptState, NewRun, PartState
from tests.providers.parts import make_part


class CrashError(BaseException):
    """The process is gone, as far as the code under test can tell."""


@dataclass
class Clock:
    """Seconds that pass only when somebody sleeps."""

    now: float = 1_795_300_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


T = TypeVar("T")


class Scripted:
    """A provider with two steps that keeps its own book of what it took.

    Attributes:
        taken: how often each row was taken, over all jobs.
        jobs: what it knows: the key, the rows and the part of each job.
        calls: the name of each call, in order.
        script: what the next calls of a name meet: an error to raise before or after the work, in
            a pair with "before" or "after"; or a function to call.
        running: how many polls of each job say "running" first.
    """

    name = "scripted"

    def __init__(
        self,
        *,
        repeat: Repeat = Repeat.LOOKUP,
        observable: bool = True,
        running: int = 1,
        delays: Callable[[], Iterator[float]] = lambda: itertools.repeat(5.0),
        bad: str = "bad",
    ) -> None:
        self.capabilities = Capabilities(repeat, Reports.ROWS, "row", observable)
        self.delays = delays
        self.running = running
        self.taken: Counter[str] = Counter()
        self.jobs: dict[str, tuple[str, list[str], int]] = {}
        self.calls: list[str] = []
        self.script: dict[str, list[tuple[str, BaseException | None]]] = {}
        self.polls: Counter[str] = Counter()
        self.state = "finished"
        self.active = 0
        self._bad = bad

    def meets(self, call: str, *errors: BaseException | None, when: str = "before") -> None:
        """Lets the next calls of a name meet these errors, one each; None lets one go well."""
        self.script.setdefault(call, []).extend((when, error) for error in errors)

    def _do(self, call: str, work: Callable[[], T]) -> T:
        self.calls.append(call)
        when, error = self.script[call].pop(0) if self.script.get(call) else ("", None)
        if error is not None and when == "before":
            raise error
        result = work()
        if error is not None:
            raise error
        return result

    def steps(self) -> Sequence[Step]:
        return (
            Step("upload", commits=False, run=self._upload),
            Step(
                "create", commits=True, run=lambda call: self._do("create", lambda: self._in(call))
            ),
        )

    def _upload(self, _call: Call) -> Mapping[str, Any]:
        return self._do("upload", lambda: {"up": 1})

    def _in(self, call: Call) -> Mapping[str, Any]:
        assert call.state == {"up": 1}
        with call.part.path.open(newline="") as file:
            rows = [row[0] for row in csv.reader(file)][1:]
        self.taken.update(rows)
        job = f"job-{len(self.jobs) + 1}"
        self.jobs[job] = (call.key, rows, call.part.number)
        return {"job": job}

    def receipt(self, state: Mapping[str, Any]) -> Receipt:
        return Receipt(state["job"], {"was": "scripted"})

    def lookup(self, call: Call) -> Receipt | None:
        assert self.capabilities.repeat is Repeat.LOOKUP
        assert call.state == {"up": 1}
        return self._do("lookup", lambda: self._find(call.key))

    def _find(self, key: str) -> Receipt | None:
        for job, (known, _, _) in self.jobs.items():
            if known == key:
                return Receipt(job)
        return None

    def poll(self, receipt: Receipt) -> Outcome:
        return self._do("poll", lambda: self._state(receipt.job))

    def _state(self, job: str) -> Outcome:
        self.polls[job] += 1
        if self.polls[job] <= self.running:
            return Outcome("running", "Working")
        bad = sum(row.startswith(self._bad) for row in self.jobs[job][1])
        return Outcome(self.state, "Over", processed=len(self.jobs[job][1]), rejected=bad)

    def members(self) -> Mapping[str, int] | None:
        return None

    def failures(self, receipt: Receipt, outcome: Outcome) -> FailureReport | None:  # noqa: ARG002
        return self._do("failures", lambda: self._report(receipt.job))

    def _report(self, job: str) -> FailureReport | None:
        rows = self.jobs[job][1]
        bad = [number for number, row in enumerate(rows, 1) if row.startswith(self._bad)]
        if not bad:
            return None
        table = pd.DataFrame(
            {
                "code": pd.Series(["BAD"] * len(bad), dtype="str"),
                "message": pd.Series([""] * len(bad), dtype="str"),
                "row_number": pd.Series(bad, dtype="Int64"),
                "value": pd.Series(["bäd"] * len(bad), dtype="str"),
                "key": pd.Series([""] * len(bad), dtype="str"),
                "cells": pd.Series([str(number) for number in bad], dtype="str"),
            }
        )
        return FailureReport(f"bad rows: {bad}".encode(), ".txt", table)

    def close(self) -> None:
        """Has nothing to let go of."""


def lost() -> Ambiguous:
    """A call that broke on the way."""
    return Ambiguous("the call broke")


def make_parts(folder: Path, count: int, rows: int = 3) -> list[Part]:
    """Some parts; the last row of each is a bad one."""
    parts = []
    for number in range(1, count + 1):
        place = folder / f"part-{number}"
        place.mkdir(parents=True)
        names = [f"p{number}r{row}@example.org" for row in range(1, rows)]
        made = make_part(place, rows=(*((name, "Ann") for name in names), (f"bad{number}", "Bad")))
        first = (number - 1) * rows
        parts.append(
            Part(
                number=number,
                path=made.path,
                sha256=made.sha256,
                size=made.size,
                header=made.header,
                fields=made.fields,
                map=RowMap.of(
                    np.arange(first + 1, first + rows + 1, dtype=np.int64),
                    np.arange(first + 2, first + rows + 2, dtype=np.int64),
                ),
            )
        )
    return parts


def make_run(
    ledger: Ledger,
    parts: Sequence[Part],
    provider: str = "scripted",
    replaces: Sequence[str] = (),
    **more: Any,
) -> str:
    """Writes a run of these parts into the ledger."""
    rows = sum(part.rows for part in parts)
    given: dict[str, Any] = {
        "source_name": "export.csv",
        "source_sha256": "0" * 64,
        "source_rows": rows,
        "folder": Path("export.preflight"),
        "settings": {"region": "US"},
        "options": {"mode": "UPDATE"},
        "books": Books(rows, rows, 0, 0),
    }
    new = NewRun(provider=provider, parts=parts, **{**given, **more})
    return ledger.create_run(new, replaces=replaces)


class Bench:
    """A ledger, a run of some parts, and a clock that costs no time."""

    def __init__(self, folder: Path, count: int = 2) -> None:
        self.folder = folder
        self.clock = Clock()
        self.parts = make_parts(folder, count)
        self.events: list[Event] = []
        self.times: list[float] = []
        with self.ledger() as ledger:
            self.run = make_run(ledger, self.parts)

    def ledger(self) -> Ledger:
        return Ledger(self.folder / "state", self.clock)

    def drive(
        self,
        provider: Any,
        resend: Collection[int] = (),
        accept: Collection[int] = (),
        **terms: Any,
    ) -> None:
        """One life of preflight: a ledger that is opened, and the loop."""
        with self.ledger() as ledger:
            drive(
                ledger,
                self.run,
                provider,
                Terms(clock=self.clock, sleep=self.clock.sleep, jitter=lambda: 1.0, **terms),
                resend=resend,
                accept=accept,
                events=self.hear,
            )

    def hear(self, event: Event) -> None:
        """Keeps what is told, and when."""
        self.events.append(event)
        self.times.append(self.clock.now)

    def states(self) -> list[PartState]:
        with self.ledger() as ledger:
            return [stored.state for stored in ledger.parts(self.run)]

    def calls(self, part: int = 1) -> list[tuple[int, str, AttemptState]]:
        with self.ledger() as ledger:
            return [(c.attempt, c.step, c.state) for c in ledger.attempts(self.run, part)]

    def reasons(self) -> list[str]:
        with self.ledger() as ledger:
            return [stored.reason for stored in ledger.parts(self.run)]

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def rows(self) -> Counter[str]:
        return Counter(
            line.split(",")[0]
            for part in self.parts
            for line in part.path.read_text().splitlines()[1:]
        )
