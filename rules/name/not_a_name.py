"""The cell holds an email address, a phone number or a web address instead of a name.

Usually the cells of the row are shifted by one, and others are wrong too. Sent as it is, the
contact is greeted by it, and one person's address may end up under another's name.

Bad::

    email,first_name
    ann@kestrel-labs.com,ann.bell@kestrel-labs.com
    bob@kestrel-labs.com,+1 415 555 2671
    cleo@kestrel-labs.com,www.kestrel-labs.com

Findings::

    2:first_name NAM603 an email address, phone number or web address instead of a name
    3:first_name NAM603 an email address, phone number or web address instead of a name
    4:first_name NAM603 an email address, phone number or web address instead of a name

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob 2
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity, placeholder, tidied

_WEB = r"^[wW]{3}\."
_SEEN = r"[^ \t\n\v\f\r@]"
_OTHER = rf"{_WEB}|[a-zA-Z]://|{_SEEN}@{_SEEN}+\.{_SEEN}|^[+(]*[0-9][0-9 ().+/-]{{5,}}[0-9]$"


def check(name: pd.Series[str]) -> pd.Series[bool]:
    return ~tidied(name).str.contains(_OTHER) | placeholder(name)


RULE = Rule(
    code="NAM603",
    name="name-not-a-name",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"name"}),
    suspects=_WEB,
    message="an email address, phone number or web address instead of a name",
    check=check,
)
