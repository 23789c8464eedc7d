"""The columns that a provider does not get: which, why, and what would send each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from preflight.config.column_suggestions import map_option
from preflight.config.consent import holds_consent
from preflight.core.names import bare_name
from preflight.core.types import Column, Severity
from preflight.linting.analysis import Analysis
from preflight.report.lines import Line, line
from preflight.report.listing import Listing
from preflight.report.wording import number, plural
from preflight.rule import Scope

# A message of a header rule begins with why the column is not sent.
_THEN = re.compile(r": it (?:is|will) |; |: the column ")
_NAMES = 12


@dataclass(frozen=True)
class LeftOutColumn:
    """A column that is not sent.

    Attributes:
        name: for people; a column without a name is called by its number.
        position: of the column.
        consent: whether it says who may be written to.
        why: a fact in lower case.
        option: the `--map` that would send it, or "".
    """

    name: str
    position: int
    consent: bool
    why: str
    option: str


def left_out(listing: Listing) -> list[LeftOutColumn]:
    """The columns that a provider does not get, those about consent first.

    None where names may be values, or for the general profile.
    """
    analysis = listing.analysis
    if listing.names_are_values or analysis.plan.profile.is_general:
        return []
    sent = {at for column in analysis.output_columns for at in column.sources}
    said = _said(analysis)
    columns = [
        _left_out(analysis, column, said.get(column.position + 1, ""))
        for column in analysis.plan.columns
        if not column.pieces and column.kind != "helper" and column.position not in sent
    ]
    return sorted(columns, key=lambda column: not column.consent)


def _said(analysis: Analysis) -> dict[int, str]:
    """The first warning about each column that does not merely change its name, by its number."""
    said: dict[int, str] = {}
    for rule, problem in analysis.problems:
        of_a_name = rule.scope is Scope.HEADER and rule.severity is Severity.WARNING
        if of_a_name and problem.column and problem.message and not problem.new:
            said.setdefault(problem.column, problem.message)
    return said


def _left_out(analysis: Analysis, column: Column, said: str) -> LeftOutColumn:
    view, profile = analysis.view, analysis.plan.profile
    why = _THEN.split(said)[0] if said else f"{profile.title} has no such column"
    if column.matched == "option" and column.field is None:
        why = "left out with --map"
    # A whole line that was read as one column holds no field.
    found = None if view.layout.strange_delimiter else view.saved_by(column)
    return LeftOutColumn(
        name=" ".join(bare_name(column.name).split()) or f"column {column.position + 1}",
        position=column.position,
        consent=holds_consent(column.name),
        why=why,
        option=map_option(column.name, found) if found else "",
    )


def lines(listing: Listing, *, room: int = 0) -> list[Line]:
    """The section about them; nothing if all columns are sent.

    Args:
        listing: of the file.
        room: how many lines it may have; 0 for no limit.
    """
    columns = left_out(listing)
    if not columns:
        return []
    entries = list(_entries(columns))
    if room and len(entries) + 1 > room:
        more = "… `--output-format full` names the others"
        entries = [*entries[: room - 2], line(more, indent=4)]
    return [line(f"not sent: {plural(len(columns), 'column')}", indent=2), *entries]


def _entries(columns: list[LeftOutColumn]) -> Iterator[Line]:
    """A line for the columns of each reason; for one of its own where an option would send it."""
    consent = [column for column in columns if column.consent]
    if consent:
        yield line(
            ("warning: ", "bold yellow"),
            f"{_names(consent)}: who agreed is not sent; first remove the contacts who did not",
            indent=4,
            hang=6,
        )
    others = [column for column in columns if not column.consent]
    for column in others:
        if column.option:
            yield line(f"{column.name}: {column.why}; `{column.option}` sends it", indent=4, hang=6)
    for why in dict.fromkeys(column.why for column in others if not column.option):
        same = [column for column in others if column.why == why and not column.option]
        yield line(f"{_names(same)}: {why}", indent=4, hang=6)


def _names(columns: list[LeftOutColumn]) -> str:
    shown = ", ".join(column.name for column in columns[:_NAMES])
    more = len(columns) - _NAMES
    return f"{shown} and {number(more)} more" if more > 0 else shown
