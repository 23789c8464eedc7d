"""Sends the corrected rows of a review, with a preview before, and follows them."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from preflight.config.settings import Settings
from preflight.core import files
from preflight.core.errors import PreflightError
from preflight.pipeline import resubmission
from preflight.pipeline.connection import Connection
from preflight.runs.corrections.brought import Corrections
from preflight.runs.delivery.events import (
    Begun,
    Compared,
    Declined,
    Event,
    PartEnded,
    PartSent,
    Polled,
    Sending,
    Unclear,
    Waiting,
)
from preflight.runs.settlement import SettledRun
from preflight.writing import results_folder

_SHOWN = 20


@dataclass
class Delivery:
    """One attempt to send, or its preview, in a thread of its own.

    Attributes:
        dry_run: whether it is a preview.
        state: "running", "done" or "failed".
        message: why it failed.
        lines: what happened, in words, the newest last.
        parts: part number → its state in words.
        result: what it came to.
    """

    dry_run: bool
    state: str = "running"
    message: str = ""
    lines: list[str] = field(default_factory=list)
    parts: dict[int, str] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    corrections: Corrections | None = None
    thread: threading.Thread | None = None

    def event(self, event: Event) -> None:
        """Takes an event of the run."""
        match event:
            case Compared(corrections):
                self.corrections = corrections
            case Begun(run):
                self.lines.append(f"run {run} began")
            case Sending(part, parts):
                self.parts[part.number] = f"part {part.number} of {parts}: sending"
            case PartSent(part, _):
                self.parts[part.number] = f"part {part.number}: sent, waiting for the provider"
            case Polled(part, _):
                self.parts[part.number] = f"part {part.number}: in progress at the provider"
            case PartEnded(part, _):
                self.parts[part.number] = f"part {part.number}: done"
            case Declined(part, why):
                self.parts[part.number] = f"part {part.number}: refused: {why}"
            case Unclear(part, why):
                self.parts[part.number] = f"part {part.number}: not known whether it arrived: {why}"
            case Waiting(seconds, why):
                self.lines.append(f"waiting {seconds:.0f} s: {why}")
            case _:
                pass

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.state == "running"


def begin(
    path: Path,
    settings: Settings,
    connection: Connection,
    work: Path,
    *,
    dry_run: bool,
    ended: Callable[[Delivery], None],
) -> Delivery:
    """Starts to send a corrected file, as `preflight resubmit` does.

    Args:
        path: of corrected.csv.
        settings: of the review.
        connection: how to reach the provider.
        work: a private folder, for this attempt alone.
        dry_run: whether to do everything except sending.
        ended: called when it has ended, however it did.
    """
    delivery = Delivery(dry_run)
    connection = dataclasses.replace(connection, events=delivery.event)

    def run() -> None:
        try:
            files.folder(work)
            sent = resubmission.resubmit(
                path,
                settings,
                connection,
                work=work,
                folder=work / "preview" if dry_run else None,
                dry_run=dry_run,
            )
            delivery.result = _told(sent, delivery)
            delivery.state = "done"
        except PreflightError as error:
            delivery.message, delivery.state = str(error), "failed"
        except Exception as error:  # noqa: BLE001 - the page says that it failed, and the log why
            delivery.message = f"a bug of preflight: {type(error).__name__}"
            delivery.state = "failed"
        finally:
            ended(delivery)

    delivery.thread = threading.Thread(target=run, name="preflight-review-send", daemon=True)
    delivery.thread.start()
    return delivery


def _told(sent: SettledRun, delivery: Delivery) -> dict[str, Any]:
    """What a run came to, for the page: numbers, and no value of a contact."""
    held = delivery.corrections.held if delivery.corrections is not None else ()
    failures = sent.folder / results_folder.FAILURES
    left = sent.books.rejected_here + sent.books.rejected_there
    return {
        "provider": sent.checked.analysis.plan.profile.title,
        "run": sent.run.id if sent.run is not None else "",
        "clean": sent.fixed.books.clean if sent.fixed is not None else None,
        "parts": len(sent.fixed.parts) if sent.fixed is not None else len(sent.parts),
        "books": dataclasses.asdict(sent.books),
        "refusals": [
            {"code": code, "rows": rows, "class": str(reason)}
            for code, (rows, reason) in sent.refusals.items()
        ],
        "held": [{"row": row, "why": why} for row, _, why in held[:_SHOWN]],
        "held_rows": len(held),
        "stopped": str(sent.stopped) if sent.stopped is not None else "",
        "gate": str(sent.gate) if sent.gate is not None else "",
        "notes": list(sent.notes),
        "failures": str(failures) if left and not delivery.dry_run and failures.exists() else "",
    }
