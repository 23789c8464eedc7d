"""The provider rejected this row of a corrected file, and it came back unchanged.

It would be rejected again. A row that was rejected for a reason outside of it (the provider was
busy, the import as a whole was wrong) is sent again as it is; any other must be corrected first.

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Compared::

    row 2 unchanged: refused in run 20261122-090000-3f9a (Invalid)

Findings::

    3 DUP806 refused in run 20261122-090000-3f9a (Invalid)

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bobby

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from preflight.rule import Rule, Scope, Severity, Verdict

RULE = Rule(
    code="DUP806",
    name="row-not-corrected",
    scope=Scope.COMPARISON,
    severity=Severity.ERROR,
    message="was rejected and has not been corrected",
    verdict=Verdict.UNCHANGED,
)
