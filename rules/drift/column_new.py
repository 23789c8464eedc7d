"""The file has a column that the snapshot lacks.

It may be nothing but a new question of a form. It may also hold what nobody has agreed to send. A
column that was merely renamed is DRF101.

Before::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Bad::

    email,first_name,shoe_size
    ann@kestrel-labs.com,Ann,40
    bob@kestrel-labs.com,Bob,41

Findings::

    1:shoe_size DRF103 `shoe_size` is new

Good::

    first_name,email
    Ann,ann@kestrel-labs.com
    Bob,bob@kestrel-labs.com
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import Drift, Problem, Rule, Scope, Severity


def check(drift: Drift) -> Iterator[Problem]:
    for column in drift.new:
        yield drift.at(column, f"{column.label} is new")


RULE = Rule(
    code="DRF103",
    name="column-new",
    scope=Scope.DRIFT,
    severity=Severity.WARNING,
    message="a column is new",
    check=check,
)
