"""The format `full`: every finding with its row, its column, and whether it can be fixed."""

from __future__ import annotations

from collections.abc import Iterator

from preflight.core.redact import visible
from preflight.report import summary
from preflight.report.blocks import Alike, Block
from preflight.report.finding_texts import together
from preflight.report.listing import Listing
from preflight.report.reported import Display, Reported
from preflight.report.shapes import shape
from preflight.report.wording import number

_FIXABLE = ("", "fixable", "fixable with --unsafe-fixes")
"""What is said of a fix, by the number of its safety."""


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
    for block in listing.blocks():
        yield from together(_lines(visible(listing.path), block, named, show_values))


def _lines(path: str, block: Block, named: bool, show_values: bool) -> Iterator[str]:
    which, alike = block.alike()
    said = [f" {one.rule.code} [{one.severity}] {visible(one.message)}\n" for one in alike]
    columns = [_column(one, named=named) for one in alike]
    for at, row, line, cell, safety in zip(
        which,
        block.findings.rows.tolist(),
        block.findings.lines.tolist(),
        block.cells.tolist(),
        block.safeties().tolist(),
        strict=True,
    ):
        place, name = columns[at]
        detail = [f"row {number(row)}"] if row else []
        if name:
            detail.append(name)
        if cell is not None:
            shown = repr(cell) if show_values else f"shape {shape(cell) or 'blank'}"
            detail.append(visible(shown))
        if safety:
            detail.append(_FIXABLE[safety])
        where = f"{path}:{line}{place}" if line else path
        yield f"{where}{said[at]}    {' · '.join(detail)}\n" if detail else f"{where}{said[at]}"


def _column(one: Alike, *, named: bool) -> tuple[str, str]:
    """The column of findings as part of a place, and what it is called."""
    if one.column is None:
        return "", ""
    name = (one.column_name or "").strip() if named else ""
    return f":{one.column}", visible(name) or f"column {one.column}"
