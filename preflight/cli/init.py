"""`preflight init`: a configuration to begin with."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from preflight.cli import terminal
from preflight.cli.options import emit, settings_of
from preflight.cli.output_file import refuse
from preflight.config import profiles
from preflight.core.errors import OutputExists, SourceError
from preflight.core.redact import visible
from preflight.core.workspace import workspace
from preflight.pipeline import check_fix_split
from preflight.report import as_config


def run(path: str | None, target: Path, *, force: bool, **given: Any) -> int:
    """Writes the configuration; always 0."""
    shown = str(target) == "-"
    if not shown and target.exists() and not force:
        raise OutputExists(
            f"{target} exists; replace it with --force, or write elsewhere with -o FILE"
        )
    if not shown:
        refuse(target, "-o", [] if path is None else [path])
    settings = settings_of({**given, "isolated": True, "config": None})
    profile = profiles.load(settings.profile)
    checked = None
    if path is not None:
        with workspace() as work:
            # Only rules about the file and the header matter here.
            only = dataclasses.replace(settings, select=("FIL", "HDR"), ignore=())
            checked = check_fix_split.check(
                path, only, work=work, stdin_name=given["stdin_filename"]
            )
        layout = checked.layout
        if layout.content != "table" or not layout.header:
            what = f"it is {layout.content}" if layout.content != "table" else "it has no header"
            raise SourceError(f"{path}: cannot draft a configuration from it: {what}")
    text = as_config.document(settings, profile, checked)
    if shown:
        emit(text, None)
        return 0
    emit(text, target)
    terminal.note(
        f"wrote {visible(str(target))}; next: `preflight check {visible(path or 'FILE')}`"
    )
    return 0
