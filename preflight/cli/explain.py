"""`preflight explain CODE`: one rule with its samples."""

from __future__ import annotations

from typing import Any

import click

from preflight.cli.options import settings_of
from preflight.config import catalogue
from preflight.core.suggest import nearest
from preflight.report.libraries import judge_of


def run(code: str, **given: Any) -> int:
    """Explains the rule; always 0."""
    rules = catalogue.load(settings_of(given).rules)
    named = {rule.name: rule for rule in rules.values()}
    rule = rules.get(code.upper()) or named.get(code.lower())
    if rule is None:
        near = nearest(code, rules) or nearest(code, named)
        hint = f"; did you mean {near}?" if near else ""
        raise click.UsageError(f"no rule `{code}`{hint}; `preflight rules` lists them")
    where = f", of {rule.origin}" if rule.origin else ""
    click.echo(f"{rule.code} {rule.name} ({rule.severity}{where})\n\n{rule.doc}")
    if len(rule.kinds) == 1 and (judge := judge_of(*rule.kinds)):
        click.echo(f"\nThe cells are judged with {judge}.")
    return 0
