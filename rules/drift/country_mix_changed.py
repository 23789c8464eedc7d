"""A country or a calling code is much more or much less frequent than in the snapshot.

The file is of another region, the rows of a country are missing, or a default value stands where a
country was not known. Only countries that many rows share are in a snapshot: five and one percent
of the rows at least. A share may change by ten percentage points, or by `[rules.DRF111] max` of the
config; a change that may be chance in files of this size is none. Two shows in two countries do
differ: take a snapshot of each.

Before::

    email,country
    ann@inboxhollow.com,DE
    bob@inboxhollow.com,US
    cleo@inboxhollow.com,DE
    dan@inboxhollow.com,US
    eve@inboxhollow.com,DE
    finn@inboxhollow.com,US
    gus@inboxhollow.com,DE
    hana@inboxhollow.com,US
    ines@inboxhollow.com,DE
    jon@inboxhollow.com,US
    kit@inboxhollow.com,DE
    lea@inboxhollow.com,US
    max@inboxhollow.com,DE
    nina@inboxhollow.com,US
    otto@inboxhollow.com,DE
    pia@inboxhollow.com,US
    quinn@inboxhollow.com,DE
    rosa@inboxhollow.com,US
    sam@inboxhollow.com,DE
    tess@inboxhollow.com,US
    uma@inboxhollow.com,DE
    vera@inboxhollow.com,US
    will@inboxhollow.com,DE
    xenia@inboxhollow.com,US

Bad::

    email,country
    ann@inboxhollow.com,US
    bob@inboxhollow.com,US
    cleo@inboxhollow.com,US
    dan@inboxhollow.com,US
    eve@inboxhollow.com,US
    finn@inboxhollow.com,US
    gus@inboxhollow.com,US
    hana@inboxhollow.com,US
    ines@inboxhollow.com,US
    jon@inboxhollow.com,US
    kit@inboxhollow.com,US
    lea@inboxhollow.com,US
    max@inboxhollow.com,US
    nina@inboxhollow.com,US
    otto@inboxhollow.com,US
    pia@inboxhollow.com,US
    quinn@inboxhollow.com,US
    rosa@inboxhollow.com,US
    sam@inboxhollow.com,US
    tess@inboxhollow.com,US
    uma@inboxhollow.com,US
    vera@inboxhollow.com,US
    will@inboxhollow.com,US
    xenia@inboxhollow.com,US

Findings::

    1:country DRF111 countries in `country`: DE 50% → 0%, US 50% → 100%

Good::

    email,country
    ann@inboxhollow.com,DE
    bob@inboxhollow.com,US
    cleo@inboxhollow.com,US
    dan@inboxhollow.com,DE
    eve@inboxhollow.com,US
    finn@inboxhollow.com,US
    gus@inboxhollow.com,DE
    hana@inboxhollow.com,US
    ines@inboxhollow.com,US
    jon@inboxhollow.com,DE
    kit@inboxhollow.com,US
    lea@inboxhollow.com,US
    max@inboxhollow.com,DE
    nina@inboxhollow.com,US
    otto@inboxhollow.com,US
    pia@inboxhollow.com,DE
    quinn@inboxhollow.com,US
    rosa@inboxhollow.com,US
    sam@inboxhollow.com,DE
    tess@inboxhollow.com,US
    uma@inboxhollow.com,US
    vera@inboxhollow.com,DE
    will@inboxhollow.com,US
    xenia@inboxhollow.com,US
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import Drift, Problem, Rule, Scope, Severity, shown


def check(drift: Drift) -> Iterator[Problem]:
    for pair in drift.columns:
        moves = drift.moves(pair.before.countries, pair.now.countries)
        if moves:
            what = "calling codes" if pair.now.kind == "phone" else "countries"
            yield drift.at(pair.now, f"{what} in {pair.now.label}: {shown(moves)}")


RULE = Rule(
    code="DRF111",
    name="country-mix-changed",
    scope=Scope.DRIFT,
    severity=Severity.WARNING,
    message="another mix of countries",
    check=check,
    limit=0.1,
)
