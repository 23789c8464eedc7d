"""The cells of a column are written in another format than in the snapshot.

Phone numbers lose their country code, dates turn from ISO 8601 to numbers with dots, countries from
codes to names. Each cell is still valid, but what was certain may now depend on `--region` or
`--timezone`. The message says in which row the new format begins. Of names and other texts it is
what a sample of the cells looks like. A format's share may change by twenty percentage points, or
by `[rules.DRF108] max` of the config; a change that may be chance in files of this size is none.

Options::

    --region US

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
    bob@kestrel-labs.com,415-555-2671
    cleo@kestrel-labs.com,415-555-2672
    dan@kestrel-labs.com,415-555-2673
    eve@kestrel-labs.com,415-555-2674
    finn@kestrel-labs.com,415-555-2675
    gus@kestrel-labs.com,415-555-2676
    hana@kestrel-labs.com,415-555-2677
    ines@kestrel-labs.com,415-555-2678
    jon@kestrel-labs.com,415-555-2679

Findings::

    3:phone DRF108 90% of `phone` are national now, 0% before, from row 2 on; most were E.164

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

from preflight.rule import LOOK_NAMES, Drift, Problem, Rule, Scope, Severity


def _shown(name: str) -> str:
    return LOOK_NAMES.get(name, name)


def check(drift: Drift) -> Iterator[Problem]:
    for pair in drift.columns:
        before, now = drift.formats(pair)
        more = [move for move in drift.moves(before, now) if move[2].rate > move[1].rate]
        if not more:
            continue
        name, old, new = more[0]
        usual = max(before.named, key=lambda known: before.named[known])
        turn = drift.turn(pair, [known for known in before.named if known != name], name)
        message = f"{new} of {pair.now.label} are {_shown(name)} now, {old} before{turn.words}"
        if usual != name:
            message += f"; most were {_shown(usual)}"
        yield drift.at(pair.now, message, turn)


RULE = Rule(
    code="DRF108",
    name="format-changed",
    scope=Scope.DRIFT,
    severity=Severity.WARNING,
    message="written in another format",
    check=check,
    limit=0.2,
)
