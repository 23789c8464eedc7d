"""The file is written in another way than the snapshot's: encoding, delimiter, line ends or header.

Another program, another version of it, or a spreadsheet in between wrote the file. preflight reads
both, but what comes after may not, and it is often the first sign that something else changes. A
file with ASCII characters only does not show its encoding, and is like any.

Before::

    email;first_name
    ann@kestrel-labs.com;Ann
    bob@kestrel-labs.com;Bob

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Findings::

    DRF104 the delimiter was `;`, it is `,` now

Good::

    email;first_name
    cleo@kestrel-labs.com;Cleo
    dan@kestrel-labs.com;Dan
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import Drift, Problem, Rule, Scope, Severity

_NAMES = {"\t": "a tab", '"': "a double quote"}


def _shown(what: object) -> str:
    text = str(what)
    return _NAMES.get(text, f"`{text}`" if len(text) == 1 and not text.isalnum() else text)


def check(drift: Drift) -> Iterator[Problem]:
    before, now = drift.before.file, drift.now.file
    if before.workbook != now.workbook:
        was, is_now = ("a workbook", "text") if before.workbook else ("text", "a workbook")
        yield Problem(f"the file was {was}, it is {is_now} now")
        return
    pairs = [
        ("the header was in line", before.header_line, now.header_line),
        ("the quote was", before.quote, now.quote),
        ("line ends were", before.newline, now.newline),
        ("the delimiter was", before.delimiter, now.delimiter),
    ]
    if "ascii" not in (before.encoding, now.encoding):
        pairs.append(("the encoding was", before.encoding, now.encoding))
    for words, old, new in pairs:
        if old != new:
            many = "they are" if "were" in words else "it is"
            yield Problem(f"{words} {_shown(old)}, {many} {_shown(new)} now")
    if before.byte_order_mark != now.byte_order_mark:
        gone = "the byte order mark is gone"
        yield Problem("a byte order mark is new" if now.byte_order_mark else gone)


RULE = Rule(
    code="DRF104",
    name="writing-changed",
    scope=Scope.DRIFT,
    severity=Severity.WARNING,
    message="written in another way",
    check=check,
)
