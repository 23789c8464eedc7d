"""The header has fewer names than the rows have fields.

A name or a delimiter is missing: `first_namelast_name` is one name, and each column behind it has
the name of the next one. Nothing shows which name is missing, so
preflight sends no row. Rows that are longer by blank fields alone have nothing to lose; see
STR102. They are reported here if a name is two known ones, or if the cells of a column fit the name
before it.

Bad::

    email,first_name,company
    ann@kestrel-labs.com,Ann,Bell,Kestrel Labs
    bob@kestrel-labs.com,Bob,Hall,Kestrel Labs

Findings::

    1 HDR215 3 names, but the rows have 4 fields: a name or a delimiter is missing; add it in line 1

Good::

    email,first_name,last_name,company
    ann@kestrel-labs.com,Ann,Bell,Kestrel Labs
    bob@kestrel-labs.com,Bob,Hall,
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from preflight.rule import (
    Column,
    FileView,
    Problem,
    Profile,
    Rule,
    Scope,
    Severity,
    bare_name,
    looks_of,
)

_SHORTEST = 3


def check(view: FileView) -> Iterator[Problem]:
    rows, line = view.layout.longer_rows, view.layout.header_line
    if not rows or not view.headers:
        return
    # The reader adds a nameless column where the surplus is always blank.
    names = [name for name in view.layout.header if name] or view.layout.header
    message = (
        f"{len(names)} name{'s' if len(names) > 1 else ''}, but the rows have {len(rows[0])} fields"
    )
    joined = [column for column in view.headers if _is_two_names(column.name, view.profile)]
    joined.sort(key=lambda column: column.field is not None)
    if joined:
        message += f": `{bare_name(joined[0].name)}` is probably two names; correct line {line}"
        yield view.at(joined[0], message=message)
    elif any(cell.strip() for row in rows for cell in row[len(names) :]):
        missing = "a name or a delimiter is missing; add it"
        if _is_numbered(rows):
            missing = "the first column numbers the rows and has no name; add one"
        elif (cut := _cut(view, rows)) is not None:
            missing = f"the cells of `{bare_name(cut.name)}` may have a delimiter without quotes: "
            missing += "quote them, or add a name"
        message += f": {missing} in line {line}"
        yield Problem(message, line=line)
    elif (moved := _shifted(view.headers, rows)) is not None:
        message += f": the cells of `{bare_name(moved.name)}` are one column further on"
        yield view.at(moved, message=f"{message}; add the missing name in line {line}")


def _is_two_names(name: str, profile: Profile) -> bool:
    """Whether a name consists of two known ones, without a blank between.

    If it is known itself, as `first_namelast_name` is, the two are names of other fields.
    """
    text = bare_name(name)
    if " " in text:
        return False
    whole = profile.match(text)
    for at in range(_SHORTEST, len(text) - _SHORTEST + 1):
        halves = [profile.match(text[:at]), profile.match(text[at:])]
        fields = {half[0] for half in halves if half is not None}
        if whole is None and profile.knows(text[:at]) and profile.knows(text[at:]):
            return True
        if whole is not None and len(fields) == len(halves) and whole[0] not in fields:
            return True
    return False


def _is_numbered(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first column counts the rows, as statistics programs write it."""
    counted = [int(row[0]) for row in rows if row[0].isascii() and row[0].isdigit()]
    return counted in (list(range(len(rows))), list(range(1, len(rows) + 1)))


def _cut(view: FileView, rows: Sequence[Sequence[str]]) -> Column | None:
    """The column whose cells seem cut at a delimiter: the next ones all begin with a blank."""
    for column in view.headers:
        at = column.position
        padded = any(name.startswith(" ") for name in view.layout.header[at : at + 2])
        if not padded and all(row[at + 1 :][:1] and row[at + 1].startswith(" ") for row in rows):
            return column
    return None


def _shifted(headers: Sequence[Column], rows: Sequence[Sequence[str]]) -> Column | None:
    """The first column whose cells do not fit it, while those of the next one do."""
    looks = looks_of(rows)
    for column in headers:
        here, *behind = looks[column.position : column.position + 2]
        moved = column.field and here.instead_of(column.kind)
        if moved and any(there.holds(column.kind) for there in behind):
            return column
    return None


RULE = Rule(
    code="HDR215",
    name="header-short",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="the header has fewer names than the rows have fields",
    check=check,
)
