"""`preflight diff DIR`: what a fix changed, cell by cell."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from preflight.cli.options import emit
from preflight.cli.terminal import is_shown_to_people, note
from preflight.config import catalogue
from preflight.core import ci
from preflight.core.redact import visible
from preflight.report import diff
from preflight.writing import results_folder, undo


def run(folder: Path, show_values: bool | None) -> int:
    """Shows the changes; always 0."""
    if show_values:
        ci.refuse_shown_values("--show-values", os.environ)
    changes = undo.changes(folder)
    names = {code: rule.name for code, rule in catalogue.builtin().items()}
    shown = is_shown_to_people() if show_values is None else show_values
    head = diff.heading(undo.source_name(folder), str(folder / results_folder.CLEAN))
    emit(head + diff.cells(changes, names, show_values=shown), None)
    again = visible(shlex.join(["preflight", "undo", str(folder)]))
    note(f"next: {again} undoes all of it, with --code or --row a part")
    return 0
