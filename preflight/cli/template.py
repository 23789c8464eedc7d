"""`preflight template`: an empty CSV with a provider's header."""

from __future__ import annotations

import shlex
from pathlib import Path

from preflight.cli import terminal
from preflight.cli.options import emit
from preflight.cli.output_file import refuse
from preflight.config import profiles
from preflight.config.profile import Profile
from preflight.core import csv_writer
from preflight.core.errors import OutputExists
from preflight.core.redact import visible


def run(name: str, target: Path | None, *, force: bool) -> int:
    """Writes the header; always 0."""
    if target is not None:
        if target.exists() and not force:
            raise OutputExists(f"{target} exists; replace it with --force")
        refuse(target, "-o")
    emit(csv_writer.line(header(profiles.load(name))).decode(), target)
    if target is not None:
        path = visible(shlex.quote(str(target)))
        terminal.note(f"next: fill in {path}, then preflight check {path} --for {name}")
    return 0


def header(profile: Profile) -> list[str]:
    """The names of a profile's columns: the required ones first, each kind in its order."""
    fields = [
        field for field in profile.fields.values() if field.header is not None or profile.is_general
    ]
    fields.sort(key=lambda field: not field.required)
    return [field.header or field.name for field in fields]
