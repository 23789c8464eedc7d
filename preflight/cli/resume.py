"""`preflight resume`: go on with an interrupted run."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import click

from preflight.cli.options import resume_options, settings_of
from preflight.cli.output_file import refuse_protected
from preflight.cli.progress import progress_bars
from preflight.cli.submit import environment, run_events, tell
from preflight.core.workspace import workspace
from preflight.pipeline import delivery
from preflight.pipeline.connection import Connection
from preflight.runs.guards import inputs_of_runs

_OWN = ("state_dir", "timeout", "config", "isolated", "max_bad", "output_format", "show_values")


@click.command("resume")
@click.argument("run", required=False, metavar="[RUN]")
@resume_options
@click.option(
    "--resend-unknown",
    type=int,
    multiple=True,
    metavar="PART",
    help="send a part again of which it cannot be told whether it was taken; repeatable",
)
@click.option(
    "--mark-accepted",
    type=int,
    multiple=True,
    metavar="PART",
    help="count such a part as taken instead; repeatable",
)
def command(run: str | None, **given: Any) -> int:
    """Go on with a run that was interrupted or stopped; without RUN, the latest unfinished one.

    What was taken is not sent again. A part of which it cannot be told stays as it is, until you
    have looked at the provider and say --resend-unknown or --mark-accepted.
    """
    own = {key: given[key] for key in _OWN}
    settings = settings_of(own)
    refuse_protected(given, settings, inputs_of_runs(settings.state_dir))
    with ExitStack() as stack:
        work = stack.enter_context(workspace())
        environ = stack.enter_context(environment(settings, sandbox=given["sandbox"]))
        progress = stack.enter_context(progress_bars(quiet=given["quiet"]))
        sent = delivery.resume(
            run,
            settings,
            Connection(
                options={},
                environ=environ,
                base_url=given["base_url"],
                wait=not given["no_wait"],
                events=run_events(progress, given),
            ),
            work=work,
            resend=frozenset(given["resend_unknown"]),
            accept=frozenset(given["mark_accepted"]),
            progress=progress,
        )
        return tell(sent, sent.settings, given)
