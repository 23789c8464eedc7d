"""`preflight merge`: join a failure report that was fetched by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import click

from preflight.cli import terminal
from preflight.cli.call_settings import settings_of
from preflight.cli.output_file import refuse_protected
from preflight.cli.progress import View, live_view
from preflight.cli.submit import show
from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.pipeline import merge_file, merge_run
from preflight.report import exit_codes
from preflight.runs.guards import inputs_of_runs
from preflight.runs.ledger.run import RunState
from preflight.runs.settlement import SettledRun

_ONLY_RUN = {"part": "--part", "accepted": "--mark-accepted"}
_ONLY_FILE = {"original": "--original", "folder": "-o", "force": "--force"}
_PLACE = ("provider", "failures", "more", "run", "submitted", *_ONLY_RUN, *_ONLY_FILE)


def run(**given: Any) -> int:
    """Joins the report, tells of it, and gives the exit code."""
    _refuse(given)
    failures = [*given["failures"], *given["more"]]
    own = {key: value for key, value in given.items() if key not in _PLACE}
    settings = settings_of(own, provider=given["provider"])
    tables = (*failures, *filter(None, (given["submitted"], given["original"])))
    known: Iterator[str | Path] = chain(tables, inputs_of_runs(settings.state_dir))
    refuse_protected(given, settings, known, folder=given["folder"])
    with workspace() as work:
        with live_view() as view:
            sent = _merged(failures, settings, given, work, view)
        show(sent, settings, given)
    if given["run"] is not None:
        return _of_run(sent)
    return exit_codes.of_merged_file(sent, settings)


def _merged(
    failures: Sequence[Path], settings: Settings, given: dict[str, Any], work: Path, view: View
) -> SettledRun:
    if given["run"] is not None:
        return merge_run.merge_run(
            given["run"],
            given["provider"],
            failures,
            settings,
            work=work,
            part=given["part"],
            accept=frozenset(given["accepted"]),
            progress=view.stage,
        )
    return merge_file.merge_submitted(
        given["submitted"],
        given["provider"],
        failures,
        settings,
        work=work,
        original=given["original"],
        folder=given["folder"],
        force=given["force"],
        progress=view.stage,
    )


def _refuse(given: dict[str, Any]) -> None:
    if (given["run"] is None) == (given["submitted"] is None):
        raise click.UsageError(
            "name what the report is about: either --run RUN or --submitted FILE"
        )
    kind, unfit = ("--submitted", _ONLY_RUN) if given["run"] is None else ("--run", _ONLY_FILE)
    for name, option in unfit.items():
        if given[name] not in (None, False, ()):
            raise click.UsageError(f"{option} cannot be combined with {kind}")


def _of_run(sent: SettledRun) -> int:
    if sent.run is not None and sent.run.state is not RunState.FINISHED:
        advice = f"go on with `preflight resume {sent.run.id}`"
        terminal.note(f"run {sent.run.id} has not ended; {advice}")
    return exit_codes.of_run(sent, sent.settings)
