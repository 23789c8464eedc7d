r"""A value has zero-width, no-break or control characters in it.

Nobody sees them, but comparisons, filters and printed greetings do. Unusual spaces and tabs become
plain spaces; zero-width and control characters are removed. Line breaks stay, and so do joiners
that a script or an emoji needs. A character between U+0080 and U+009F is reported and kept, because
it is usually a wrongly decoded letter or quote; so is a soft hyphen after an `Ã`.

Bad::

    email,first_name,company
    ann@kestrel-labs.com,An\xe2\x80\x8bn,Kestrel\xc2\xa0Labs
    bob@kestrel-labs.com,\xc2\xa0Bob,Kes\xc2\xadtrel Labs

Findings::

    2:first_name TXT702 invisible characters in the value
    2:company TXT702 invisible characters in the value
    3:first_name TXT702 invisible characters in the value
    3:company TXT702 invisible characters in the value

Good::

    email,first_name,company
    ann@kestrel-labs.com,Ann,Kestrel Labs
    cyrus@kestrel-labs.com,\xd9\x86\xdb\x8c\xe2\x80\x8c\xd8\xb1\xd9\x88,"Kestrel
    Labs"

Fixed::

    email,first_name,company
    ann@kestrel-labs.com,Ann,Kestrel Labs
    bob@kestrel-labs.com,Bob,Kestrel Labs
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Phase, Rule, Safety, Scope, Severity, contains, tidied

_MISREAD = "[\u0080-\u0084\u0086-\u009f]"
# Half of an "í" that was read as Latin-1; without it the letter could not be recovered.
_MISREAD_HYPHEN = "[\u00c2-\u00df]\u00ad"


def check(text: pd.Series[str]) -> pd.Series[bool]:
    # Another rule covers whitespace around a value.
    inside = text.str.strip(" \t\n\v\f\r")
    return (inside == tidied(inside)) & ~contains(inside, _MISREAD)


def fix(text: pd.Series[str]) -> pd.Series[str]:
    return text.where(contains(text, _MISREAD_HYPHEN), tidied(text))


RULE = Rule(
    code="TXT702",
    name="text-invisible",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"text", "name", "country"}),
    message="invisible characters in the value",
    check=check,
    yields_to=frozenset({"NAM601"}),
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.TRIM,
)
