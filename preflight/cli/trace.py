"""`preflight trace`: the history of one contact."""

from __future__ import annotations

from pathlib import Path

from preflight.cli import terminal, typed
from preflight.cli.call_settings import settings_of, shows_values
from preflight.cli.options import emit
from preflight.cli.output_file import refuse
from preflight.cli.progress import live_view
from preflight.core.workspace import workspace
from preflight.pipeline import state_folder
from preflight.report import story
from preflight.runs.guards import inputs_of_runs
from preflight.runs.history.facts import Trail


def run(
    run: str,
    key: str,
    limit: int,
    output_format: str,
    output_file: Path | None,
    show_values: bool | None,
    state_dir: Path | None,
) -> int:
    """Tells the stories of the rows that fit; 1 where none does."""
    settings = settings_of({"state_dir": state_dir, "show_values": show_values}, runs_code=False)
    if output_file is not None:
        refuse(output_file, "--output-file", inputs_of_runs(settings.state_dir))
    with workspace() as work, live_view() as view:
        trail = state_folder.trace(run, key, settings, work=work, most=limit, progress=view.stage)
    if not trail.stories:
        for note in trail.notes:
            terminal.note(f"note: {note}")
        terminal.complain(f"preflight: {_nothing(trail)}")
        return 1
    write = story.document if output_format == "json" else story.text
    shown = shows_values(settings)
    emit(write(trail, show_values=shown), output_file, private=shown)
    if output_format != "json":
        terminal.note(f"next: preflight runs show {trail.runs[0].id}{typed.state_folder()}")
    return 0


def _nothing(trail: Trail) -> str:
    """Why there is no history."""
    first = trail.runs[0]
    runs = f"{first.id}" + (
        f" and {len(trail.runs) - 1} more of its family" * (len(trail.runs) > 1)
    )
    return (
        f"no row of run {runs} matches: KEY is a row number from 1 to {first.source_rows}, or an "
        "email, phone or other match key as it was read or sent"
    )
