"""The cell holds something typed to get past a form instead of a name: `test`, `unknown`, `.`.

It is printed in a greeting as it stands: "Dear unknown".

Bad::

    email,first_name,last_name
    ann@kestrel-labs.com,test,Bell
    bob@kestrel-labs.com,Bob,n/a
    cleo@kestrel-labs.com,.,Unknown

Findings::

    2:first_name NAM602 a placeholder, not a name of anybody
    3:last_name NAM602 a placeholder, not a name of anybody
    4:first_name NAM602 a placeholder, not a name of anybody
    4:last_name NAM602 a placeholder, not a name of anybody

Good::

    email,first_name,last_name
    ann@kestrel-labs.com,Ann,Na
    bob@kestrel-labs.com,Bob,Tester
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity, stripped

_WORDS = (
    "anonymous", "asdf", "dummy", "fake", "first name", "firstname", "last name", "lastname",
    "nan", "no name", "noname", "none", "null", "tbd", "test", "undefined", "unknown", "xxx",
)  # fmt: skip
_MARKS = ("#n/a", "(null)", "n.a.", "n/a")


def check(name: pd.Series[str]) -> pd.Series[bool]:
    bare = stripped(name).str.lower()
    return ~(bare.isin((*_WORDS, *_MARKS)) | bare.str.fullmatch(r"[.?*_-]+"))


RULE = Rule(
    code="NAM602",
    name="name-placeholder",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"name"}),
    suspects=rf"(?i)^(?:n\.a\.|{'|'.join(_WORDS)})$",
    message="a placeholder, not a name of anybody",
    check=check,
)
