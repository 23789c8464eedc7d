"""Only one cell of the row is filled, and it is no address or phone number: a title, or a note.

Lists that people write by hand have such lines: `Day two`, `VIP`. A provider that demands no
address would import one as a contact. The row is kept, since it may be a contact that somebody has
only begun to write.

Bad::

    first_name,email,company,city
    Ann,ann@kestrel-labs.com,Kestrel Labs,Oslo
    Day two,,,
    Bob,bob@kestrel-labs.com,Kestrel Labs,Oslo

Findings::

    3 STR120 one cell alone is filled: a title or a note, or a contact without an address

Good::

    first_name,email,company,city
    Ann,ann@kestrel-labs.com,Kestrel Labs,Oslo
    Bob,,Kestrel Labs,
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from preflight.rule import RowContext, Rule, Scope, Severity, contains

_FEWEST = 3
_VALUE = r"@|\d.*\d.*\d.*\d.*\d.*\d.*\d"


def among(context: RowContext) -> Mapping[int, str] | None:
    column, field = context.held.get("email"), context.profile.fields.get("email")
    if column is None or field is None or field.required or len(context.header) < _FEWEST:
        return None
    return {column: r"^\s*$"}


def check(rows: pd.DataFrame) -> pd.Series[bool]:
    text = rows.apply(lambda cells: cells.str.strip())
    filled = (text != "").sum(axis=1)
    valued = text.apply(lambda cells: contains(cells, _VALUE)).any(axis=1)
    valid: pd.Series[bool] = (filled != 1) | valued
    return valid


RULE = Rule(
    code="STR120",
    name="row-title",
    scope=Scope.ROW,
    severity=Severity.WARNING,
    message="one cell alone is filled: a title or a note, or a contact without an address",
    check=check,
    among=among,
)
