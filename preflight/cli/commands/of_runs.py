"""The commands about runs: sending, what came of it, and stand-ins to send to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preflight.cli.options import (
    config_options,
    merge_options,
    output_options,
    provider_options,
    reading_options,
    resubmit_options,
    resume_options,
    rule_options,
    state_dir_option,
    writing_options,
)


@click.command("submit")
@click.argument("path", metavar="PATH")
@click.option("--to", required=True, metavar="PROVIDER", help="whom to send to")
@click.option("--dry-run", is_flag=True, help="everything but the sending")
@click.option("--again", is_flag=True, help="send all of a file that was sent there before")
@provider_options
@writing_options
@reading_options
@rule_options
@output_options
def submit(**given: Any) -> int:
    """Check, fix, split and send a file; wait, fetch what was refused, and merge it all.

    Secrets come from the environment, or from --sandbox, which starts local stand-ins for this run.
    Exits with 1 when more rows were rejected, here or there, than --max-bad accepts, with 3 when
    the provider or the network stopped it: `preflight resume` then goes on.
    """
    from preflight.cli.submit import run

    return run(**given)


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
def resume(**given: Any) -> int:
    """Go on with a run that was interrupted or stopped; without RUN, the latest unfinished one.

    What was taken is not sent again. A part of which it cannot be told stays as it is, until you
    have looked at the provider and say --resend-unknown or --mark-accepted.
    """
    from preflight.cli.resume import run

    return run(**given)


@click.command("resubmit")
@click.argument("corrected", metavar="CORRECTED")
@click.option("--run", metavar="RUN", help="the run that is corrected, where it cannot be told")
@click.option("--dry-run", is_flag=True, help="everything but the sending")
@provider_options
@resubmit_options
def resubmit(**given: Any) -> int:
    """Send the corrected rows of a failures.csv or rejects.csv, and only those.

    The file may come back from a spreadsheet: sorted, with columns moved, rows deleted or added,
    saved with semicolons in another encoding. What the spreadsheet broke is put back; what you
    changed stays; corrections.csv lists both. Rows that were accepted are not sent again, nor are
    rows that were refused and came back as they were.
    """
    from preflight.cli.resubmit import run

    return run(**given)


@click.command("merge")
@click.option("--from", "provider", required=True, metavar="PROVIDER", help="whose report it is")
@click.option(
    "--failures",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE…",
    help="the report; several files, or repeatable, where it came in pages",
)
@click.argument("more", nargs=-1, type=click.Path(path_type=Path), metavar="")
@click.option("--run", metavar="RUN", help="the run that it is about")
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
    help="the file that the submitted one was made from: its columns and row numbers are given",
)
@click.option("--part", type=int, metavar="N", help="of the run, if the report does not tell")
@click.option(
    "--mark-accepted",
    "accepted",
    type=int,
    multiple=True,
    metavar="N",
    help="say of a part that it was taken, and that its job is through; repeatable",
)
@merge_options
def merge(**given: Any) -> int:
    """Join a failure report that was fetched by hand to a run, or to a file that was uploaded.

    With --run it becomes the run's own report: failures.csv and the books in the run's folder are
    right from then on. With --submitted, DIR gets failures.csv, with the refused rows, and
    report.json. Report lines that fit no row go to unmatched.csv. Exits with 1 when rows were
    rejected, more than --max-bad accepts.

    --encoding, --delimiter, --header-row and --sheet are about --original where it is given.
    """
    from preflight.cli.merge import run

    return run(**given)


@click.command("runs")
@click.argument("show", required=False, type=click.Choice(["show"]), metavar="[show RUN]")
@click.argument("run", required=False, metavar="")
@state_dir_option
def runs(**given: Any) -> int:
    """List the runs, newest first; `runs show RUN` tells one, part by part."""
    from preflight.cli.runs import run

    return run(**given)


@click.command("trace")
@click.argument("run", metavar="RUN")
@click.argument("key", metavar="KEY")
@click.option(
    "--limit", type=click.IntRange(min=1), default=10, metavar="N", help="rows told at most [10]"
)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@click.option(
    "--output-file", type=click.Path(path_type=Path), metavar="FILE", help="write it there"
)
@click.option(
    "--show-values/--redact",
    "show_values",
    default=None,
    help="print values of contacts or their shape",
)
@state_dir_option
def trace(**given: Any) -> int:
    """Tell what happened to a row: read, found, changed, sent, refused, corrected, accepted.

    RUN is any run of a family, KEY the number of a row of its first input, the email, phone or
    other match key of a contact, or a row's preflight__id. All is told from the state folder; what
    is missing is said. Exits with 1 when no row fits.
    """
    from preflight.cli.trace import run

    return run(**given)


@click.command("learn")
@click.argument("run", metavar="RUN")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="write the proposals there: rule files and a piece of config",
)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@click.option(
    "--show-values/--redact",
    "show_values",
    default=None,
    help="name a domain that may be somebody's own, or not",
)
@config_options
@state_dir_option
def learn(**given: Any) -> int:
    """Propose rules and config entries for refusals that no check predicted.

    The rows that the provider refused are compared with those it accepted, over RUN and the runs
    that correct it. Nothing is installed: try a rule with `preflight rules --test FILE`, and put
    what you want into your preflight.toml.
    """
    from preflight.cli.learn import run

    return run(**given)


@click.command("sandbox")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 picks a free one [0]")
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    default=Path(".preflight/sandbox.sqlite"),
    help="where the stand-ins keep what they took [.preflight/sandbox.sqlite]",
)
@click.option("--job-seconds", type=float, default=0.0, help="how long a job takes [0]")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="PROVIDER:ROUTE:FAULT[:TIMES[:SECONDS]]",
    help="misbehave, dotdigital:import:429:2; repeatable",
)
@click.option("--magic", is_flag=True, help="list the values that the stand-ins react to, and exit")
def sandbox(**given: Any) -> int:
    """Run local stand-ins for the providers until interrupted.

    They listen on the loopback interface only, and behave as the providers document. Prints the
    environment that points preflight at them.
    """
    from preflight.cli.sandbox import run

    return run(**given)
