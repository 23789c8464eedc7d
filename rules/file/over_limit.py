"""The file exceeds the provider's limit of bytes, rows or columns.

Dotdigital accepts files up to 50 MB; TextUs states 2 MB for its own contacts file, and nothing for
the API. `preflight fix`, `split` and `submit` cut the file into parts between records, so this is a
warning. A file cannot be split by columns, so too many of them are an error.

Options::

    --max-bytes 60

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Findings::

    FIL008 67 bytes, over the limit of 60: it will be split into parts

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    if view.layout.content != "table":
        return
    limits, size = view.profile.limits, view.layout.source.size
    for limit, count, unit in ((limits.bytes, size, "bytes"), (limits.rows, view.rows, "rows")):
        if limit is not None and count > limit:
            message = f"{count:,} {unit}, over the limit of {limit:,}: it will be split into parts"
            yield Problem(message, safety=Safety.SAFE)
    if limits.columns is not None and len(view.sent) > limits.columns:
        yield Problem(
            f"{len(view.sent):,} columns, over the limit of {limits.columns:,}",
            line=view.layout.header_line,
            severity=Severity.ERROR,
        )


RULE = Rule(
    code="FIL008",
    name="file-over-limit",
    scope=Scope.FILE,
    severity=Severity.WARNING,
    message="over the limit of one file",
    check=check,
    safety=Safety.SAFE,
    limits_records=True,
)
