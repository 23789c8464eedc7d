"""The file has many more or far fewer rows than the snapshot.

An export that was cut off, a filter that nobody removed, or several files in one. Shows differ in
size, so a factor of less than ten says nothing. `[rules.DRF105] max` in the config is another
factor, or a rate: "50%" for half as many rows again.

Before::

    email
    lead00@kestrel-labs.com
    lead01@kestrel-labs.com
    lead02@kestrel-labs.com
    lead03@kestrel-labs.com
    lead04@kestrel-labs.com
    lead05@kestrel-labs.com
    lead06@kestrel-labs.com
    lead07@kestrel-labs.com
    lead08@kestrel-labs.com
    lead09@kestrel-labs.com
    lead10@kestrel-labs.com
    lead11@kestrel-labs.com
    lead12@kestrel-labs.com
    lead13@kestrel-labs.com
    lead14@kestrel-labs.com
    lead15@kestrel-labs.com
    lead16@kestrel-labs.com
    lead17@kestrel-labs.com
    lead18@kestrel-labs.com
    lead19@kestrel-labs.com
    lead20@kestrel-labs.com

Bad::

    email
    ann@kestrel-labs.com
    bob@kestrel-labs.com

Findings::

    DRF105 the snapshot had 21 rows, the file has 2

Good::

    email
    ann@kestrel-labs.com
    bob@kestrel-labs.com
    cleo@kestrel-labs.com
    dan@kestrel-labs.com
    eve@kestrel-labs.com
    finn@kestrel-labs.com
    gus@kestrel-labs.com
    hana@kestrel-labs.com
    ines@kestrel-labs.com
    jon@kestrel-labs.com
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import Drift, Problem, Rule, Scope, Severity


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def check(drift: Drift) -> Iterator[Problem]:
    before, now = drift.before.rows, drift.now.rows
    factor = drift.limit if drift.limit > 1 else 1 + drift.limit
    if max(before, now) > factor * max(1, min(before, now)):
        yield Problem(f"the snapshot had {_rows(before)}, the file has {now:,}")


RULE = Rule(
    code="DRF105",
    name="row-count-changed",
    scope=Scope.DRIFT,
    severity=Severity.WARNING,
    message="many more or far fewer rows",
    check=check,
    limit=10.0,
)
