"""How results look in a notebook: a verdict, the books as a bar, and a line for each rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import pandas as pd

from preflight.core.redact import visible
from preflight.core.types import Severity
from preflight.report.groups import LATER, PERSON, Group
from preflight.report.lines import Line
from preflight.report.shapes import shape
from preflight.report.wording import number, outcome, plural

_RULES, _LONGEST = 12, 40
_COLOURS = {
    "clean": "#2e7d32", "accepted": "#2e7d32", "submitted": "#558b2f", "rejected": "#c62828",
    "rejected by preflight": "#c62828", "rejected by the provider": "#ad1457", "unknown": "#ef6c00",
    "dropped": "#757575",
}  # fmt: skip
_LEFT = "text-align:left"


def page(heading: str, ends: Mapping[str, int], *pieces: str) -> str:
    """A result as HTML.

    Args:
        heading: the verdict, as text.
        ends: where the rows ended: the name of an end → its rows.
        pieces: more HTML.
    """
    return f"<div><p><b>{escape(heading)}</b></p>{_bar(ends)}{''.join(pieces)}</div>"


def _bar(ends: Mapping[str, int]) -> str:
    """The books: how many rows ended where, as widths and as numbers."""
    rows = sum(ends.values())
    blocks = "".join(
        f'<span style="width:{count / rows:.2%};background:{_COLOURS[end]}"></span>'
        for end, count in ends.items()
        if count
    )
    words = " + ".join(
        f'<span style="color:{_COLOURS[end]}">■</span> {number(count)} {end}'
        for end, count in ends.items()
    )
    bar = f'<div style="display:flex;height:10px;max-width:40em">{blocks}</div>' if rows else ""
    return f"{bar}<p>{number(rows)} rows = {words}</p>"


def rules(found: Sequence[Group], findings: pd.DataFrame, *, show_values: bool) -> str:
    """A table with a line for each rule: how often, what, the first places, and the next step.

    Args:
        found: the findings by rule.
        findings: of a report.
        show_values: whether to show the values of contacts, or their shapes.
    """
    if not found:
        return "<p>Nothing was found.</p>"
    lines = [_line(group, findings, show_values=show_values) for group in found[:_RULES]]
    titles = ("", "rule", "found", "what", "where", "next step")
    head = "".join(f'<th style="{_LEFT}">{title}</th>' for title in titles)
    rest, more = "", len(found) - _RULES
    if more > 0:
        rest = f"<p>and {plural(more, 'more rule')}; <code>.findings</code> has all</p>"
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>{rest}"


def _line(group: Group, findings: pd.DataFrame, *, show_values: bool) -> str:
    first = findings.iloc[list(group.positions)]
    columns = (first[name].tolist() for name in ("row", "column_name", "value"))
    places = "<br>".join(
        _place(row, name, value, show_values=show_values)
        for row, name, value in zip(*columns, strict=True)
    )
    severity = group.rule.severity
    colour = _COLOURS["rejected" if severity is Severity.ERROR else "unknown"]
    later = group.step == PERSON and bool(first["replacement"].notna().all())
    cells = (
        f'<span style="color:{colour}">{severity}</span>',
        f'<code title="{escape(group.rule.name)}">{escape(group.rule.code)}</code>',
        number(group.count),
        escape(visible(group.sentence)),
        places + (" …" if group.count > len(first) else ""),
        escape(visible(LATER if later else group.step)),
    )
    return "<tr>" + "".join(f'<td style="{_LEFT}">{cell}</td>' for cell in cells) + "</tr>"


def _place(row: int | None, name: str | None, value: str | None, *, show_values: bool) -> str:
    """Where a finding is, and its cell or the shape of it."""
    words = [] if pd.isna(row) else [f"row {row}"]
    words += [escape(visible(name))] if isinstance(name, str) else []
    place = ", ".join(words)
    if not isinstance(value, str):
        return place
    shown = (value if show_values else shape(value))[:_LONGEST]
    return f"{place} <code>{escape(visible(shown)) or 'blank'}</code>"


def notes(lines: Iterable[Line]) -> str:
    """Lines of a summary, which stay less in sight than a table."""
    return "".join(
        f'<div style="color:#757575;padding-left:{max(0, line.indent - 2)}em">'
        f"{escape(line.text.plain)}</div>"
        for line in lines
    )


def ends(books: object, names: Sequence[str]) -> dict[str, int]:
    """Where rows ended, by the names of the books' fields in words."""
    return {outcome(name): int(getattr(books, name)) for name in names}
