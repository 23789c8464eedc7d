"""A row of a corrected file has the match key of another row that was accepted before.

The provider would overwrite that contact. Either the correction went to the wrong address, or both
rows are the same person and this row need not be sent.

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Compared::

    row 2 key: has the match key of row 7, accepted in run 20261122-090000-3f9a

Findings::

    3 DUP807 has the match key of row 7, accepted in run 20261122-090000-3f9a

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
    code="DUP807",
    name="key-accepted-already",
    scope=Scope.COMPARISON,
    severity=Severity.ERROR,
    message="has the match key of a row that was accepted",
    verdict=Verdict.KEY,
)
