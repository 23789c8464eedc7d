"""There are lines above the header: a title, a note, `sep=;`, blank lines.

A provider reads the first line as the header, and everything below it as contacts. Dotdigital
answers such a file with ERROR_NO_EMAIL_COLUMN, TextUs with "Invalid headers provided". The lines
are removed when the header line is certain: its names are known, or they are words above columns of
numbers, dates or addresses, or `--header-row` gives it. They are kept in `above-header.txt` beside
the results. If one of them holds an address, it may be a contact of another table in the file:
nothing is removed then before `--header-row` says so. The lines of such tables are named. The same
goes for a line of names above the header: of a header in two lines, the lower one alone may mean
something else.

Bad::

    Leads of hall 7
    exported 2026-04-21

    email,first_name
    ann@kestrel-labs.com,Ann

Findings::

    1 STR106 3 lines above the header

Good::

    email,first_name
    ann@kestrel-labs.com,Ann

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity

_NAMED = 5


def check(view: FileView) -> Iterator[Problem]:
    layout = view.layout
    if not layout.header or not layout.preamble:
        return
    message = "1 line" if layout.preamble == 1 else f"{layout.preamble} lines"
    message += " above the header"
    safety = Safety.SAFE if layout.header_certain else None
    if layout.contacts_above:
        left = "it" if len(layout.contacts_above) == 1 else "them"
        message += f"; {_lines(layout.contacts_above)} and would not be sent: to leave {left} out,"
        message += f" add `--header-row {layout.header_line}`"
        if layout.tables_above:
            message += _others(layout.tables_above)
        safety = None
    elif layout.header_halved:
        message += f"; line {layout.header_line - 1} seems to be the upper half of the header: "
        message += "join the two lines into one, or leave it out with "
        message += f"`--header-row {layout.header_line}`"
        safety = None
    elif not layout.header_certain:
        message += f"; if line {layout.header_line} is the header, add "
        message += f"`--header-row {layout.header_line}`"
    yield Problem(message, line=1, safety=safety)


def _others(tables: Sequence[tuple[int, int]]) -> str:
    """The other tables, by their first and last lines, and how to read one."""
    named = [f"{first} to {last}" for first, last in tables]
    option = f"`--header-row {tables[0][0]}`"
    if len(tables) == 1:
        return f"; another table is on lines {named[0]}: to read that instead, add {option}"
    found = f"; other tables are on lines {_joined(named)}: to read one instead, "
    return f"{found}name its first line, as in {option}"


def _lines(numbers: Sequence[int]) -> str:
    """The lines that look like contacts, in words; of many the first."""
    if len(numbers) == 1:
        return f"line {numbers[0]} looks like a contact"
    return f"lines {_joined([str(number) for number in numbers])} look like contacts"


def _joined(texts: Sequence[str]) -> str:
    """A list in words; of many the first."""
    named, rest = list(texts[:_NAMED]), len(texts) - _NAMED
    last = f"{rest} more" if rest > 0 else named.pop()
    return f"{', '.join(named)} and {last}" if named else last


RULE = Rule(
    code="STR106",
    name="preamble",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="lines above the header",
    check=check,
    yields_to=frozenset({"STR115"}),
    safety=Safety.SAFE,
)
