"""What a fix made of a file, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from preflight.config import catalogue
from preflight.report import accepted, left_out, summary
from preflight.report.groups import without_advice
from preflight.report.lines import Line, line
from preflight.report.listing import Listing
from preflight.report.wording import number, plural
from preflight.writing import results_folder
from preflight.writing.writer import FixedFile

_RULES, _COLUMNS = 6, 5
"""How many rules, and how many lines about columns, a short summary has."""


def lines(fixed: FixedFile, listing: Listing, *, everything: bool) -> list[Line]:
    """What was found, fixed and rejected.

    Args:
        fixed: the results.
        listing: of the file.
        everything: whether to name every rule and every column, however many there are.
    """
    rules = {**catalogue.builtin(), **listing.analysis.plan.rules}
    messages = {code: rule.message for code, rule in rules.items()}
    most = None if everything else _RULES
    entries = [*summary.head(listing), summary.found(listing), *_refusals(fixed)]
    cells, rows = plural(fixed.changed_cells, "cell"), plural(fixed.changed_rows, "row")
    entries.append(line(f"fixed: {cells} in {rows}", indent=2))
    settled = {code: without_advice(message) for code, message in messages.items()}
    entries += counted(fixed.changes, settled, most)
    if fixed.books.rejected:
        rejected = (plural(fixed.books.rejected, "row"), "bold red")
        entries.append(line("rejected: ", rejected, indent=2))
        entries += counted(fixed.reasons, messages, most)
    if fixed.warnings:
        left = f"{plural(fixed.warnings, 'warning')} not changed (see report.json)"
        entries.append(line(left, indent=2))
    if listing.compared is not None:
        entries += accepted.lines(listing.compared)
    entries += summary.read_as(listing)
    return entries + left_out.lines(listing, room=0 if everything else _COLUMNS)


def _refusals(fixed: FixedFile) -> Iterator[Line]:
    refused = fixed.checked.analysis.refused
    if refused:
        yield line(("nothing can be used until this is fixed:", "bold red"), indent=2)
    for rule, problem in refused:
        accept = "; accept it with `--unsafe-fixes`" if problem.safety else ""
        text = f" {problem.message or rule.message}{accept}"
        yield line((rule.code, "bold"), text, indent=4)


def counted(
    counts: Mapping[str, int], messages: Mapping[str, str], most: int | None
) -> Iterator[Line]:
    """The number of rows or cells of each rule, the highest first.

    Args:
        counts: by rule code.
        messages: of the rules, by code.
        most: how many rules to show; None for all.
    """
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    for code, count in ordered[:most]:
        yield line(f"{number(count):>7} ", (code, "bold"), f" {messages[code]}", hang=8)
    left = ordered[most:] if most is not None else []
    if left:
        named = ", ".join(f"{number(count)} {code}" for code, count in left)
        yield line(f"and {plural(len(left), 'more rule')}: {named}", indent=8, hang=8)


def files(fixed: FixedFile) -> list[tuple[str, str]]:
    """The files of a fix or a split, and what each holds."""
    folder, parts = fixed.folder, fixed.parts
    found = []
    if len(parts) == 1 and parts[0].path.name == results_folder.CLEAN:
        found.append((results_folder.CLEAN, plural(parts[0].rows, "clean row")))
    elif parts:
        found.append((results_folder.PARTS, plural(len(parts), "part")))
        found.append((results_folder.MANIFEST, "what is in which part"))
    if fixed.books.rejected:
        found.append((results_folder.REJECTS, "the rejected rows, to correct and re-import"))
    if (folder / results_folder.ABOVE).exists():
        above = plural(fixed.checked.layout.preamble, "line")
        found.append((results_folder.ABOVE, f"the {above} above the header, not sent"))
    if (folder / results_folder.DROPPED).exists():
        found.append((results_folder.DROPPED, "the dropped rows, which are not sent"))
    if fixed.changed_cells:
        found.append((results_folder.FIXES, "every cell that was changed"))
    if (folder / results_folder.CORRECTIONS).exists():
        what = "every cell that was corrected or restored"
        found.append((results_folder.CORRECTIONS, what))
    if (folder / results_folder.UNDO).exists():
        found.append((results_folder.ORIGINAL, "the input, for `preflight undo`"))
    found.append((results_folder.PAGE, "all of it, to open in a browser"))
    found.append((results_folder.REPORT, "all of it, for programs"))
    return [(fixed.named(folder / name), what) for name, what in found]


def written(paths: list[tuple[str, str]]) -> list[Line]:
    """The paths of the results, with what each holds."""
    return [line((path, "bold"), f"  {what}", indent=2, hang=6) for path, what in paths]
