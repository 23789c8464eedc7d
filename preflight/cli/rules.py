"""`preflight rules`: list the catalogue, or test the samples of rule files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from preflight.cli import terminal
from preflight.cli.call_settings import settings_of
from preflight.config import catalogue, profiles
from preflight.config.profile import Profile
from preflight.config.settings import Settings
from preflight.rule import Alike, Rule


def run(output_format: str, tested: tuple[Path, ...], **given: Any) -> int:
    """Lists the rules, or tries the samples of some; 1 where a sample fails."""
    if tested:
        return _test(tested)
    settings = settings_of(given)
    rules = _listed(settings, profiles.load(settings.profile))
    if output_format == "json":
        click.echo(json.dumps([_entry(rule) for rule in rules], indent=1))
        return 0
    for rule in rules:
        fix = str(rule.safety) if rule.safety else "-"
        where = " ".join(f"[{mark}]" for mark in _marks(rule))
        line = (
            f"{rule.code}  {rule.severity:<7}  {fix:<6}  {rule.name:<24}  {rule.message}  {where}"
        )
        click.echo(line.rstrip())
    terminal.note("next: preflight explain CODE")
    return 0


def _listed(settings: Settings, profile: Profile) -> list[Rule]:
    """The rules that the settings turn on; without a provider, those of all providers."""
    known = catalogue.load(settings.rules)
    chosen = catalogue.choose(
        known,
        profile,
        select=settings.select,
        ignore=settings.ignore,
        extend_select=settings.extend_select,
        severity=settings.severities,
        online=True,
    )
    if not profile.is_general:
        return list(chosen.values())
    others = {code: rule for code, rule in known.items() if _on_for(rule)}
    return [rule for _, rule in sorted({**others, **chosen}.items())]


def _on_for(rule: Rule) -> list[str]:
    """The providers that alone turn a rule on, by the rule itself or by their profiles."""
    if rule.profiles:
        return sorted(rule.profiles)
    if profiles.load().severity(rule.code, rule.severity) is not None:
        return []
    return [
        name
        for name in profiles.names()
        if profiles.load(name).severity(rule.code, rule.severity) is not None
    ]


def _marks(rule: Rule) -> list[str]:
    """The marks behind a rule: its providers, the option it needs, and its origin."""
    options = {"--online": rule.online, "--across": rule.alike is Alike.FILES}
    needed = [option for option, needs in options.items() if needs]
    return [*_on_for(rule), *needed, *([rule.origin] if rule.origin else [])]


def _entry(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": str(rule.severity),
        "fix": str(rule.safety) if rule.safety else None,
        "message": rule.message,
        "profiles": _on_for(rule),
        "origin": rule.origin or "preflight",
    }


def _test(paths: tuple[Path, ...]) -> int:
    from preflight.cli import rule_samples

    bad = 0
    for rule, complaints in rule_samples.tried(paths):
        bad += bool(complaints)
        click.echo(f"{rule.code} {rule.name} ({rule.origin}): {'failed' if complaints else 'ok'}")
        for complaint in complaints:
            click.echo(f"    {complaint}")
    return 1 if bad else 0
