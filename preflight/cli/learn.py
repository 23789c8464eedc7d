"""`preflight learn`: what a settled run teaches."""

from __future__ import annotations

from pathlib import Path

import click

from preflight.cli.options import (
    emit,
    settings_of,
    shows_values,
)
from preflight.cli.progress import progress_bars
from preflight.config import catalogue
from preflight.config.settings import CONFIG_NAMES
from preflight.core import files
from preflight.core.errors import OutputExists
from preflight.core.workspace import workspace
from preflight.learning.lessons import Lessons, Ruled
from preflight.learning.proposing import learn
from preflight.pipeline import state_folder
from preflight.report import lessons as told


def run(
    run: str,
    folder: Path | None,
    output_format: str,
    show_values: bool | None,
    config: Path | None,
    isolated: bool,
    state_dir: Path | None,
) -> int:
    """Shows what is proposed, and writes it where that was asked for; always 0."""
    settings = settings_of(
        {
            "state_dir": state_dir,
            "show_values": show_values,
            "config": config,
            "isolated": isolated,
        }
    )
    state_folder.opened(settings).close()
    if folder is not None and (folder.is_file() or (folder.is_dir() and any(folder.iterdir()))):
        raise OutputExists(f"{folder} is not an empty folder; -o DIR writes into a new one")
    with workspace() as work, progress_bars() as progress:
        evidence = state_folder.evidence(run, settings, work=work, progress=progress)
    lessons = learn(evidence, catalogue.load(settings.rules), show_values=shows_values(settings))
    emit((told.document if output_format == "json" else told.text)(lessons), None)
    if folder is not None:
        _write(folder, lessons)
    elif told.piece(lessons):
        click.echo("nothing is changed by this; -o DIR writes what is proposed", err=True)
    return 0


def _write(folder: Path, lessons: Lessons) -> None:
    """Writes the proposals, and says what to do with them."""
    piece = told.piece(lessons)
    if not piece:
        click.echo("nothing is proposed, and nothing written", err=True)
        return
    ruled = {
        f"{one.of.slug.replace('-', '_')}.py": one.text
        for one in lessons.proposals
        if isinstance(one, Ruled) and one.text is not None
    }
    files.folder(folder)
    files.write(folder / CONFIG_NAMES[0], piece)
    if ruled:
        files.folder(folder / told.RULES)
    for name, content in ruled.items():
        files.write(folder / told.RULES / name, content)
    click.echo(f"{folder / CONFIG_NAMES[0]}: what is proposed, nothing of it is in force", err=True)
    for name in ruled:
        path = folder / told.RULES / name
        click.echo(f"{path}: try it with `preflight rules --test {path}`", err=True)
