"""A contact among the rows is commented out: its line begins with `#`.

Somebody may have left the contact out on purpose, so it is not sent; or the mark came in by
mistake. Nothing shows which, so the row is rejected, and nobody is dropped. Remove the mark to send
the contact.

Bad::

    email,company,first_name
    ann@kestrel-labs.com,Kestrel Labs,Ann
    # bob@kestrel-labs.com,Kestrel Labs,Bob

Findings::

    3 STR118 a contact that is commented out with `#`: remove the mark to send it

Good::

    email,company,first_name
    ann@kestrel-labs.com,Kestrel Labs,Ann
    bob@kestrel-labs.com,#1 Labs,Bob
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Comment, RowContext, Rule, Scope, Severity, comments_in


def check(rows: pd.DataFrame, context: RowContext) -> pd.Series[bool]:
    return comments_in(rows, context) != Comment.CONTACT


RULE = Rule(
    code="STR118",
    name="contact-commented",
    scope=Scope.ROW,
    severity=Severity.ERROR,
    message="a contact that is commented out with `#`: remove the mark to send it",
    check=check,
    among=r"^#\s*(?:[^\s\d]|$)",
    raws=r'^[\s"]*#',
    sole=True,
    misplaces_cells=True,
)
