"""One row of the original file is in the corrected file several times.

If the copies differ, nothing says which one is meant, and none is sent; if they are equal, the
first counts. Delete all but one. To add a new contact, clear the cell `preflight__id` of its row.

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Compared::

    row 2 twice: is row 7 once more, which stands in row 3 already

Findings::

    3 DUP808 is row 7 once more, which stands in row 3 already

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
    code="DUP808",
    name="row-returned-twice",
    scope=Scope.COMPARISON,
    severity=Severity.ERROR,
    message="is in the corrected file twice",
    verdict=Verdict.TWICE,
)
