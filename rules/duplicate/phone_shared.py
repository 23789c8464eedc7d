"""Three or more people have the same phone number.

A message to each of them reaches the same phone as many times. It may be a household or a company's
switchboard, so nothing is rejected; a number that someone typed to get past a form shows up here
too. People are told apart by their email address, or else by name. Numbers are compared as E.164,
after fixing. If contacts are matched by phone (TextUs) the rows are duplicates, and DUP801 reports
them.

Bad::

    email,first_name,phone
    ann@kestrel-labs.com,Ann,+14155552671
    bob@kestrel-labs.com,Bob,+1 415 555 2671
    cleo@kestrel-labs.com,Cleo,+14155552671
    dan@kestrel-labs.com,Dan,+14155552672

Findings::

    2:phone DUP803 phone number shared by 3 people, first in row 1
    3:phone DUP803 phone number shared by 3 people, first in row 1
    4:phone DUP803 phone number shared by 3 people, first in row 1

Good::

    email,first_name,phone
    ann@kestrel-labs.com,Ann,+14155552671
    bob@kestrel-labs.com,Bob,+14155552671
    cleo@kestrel-labs.com,Cleo,+14155552672
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Alike, Rule, Scope, Severity

# Two people with one phone are a couple, or a person and an assistant.
_MANY = 3


def _people(rows: pd.DataFrame) -> pd.Series[int]:
    known = rows["person"].where(rows["person"] != 0)
    return known.groupby(rows["high"]).transform("nunique")


def check(rows: pd.DataFrame) -> pd.Series[bool]:
    return _people(rows) < _MANY


def reason(rows: pd.DataFrame) -> pd.Series[str]:
    first = rows.index.to_series().groupby(rows["high"]).transform("min")
    people = _people(rows).astype("int64").astype("str")
    return "phone number shared by " + people + " people, first in row " + first.astype("str")


RULE = Rule(
    code="DUP803",
    name="phone-shared",
    scope=Scope.TABLE,
    severity=Severity.WARNING,
    message="phone number shared by several people",
    check=check,
    reason=reason,
    alike=Alike.PHONE,
)
