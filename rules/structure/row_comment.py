"""A line among the rows is a comment: it begins with `#`.

Scripts and log exports write such lines. A provider would import one as a contact, or read it as a
row with too few cells. The line holds no contact, so it is dropped. See STR118 for one that does.

Bad::

    email,company,first_name
    ann@kestrel-labs.com,Kestrel Labs,Ann
    # from here on: day two
    bob@kestrel-labs.com,Kestrel Labs,Bob

Findings::

    3 STR117 a comment, not a contact

Good::

    id,email,first_name
    #1,ann@kestrel-labs.com,Ann
    #2,bob@kestrel-labs.com,Bob

Fixed::

    email,company,first_name
    ann@kestrel-labs.com,Kestrel Labs,Ann
    bob@kestrel-labs.com,Kestrel Labs,Bob
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Comment, RowContext, Rule, Safety, Scope, Severity, comments_in


def check(rows: pd.DataFrame, context: RowContext) -> pd.Series[bool]:
    return comments_in(rows, context) != Comment.NOTE


RULE = Rule(
    code="STR117",
    name="row-comment",
    scope=Scope.ROW,
    severity=Severity.ERROR,
    message="a comment, not a contact",
    check=check,
    among=r"^#\s*(?:[^\s\d]|$)",
    raws=r'^[\s"]*#',
    yields_to=frozenset({"STR110"}),
    safety=Safety.SAFE,
    drops=True,
)
