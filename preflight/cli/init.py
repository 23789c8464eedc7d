"""`preflight init`: a configuration to begin with."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from preflight.cli import terminal
from preflight.cli.call_settings import settings_of
from preflight.cli.options import emit
from preflight.cli.output_file import refuse
from preflight.config import json_schema, profiles
from preflight.core.errors import OutputExists, SourceError
from preflight.core.redact import visible
from preflight.core.workspace import workspace
from preflight.pipeline import check_fix_split
from preflight.report import as_config

SCHEMA = ".preflight.schema.json"
"""The JSON Schema beside a configuration: editors complete and check the configuration by it."""


def run(path: str | None, target: Path, *, force: bool, **given: Any) -> int:
    """Writes the configuration and its JSON Schema; always 0."""
    shown = str(target) == "-"
    if not shown:
        _require_free(target, [] if path is None else [path], force=force)
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
    if shown:
        emit(as_config.document(settings, profile, checked), None)
        return 0
    emit(json_schema.text(), target.parent / SCHEMA)
    emit(as_config.document(settings, profile, checked, schema=f"./{SCHEMA}"), target)
    terminal.note(
        f"wrote {visible(str(target))}; next: `preflight check {visible(path or 'FILE')}`"
    )
    return 0


def _require_free(target: Path, inputs: Sequence[str], *, force: bool) -> None:
    """Makes sure that nothing of the user's is replaced.

    Raises:
        UsageError: the target, or a file where the schema goes, is there already.
    """
    if target.exists() and not force:
        raise OutputExists(
            f"{target} exists; replace it with --force, or write elsewhere with -o FILE"
        )
    refuse(target, "-o", inputs)
    schema = target.parent / SCHEMA
    if schema.exists() and json_schema.TITLE not in schema.read_text("utf-8", "replace"):
        raise OutputExists(f"{schema} is not preflight's; move it, or write elsewhere with -o FILE")
