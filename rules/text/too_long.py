"""The text is longer than the provider allows for the field.

Dotdigital allows up to 1,000 characters in a data field of type text. What it does with more is not
documented. Characters are counted, not bytes.

Options::

    --for dotdigital

Bad::

    Email,INTERESTS
    ann@kestrel-labs.com,"This stand was the best and we talked about kestrels for hours on end
    This stand was the best of the show and we talked about kestrels for hours on end it was grand
    This stand was the best of the show and we talked about kestrels for hours on end it was grand
    This stand was the best of the show and we talked about kestrels for hours on end it was grand
    This stand was the best of the show and we talked about kestrels for hours on end it was grand
    This stand was the best of the show and we talked about kestrels for hours on end it was grand
    This stand was the best of the show and we talked about kestrels for hours on end it was grand
    This stand was the best of the show and we talked about kestrels for hours on end it was grand
    This stand was the best of the show and we talked about kestrels for hours on end it was grand
    This stand was the best of the show and we talked about kestrels for hours on end it was grand
    This stand was the best of the show and we talked about kestrels for hours on end it was grand"
    bob@kestrel-labs.com,Met at the stand

Findings::

    2:INTERESTS TXT704 1019 characters, over the limit of 1000

Good::

    Email,INTERESTS
    ann@kestrel-labs.com,Met at the stand
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import ALL_KINDS, Context, Rule, Scope, Severity


def check(text: pd.Series[str], context: Context) -> pd.Series[bool]:
    limit = context.profile.longest(context.column)
    if limit is None:
        return pd.Series(True, index=text.index)
    return text.str.len() <= limit


def reason(text: pd.Series[str], context: Context) -> pd.Series[str]:
    limit = context.profile.longest(context.column)
    return text.str.len().astype("str") + f" characters, over the limit of {limit}"


RULE = Rule(
    code="TXT704",
    name="text-too-long",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=ALL_KINDS,
    message="more characters than the provider takes",
    check=check,
    reason=reason,
)
