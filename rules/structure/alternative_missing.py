"""A row has none of the things of which it must have one.

A contact that can be reached by mail or by phone needs one of the two; a full name, or first and
last. Which, a profile says, or `any_of` in the config, or `--any-of`. Fields joined by `+` count
when all of them are filled.

Options::

    --any-of email,phone --any-of name,first_name+last_name

Bad::

    email,phone,first_name,last_name
    ann@kestrel-labs.com,,Ann,Kestrel
    ,,Bob,Kestrel
    ,+14155552671,Cleo,

Findings::

    3 STR114 needs `email` or `phone`, and has none
    4 STR114 needs `name` or `first_name` with `last_name`, and has none

Good::

    email,phone,name
    ann@kestrel-labs.com,,Ann Kestrel
    ,+14155552671,Bob Kestrel
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from preflight.rule import BLANK, RowContext, Rule, Scope, Severity

_BLANK = f"^(?:{BLANK})$"


def _of(field: str, context: RowContext) -> list[int]:
    """The columns that fill a field, any of them: its own, or those it is joined from."""
    if field in context.held:
        return [context.held[field]]
    pieces = context.profile.joins.get(field, ())
    there = [context.held[piece] for piece in pieces if piece in context.held]
    return there if pieces and len(there) == len(pieces) else []


def _there(context: RowContext) -> list[tuple[str, list[list[list[int]]]]]:
    """What is demanded, in words, and the columns of each alternative that the file can meet."""
    found = []
    for demand in context.profile.any_of:
        options = [[_of(field, context) for field in fields] for fields in demand]
        options = [columns for columns in options if all(columns)]
        if options:
            words = " or ".join(" with ".join(f"`{name}`" for name in names) for names in demand)
            found.append((f"needs {words}, and has none", options))
    return found


def among(context: RowContext) -> Mapping[int, str]:
    # A row that lacks all alternatives lacks the first: some field of it is blank.
    return {columns[0]: _BLANK for _, options in _there(context) for columns in options[0]}


def _lacking(rows: pd.DataFrame, context: RowContext) -> dict[str, pd.Series[bool]]:
    """For each demand the rows that do not meet it."""
    blank = {
        at: rows[at].str.fullmatch(BLANK)
        for _, options in _there(context)
        for fields in options
        for columns in fields
        for at in columns
    }
    lacking = {}
    for words, options in _there(context):
        unmet = pd.Series(True, index=rows.index)
        for fields in options:
            whole = pd.Series(True, index=rows.index)
            for columns in fields:
                whole &= ~pd.concat([blank[at] for at in columns], axis=1).all(axis=1)
            unmet &= ~whole
        lacking[words] = unmet
    return lacking


def check(rows: pd.DataFrame, context: RowContext) -> pd.Series[bool]:
    valid = pd.Series(True, index=rows.index)
    for unmet in _lacking(rows, context).values():
        valid &= ~unmet
    return valid


def reason(rows: pd.DataFrame, context: RowContext) -> pd.Series[str]:
    said = pd.Series("", index=rows.index)
    for words, unmet in _lacking(rows, context).items():
        said = said.mask(unmet, said.where(said == "", said + "; ") + words)
    return said


RULE = Rule(
    code="STR114",
    name="alternative-missing",
    scope=Scope.ROW,
    severity=Severity.ERROR,
    message="none of the alternatives is filled",
    among=among,
    check=check,
    reason=reason,
)
