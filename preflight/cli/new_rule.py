"""`preflight new-rule`: the skeleton of a rule file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from preflight.cli import terminal
from preflight.cli.call_settings import settings_of
from preflight.config import catalogue
from preflight.linting import rule_skeleton


def run(name: str, family: str, folder: Path | None, **given: Any) -> int:
    """Writes the skeleton, and says what to do with it; always 0."""
    settings = settings_of(given)
    target = folder or next((path for path in settings.rules if not path.suffix), Path("rules"))
    known = {target} if target.is_dir() else set()
    rules = catalogue.load((*settings.rules, *(known - set(settings.rules))))
    path, code = rule_skeleton.write(target, name, family, rules)
    terminal.confirm(f"{path}: {code} {name}")
    terminal.confirm(f"  its samples:  preflight rules --test {path}")
    if not any(path.is_relative_to(known_path) for known_path in settings.rules):
        named = f'--rules {target}, or rules = ["{target}"] in a config that --config names'
        terminal.confirm(f"  to use it:    {named}")
    return 0
