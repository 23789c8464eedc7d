"""`preflight new-rule`: the skeleton of a rule file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preflight.cli.options import catalogue_options, settings_of
from preflight.config import catalogue
from preflight.linting import rule_skeleton


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
    help="where it is written [the first folder of `rules` in the config, else rules/]",
)
@catalogue_options
def command(name: str, family: str, folder: Path | None, **given: Any) -> int:
    """Write the skeleton of a rule, with the next free code of its family.

    NAME states the problem in kebab-case: email-padded. The file runs as it is; change its check
    and its samples, and `preflight rules --test FILE` says whether they agree.
    """
    settings = settings_of(given)
    target = folder or next((one for one in settings.rules if not one.suffix), Path("rules"))
    known = {target} if target.is_dir() else set()
    rules = catalogue.load((*settings.rules, *(known - set(settings.rules))))
    path, code = rule_skeleton.write(target, name, family, rules)
    click.echo(f"{path}: {code} {name}")
    click.echo(f"  its samples:  preflight rules --test {path}")
    if not any(path.is_relative_to(one) for one in settings.rules):
        click.echo(f'  to use it:    --rules {target}, or rules = ["{target}"] in preflight.toml')
    return 0
