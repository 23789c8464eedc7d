"""The format `full`: every finding with its row, its column, and whether it can be fixed."""

from __future__ import annotations

from collections.abc import Iterator

from preflight.core.redact import visible
from preflight.core.types import Safety
from preflight.report import summary
from preflight.report.listing import Listing, shape
from preflight.report.reported import Display, Reported
from preflight.report.text import place, standing
from preflight.report.wording import number


def pieces(reported: Reported, display: Display) -> Iterator[str]:
    """The findings of each file, and its summary; or all that the command says."""
    if reported.told is not None:
        yield display.shown(reported.told(True))
        return
    for file in reported.files:
        yield from found(file.complete, show_values=display.show_values)
        yield display.shown(summary.lines(file.listing))


def found(listing: Listing, *, show_values: bool) -> Iterator[str]:
    """Every finding of a file, on one line or two.

    Args:
        listing: with cells.
        show_values: whether to show values or their shapes.
    """
    named = show_values or not listing.names_are_values
    for row in listing.rows():
        where, rule = place(listing.path, row), row.rule
        yield f"{where} {rule.code} [{standing(row)}] {visible(row.message)}\n"
        detail = [f"row {number(row.row)}"] if row.row else []
        if row.column is not None:
            name = (row.column_name or "").strip() if named else ""
            detail.append(visible(name) or f"column {row.column}")
        if row.cell is not None:
            cell = repr(row.cell) if show_values else f"shape {shape(row.cell) or 'blank'}"
            detail.append(visible(cell))
        if row.safety is Safety.SAFE:
            detail.append("fixable")
        elif row.safety is Safety.UNSAFE:
            detail.append("fixable with --unsafe-fixes")
        if detail:
            yield f"    {' · '.join(detail)}\n"
