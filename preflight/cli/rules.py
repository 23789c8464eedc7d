"""`preflight rules`: the catalogue."""

from __future__ import annotations

import json

import click

from preflight import catalogue
from preflight import profile as profiles
from preflight.cli.options import profile_option
from preflight.rule import Rule


@click.command("rules")
@profile_option
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(for_: str | None, output_format: str) -> int:
    """List the rules, with the severity each has for --for PROVIDER."""
    profile = profiles.load(for_ or profiles.GENERAL)
    rules = catalogue.choose(catalogue.builtin(), profile)
    if output_format == "json":
        click.echo(json.dumps([_entry(rule) for rule in rules.values()], indent=1))
        return 0
    for rule in rules.values():
        fix = str(rule.safety) if rule.fix or rule.drops else "-"
        click.echo(f"{rule.code}  {rule.severity:<7}  {fix:<6}  {rule.name:<24}  {rule.message}")
    return 0


def _entry(rule: Rule) -> dict[str, str | None]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": str(rule.severity),
        "fix": str(rule.safety) if rule.fix or rule.drops else None,
        "message": rule.message,
    }
