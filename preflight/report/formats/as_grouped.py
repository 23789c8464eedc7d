"""The format `grouped`: what is wrong by rule, on one screen for any file."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence

from preflight.core.types import Severity
from preflight.report import several, summary
from preflight.report.blocks import ListedFinding
from preflight.report.groups import LATER, PERSON, Group, groups
from preflight.report.left_out import left_out
from preflight.report.lines import Line, height, line
from preflight.report.listing import Cells, Listing
from preflight.report.reported import Display, Reported
from preflight.report.shapes import shape
from preflight.report.wording import number, plural

HEIGHT = 30
"""The lines of a screen for one file."""
_FINDINGS = 10
"""How many of them are for findings, if columns that are not sent could take more."""
_COLUMNS = (6, 4, 2)
_LONG, _SHORT = 36, 22  # of a cell, in characters
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}


def pieces(reported: Reported, display: Display) -> Iterator[str]:
    """A screen for a file, a line for each of several; or what the command says."""
    if reported.told is not None:
        yield display.shown(reported.told(False))
    elif len(reported.files) + len(reported.unread) > 1:
        lines = several.lines(reported.listings, reported.unread)
        yield display.shown([*lines, *reported.next_step])
    else:
        for file in reported.files:
            lines = screen(
                file.listing,
                file.cells,
                show_values=display.show_values,
                next_step=reported.next_step,
                width=display.width,
            )
            yield display.shown(lines)


def screen(
    listing: Listing,
    cells: Cells,
    *,
    show_values: bool,
    next_step: Sequence[Line],
    width: int | None,
) -> list[Line]:
    """All about a file on one screen.

    Errors come first, a block for each rule. Where there is no room for all blocks, those of less
    important rules are shorter, or only their codes are named.

    Args:
        listing: of the file.
        cells: fetches the cells of findings.
        show_values: whether to show values or their shapes.
        next_step: what to do now.
        width: of the screen; None for no limit.
    """
    head, foot = summary.head(listing), list(next_step)
    for lines in _COLUMNS:
        foot = [*summary.tail(listing, room=lines), *next_step]
        if height([*head, *foot], width) <= HEIGHT - _FINDINGS:
            break
    without = frozenset(column.position for column in left_out(listing))
    found = _Screen(listing, cells, groups(listing, without=without), show_values, width)
    room = HEIGHT - height([*head, *foot], width)
    return [*head, *found.blocks(room), *foot]


class _Screen:
    """The groups of a screen: each with its places, with some of them, or on one line."""

    def __init__(
        self,
        listing: Listing,
        cells: Cells,
        found: Sequence[Group],
        show_values: bool,
        width: int | None,
    ) -> None:
        self._titles = _titles(listing)
        self._show_values, self._width = show_values, width
        self._names = show_values or not listing.names_are_values
        self._digits = max((len(number(group.count)) for group in found), default=1)
        self._indent = self._digits + 3
        positions = [at for group in found for at in group.positions]
        self._rows = dict(zip(positions, listing.some(positions, cells), strict=True))
        self._groups = [self._settled_later(group) for group in found]

    def blocks(self, room: int) -> list[Line]:
        """The groups, as many of them with places as there is room for; errors before warnings."""
        chosen: dict[int, list[Line]] = {}
        heights: dict[int, int] = {}
        room -= sum(self._height([title]) for title in self._titles.values())
        error, warning = Severity.ERROR, Severity.WARNING
        for severity, make, is_first in (
            (error, self._with_some_places, False), (error, self._short, True),
            (warning, self._short, True), (error, self._with_places, False),
            (warning, self._with_some_places, False), (warning, self._with_places, False),
        ):  # fmt: skip
            for at, group in enumerate(self._groups):
                if group.rule.severity is not severity or (is_first and at in chosen):
                    continue
                block = make(group)
                taken = {**heights, at: self._height(block)}
                if sum(taken.values()) + self._height(self._rest(taken)) <= room:
                    chosen[at], heights = block, taken
        return self._shown(chosen)

    def _found(self, group: Group) -> list[ListedFinding]:
        return [self._rows[at] for at in group.positions]

    def _settled_later(self, group: Group) -> Group:
        """The group, with what fixing does to its cells if only their rows were not rejected."""
        fixes = group.rule.fix is not None and group.step == PERSON
        if fixes and all(row.replacement is not None for row in self._found(group)):
            return dataclasses.replace(group, step=LATER)
        return group

    def _height(self, lines: Sequence[Line]) -> int:
        return height(lines, self._width)

    def _shown(self, chosen: Mapping[int, Sequence[Line]]) -> list[Line]:
        """The chosen blocks under the titles of their severities, and the codes of the others."""
        shown = []
        for severity, title in self._titles.items():
            shown.append(title)
            for at in sorted(chosen):
                if self._groups[at].rule.severity is severity:
                    shown += chosen[at]
        return shown + self._rest(chosen)

    def _rest(self, chosen: Collection[int]) -> list[Line]:
        """The groups for which there is no room, on one line."""
        left = [group for at, group in enumerate(self._groups) if at not in chosen]
        if not left:
            return []
        named = ", ".join(f"{number(group.count)} {group.rule.code}" for group in left)
        more = f"and {plural(len(left), 'more rule')}: {named}"
        return [line(f"{more}; `--output-format full` lists all", indent=2, hang=4)]

    def _short(self, group: Group) -> list[Line]:
        return [self._head(group, f" → {group.step}" if group.step else "")]

    def _with_places(self, group: Group) -> list[Line]:
        return self._block(group, self._places(group))

    def _with_some_places(self, group: Group) -> list[Line]:
        """A group with those of its first places that fit on one line."""
        places = self._places(group, details=False)
        while len(places) > 1 and height([self._where(group, places, group.step)], self._width) > 1:
            places.pop()
        where = self._where(group, places, group.step)
        return [self._head(group), where] if where.text.plain else [self._head(group)]

    def _block(self, group: Group, places: Sequence[str]) -> list[Line]:
        lines = [self._head(group)]
        if places:
            lines.append(self._where(group, places))
        if group.step:
            lines.append(line((f"→ {group.step}", "cyan"), indent=self._indent))
        return lines

    def _where(self, group: Group, places: Sequence[str], step: str = "") -> Line:
        more = group.count - len(places)
        shown = "; ".join([*places, *([f"{number(more)} more"] if more and places else [])])
        then = f"{' ' if shown else ''}→ {step}" if step else ""
        return line(shown, (then, "cyan"), indent=self._indent, hang=self._indent)

    def _head(self, group: Group, after: str = "") -> Line:
        return line(
            (f"{number(group.count):>{self._digits}}", _STYLES[group.rule.severity]),
            " ",
            (group.rule.code, "bold"),
            f" {group.sentence}",
            (after, "cyan"),
            indent=2,
            hang=self._indent,
        )

    def _places(self, group: Group, *, details: bool = True) -> list[str]:
        rows = self._found(group)
        of_file = group.rule.of_file
        shown = (
            self._place(row, detail if details or of_file else "", _LONG if details else _SHORT)
            for row, detail in zip(rows, group.details, strict=False)
        )
        return [place for place in shown if place and place not in group.sentence]

    def _place(self, row: ListedFinding, detail: str, most: int) -> str:
        """Where a finding is, and its value in no more than so many characters."""
        where = [f"line {row.line}"] if row.line and row.row else []
        if row.cell is not None:
            where.append(_cut(repr(row.cell) if self._show_values else shape(row.cell), most))
        elif row.column is not None:
            name = " ".join((row.column_name or "").split()) if self._names else ""
            where.append(f"`{name}`" if name else f"column {row.column}")
        return " ".join(filter(None, where)) + (f" ({detail})" if detail and where else detail)


def _titles(listing: Listing) -> dict[Severity, Line]:
    """The titles of the errors and the warnings; a file without warnings has a single one.

    Beside a baseline only what is new or worse has titles.
    """
    counts = listing.fresh_counts()
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    if listing.compared is not None and not errors and not warnings:
        return {}
    if listing.compared is None:
        first, none = plural(errors, "error"), "0 warnings"
        second = plural(warnings, "warning")
    else:
        first, none = plural(errors, "new error"), "0 new warnings"
        second = plural(warnings, "new warning")
    title = (first, _STYLES[Severity.ERROR] if errors else "green")
    if not warnings:
        return {Severity.ERROR: line(title, f", {none}", indent=2)}
    below = line((second, _STYLES[Severity.WARNING]), indent=2)
    return {Severity.ERROR: line(title, indent=2), Severity.WARNING: below}


def _cut(text: str, most: int) -> str:
    """A text with its middle left out, where it is long: its ends show blanks and marks."""
    end = most // 3
    return text if len(text) <= most else f"{text[: most - end - 1]}…{text[-end:]}"
