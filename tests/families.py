"""Runs against a sandbox, and runs that correct them, made from Python."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable
from pathlib import Path

from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.pipeline import check_fix_split, delivery
from preflight.pipeline.connection import POLL_SCALE, Connection
from preflight.pipeline.delivery import SettledRun
from preflight.providers.sandbox.server import Sandbox
from preflight.runs.kept_run import keep_source, stored
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.places import folder_for
from preflight.runs.ledger.run import NewRun, Run

OPTIONS = {
    "talkvalue": {"source_id": "7", "mode": "UPDATE"},
    "dotdigital": {"address_book": "77"},
    "textus": {"account": "acme"},
}
Row = dict[str, str]


def connection(box: Sandbox, provider: str) -> Connection:
    """To a stand-in, with short waits."""
    return Connection(
        options=OPTIONS[provider],
        environ={**box.environment, POLL_SCALE: "0.001"},
    )


def send(path: Path, provider: str, settings: Settings, box: Sandbox, **said: object) -> SettledRun:
    """The whole line; `said` is what a `Connection` takes besides."""
    with workspace() as work:
        return delivery.submit(
            path,
            provider,
            settings,
            dataclasses.replace(connection(box, provider), **said),  # type: ignore[arg-type]
            work=work,
        )


def send_corrected(
    first: Run, edit: Callable[[Row], Row | None], settings: Settings, box: Sandbox
) -> SettledRun:
    """A run that corrects another: its failures.csv, each row edited or left out, is sent."""
    with (first.folder / "failures.csv").open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        names = list(reader.fieldnames or ())
        rows = [edited for row in reader if (edited := edit(row)) is not None]
    corrected = first.folder.parent / "corrected.csv"
    with corrected.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    own = dataclasses.replace(settings, profile=first.provider)
    with workspace() as work:
        fixed = check_fix_split.fix(corrected, own, work=work, folder=first.folder.parent / "again")
        place = folder_for(settings.state_dir, first.address)
        keep_source(fixed.checked, place)
        with Ledger(place) as ledger:
            child = ledger.create_run(NewRun(
                provider=first.provider, source_name=str(corrected),
                source_sha256=fixed.checked.source.sha256, source_rows=fixed.books.rows,
                folder=fixed.folder, settings=stored(own, fixed.checked), options=first.options,
                books=fixed.books, parts=fixed.parts, parent=first.id,
                address=first.address,
            ))  # fmt: skip
    with workspace() as work:
        return delivery.resume(child, settings, connection(box, first.provider), work=work)
