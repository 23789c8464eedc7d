"""A total or a closing line below the contacts, not a contact.

Reports end with `Total`, `Records: 2474`, `-- end --` or a confidentiality note. A provider would
import it as a contact. The rule looks at the last rows only, and only at rows without an address
and with little else: a contact may be called Total. It remains a guess, so the line is dropped only
with `--unsafe-fixes`.

Options::

    --unsafe-fixes

Bad::

    email,company,first_name,visits
    ann@kestrel-labs.com,Kestrel Labs,Ann,2
    bob@kestrel-labs.com,Kestrel Labs,Bob,3
    Total,,,5
    -- end --

Findings::

    4 STR110 a total or closing line, not a contact
    5 STR110 a total or closing line, not a contact

Good::

    email,company,first_name,visits
    ann@kestrel-labs.com,Kestrel Labs,Ann,2
    total@kestrel-labs.com,Kestrel Labs,Total,3

Fixed::

    email,company,first_name,visits
    ann@kestrel-labs.com,Kestrel Labs,Ann,2
    bob@kestrel-labs.com,Kestrel Labs,Bob,3
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Safety, Scope, Severity

_TAIL = 8
_SUM = (
    r"(?:(?:grand |sub[- ]?)?totals?|sums?|count|records?|rows?|contacts?|gesamt|summe|suma|somme)"
)
_AMONG = (
    rf"(?i)^\s*(?:{_SUM}(?:\s*(?:[:=]|\(|of\b|records?|rows?|contacts?|count|$).*)?"
    rf"|\d[\d,. ]*\s+(?:records?|rows?|contacts?)\b.*"
    r"|[-=*_#<]{2,}.*|end of (?:file|report|list|data|export)\b.*|\[?eof\]?"
    r"|(?:generated|exported|created|printed|downloaded|report run|as of|page)\b.*"
    r"|copyright\b.*|©.*|\(c\) .*|confidential\b.*|note:.*)\s*$"
)
_VALUE = r"[^\s@]+@[^\s@]+\.[^\s@]+|^\+\d[\d ().-]{6,}$"
_NUMBER = r"^\s*[-+]?[\d.,\s]+%?\s*$"


def check(rows: pd.DataFrame) -> pd.Series[bool]:
    text = rows.apply(lambda cells: cells.str.strip())
    contact = text.apply(lambda cells: cells.str.contains(_VALUE)).any(axis=1)
    numbers = text.apply(lambda cells: cells.str.contains(_NUMBER)).sum(axis=1)
    words = (text != "").sum(axis=1) - numbers
    valid: pd.Series[bool] = contact | (words > 1)
    return valid


RULE = Rule(
    code="STR110",
    name="row-total",
    scope=Scope.ROW,
    severity=Severity.WARNING,
    message="a total or closing line, not a contact",
    check=check,
    among=_AMONG,
    tail=_TAIL,
    ragged=True,
    safety=Safety.UNSAFE,
    drops=True,
)
