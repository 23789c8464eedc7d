"""Changes cell by cell, in the form of a unified diff."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from preflight.core.redact import visible
from preflight.report.shapes import shape


def heading(old: str, new: str) -> str:
    """The two header lines with the names of both files."""
    return f"--- {visible(old)}\n+++ {visible(new)}\n"


def cells(changes: pd.DataFrame, names: Mapping[str, str], *, show_values: bool) -> str:
    """Changes as text, grouped by row.

    Args:
        changes: a frame of `types.CHANGE_COLUMNS`, text or numbers, grouped by row.
        names: of the rules, by their codes.
        show_values: whether to show values or their shapes.
    """
    lines: list[str] = []
    last = None
    for row, line, column, code, safety, old, new in changes.itertuples(index=False, name=None):
        place = f"row {row}, line {line}" if row else f"line {line}" if line else "file"
        if place != last:
            lines.append(f"@@ {place} @@")
            last = place
        named = [f"{code} {names.get(code, '')}".rstrip(), str(safety)]
        if column:
            named.insert(0, visible(str(column).strip()))
        lines.append(f"  {' · '.join(named)}")
        # What is changed outside of rows is the header or a mark, and no value of a contact.
        shown = show_values or not row
        for sign, value in (("-", str(old)), ("+", str(new))) if old or new else ():
            lines.append(f"{sign} {visible(repr(value)) if shown else shape(value) or 'blank'}")
    return "".join(f"{line}\n" for line in lines)
