"""Far more or far fewer cells of a column are filled than in the snapshot.

A question of a form became optional, a join lost its partner, or blanks were filled with a default
value. The rate may change by ten percentage points, or by `[rules.DRF106] max` of the config; a
change that may be chance in files of this size is none.

Before::

    email,company
    ann@kestrel-labs.com,Kestrel Labs
    bob@kestrel-labs.com,Kestrel Labs
    cleo@kestrel-labs.com,Kestrel Labs
    dan@kestrel-labs.com,Kestrel Labs
    eve@kestrel-labs.com,Kestrel Labs
    finn@kestrel-labs.com,Kestrel Labs
    gus@kestrel-labs.com,Kestrel Labs
    hana@kestrel-labs.com,Kestrel Labs
    ines@kestrel-labs.com,Kestrel Labs
    jon@kestrel-labs.com,Kestrel Labs

Bad::

    email,company
    ann@kestrel-labs.com,Kestrel Labs
    bob@kestrel-labs.com,
    cleo@kestrel-labs.com,
    dan@kestrel-labs.com,
    eve@kestrel-labs.com,
    finn@kestrel-labs.com,
    gus@kestrel-labs.com,
    hana@kestrel-labs.com,
    ines@kestrel-labs.com,
    jon@kestrel-labs.com,

Findings::

    1:company DRF106 filled cells in `company`: 100% before, 10% now

Good::

    email,company
    ann@kestrel-labs.com,
    bob@kestrel-labs.com,
    cleo@kestrel-labs.com,Kestrel Labs
    dan@kestrel-labs.com,Kestrel Labs
    eve@kestrel-labs.com,Kestrel Labs
    finn@kestrel-labs.com,Kestrel Labs
    gus@kestrel-labs.com,Kestrel Labs
    hana@kestrel-labs.com,Kestrel Labs
    ines@kestrel-labs.com,Kestrel Labs
    jon@kestrel-labs.com,Kestrel Labs
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import Drift, Problem, Rule, Scope, Severity


def check(drift: Drift) -> Iterator[Problem]:
    for pair in drift.columns:
        before, now = drift.filled(pair)
        if drift.moved(before, now):
            message = f"filled cells in {pair.now.label}: {before} before, {now} now"
            yield drift.at(pair.now, message + drift.since_filled(pair))


RULE = Rule(
    code="DRF106",
    name="fill-rate-changed",
    scope=Scope.DRIFT,
    severity=Severity.WARNING,
    message="far more or far fewer cells are filled",
    check=check,
    limit=0.1,
)
