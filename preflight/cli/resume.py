"""`preflight resume`: go on with an interrupted run."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from preflight.cli.call_settings import settings_of
from preflight.cli.output_file import refuse_protected
from preflight.cli.progress import live_view
from preflight.cli.submit import connection, tell
from preflight.core.workspace import workspace
from preflight.pipeline import delivery
from preflight.runs.guards import inputs_of_runs

_OWN = ("state_dir", "timeout", "config", "isolated", "max_bad", "output_format", "show_values")


def run(run: str | None, **given: Any) -> int:
    """Goes on with the run, tells of it, and gives the exit code."""
    own = {key: given[key] for key in _OWN}
    settings = settings_of(own)
    refuse_protected(given, settings, inputs_of_runs(settings.state_dir))
    with workspace() as work, ExitStack() as stack:
        with live_view() as view:
            sent = delivery.resume(
                run,
                settings,
                connection(settings, given, stack, view),
                work=work,
                resend=frozenset(given["resend_unknown"]),
                accept=frozenset(given["mark_accepted"]),
                progress=view.stage,
            )
        return tell(sent, sent.settings, given)
