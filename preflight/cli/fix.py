"""`preflight fix`: lint, apply safe fixes, write the clean rows and the rejects."""

from __future__ import annotations

from typing import Any

from preflight.cli.check import difference, refuse_format
from preflight.cli.options import (
    emit,
    settings_of,
    shows_values,
)
from preflight.cli.output_file import refuse_protected
from preflight.cli.progress import live_view
from preflight.config import catalogue
from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.pipeline import check_fix_split
from preflight.report import documents, exit_codes, text
from preflight.report.listing import Listing, listing
from preflight.report.wording import books, plural
from preflight.writing import results_folder
from preflight.writing.writer import Fixed


def run(path: str, **given: Any) -> int:
    """Fixes the file, or shows what would be changed, and gives the exit code."""
    settings = settings_of(_own(given))
    refuse_protected(given, settings, [path], folder=given["folder"])
    if given["diff"]:
        return _compared(path, settings, given)
    with workspace() as work:
        with live_view() as view:
            fixed = check_fix_split.fix(
                path,
                settings,
                work=work,
                folder=given["folder"],
                force=given["force"],
                stdin_name=given["stdin_filename"],
                progress=view.stage,
            )
        shown = _shown(fixed, settings, given)
        emit(shown, given["output_file"], private=shows_values(settings))
    return exit_codes.of_fix(fixed, settings)


def _compared(path: str, settings: Settings, given: dict[str, Any]) -> int:
    """Shows what would be changed, and writes nothing; 1 if anything would be."""
    refuse_format(settings)
    with workspace() as work, live_view() as view:
        checked = check_fix_split.check(
            path, settings, work=work, stdin_name=given["stdin_filename"], progress=view.stage
        )
        shown = difference(checked, settings)
    file_listing = listing(checked.source.name, checked.analysis, checked.books)
    emit(shown + text.summary(file_listing), given["output_file"], private=shows_values(settings))
    return 1 if shown and not settings.exit_zero else 0


def _own(given: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key not in ("folder", "force")}


def _shown(fixed: Fixed, settings: Settings, given: dict[str, Any]) -> str:
    values = shows_values(settings)
    if settings.output_format == "json":
        return documents.of_fix(fixed, show_values=values, show_all=given["show_all"])
    file_listing = listing(
        fixed.checked.source.name, fixed.checked.analysis, fixed.books, show_all=given["show_all"]
    )
    return summary(fixed, file_listing) + text.written(written(fixed))


def summary(fixed: Fixed, file_listing: Listing) -> str:
    """What was read, found, fixed and rejected, and the books."""
    names = {code: rule.name for code, rule in catalogue.builtin().items()}
    names |= {code: rule.name for code, rule in file_listing.analysis.plan.rules.items()}
    fixed_cells = plural(fixed.changed_cells, "cell")
    lines = text.summary(file_listing).splitlines(keepends=True)
    head = [
        line for line in lines if not line.startswith(("  fixable", "  nothing can", "  books"))
    ]
    done = [
        f"    {rule.code}  {text.visible(problem.message or rule.message)}"
        + ("; accept it with --unsafe-fixes\n" if problem.safety else "\n")
        for rule, problem in file_listing.analysis.refused
    ]
    if done:
        done.insert(0, "  nothing can be used until this is fixed:\n")
    done.append(f"  fixed: {fixed_cells} in {plural(fixed.changed_rows, 'row')}\n")
    done.append(text.changes(fixed.changes, names))
    if fixed.books.rejected:
        done.append(f"  rejected: {plural(fixed.books.rejected, 'row')}\n")
        done.append(text.changes(fixed.reasons, names))
    if fixed.warnings:
        done.append(f"  {plural(fixed.warnings, 'warning')} not changed (see report.json)\n")
    return "".join([*head, *done, f"  books: {books(fixed.books)}\n"])


def written(fixed: Fixed) -> list[tuple[str, str]]:
    """The files of a fix or a split, and what each holds."""
    folder, parts = fixed.folder, fixed.parts
    paths = []
    if len(parts) == 1 and parts[0].path.name == results_folder.CLEAN:
        paths.append((str(parts[0].path), plural(parts[0].rows, "clean row")))
    elif parts:
        paths.append((str(folder / results_folder.PARTS), plural(len(parts), "part")))
        paths.append((str(folder / results_folder.MANIFEST), "what is in which part"))
    if fixed.books.rejected:
        paths.append(
            (str(folder / results_folder.REJECTS), "the rejected rows, to correct and re-import")
        )
    if (folder / results_folder.ABOVE).exists():
        lines = plural(fixed.checked.layout.preamble, "line")
        paths.append(
            (str(folder / results_folder.ABOVE), f"the {lines} above the header, not sent")
        )
    if fixed.changed_cells:
        paths.append((str(folder / results_folder.FIXES), "every cell that was changed"))
    if (folder / results_folder.CORRECTIONS).exists():
        paths.append(
            (str(folder / results_folder.CORRECTIONS), "every cell that was corrected or restored")
        )
    if (folder / results_folder.UNDO).exists():
        paths.append((str(folder / results_folder.ORIGINAL), "the input, for `preflight undo`"))
    return [*paths, (str(folder / results_folder.REPORT), "all of it, for programs")]
