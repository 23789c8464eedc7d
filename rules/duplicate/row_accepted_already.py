"""The provider accepted this row of a corrected file before, and nobody has changed it since.

Sending it again would duplicate the contact, or overwrite newer data at the provider. The row is
removed and counted as dropped. `preflight resubmit` finds such rows by comparing the corrected file
with what was sent.

Bad::

    email,first_name,preflight__standing
    ann@kestrel-labs.com,Ann,
    bob@kestrel-labs.com,Bob,accepted: accepted in run 20261122-090000-3f9a

Findings::

    3 DUP804 accepted in run 20261122-090000-3f9a

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

from preflight.rule import RowContext, Rule, Safety, Scope, Severity


def among(context: RowContext) -> Mapping[int, str] | None:
    return context.standing("accepted")


def check(rows: pd.DataFrame) -> pd.Series[bool]:
    return pd.Series(data=False, index=rows.index)


def reason(rows: pd.DataFrame, context: RowContext) -> pd.Series[str]:
    return context.stands(rows)


RULE = Rule(
    code="DUP804",
    name="row-accepted-already",
    scope=Scope.ROW,
    severity=Severity.WARNING,
    message="already accepted",
    check=check,
    among=among,
    reason=reason,
    safety=Safety.SAFE,
    drops=True,
)
