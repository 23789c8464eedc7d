r"""The file is not a table, whatever its name says: a PDF, an image, a web page, JSON.

Common causes are a login page saved in place of the export, and a workbook that was renamed
instead of exported. TextUs answers "File must be a CSV (text/csv).", Dotdigital's import ends as
`InvalidFileFormat`.

Bad::

    <!DOCTYPE html>
    <html><body>Please log in</body></html>

Findings::

    FIL002 this is an HTML page, not a table

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity

# Names that are spoken with a vowel first: an HTML page, an XML document, an Excel workbook.
_AN = ("A", "E", "H", "I", "O", "RAR", "RTF", "SQL", "SQLite", "XML", "xz")


def check(view: FileView) -> Iterator[Problem]:
    content = view.layout.content
    if content not in ("table", "empty"):
        article = "an " if content.startswith(_AN) else "a "
        if content == "binary data":
            article = ""
        yield Problem(f"this is {article}{content}, not a table")


RULE = Rule(
    code="FIL002",
    name="file-not-tabular",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="this is not a table",
    check=check,
)
