"""`preflight snapshot`: a small picture of a file, without a value of a contact."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from preflight.cli import terminal
from preflight.cli.call_settings import settings_of
from preflight.cli.options import emit
from preflight.cli.output_file import refuse
from preflight.cli.progress import live_view
from preflight.core.errors import OutputExists
from preflight.core.redact import visible
from preflight.core.workspace import workspace
from preflight.pipeline import check_fix_split
from preflight.snapshots import snapshot_file


def run(path: str, target: Path | None, **given: Any) -> int:
    """Writes the snapshot; always 0."""
    if target is not None:
        refuse(target, "-o", [path, *([given["config"]] if given["config"] else [])])
        if target.is_file() and target.stat().st_size and not snapshot_file.is_snapshot(target):
            raise OutputExists(f"{target} exists and is not a snapshot; name another file with -o")
    settings = settings_of(given)
    with workspace() as work, live_view() as view:
        view.about(path)
        snapshot = check_fix_split.snapshot(
            path,
            settings,
            work=work,
            stdin_name=given["stdin_filename"],
            progress=view.stage,
            jobs=None,
        )
    emit(snapshot_file.text(snapshot), target)
    if target is not None:
        shown = visible(shlex.quote(str(target)))
        terminal.note(f"wrote {shown}; next: `preflight check FILE --against {shown}`")
    return 0
