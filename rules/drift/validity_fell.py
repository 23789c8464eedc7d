"""Fewer of the filled cells of a column are valid than in the snapshot.

Valid is an email address that `email_validator` accepts, a phone number that `phonenumbers` finds
valid, a text that is a date, a country that is known. If that rate falls at once, it is not people
who make mistakes, but a program: a field was cut off, a country code was lost, a column holds
something else. The rate may fall by five percentage points, or by `[rules.DRF107] max` of the
config; a fall that may be chance in files of this size is none.

Before::

    email,phone
    ann@kestrel-labs.com,+14155552670
    bob@kestrel-labs.com,+14155552671
    cleo@kestrel-labs.com,+14155552672
    dan@kestrel-labs.com,+14155552673
    eve@kestrel-labs.com,+14155552674
    finn@kestrel-labs.com,+14155552675
    gus@kestrel-labs.com,+14155552676
    hana@kestrel-labs.com,+14155552677
    ines@kestrel-labs.com,+14155552678
    jon@kestrel-labs.com,+14155552679

Bad::

    email,phone
    ann@kestrel-labs.com,+14155552670
    bob@kestrel-labs.com,+14155551
    cleo@kestrel-labs.com,+14155552
    dan@kestrel-labs.com,+14155553
    eve@kestrel-labs.com,+14155554
    finn@kestrel-labs.com,+14155555
    gus@kestrel-labs.com,+14155556
    hana@kestrel-labs.com,+14155557
    ines@kestrel-labs.com,+14155558
    jon@kestrel-labs.com,+14155559

Findings::

    1:phone DRF107 valid phone numbers in `phone`: 100% before, 10% now

Good::

    email,phone
    ann@kestrel-labs.com,+14155552680
    bob@kestrel-labs.com,+14155552681
    cleo@kestrel-labs.com,+14155552682
    dan@kestrel-labs.com,+14155552683
    eve@kestrel-labs.com,+14155552684
    finn@kestrel-labs.com,+14155552685
    gus@kestrel-labs.com,+14155552686
    hana@kestrel-labs.com,+14155552687
    ines@kestrel-labs.com,+14155552688
    jon@kestrel-labs.com,+14155552689
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import LOOK_NAMES, Drift, Problem, Rule, Scope, Severity, Share

_NAMES = {**LOOK_NAMES, "timestamp": "dates"}


def check(drift: Drift) -> Iterator[Problem]:
    for pair in drift.columns:
        before, now = drift.valid(pair) or (Share(0, 0), Share(0, 0))
        if now.rate < before.rate and drift.moved(before, now):
            what = _NAMES.get(pair.now.kind, "cells")
            message = f"valid {what} in {pair.now.label}: {before} before, {now} now"
            yield drift.at(pair.now, message + drift.since_valid(pair))


RULE = Rule(
    code="DRF107",
    name="validity-fell",
    scope=Scope.DRIFT,
    severity=Severity.ERROR,
    message="fewer cells are valid",
    check=check,
    limit=0.05,
)
