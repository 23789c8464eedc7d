"""The cell holds text typed to get past a form instead of a name: `test`, `unknown`, `.`.

A greeting prints it as it is: "Dear unknown".

Bad::

    email,first_name,last_name
    ann@kestrel-labs.com,test,Bell
    bob@kestrel-labs.com,Bob,n/a
    cleo@kestrel-labs.com,.,Unknown

Findings::

    2:first_name NAM602 a placeholder, not a real name
    3:last_name NAM602 a placeholder, not a real name
    4:first_name NAM602 a placeholder, not a real name
    4:last_name NAM602 a placeholder, not a real name

Good::

    email,first_name,last_name
    ann@kestrel-labs.com,Nan,Null
    bob@kestrel-labs.com,Bob,Tester
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import PLACEHOLDER, Rule, Scope, Severity, placeholder, stripped

_WORDS = (
    "asdf", "deleted user", "dummy", "facebook user", "first name", "firstname",
    "firstname lastname", "full name", "last name", "lastname", "linkedin member",
    "no first name", "no last name", "no name", "noname", "not available", "not given",
    "not provided", "tbd", "test", "unknown", "xxx", "your name",
    "desconocido", "inconnu", "keine angabe", "nachname", "onbekend", "ohne namen", "sconosciuto",
    "unbekannt", "vorname",
)  # fmt: skip
# Fake is a name, but people do not write it like this.
_FAKE = ("FAKE", "fake")


def check(name: pd.Series[str]) -> pd.Series[bool]:
    bare = stripped(name)
    folded = bare.str.lower()
    odd = folded.isin(_WORDS) | bare.isin(_FAKE) | bare.str.fullmatch(r"[.?*_-]+")
    return ~(odd | placeholder(name))


RULE = Rule(
    code="NAM602",
    name="name-placeholder",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"name"}),
    suspects=rf"{PLACEHOLDER}|^(?:{'|'.join(_FAKE)})$|(?i:^(?:{'|'.join(_WORDS)})$)",
    message="a placeholder, not a real name",
    check=check,
)
