"""The provider may have accepted this row of a corrected file, and nobody has changed it since.

Some providers report no outcome for a row, or only how many were rejected. A row that may have been
accepted is not sent again unchanged: it is removed and counted as dropped. Correct it, and it is
sent.

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Compared::

    row 2 perhaps: taken in run 20261122-090000-3f9a that tells no outcome

Findings::

    3 DUP805 taken in run 20261122-090000-3f9a that tells no outcome

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bobby

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from preflight.rule import Rule, Safety, Scope, Severity, Verdict

RULE = Rule(
    code="DUP805",
    name="row-perhaps-accepted",
    scope=Scope.COMPARISON,
    severity=Severity.WARNING,
    message="may already have been accepted",
    verdict=Verdict.PERHAPS,
    safety=Safety.SAFE,
    drops=True,
)
