"""A subtotal among the rows: a sum of some contacts, not a contact.

Spreadsheets and reports write one below each group: `Subtotal,,3` or `Total Kestrel Labs,2,`. A
provider that demands no address would import it. The row has a word for a sum and a number, but no
address and no phone number. At the end of the file it is STR110. The row is not sent, and no other
rule looks at it; it is dropped only with `--unsafe-fixes`, because a company may be called so.

Options::

    --unsafe-fixes

Bad::

    company,first_name,email,visits
    Kestrel Labs,Ann,ann@kestrel-labs.com,2
    Total Kestrel Labs,,,2
    Pike Sons,Bob,bob@pike-sons.com,3
    Pike Sons,Cleo,cleo@pike-sons.com,3
    Pike Sons,Dan,dan@pike-sons.com,3
    Pike Sons,Eva,eva@pike-sons.com,3
    Pike Sons,Fay,fay@pike-sons.com,3
    Pike Sons,Gus,gus@pike-sons.com,3
    Pike Sons,Hal,hal@pike-sons.com,3
    Pike Sons,Ida,ida@pike-sons.com,3

Findings::

    3 STR121 a subtotal, not a contact

Good::

    company,first_name,email,visits
    Total Kestrel Labs,Ann,ann@kestrel-labs.com,2
    Total Sons,Bob,,

Fixed::

    company,first_name,email,visits
    Kestrel Labs,Ann,ann@kestrel-labs.com,2
    Pike Sons,Bob,bob@pike-sons.com,3
    Pike Sons,Cleo,cleo@pike-sons.com,3
    Pike Sons,Dan,dan@pike-sons.com,3
    Pike Sons,Eva,eva@pike-sons.com,3
    Pike Sons,Fay,fay@pike-sons.com,3
    Pike Sons,Gus,gus@pike-sons.com,3
    Pike Sons,Hal,hal@pike-sons.com,3
    Pike Sons,Ida,ida@pike-sons.com,3
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Safety, Scope, Severity, contains

_SUM = (
    r"(?i)^\s*(?:(?:sub|grand)?[- ]?totals?|(?:zwischen|gesamt)?summe|sous[- ]tota(?:l|ux)"
    r"|subtotal(?:es|[ei])|tussentotaal|delsumma|mellemsum|suma parcial|итого|всего|小计|小計)"
    r"(?:[\s:(=]|$)"
)
_AMOUNT = r"(?:\d+|\d{1,3}(?:[.,' ]\d{3})+)(?:[.,]\d+)?"
_NUMBER = rf"^\s*[-+]?\s?(?:[A-Z]{{3}}\s|[$€£¥])?\s?{_AMOUNT}\s?(?:[%$€£¥]|[A-Z]{{3}})?\s*$"
_PHONE = r"^\s*['(]*\+\d|^(?:\D*\d){9,}\D*$"


def check(rows: pd.DataFrame) -> pd.Series[bool]:
    text = rows.apply(lambda cells: cells.str.strip())
    number = text.apply(lambda cells: contains(cells, _NUMBER))
    value = text.apply(lambda cells: contains(cells, f"@|{_PHONE}")).any(axis=1)
    words = (text != "").sum(axis=1) - number.sum(axis=1)
    valid: pd.Series[bool] = value | (words != 1) | ~number.any(axis=1)
    return valid


RULE = Rule(
    code="STR121",
    name="row-subtotal",
    scope=Scope.ROW,
    severity=Severity.ERROR,
    message="a subtotal, not a contact",
    check=check,
    among=_SUM,
    yields_to=frozenset({"STR110"}),
    safety=Safety.UNSAFE,
    drops=True,
)
