"""Dates are written day first where the snapshot has them month first, or the other way around.

`03/04/2026` was the fourth of March and is the third of April: every ambiguous date of the column
is read wrong, and no provider can know. Only dates that settle the order are counted, such as
`21/04/2026`. The message says in which row the new order begins; where dates before that row can be
read both ways, it may begin there. Five in a hundred dates may be in the other order, or
`[rules.DRF109] max` of the config.

Before::

    email,created_at
    ann@kestrel-labs.com,04/13/2026 15:30 +02:00
    bob@kestrel-labs.com,04/14/2026 15:30 +02:00
    cleo@kestrel-labs.com,04/15/2026 15:30 +02:00
    dan@kestrel-labs.com,04/16/2026 15:30 +02:00
    eve@kestrel-labs.com,04/17/2026 15:30 +02:00
    finn@kestrel-labs.com,04/18/2026 15:30 +02:00
    gus@kestrel-labs.com,04/19/2026 15:30 +02:00
    hana@kestrel-labs.com,04/20/2026 15:30 +02:00
    ines@kestrel-labs.com,04/21/2026 15:30 +02:00
    jon@kestrel-labs.com,04/22/2026 15:30 +02:00

Bad::

    email,created_at
    ann@kestrel-labs.com,04/13/2026 15:30 +02:00
    bob@kestrel-labs.com,13/04/2026 15:30 +02:00
    cleo@kestrel-labs.com,14/04/2026 15:30 +02:00
    dan@kestrel-labs.com,15/04/2026 15:30 +02:00
    eve@kestrel-labs.com,16/04/2026 15:30 +02:00
    finn@kestrel-labs.com,17/04/2026 15:30 +02:00
    gus@kestrel-labs.com,18/04/2026 15:30 +02:00
    hana@kestrel-labs.com,19/04/2026 15:30 +02:00
    ines@kestrel-labs.com,20/04/2026 15:30 +02:00
    jon@kestrel-labs.com,21/04/2026 15:30 +02:00

Findings::

    3:created_at DRF109 90% of the dates in `created_at` are day first now, 0% before, from row 2 on

Good::

    email,created_at
    ann@kestrel-labs.com,2026-04-20T15:30:00+02:00
    bob@kestrel-labs.com,2026-04-21T15:30:00+02:00
    cleo@kestrel-labs.com,2026-04-22T15:30:00+02:00
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from preflight.rule import Drift, Mix, Problem, Rule, Scope, Severity

_ORDERS = {"day-first": "day first", "month-first": "month first"}


def _settled(orders: Mapping[str, int]) -> Mix:
    """The dates that settle the order."""
    return Mix(named={name: orders.get(name, 0) for name in _ORDERS})


def check(drift: Drift) -> Iterator[Problem]:
    for pair in drift.columns:
        before, now = (_settled(column.orders) for column in (pair.before, pair.now))
        for name, old, new in drift.moves(before, now):
            if new.rate <= old.rate:
                continue
            other = next(order for order in _ORDERS if order != name)
            turn = drift.turn(pair, [other], name)
            message = f"{new} of the dates in {pair.now.label} are {_ORDERS[name]} now"
            yield drift.at(pair.now, f"{message}, {old} before{turn.words}", turn)


RULE = Rule(
    code="DRF109",
    name="date-order-changed",
    scope=Scope.DRIFT,
    severity=Severity.ERROR,
    message="day and month have changed places",
    check=check,
    limit=0.05,
)
