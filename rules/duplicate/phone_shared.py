"""One phone number stands with three people or more.

A message to each of them reaches the same person as many times. It may be a household or the
switchboard of a company, so nothing is refused; a number that someone typed to get past a form
shows here too. People are told apart by their email address, or by name where they have none.
Numbers are compared as E.164, after fixing. Where contacts are matched by phone (TextUs) the rows
are doubles, and DUP801 speaks of them.

Bad::

    email,first_name,phone
    ann@kestrel-labs.com,Ann,+14155552671
    bob@kestrel-labs.com,Bob,+1 415 555 2671
    cleo@kestrel-labs.com,Cleo,+14155552671
    dan@kestrel-labs.com,Dan,+14155552672

Findings::

    2:phone DUP803 the phone of 3 people, first in row 1
    3:phone DUP803 the phone of 3 people, first in row 1
    4:phone DUP803 the phone of 3 people, first in row 1

Good::

    email,first_name,phone
    ann@kestrel-labs.com,Ann,+14155552671
    bob@kestrel-labs.com,Bob,+14155552671
    cleo@kestrel-labs.com,Cleo,+14155552672
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Alike, Rule, Scope, Severity

# Two people with one phone are a couple, or a person and the assistant.
_MANY = 3


def _people(rows: pd.DataFrame) -> pd.Series[int]:
    known = rows["person"].where(rows["person"] != 0)
    return known.groupby(rows["high"]).transform("nunique")


def check(rows: pd.DataFrame) -> pd.Series[bool]:
    return _people(rows) < _MANY


def reason(rows: pd.DataFrame) -> pd.Series[str]:
    first = rows.index.to_series().groupby(rows["high"]).transform("min")
    people = _people(rows).astype("int64").astype("str")
    return "the phone of " + people + " people, first in row " + first.astype("str")


RULE = Rule(
    code="DUP803",
    name="phone-shared",
    scope=Scope.TABLE,
    severity=Severity.WARNING,
    message="one phone number, many people",
    check=check,
    reason=reason,
    alike=Alike.PHONE,
)
