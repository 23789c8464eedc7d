"""`preflight baseline`: the accepted state of a mess is written, pruned and shown."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from preflight.baseline import acceptance, document
from preflight.baseline.fingerprints import VARIABLE
from preflight.cli import next_step, terminal
from preflight.cli.call_settings import settings_of
from preflight.cli.options import emit
from preflight.cli.output_file import refuse
from preflight.cli.progress import live_view
from preflight.cli.screen import shown
from preflight.cli.typed import command, typed
from preflight.config.settings import Settings
from preflight.core import urls
from preflight.core.errors import OutputExists
from preflight.core.redact import visible
from preflight.core.workspace import workspace
from preflight.linting.checked import Checked
from preflight.pipeline import accepted, check_fix_split
from preflight.reading.inputs import expand
from preflight.report import accepted as screens
from preflight.report.lines import Line, line
from preflight.report.wording import number, plural


def write(paths: tuple[str, ...], target: Path | None, *, force: bool, **given: Any) -> int:
    """Writes a baseline of all that is found in the files; always 0."""
    settings = settings_of(given)
    path = target or settings.baseline or document.DEFAULT
    if path.exists() and not force:
        raise OutputExists(
            f"{path} exists; `preflight baseline prune` removes what is no longer found, and "
            "--force accepts all that is found now"
        )
    inputs = expand(paths).paths
    refuse(path, "-o", inputs)
    with _checked(inputs, settings, given) as files:
        baseline = accepted.made(files, path, os.environ)
        refused = {rule.code for file in files for rule, _ in file.analysis.refused}
    document.write(path, baseline)
    if not terminal.is_quiet():
        emit(shown(_written(path, baseline, refused, paths), None), None)
    return 0


def prune(paths: tuple[str, ...], **given: Any) -> int:
    """Removes from a baseline what is no longer found in the files; always 0."""
    settings = settings_of(given)
    path = settings.baseline or document.DEFAULT
    known = accepted.opened(path, os.environ)
    with _checked(expand(paths).paths, settings, given) as files:
        baseline, changes, skipped = accepted.without_gone(known, files)
    for why in skipped:
        terminal.note(visible(why))
    entries: list[Line] = []
    for name, change in changes:
        entries += screens.removed(name, change.removed)
        entries += screens.lowered(name, change.lowered)
    if entries:
        document.write(path, baseline)
        entries.append(line(f"wrote {path}"))
    else:
        entries.append(line(f"{path}: nothing to prune"))
    if not terminal.is_quiet():
        emit(shown(entries, None), None)
    return 0


def show(path: Path | None, **given: Any) -> int:
    """Shows what a baseline accepts; always 0."""
    path = path or settings_of(given).baseline or document.DEFAULT
    emit(shown(screens.whole(document.read(path)), None), None)
    return 0


@contextmanager
def _checked(
    inputs: Sequence[str], settings: Settings, given: dict[str, Any]
) -> Iterator[list[Checked]]:
    """The files after linting, for the length of the block."""
    with workspace() as work, live_view() as view:
        files = []
        for path in inputs:
            view.about(urls.shown(path))
            files.append(
                check_fix_split.check(
                    path,
                    settings,
                    work=work,
                    stdin_name=given["stdin_filename"],
                    progress=view.stage,
                    jobs=None,
                )
            )
        yield files


def _without_fingerprints(baseline: document.Baseline) -> Iterator[str]:
    """That there are too many findings of some kinds to know each of them again."""
    many = sum(
        entry.count > acceptance.MOST and entry.rows is not None
        for file in baseline.files
        for entry in file.findings
    )
    if many:
        kinds = plural(many, "kind")
        yield f"rates alone for {kinds} with more than {number(acceptance.MOST)} findings"


def _written(
    path: Path, baseline: document.Baseline, refused: set[str], paths: Sequence[str]
) -> list[Line]:
    """What was accepted, and what to type now."""
    count = sum(entry.count for file in baseline.files for entry in file.findings)
    kinds = sum(len(file.findings) for file in baseline.files)
    entries = [
        line(
            ("wrote ", ""),
            (str(path), "bold"),
            f": {plural(count, 'finding')} of {plural(kinds, 'kind')} in "
            f"{plural(len(baseline.files), 'file')} accepted",
        )
    ]
    if refused:
        entries.append(
            line(
                f"also accepted: errors because of which nothing of a file can be used "
                f"({', '.join(sorted(refused))})",
                indent=2,
            )
        )
    if baseline.key is None:
        entries.append(
            line(
                f"rates alone: with {VARIABLE} set to a secret, known cells are told from new ones",
                indent=2,
            )
        )
    else:
        entries += [line(note, indent=2) for note in _without_fingerprints(baseline)]
    again = command("check", *paths, *typed("for_"), "--baseline", str(path))
    return [*entries, *next_step.lines(again)]
