"""The commands about baselines: the accepted state of a mess."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preflight.cli import completion
from preflight.cli.options import (
    baseline_option,
    config_options,
    finding_options,
    profile_option,
    reading_options,
)
from preflight.core.suggest import nearest


class _Group(click.Group):
    """A command of commands that says what a mistyped one may mean."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            near = nearest(args[0], self.commands)
            hint = f" Did you mean '{near}'?" if near else f" There are {', '.join(self.commands)}."
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)


@click.group("baseline", cls=_Group)
def baseline() -> None:
    """Accept what is found in files today, so that only what is new or worse fails.

    A baseline holds the rate of each kind of finding, by rule and column; no values and no line
    numbers. `preflight check PATH --baseline FILE` goes by it.
    """


@baseline.command("write")
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", shell_complete=completion.files
)
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="file to write [preflight-baseline.json]",
)
@click.option("--force", is_flag=True, help="replace an existing baseline")
@profile_option
@reading_options
@finding_options
def _write(**given: Any) -> int:
    """Write a baseline of all that is found in the files.

    With PREFLIGHT_BASELINE_KEY in the environment, a secret of 16 characters or more, it has keyed
    fingerprints, by which known cells are told from new ones. Without it, rates alone count.
    """
    from preflight.cli.baseline import write

    return write(**given)


@baseline.command("prune")
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", shell_complete=completion.files
)
@baseline_option
@profile_option
@reading_options
@finding_options
def _prune(**given: Any) -> int:
    """Remove from a baseline what is no longer found in the files, and lower rates that fell.

    Adds nothing and raises nothing. What is accepted in other files stays.
    """
    from preflight.cli.baseline import prune

    return prune(**given)


@baseline.command("show")
@click.argument("path", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@config_options
def _show(**given: Any) -> int:
    """Show what a baseline accepts, by rule and column."""
    from preflight.cli.baseline import show

    return show(**given)
