"""Another table begins here: its own header, and its own columns.

Webinar reports hold the host, the panelists and the attendees one below the other; people paste
lists together. A provider reads one header only, and would put the cells of the rows below into the
columns of the first table. They are rejected, each of them, to the end of the file.
`--header-row` reads another table of the file instead.

Bad::

    email,first_name,company
    ann@kestrel-labs.com,Ann,Kestrel Labs
    First Name,Last Name,Email
    Bob,Hall,bob@kestrel-labs.com
    Cleo,Carr,cleo@kestrel-labs.com

Findings::

    3 STR119 another table begins here: to read it instead of the first one, add `--header-row` with this line
    4 STR119 a row of another table, which begins further up
    5 STR119 a row of another table, which begins further up

Good::

    email,first_name,company
    ann@kestrel-labs.com,Ann,Kestrel Labs
"""  # noqa: E501 - a message is one line

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from preflight.rule import RowContext, Rule, Scope, Severity, bare_name, is_placeholder

_FEWEST = 2
_ANCHORS = ("email", "phone", "timestamp")


def among(context: RowContext) -> Mapping[int, str]:
    anchors = [column for column in context.columns if column.kind in _ANCHORS and column.field]
    # In a row of the table, the cell has an @-sign or digits.
    return {column.position: "^[^@0-9]+$" for column in anchors[:1]}


def check(rows: pd.DataFrame, context: RowContext) -> pd.Series[bool]:
    knows = functools.cache(context.profile.knows)
    valid = np.ones(len(rows), dtype=bool)
    fields = context.fields
    for at in _mostly_names(rows, knows):
        # With more names than the header has it is no repeated one: a blank surplus is cut off.
        wider = fields is not None and fields.iloc[at] > rows.shape[1]
        valid[at] = not _is_header(rows.iloc[at].tolist(), context, knows, wider=wider)
    return pd.Series(valid, index=rows.index, dtype=bool)


def _mostly_names(rows: pd.DataFrame, knows: Callable[[str], bool]) -> list[int]:
    """The positions of the rows of which most of the filled cells are known names."""
    columns = [pd.factorize(cells) for _, cells in rows.items()]
    # Columns whose cells repeat most come first: what they say is known, and mostly suffices.
    columns.sort(key=lambda column: len(column[1]))
    filled, unknown = np.zeros((2, len(rows)), dtype=np.int64)
    for which, distinct in columns:
        filled += np.array([bool(cell.strip()) for cell in distinct], dtype=bool)[which]
    left = np.flatnonzero(filled)
    for which, distinct in columns:
        here, at = np.unique(which[left], return_inverse=True)
        names = (distinct[number].strip() for number in here.tolist())
        strange = np.array([bool(name) and not knows(name) for name in names], dtype=bool)
        unknown[left] += strange[at]
        left = left[unknown[left] * 2 < filled[left]]
    return left.tolist()


def _is_header(
    cells: list[str], context: RowContext, knows: Callable[[str], bool], *, wider: bool
) -> bool:
    """Whether a row has names, most of them known, and not those of the file's own header."""
    names = [cell.strip() for cell in cells if cell.strip()]
    # A merge tag of a contact, `%%First Name%%`, is no name of a column.
    known = sum(knows(name) and not is_placeholder(name) for name in names)
    distinct = len({name.casefold() for name in names})
    if known < _FEWEST or known * 2 <= len(names) or distinct < len(names):
        return False
    return wider or not context.names_the_same(cells, _folded)


def _folded(name: str) -> str:
    return bare_name(name).casefold()


def reason(rows: pd.DataFrame) -> pd.Series[str]:
    message = (
        "another table begins here: to read it instead of the first one, add `--header-row` with "
        "this line"
    )
    return pd.Series(message, index=rows.index, dtype="str")


RULE = Rule(
    code="STR119",
    name="table-further",
    scope=Scope.ROW,
    severity=Severity.ERROR,
    message="a row of another table, which begins further up",
    check=check,
    reason=reason,
    among=among,
    raws="^[^@0-9]+$",
    opens_table=True,
    sole=True,
    misplaces_cells=True,
)
