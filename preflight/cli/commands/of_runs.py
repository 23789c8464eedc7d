"""The commands about runs: sending, what came of it, and stand-ins to send to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preflight.cli import completion, large_files
from preflight.cli.options import (
    config_options,
    merge_options,
    output_options,
    profile_option,
    provider_options,
    reading_options,
    resubmit_options,
    resume_options,
    review_options,
    rule_options,
    show_values_option,
    state_dir_option,
    text_or_json_option,
    writing_options,
)


class _Provider(click.types.StringParamType):
    """The name of a provider; the command judges it."""

    name = "provider"

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str:  # noqa: ARG002
        from preflight.providers import registry  # here: only a mistake needs it

        return f"It is one of {', '.join(registry.names())}"


_PROVIDER = _Provider()


@click.command("submit")
@click.argument("path", metavar="PATH", shell_complete=completion.files)
@click.option(
    "--to",
    required=True,
    type=_PROVIDER,
    metavar="PROVIDER",
    shell_complete=completion.providers,
    help="provider to send to",
)
@click.option("--dry-run", is_flag=True, help="do everything except sending")
@click.option("--again", is_flag=True, help="send the whole file even if it was sent there before")
@provider_options
@writing_options
@reading_options
@rule_options
@output_options
def submit(**given: Any) -> int:
    """Check, fix, split and send a file; wait, fetch the failure report, and merge all results.

    Secrets come from the environment, or from --sandbox, which starts local stand-ins for this run.
    Exits with 1 if preflight and the provider rejected more rows than --max-bad accepts, with 3 if
    the provider or the network stopped the run; go on with `preflight resume`.
    """
    large_files.prepare([given["path"]], None)
    from preflight.cli.submit import run

    return run(**given)


@click.command("resume")
@click.argument("run", required=False, metavar="[RUN]", shell_complete=completion.runs)
@resume_options
@click.option(
    "--resend-unknown",
    type=int,
    multiple=True,
    metavar="PART",
    help="send a part again whose state is unknown; repeatable",
)
@click.option(
    "--mark-accepted",
    type=int,
    multiple=True,
    metavar="PART",
    help="count such a part as accepted instead; repeatable",
)
def resume(**given: Any) -> int:
    """Go on with a run that was interrupted or stopped; without RUN, the latest unfinished one.

    Does not send again what the provider accepted. A part whose state is unknown stays so until you
    have looked at the provider, and add --resend-unknown or --mark-accepted.
    """
    from preflight.cli.resume import run

    return run(**given)


@click.command("resubmit")
@click.argument("corrected", metavar="CORRECTED", shell_complete=completion.files)
@click.option(
    "--run",
    metavar="RUN",
    shell_complete=completion.runs,
    help="the run that it corrects, if preflight cannot find out",
)
@click.option("--dry-run", is_flag=True, help="do everything except sending")
@provider_options
@resubmit_options
def resubmit(**given: Any) -> int:
    """Send the corrected rows of a failures.csv or rejects.csv, and only those.

    The file may come from a spreadsheet: sorted, with columns moved, rows deleted or added, saved
    with semicolons in another encoding. preflight restores what the spreadsheet broke and keeps
    what you changed; corrections.csv lists both. It does not send rows that were accepted, nor
    rejected rows that you did not change.
    """
    from preflight.cli.resubmit import run

    return run(**given)


@click.command("review")
@click.argument("path", metavar="PATH|RUN|DIR", shell_complete=completion.files)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="port of the page [a free one]",
)
@click.option("--no-browser", is_flag=True, help="only print the address of the page")
@profile_option
@review_options
@provider_options
def review(**given: Any) -> int:
    """Correct rejected rows on a local page, and save or send them.

    PATH is a rejects.csv or failures.csv, or an input, which is fixed first; RUN is a run of
    `preflight runs`; DIR is a folder of results. Prints the address of the page, which works once.
    The page is served to this machine alone and loads nothing from any network. Each edit is judged
    at once by the rules of the fix or the run, and is kept in the state folder: call it again, and
    it goes on. Ctrl-C ends it.
    """
    from preflight.cli.review import run

    return run(**given)


@click.command("merge")
@click.option(
    "--from",
    "provider",
    required=True,
    type=_PROVIDER,
    metavar="PROVIDER",
    shell_complete=completion.providers,
    help="provider of the report",
)
@click.option(
    "--failures",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE…",
    help="the report; several files if it has pages",
)
@click.argument("more", nargs=-1, type=click.Path(path_type=Path), metavar="")
@click.option(
    "--run", metavar="RUN", shell_complete=completion.runs, help="the run that it is about"
)
@click.option(
    "--submitted",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="the file that was uploaded by hand, instead of a run",
)
@click.option(
    "--original",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="the file that the submitted one was made from; results have its columns and row numbers",
)
@click.option(
    "--part", type=int, metavar="N", help="the part of the run, if the report does not say"
)
@click.option(
    "--mark-accepted",
    "accepted",
    type=int,
    multiple=True,
    metavar="N",
    help="confirm that a part was accepted and that its job has ended; repeatable",
)
@merge_options
def merge(**given: Any) -> int:
    """Join a failure report that was fetched by hand to a run, or to a file that was uploaded.

    With --run it becomes the run's own report, and failures.csv, report.html and report.json in the
    run's folder are updated. With --submitted, writes failures.csv, with the rejected rows, and the
    reports into DIR. Report lines that match no row go to unmatched.csv. Exits with 1 if more rows
    were rejected than --max-bad accepts.

    --encoding, --delimiter, --header-row and --sheet describe --original, if there is one.
    """
    from preflight.cli.merge import run

    return run(**given)


@click.command("runs")
@click.argument("show", required=False, type=click.Choice(["show"]), metavar="[show RUN]")
@click.argument("run", required=False, metavar="", shell_complete=completion.runs)
@state_dir_option
def runs(**given: Any) -> int:
    """List the runs, newest first; `runs show RUN` shows one, part by part."""
    from preflight.cli.runs import run

    return run(**given)


@click.command("trace")
@click.argument("run", metavar="RUN", shell_complete=completion.runs)
@click.argument("key", metavar="KEY")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=10,
    metavar="N",
    help="maximum number of rows [10]",
)
@text_or_json_option
@click.option(
    "--output-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="write the history into FILE",
)
@show_values_option
@state_dir_option
def trace(**given: Any) -> int:
    """Show the history of a contact: its findings, fixes, sending, outcome and corrections.

    RUN is any run of a file or of its corrections. KEY is the number of a row in the first input,
    the email, phone or other match key of a contact, or a row's preflight__id. Only the state
    folder is needed. Exits with 1 if no row matches.
    """
    from preflight.cli.trace import run

    return run(**given)


@click.command("learn")
@click.argument("run", metavar="RUN", shell_complete=completion.runs)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="a new folder for the proposals: rule files and a piece of config",
)
@text_or_json_option
@click.option(
    "--show-values/--redact",
    "show_values",
    default=None,
    help="print domains that may belong to one person, or their shape",
)
@config_options
@state_dir_option
def learn(**given: Any) -> int:
    """Propose rules and config entries for refusals that no check predicted.

    Compares the rows that the provider refused with those it accepted, in RUN and the runs that
    correct it. Installs nothing: try a rule with `preflight rules --test FILE`, and copy what you
    want into your preflight.toml.
    """
    from preflight.cli.learn import run

    return run(**given)


@click.command("sandbox")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 picks a free one [0]")
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    default=Path(".preflight/sandbox.sqlite"),
    help="where the stand-ins keep their data [.preflight/sandbox.sqlite]",
)
@click.option("--job-seconds", type=float, default=0.0, help="how long a job takes [0]")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="PROVIDER:ROUTE:FAULT[:TIMES[:SECONDS]]",
    help="simulate a fault, dotdigital:import:429:2; repeatable",
)
@click.option("--magic", is_flag=True, help="list the values that the stand-ins react to, and exit")
def sandbox(**given: Any) -> int:
    """Run local stand-ins for the providers until interrupted.

    They listen on the loopback interface only, and behave as the providers document. Prints the
    environment variables that make preflight use them.
    """
    from preflight.cli.sandbox import run

    return run(**given)
