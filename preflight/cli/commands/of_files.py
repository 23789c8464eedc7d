"""The commands about files: what is in one, and what fixing makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from preflight.cli import completion, large_files
from preflight.cli.options import (
    across_option,
    against_option,
    diff_option,
    engine_options,
    file_options,
    output_options,
    profile_option,
    reading_options,
    rule_options,
    setting_options,
    show_values_option,
    text_or_json_option,
)
from preflight.core.processes import WORTH_OF_LAYOUT


@click.command("check")
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", shell_complete=completion.files
)
@profile_option
@reading_options
@rule_options
@against_option
@diff_option
@across_option
@engine_options
@click.option("--watch", is_flag=True, help="check again whenever a file was saved, until Ctrl-C")
@output_options
def check(**given: Any) -> int:
    """Lint contact files; write nothing.

    PATH is a file, a folder, a pattern, an archive (.gz, .zip), a file in one (exports.zip/a.csv),
    a URL (s3://bucket/leads.csv), or `-` for standard input. Several files have a line each and a
    total. Exits with 0 if nothing was found at or above --fail-on, with 1 if something was, with 2
    if the check could not run.
    """
    large_files.prepare(given["paths"], _processes(given))
    from preflight.cli.check import run

    return run(**given)


@click.command("fix")
@click.argument("paths", nargs=-1, required=True, metavar="PATH", shell_complete=completion.files)
@profile_option
@file_options
@reading_options
@rule_options
@diff_option
@engine_options
@output_options
def fix(**given: Any) -> int:
    """Lint a file, apply safe fixes, write the clean rows and the rejects.

    Writes clean.csv (or parts/ and manifest.json, over a limit), rejects.csv, fixes.csv,
    report.html and report.json into DIR, and keeps what `preflight undo DIR` needs. Exits with 0 if
    no row was rejected, or no more than --max-bad. With --diff, takes several PATHs, writes
    nothing, and exits with 1 if anything would be changed.
    """
    large_files.prepare(given["paths"], _processes(given))
    from preflight.cli.fix import run

    return run(**given)


@click.command("snapshot")
@click.argument("path", metavar="PATH")
@profile_option
@reading_options
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="file to write [stdout]",
)
def snapshot(**given: Any) -> int:
    """Take a small snapshot of a source, for `preflight check FILE --against SNAPSHOT`.

    It has counts and the names of the columns: how much of each column is filled and valid, its
    formats and lengths, the order of day and month, and the domains and countries that many rows
    share. It has no value of a contact, so it can be committed.
    """
    from preflight.cli.snapshot import run

    return run(**given)


@click.command("split")
@click.argument("path", metavar="PATH", shell_complete=completion.files)
@profile_option
@file_options
@reading_options
@engine_options
def split(**given: Any) -> int:
    """Cut a file on record boundaries under the limits of --for, --max-bytes or --max-rows.

    Writes parts/0001.csv …, each with the header, manifest.json, report.html and report.json into
    DIR. Cells are not changed. Records that are malformed, or too large for any part, go to
    rejects.csv.
    """
    large_files.prepare([given["path"]], _processes(given), worth=WORTH_OF_LAYOUT)
    from preflight.cli.split import run

    return run(**given)


@click.command("diff")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@show_values_option
def diff(**given: Any) -> int:
    """Show what a fix changed, cell by cell, with the rule of each change.

    DIR is a folder that `preflight fix` wrote. Fixes that were undone since are shown too.
    """
    from preflight.cli.diff import run

    return run(**given)


@click.command("undo")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="where to write the original [under its own name, beside DIR]",
)
@click.option("--force", is_flag=True, help="replace an existing file of that name")
@click.option("--code", "codes", multiple=True, metavar="CODE", help="undo only this rule's fixes")
@click.option(
    "--row",
    "rows",
    multiple=True,
    type=click.IntRange(min=1),
    metavar="N",
    help="undo only the fixes of this row of the input",
)
def undo(**given: Any) -> int:
    """Undo a fix.

    Writes the original file again, byte for byte, and does not touch the files in DIR. With --code
    or --row, undoes only those fixes, in DIR's clean.csv, and records that in fixes.csv.
    """
    from preflight.cli.undo import run

    return run(**given)


@click.command("config")
@profile_option
@setting_options
@rule_options
@text_or_json_option
@click.option(
    "--json-schema", "show_schema", is_flag=True, help="print the JSON Schema of a config instead"
)
def config(**given: Any) -> int:
    """Show each setting, and where it comes from.

    These are the settings of a call with the same options in this folder. The text is a config file
    itself. Runs no code, whatever the config names.
    """
    from preflight.cli.config import run

    return run(**given)


@click.command("init")
@click.argument("path", required=False, metavar="[PATH]", shell_complete=completion.files)
@profile_option
@reading_options
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path),
    default=Path("preflight.toml"),
    metavar="FILE",
    help="file to write, `-` for stdout [preflight.toml]",
)
@click.option("--force", is_flag=True, help="replace an existing file")
def init(**given: Any) -> int:
    """Write a commented configuration, drafted from the contact file PATH if there is one.

    Your options are in force in it. What was detected, and what is only likely, is in comments. Its
    JSON Schema stands beside it, .preflight.schema.json, for editors.
    """
    from preflight.cli.init import run

    return run(**given)


def _processes(given: Mapping[str, Any]) -> int | None:
    """How many processes of this machine analyze files; None for as many as pay."""
    jobs: int | None = given["jobs"]
    return jobs if given["engine"] == "local" else 1
