"""The commands about rules and profiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preflight.cli import completion
from preflight.cli.options import (
    catalogue_options,
    profile_option,
    text_or_json_option,
)
from preflight.linting import rule_skeleton


@click.command("rules")
@profile_option
@catalogue_options
@text_or_json_option
@click.option(
    "--test",
    "tested",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="run the samples of these rule files instead; repeatable",
)
def rules(**given: Any) -> int:
    """List the rules, with their severity for --for PROVIDER, and the files of your own rules.

    Without --for, the list includes the rules for single providers. With --test, executes the
    docstrings of rule files, and exits with 1 if a sample fails.
    """
    from preflight.cli.rules import run

    return run(**given)


@click.command("explain")
@click.argument("code", metavar="CODE", shell_complete=completion.codes)
@catalogue_options
def explain(**given: Any) -> int:
    """Explain a rule, by its code or its name: why it matters, what it finds and what it fixes."""
    from preflight.cli.explain import run

    return run(**given)


@click.command("new-rule")
@click.argument("name", metavar="NAME")
@click.option(
    "--family",
    required=True,
    metavar="|".join(rule_skeleton.FAMILIES),
    help="what its cells hold; three capital letters make a family of your own",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="where to write it [the first folder of `rules` in the config, else rules/]",
)
@catalogue_options
def new_rule(**given: Any) -> int:
    """Write the skeleton of a rule, with the next free code of its family.

    NAME states the problem in kebab-case: email-padded. The file can be run right away. Change its
    check and its samples, and test them with `preflight rules --test FILE`.
    """
    from preflight.cli.new_rule import run

    return run(**given)


@click.command("profiles")
@click.argument("name", required=False, metavar="[PROVIDER]", shell_complete=completion.providers)
def profiles(**given: Any) -> int:
    """List the providers, or show what one of them accepts: columns, limits and match key."""
    from preflight.cli.profiles import run

    return run(**given)


@click.command("template")
@click.option(
    "--for",
    "name",
    required=True,
    metavar="PROVIDER",
    shell_complete=completion.providers,
    help="provider, see `preflight profiles`",
)
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="where to write it [stdout]",
)
@click.option("--force", is_flag=True, help="replace an existing file")
def template(**given: Any) -> int:
    """Write an empty CSV with the columns that a provider accepts, the required ones first."""
    from preflight.cli.template import run

    return run(**given)
