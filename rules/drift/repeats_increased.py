"""More rows repeat a contact than in the snapshot.

An export was appended to an older one, or a join multiplied its rows. The rows themselves are
reported by DUP801 and DUP802; this is about the source. The rate may rise by five percentage
points, or by `[rules.DRF113] max` of the config; a rise that may be chance in files of this size is
none.

Before::

    email
    ann@inboxhollow.com
    bob@inboxhollow.com
    cleo@inboxhollow.com
    dan@inboxhollow.com
    eve@inboxhollow.com
    finn@inboxhollow.com
    gus@inboxhollow.com
    hana@inboxhollow.com
    ines@inboxhollow.com
    jon@inboxhollow.com
    kit@inboxhollow.com
    lea@inboxhollow.com
    max@inboxhollow.com
    nina@inboxhollow.com
    otto@inboxhollow.com
    pia@inboxhollow.com
    quinn@inboxhollow.com
    rosa@inboxhollow.com
    sam@inboxhollow.com
    tess@inboxhollow.com
    uma@inboxhollow.com
    vera@inboxhollow.com
    will@inboxhollow.com
    xenia@inboxhollow.com

Bad::

    email
    ann@inboxhollow.com
    bob@inboxhollow.com
    cleo@inboxhollow.com
    dan@inboxhollow.com
    eve@inboxhollow.com
    finn@inboxhollow.com
    gus@inboxhollow.com
    hana@inboxhollow.com
    ines@inboxhollow.com
    jon@inboxhollow.com
    kit@inboxhollow.com
    lea@inboxhollow.com
    max@inboxhollow.com
    nina@inboxhollow.com
    otto@inboxhollow.com
    pia@inboxhollow.com
    quinn@inboxhollow.com
    rosa@inboxhollow.com
    sam@inboxhollow.com
    tess@inboxhollow.com
    uma@inboxhollow.com
    vera@inboxhollow.com
    will@inboxhollow.com
    xenia@inboxhollow.com
    ann@inboxhollow.com
    bob@inboxhollow.com
    cleo@inboxhollow.com
    dan@inboxhollow.com
    eve@inboxhollow.com
    finn@inboxhollow.com
    gus@inboxhollow.com
    hana@inboxhollow.com
    ines@inboxhollow.com
    jon@inboxhollow.com
    kit@inboxhollow.com
    lea@inboxhollow.com
    max@inboxhollow.com
    nina@inboxhollow.com
    otto@inboxhollow.com
    pia@inboxhollow.com
    quinn@inboxhollow.com
    rosa@inboxhollow.com
    sam@inboxhollow.com
    tess@inboxhollow.com
    uma@inboxhollow.com
    vera@inboxhollow.com
    will@inboxhollow.com
    xenia@inboxhollow.com

Findings::

    DRF113 rows that repeat a contact: 0% before, 50% now

Good::

    email
    ann@kestrel-labs.com
    bob@kestrel-labs.com
    cleo@kestrel-labs.com
    dan@kestrel-labs.com
    eve@kestrel-labs.com
    finn@kestrel-labs.com
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import Drift, Problem, Rule, Scope, Severity, Share


def check(drift: Drift) -> Iterator[Problem]:
    if drift.before.repeated is None or drift.now.repeated is None:
        return
    before = Share(drift.before.repeated, drift.before.rows)
    now = Share(drift.now.repeated, drift.now.rows)
    if now.rate > before.rate and drift.moved(before, now):
        yield Problem(f"rows that repeat a contact: {before} before, {now} now")


RULE = Rule(
    code="DRF113",
    name="repeats-increased",
    scope=Scope.DRIFT,
    severity=Severity.WARNING,
    message="more rows repeat a contact",
    check=check,
    limit=0.05,
)
