"""The commands as they are called: their arguments, options and help.

What a command does stands in the module of its name, which is imported when the command is called:
`--help` must not wait for pandas.
"""

from __future__ import annotations

from collections.abc import Mapping

import click

from preflight.cli.commands import of_files, of_rules, of_runs
from preflight.cli.terminal import set_quiet


def _with_quiet(command: click.Command) -> click.Command:
    """The command, with the option that all of them have."""
    quiet = click.Option(
        ["-q", "--quiet"],
        is_flag=True,
        expose_value=False,
        callback=set_quiet,
        help="no notes, no progress, and of a file only what was found and the books",
    )
    command.params.append(quiet)
    return command


COMMANDS: Mapping[str, click.Command] = {
    str(command.name): _with_quiet(command)
    for command in (
        of_files.check,
        of_files.fix,
        of_files.split,
        of_runs.submit,
        of_runs.resume,
        of_runs.resubmit,
        of_runs.merge,
        of_runs.runs,
        of_runs.trace,
        of_runs.learn,
        of_files.diff,
        of_files.undo,
        of_rules.rules,
        of_rules.explain,
        of_rules.new_rule,
        of_rules.profiles,
        of_rules.template,
        of_files.init,
        of_runs.sandbox,
    )
}
"""By name."""
