"""`preflight undo DIR`: undo a fix, as a whole or in part."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from preflight.cli import terminal
from preflight.report import text
from preflight.report.wording import number, plural
from preflight.writing import results_folder, undo


def run(
    folder: Path, target: Path | None, force: bool, codes: tuple[str, ...], rows: tuple[int, ...]
) -> int:
    """Undoes the fix, or some of its changes; always 0."""
    if not codes and not rows:
        restored = undo.restore(folder, target, force=force)
        path = text.visible(str(restored.path))
        if restored.unchanged:
            terminal.confirm(f"{path} is already the original; nothing to undo")
        else:
            terminal.confirm(f"{path}: restored, {number(restored.size)} bytes, as before the fix")
        terminal.note(f"next: preflight check {text.visible(shlex.quote(str(restored.path)))}")
        return 0
    if target is not None or force:
        raise click.UsageError("-o and --force cannot be combined with --code or --row")
    reverted = undo.revert(folder, codes=codes, rows=rows)
    terminal.confirm(
        f"{text.visible(str(folder / results_folder.CLEAN))}: "
        f"{plural(reverted.fixes, 'fix', 'fixes')} undone in "
        f"{plural(reverted.rows, 'row')}. Run `preflight check` to see whether they still pass"
    )
    return 0
