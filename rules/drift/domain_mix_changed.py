"""An email domain is much more or much less frequent than in the snapshot.

Business addresses turn into private ones, a test domain appears in every tenth row, or a list from
somewhere else was added. Only domains that many rows share are in a snapshot: five and one percent
of the rows at least, with five different addresses. A share may change by ten percentage points, or
by `[rules.DRF110] max` of the config; a change that may be chance in files of this size is none.

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
    eve@kestrel-labs.com
    finn@kestrel-labs.com
    gus@kestrel-labs.com
    hana@kestrel-labs.com
    ines@kestrel-labs.com
    jon@kestrel-labs.com
    kit@kestrel-labs.com
    lea@kestrel-labs.com
    max@kestrel-labs.com
    nina@kestrel-labs.com
    otto@kestrel-labs.com
    pia@kestrel-labs.com
    quinn@kestrel-labs.com
    rosa@kestrel-labs.com
    sam@kestrel-labs.com
    tess@kestrel-labs.com
    uma@kestrel-labs.com
    vera@kestrel-labs.com
    will@kestrel-labs.com
    xenia@kestrel-labs.com

Findings::

    1:email DRF110 domains in `email`: inboxhollow.com 100% → ≤17%, kestrel-labs.com 0% → 83%

Good::

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
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import Drift, Problem, Rule, Scope, Severity, shown


def check(drift: Drift) -> Iterator[Problem]:
    for pair in drift.columns:
        moves = drift.moves(pair.before.domains, pair.now.domains)
        if moves:
            yield drift.at(pair.now, f"domains in {pair.now.label}: {shown(moves)}")


RULE = Rule(
    code="DRF110",
    name="domain-mix-changed",
    scope=Scope.DRIFT,
    severity=Severity.WARNING,
    message="another mix of domains",
    check=check,
    limit=0.1,
)
