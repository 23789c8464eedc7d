"""The header has more names than any row has fields.

A name too many shifts the columns behind it: what stands under `company` may be a last name. Or
nothing is shifted, and the program that wrote the file left out blank cells at the end of each row.
Nothing but the cells shows which. If an address, a phone number or a timestamp stands under its
name, and none under another one, `--unsafe-fixes` adds the blank cells; that is still a guess.

Options::

    --unsafe-fixes

Bad::

    email,first_name,last_name,company
    ann@kestrel-labs.com,Ann,Bell
    bob@kestrel-labs.com,Bob,Hall

Findings::

    1 HDR218 4 names, but the rows have 3 fields: take away the name without cells in line 1, or add blank cells if it is the last one

Good::

    email,first_name,last_name,company
    ann@kestrel-labs.com,Ann,Bell,Kestrel Labs
    bob@kestrel-labs.com,Bob,Hall,
"""  # noqa: E501 - a message is one line

from __future__ import annotations

from collections.abc import Iterator, Sequence

from preflight.rule import (
    Column,
    FileView,
    Looks,
    Problem,
    Rule,
    Safety,
    Scope,
    Severity,
    bare_name,
    looks_of,
)

_FEWEST = 2
_ANCHORS = ("email", "phone", "timestamp")


def check(view: FileView) -> Iterator[Problem]:
    rows, line = view.layout.shorter_rows, view.layout.header_line
    # One row that has all fields shows that the others lack theirs.
    if len(rows) < _FEWEST or view.as_wide or not view.headers:
        return
    names, width, looks = len(view.layout.header), len(rows[0]), looks_of(rows)
    message = f"{names} names, but the rows have {width} field{'s' if width > 1 else ''}"
    some, last = ("the name", "it is the last one")
    if names - width > 1:
        some, last = (f"the {names - width} names", "they are the last ones")
    known = [column for column in view.headers if column.field and column.position < width]
    moved = [column for column in known if _is_other(looks, column)]
    if moved:
        message += f": the cells of `{bare_name(moved[0].name)}` are not its own"
        yield view.at(moved[0], message=f"{message}; take away {some} too many in line {line}")
    elif any(looks[each.position].holds(each.kind) for each in known if each.kind in _ANCHORS):
        message += f": take away {some} without cells in line {line}"
        yield Problem(f"{message}, or add blank cells if {last}", line=line, safety=Safety.UNSAFE)
    else:
        yield Problem(f"{message}: take away {some} too many in line {line}", line=line)


def _is_other(looks: Sequence[Looks], column: Column) -> bool:
    """Whether the cells of a column are not what its name says, or another column's are."""
    here = looks[column.position]
    if here.instead_of(column.kind) is not None:
        return True
    before = looks[: column.position]
    return not here.holds(column.kind) and any(there.holds(column.kind) for there in before)


RULE = Rule(
    code="HDR218",
    name="header-long",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="the header has more names than the rows have fields",
    check=check,
    safety=Safety.UNSAFE,
)
