"""`preflight explain CODE`: one rule with its samples, as tables."""

from __future__ import annotations

from typing import Any

import click
from rich.text import Text

from preflight.cli import screen, terminal
from preflight.cli.call_settings import settings_of
from preflight.cli.options import emit
from preflight.cli.rule_pages import page
from preflight.config import catalogue
from preflight.core.redact import visible
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
    title = visible(f"{rule.code} {rule.name} ({rule.severity}{where})")
    emit(screen.drawn([Text(title, style="bold"), Text(""), *page(rule)]), None)
    if len(rule.kinds) == 1 and (judge := judge_of(*rule.kinds)):
        click.echo(f"The cells are judged with {judge}.")
    terminal.note(f"next: preflight check FILE --select {rule.code}")
    return 0
