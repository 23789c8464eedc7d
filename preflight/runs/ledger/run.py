"""The records of the ledger: runs, their parts, and every call that was made or planned."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from preflight.core.books import Books, RunBooks
from preflight.core.exchange import Outcome, Part, Receipt
from preflight.core.row_map import RowMap
from preflight.providers.destination import OWN, SANDBOX


class RunState(enum.StrEnum):
    """The state of a run.

    Attributes:
        OPEN: it is in progress, or was interrupted.
        FINISHED: all parts have ended, and it was settled.
        STOPPED: it could not go on; it can be resumed.
        REPLACED: the provider took nothing of it, and a later run sends the same rows.
    """

    OPEN = "open"
    FINISHED = "finished"
    STOPPED = "stopped"
    REPLACED = "replaced"


class PartState(enum.StrEnum):
    """The state of a part.

    Attributes:
        READY: nothing of it was sent; it waits to be sent.
        SENDING: an attempt is in progress, or was interrupted.
        SENT: the provider accepted it and created a job.
        FINISHED: the job ended.
        FAILED: the job ended, and nothing of it was imported.
        REFUSED: the provider refused it, and that is final.
        UNKNOWN: it is not known whether it was accepted; a person decides.
        SUBMITTED: accepted, by the provider or by a person's word, and no outcome will be reported.
    """

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    FINISHED = "finished"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    SUBMITTED = "submitted"


class AttemptState(enum.StrEnum):
    """The state of a call.

    Attributes:
        INTENT: it was about to be made; it is not known whether it was.
        DONE: it was carried out.
        FAILED: it sent nothing.
        AMBIGUOUS: it was made, and may have been carried out.
        WAIVED: it may have sent rows, and a person decided to send the part again.
    """

    INTENT = "intent"
    DONE = "done"
    FAILED = "failed"
    AMBIGUOUS = "ambiguous"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Run:
    """One submission of one source.

    Attributes:
        id: such as "20261121-213642-3f9a": its start in UTC and four hex digits.
        provider: its name.
        state: how far it is.
        created: seconds since the epoch.
        updated: the time of its last change, likewise.
        source_name: of the input, as the user gave it.
        source_sha256: of the input's bytes.
        source_rows: number of rows in the input.
        folder: where the results go.
        settings: JSON values, for a resume.
        options: the provider's.
        books: where the rows of the input ended before anything was sent.
        parent: the run whose rejected rows this one sends again, corrected; None for a first one.
        address: where it is sent, see `providers.destination`.
        ended: where its rows ended, as it was settled last; None if it never was.
    """

    id: str
    provider: str
    state: RunState
    created: float
    updated: float
    source_name: str
    source_sha256: str
    source_rows: int
    folder: Path
    settings: Mapping[str, Any]
    options: Mapping[str, str]
    books: Books
    parent: str | None = None
    address: str = OWN
    ended: RunBooks | None = None

    @property
    def is_rehearsal(self) -> bool:
        """Whether it is sent to the sandbox that `--sandbox` starts, where nobody gets it."""
        return self.address == SANDBOX


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """The values of a new run; see `Run` for the others.

    Attributes:
        settings: JSON values; no secrets.
        options: the provider's; no secrets.
        parts: their files must stay where they are until they are sent.
    """

    provider: str
    source_name: str
    source_sha256: str
    source_rows: int
    folder: Path
    settings: Mapping[str, Any]
    options: Mapping[str, str]
    books: Books
    parts: Sequence[Part]
    parent: str | None = None
    address: str = OWN


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part with its state.

    Attributes:
        part: the file.
        state: where it stands.
        reason: why, for people: the message of a refusal, why it is unknown, what a failed job
            means, or why a finished job has no report; else "".
        receipt: the provider's, once it accepted the part.
        outcome: once the job ended.
        report: the provider's failure report as received, if any; see `Ledger.failures`.
    """

    part: Part
    state: PartState
    reason: str = ""
    receipt: Receipt | None = None
    outcome: Outcome | None = None
    report: Path | None = None

    @property
    def job(self) -> str | None:
        """The provider's ID of the job, once it accepted the part."""
        return self.receipt.job if self.receipt else None

    @property
    def standing(self) -> str:
        """The state, in words for people."""
        if self.state is PartState.SUBMITTED and not self.reason:
            return "sent; the provider does not report results"
        return str(self.state)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call of an attempt to send a part.

    Attributes:
        attempt: from 1; its calls are the provider's steps, in order.
        step: the name of the step.
        key: unique to the attempt.
        commits: whether the call can send rows.
        state: of the call.
        began: when the intent was written, seconds since the epoch.
        ended: when its end was written, or None.
        result: of the step; empty unless it was carried out.
        code: the provider's code of what went wrong.
        message: what went wrong, filtered.
    """

    attempt: int
    step: str
    key: str
    commits: bool
    state: AttemptState
    began: float
    ended: float | None
    result: Mapping[str, Any]
    code: str | None
    message: str


def receipt_json(receipt: Receipt) -> str:
    """A receipt as the ledger stores it."""
    return json.dumps({"job": receipt.job, "details": dict(receipt.details)})


def outcome_json(outcome: Outcome) -> str:
    """An outcome as the ledger stores it."""
    values = {field.name: getattr(outcome, field.name) for field in fields(outcome)}
    return json.dumps({**values, "counts": dict(outcome.counts)})


def run_of(row: tuple[Any, ...]) -> Run:
    """The run of a row of the table `runs`."""
    run, provider, state, created, updated, name, sha256, rows, *texts = row
    folder, settings, options, books, parent, address, ended = texts
    return Run(
        run,
        provider,
        RunState(state),
        created,
        updated,
        name,
        sha256,
        rows,
        Path(folder),
        json.loads(settings),
        json.loads(options),
        Books(**json.loads(books)),
        parent,
        address,
        RunBooks(**json.loads(ended)) if ended else None,
    )


def part_values(run: str, part: Part) -> tuple[object, ...]:
    """The row of the table `parts` for a part that is ready to be sent; see `part_of`."""
    return (
        run,
        part.number,
        str(part.path.absolute()),
        part.sha256,
        part.size,
        part.rows,
        json.dumps(part.header),
        json.dumps(part.fields),
        part.row_map.astype("<i8").tobytes(),
        part.lines.astype("<i8").tobytes(),
        PartState.READY,
    )


def part_of(row: tuple[Any, ...], reports: Path) -> StoredPart:
    """The part of a row of the table `parts`; `reports` is the folder of the failure reports."""
    number, path, sha256, size, header, names, row_map, lines, *rest = row
    state, reason, receipt, outcome, report = rest
    return StoredPart(
        Part(
            number=number,
            path=Path(path),
            sha256=sha256,
            size=size,
            header=tuple(json.loads(header)),
            fields=tuple(json.loads(names)),
            map=RowMap.of(
                np.frombuffer(row_map, dtype="<i8").astype(np.int64),
                np.frombuffer(lines, dtype="<i8").astype(np.int64),
            ),
        ),
        PartState(state),
        reason,
        Receipt(**json.loads(receipt)) if receipt else None,
        Outcome(**json.loads(outcome)) if outcome else None,
        reports / report if report else None,
    )


def attempt_of(row: tuple[Any, ...]) -> Attempt:
    """The call of a row of the table `attempts`."""
    attempt, step, key, commits, state, began, ended, result, code, message = row
    return Attempt(
        attempt,
        step,
        key,
        bool(commits),
        AttemptState(state),
        began,
        ended,
        json.loads(result) if result else {},
        code,
        message,
    )
