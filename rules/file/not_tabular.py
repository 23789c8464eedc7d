r"""The file is no table, whatever its name says: a PDF, an image, a web page, JSON.

A login page that was saved for the export, a workbook that was renamed instead of exported. TextUs
answers "File must be a CSV (text/csv).", Dotdigital's import ends as `InvalidFileFormat`.

Bad::

    <!DOCTYPE html>
    <html><body>Please log in</body></html>

Findings::

    FIL002 it is an HTML page, no table

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity

# By sound: an HTML page, an XML document, an Excel workbook.
_AN = ("A", "E", "H", "I", "O", "RAR", "RTF", "SQLite", "XML", "xz")


def check(view: FileView) -> Iterator[Problem]:
    content = view.layout.content
    if content not in ("table", "empty"):
        article = "an" if content.startswith(_AN) else "a"
        yield Problem(f"it is {article} {content}, no table")


RULE = Rule(
    code="FIL002",
    name="file-not-tabular",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="it is no table",
    check=check,
)
