"""`preflight learn`: propose rules from the refusals of a run."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from preflight.cli import terminal
from preflight.cli.call_settings import settings_of, shows_values
from preflight.cli.options import emit
from preflight.cli.progress import live_view
from preflight.config import catalogue
from preflight.config.config_file import CONFIG_NAMES
from preflight.core import files
from preflight.core.errors import OutputExists
from preflight.core.workspace import workspace
from preflight.learning.lessons import Lessons, Ruled
from preflight.learning.proposing import learn
from preflight.pipeline import state_folder
from preflight.report import lessons as lessons_report


def run(
    run: str,
    folder: Path | None,
    output_format: str,
    **given: Any,
) -> int:
    """Shows what is proposed, and writes it where that was asked for; always 0."""
    settings = settings_of(given)
    state_folder.opened(settings, run)[1].close()
    if folder is not None and (folder.is_file() or (folder.is_dir() and any(folder.iterdir()))):
        raise OutputExists(f"{folder} is not an empty folder; name a new one with -o DIR")
    with workspace() as work, live_view() as view:
        evidence = state_folder.evidence(run, settings, work=work, progress=view.stage)
    lessons = learn(evidence, catalogue.load(settings.rules), show_values=shows_values(settings))
    emit(
        (lessons_report.document if output_format == "json" else lessons_report.text)(lessons), None
    )
    if folder is not None:
        _write(folder, lessons)
    elif lessons_report.piece(lessons):
        terminal.note("nothing was written; write the proposals with -o DIR")
    return 0


def _write(folder: Path, lessons: Lessons) -> None:
    """Writes the proposals, and says what to do with them."""
    piece = lessons_report.piece(lessons)
    if not piece:
        terminal.note("there are no proposals; nothing was written")
        return
    ruled = {
        f"{proposal.of.slug.replace('-', '_')}.py": proposal.text
        for proposal in lessons.proposals
        if isinstance(proposal, Ruled) and proposal.text is not None
    }
    _write_together(folder, piece, ruled)
    terminal.note(f"{folder / CONFIG_NAMES[0]}: the proposed config; copy what you want")
    for name in ruled:
        path = folder / lessons_report.RULES / name
        terminal.note(f"{path}: try it with `preflight rules --test {path}`")


def _write_together(folder: Path, piece: str, ruled: Mapping[str, str]) -> None:
    """Writes all of it or nothing: half of it would refuse the next call, and tell half."""
    whole = folder.absolute()
    beside = whole.with_name(f".{whole.name}.partial")
    with files.writing(f"into {folder}"):
        if beside.exists():  # of a killed call
            shutil.rmtree(beside)
        files.folder(beside)
        files.write(beside / CONFIG_NAMES[0], piece)
        if ruled:
            files.folder(beside / lessons_report.RULES)
        for name, content in ruled.items():
            files.write(beside / lessons_report.RULES / name, content)
        if whole.exists():  # it is empty, and somebody may stand in it
            for made in sorted(beside.iterdir(), reverse=True):
                made.replace(whole / made.name)
            beside.rmdir()
        else:
            beside.replace(whole)
    files.sync_folder(whole.parent)
