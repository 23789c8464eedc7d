"""The columns of a file: what each is taken for, where it goes, and what was found in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from preflight.core.redact import visible
from preflight.core.types import Column, Severity
from preflight.linting.analysis import Analysis
from preflight.report.by_column import by_column
from preflight.report.left_out import LeftOutColumn, left_out
from preflight.report.listing import Listing

MOST = 200
"""How many columns of a file are listed."""


@dataclass(frozen=True)
class ColumnRow:
    """A column of a file.

    Attributes:
        number: from 1.
        name: the header as written; "" if it has none, or may be a value.
        kind: what its cells are checked as; "" if they are not checked.
        goes_to: the provider's name of it; "" where it is not sent, or for no provider.
        errors, warnings: how many findings are about it.
        not_sent: why it is not sent; None if it is, or for no provider.
    """

    number: int
    name: str
    kind: str
    goes_to: str
    errors: int
    warnings: int
    not_sent: LeftOutColumn | None = None

    @property
    def found(self) -> int:
        """How many findings are about it."""
        return self.errors + self.warnings


@dataclass(frozen=True)
class Columns:
    """The columns of a file.

    Attributes:
        rows: of the first ones.
        total: how many there are.
        most: the highest number of findings of one of them.
        not_sent: those that the provider does not get.
        to_provider: whether they go to one.
    """

    rows: Sequence[ColumnRow]
    total: int
    most: int
    not_sent: Sequence[LeftOutColumn]
    to_provider: bool


def columns(listing: Listing, *, show_values: bool) -> Columns:
    """The columns of a file.

    Args:
        listing: of the file; cells are not needed.
        show_values: whether a header that may be data is shown.
    """
    analysis = listing.analysis
    counted: Counter[tuple[int, Severity]] = Counter()
    for found in by_column(listing, 0):
        if found.column is not None:
            counted[found.column, found.rule.severity] += found.count
    named = show_values or not listing.names_are_values
    missing = left_out(listing)
    reasons = {column.position: column for column in missing}
    sent = _sent(analysis)
    own = [one for one in analysis.plan.columns if not one.pieces and one.kind != "helper"]
    rows = [
        ColumnRow(
            number=column.position + 1,
            name=visible(" ".join(column.name.split())) if named else "",
            kind=_kind(column, analysis),
            goes_to=sent.get(column.position, ""),
            errors=counted[column.position + 1, Severity.ERROR],
            warnings=counted[column.position + 1, Severity.WARNING],
            not_sent=reasons.get(column.position),
        )
        for column in own
    ]
    return Columns(
        rows=rows[:MOST],
        total=len(rows),
        most=max((row.found for row in rows), default=0),
        not_sent=missing,
        to_provider=not analysis.plan.profile.is_general,
    )


def _sent(analysis: Analysis) -> dict[int, str]:
    """The provider's name of each column that is sent, by position."""
    if analysis.plan.profile.is_general:
        return {}
    return {at: column.header for column in analysis.output_columns for at in column.sources}


def _kind(column: Column, analysis: Analysis) -> str:
    return column.kind if column.position in analysis.plan.linted else ""
