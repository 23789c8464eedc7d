"""A row has none of the fields of which it needs at least one.

A contact that can be reached by email or by phone needs one of the two; a contact needs a full
name, or a first and a last name. The profile lists such alternatives, and so do `any_of` in the
config and `--any-of`. Fields joined by `+` count when all of them are filled.

Options::

    --any-of email,phone --any-of name,first_name+last_name

Bad::

    email,phone,first_name,last_name
    ann@kestrel-labs.com,,Ann,Kestrel
    ,,Bob,Kestrel
    ,+14155552671,Cleo,

Findings::

    3 STR114 needs `email` or `phone`, but none is filled
    4 STR114 needs `name` or `first_name` with `last_name`, but none is filled

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
    held = [context.held[piece] for piece in pieces if piece in context.held]
    return held if pieces and len(held) == len(pieces) else []


def _demands(context: RowContext) -> list[tuple[str, list[list[list[int]]]]]:
    """The message for each demand, and the columns of each alternative that the file can meet."""
    demands = []
    for demand in context.profile.any_of:
        options = [[_of(field, context) for field in fields] for fields in demand]
        options = [columns for columns in options if all(columns)]
        if options:
            words = " or ".join(" with ".join(f"`{name}`" for name in names) for names in demand)
            demands.append((f"needs {words}, but none is filled", options))
    return demands


def among(context: RowContext) -> Mapping[int, str]:
    # A row without any alternative lacks the first one: some field of it is blank.
    return {columns[0]: _BLANK for _, options in _demands(context) for columns in options[0]}


def _lacking(rows: pd.DataFrame, context: RowContext) -> dict[str, pd.Series[bool]]:
    """For each demand, by its message, the rows that do not meet it."""
    blank = {
        at: rows[at].str.fullmatch(BLANK)
        for _, options in _demands(context)
        for fields in options
        for columns in fields
        for at in columns
    }
    lacking = {}
    for words, options in _demands(context):
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
    messages = pd.Series("", index=rows.index)
    for words, unmet in _lacking(rows, context).items():
        messages = messages.mask(unmet, messages.where(messages == "", messages + "; ") + words)
    return messages


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
