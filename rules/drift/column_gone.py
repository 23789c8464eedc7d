"""A column of the snapshot is not in the file.

Its cells are not sent any more, or every row lacks them: an export was configured anew, or somebody
deleted a column. A column that was merely renamed is DRF101.

Before::

    email,first_name,company
    ann@kestrel-labs.com,Ann,Kestrel Labs
    bob@kestrel-labs.com,Bob,Kestrel Labs

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Findings::

    1 DRF102 `company` is gone (column 3 of the snapshot)

Good::

    email,company,first_name
    ann@kestrel-labs.com,Kestrel Labs,Ann
    bob@kestrel-labs.com,Kestrel Labs,Bob
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import Drift, Problem, Rule, Scope, Severity


def check(drift: Drift) -> Iterator[Problem]:
    for column in drift.gone:
        message = f"{column.label} is gone (column {column.position} of the snapshot)"
        yield Problem(message, line=drift.now.file.header_line)


RULE = Rule(
    code="DRF102",
    name="column-gone",
    scope=Scope.DRIFT,
    severity=Severity.ERROR,
    message="a column is gone",
    check=check,
)
