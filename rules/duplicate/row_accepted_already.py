"""The provider accepted this row of a corrected file before, and nobody has changed it since.

Sending it again would duplicate the contact, or overwrite newer data at the provider. The row is
removed and counted as dropped. `preflight resubmit` finds such rows by comparing the corrected file
with what was sent.

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Compared::

    row 2 accepted: accepted in run 20261122-090000-3f9a

Findings::

    3 DUP804 accepted in run 20261122-090000-3f9a

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
    code="DUP804",
    name="row-accepted-already",
    scope=Scope.COMPARISON,
    severity=Severity.WARNING,
    message="already accepted",
    verdict=Verdict.ACCEPTED,
    safety=Safety.SAFE,
    drops=True,
)
