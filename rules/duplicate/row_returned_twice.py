"""One row of the original file is in the corrected file several times.

If the copies differ, nothing says which one is meant, and none is sent; if they are equal, the
first counts. Delete all but one. To add a new contact, clear the cell `preflight__id` of its row.

Bad::

    email,first_name,preflight__standing
    ann@kestrel-labs.com,Ann,
    bob@kestrel-labs.com,Bob,"twice: is row 7 once more, which stands in row 3 already"

Findings::

    3 DUP808 is row 7 once more, which stands in row 3 already

Good::

    email,first_name,preflight__standing
    ann@kestrel-labs.com,Ann,
    bob@kestrel-labs.com,Bobby,

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from preflight.rule import RowContext, Rule, Scope, Severity


def among(context: RowContext) -> Mapping[int, str] | None:
    return context.standing("twice")


def check(rows: pd.DataFrame) -> pd.Series[bool]:
    return pd.Series(data=False, index=rows.index)


def reason(rows: pd.DataFrame, context: RowContext) -> pd.Series[str]:
    return context.stands(rows)


RULE = Rule(
    code="DUP808",
    name="row-returned-twice",
    scope=Scope.ROW,
    severity=Severity.ERROR,
    message="is in the corrected file twice",
    check=check,
    among=among,
    reason=reason,
)
