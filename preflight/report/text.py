"""Statistics, and what was assumed about a file, as text."""

from __future__ import annotations

from collections.abc import Iterable

from preflight.core.redact import visible as visible
from preflight.core.types import Layout, Severity, Sheet
from preflight.report.libraries import libraries
from preflight.report.listing import Listing
from preflight.report.wording import number, plural

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes", " ": "spaces"}

_QUOTED = {
    ("'", False): ", single quotes",
    ('"', True): ", quotes escaped by a backslash",
    ("'", True): ", single quotes, escaped by a backslash",
}


def harmless(text: str) -> str:
    """Lines of text, each harmless to a terminal, see `visible`."""
    return "\n".join(map(visible, text.split("\n")))


def statistics(listing: Listing) -> str:
    """The number of findings of each rule, most first."""
    rules, findings = listing.analysis.plan.rules, listing.analysis.findings
    graver = {tally.code for tally in findings.tally if tally.error}
    counted = sorted(listing.counts().items(), key=lambda entry: (-entry[1], entry[0]))
    return "".join(
        f"{number(count):>9}  {code}  "
        f"{Severity.ERROR if code in graver else rules[code].severity:<7}  {rules[code].name}\n"
        for code, count in counted
    )


def judges() -> str:
    """The libraries that the findings on cells come from, with their versions."""
    named = ", ".join(f"{name} {release}" for name, release in libraries().items())
    return f"judged with {named}\n"


def assumptions(layout: Layout) -> str:
    """The assumptions about how a file is written."""
    if layout.content != "table":
        return f"not a table: {layout.content}"
    how = {
        "bom": "by its byte order mark",
        "option": "as given",
        "detected": f"a guess, {layout.confidence:.0%} sure",
        "strict": "",
    }[layout.encoding_from]
    if layout.encoding_from == "detected" and layout.encoding_certain:
        encoding = f"taken for {layout.encoding} ({layout.confidence:.0%} sure)"
    else:
        likely = layout.encoding_likely and not layout.encoding_certain
        confirm = f"; confirm with `--encoding {layout.encoding}`" if likely else ""
        encoding = layout.encoding + (f" ({how}{confirm})" if how else "")
    delimiter = _DELIMITERS.get(layout.delimiter, repr(layout.delimiter))
    origin = {"option": " (as given)", "sep": " (by its sep= line)"}.get(layout.delimiter_from, "")
    sheet = layout.source.sheet
    if sheet is not None:
        encoding, delimiter, origin = f"sheet `{visible(sheet.name)}`", "", ""
    elif layout.source.misnamed:
        encoding = f"text, not a workbook as its name says, {encoding}"
    origin += _QUOTED.get((layout.quote, layout.escape), "") + (
        ", blanks before quotes" if layout.spaced else ""
    )
    if not layout.header:
        return f"{encoding}, no header"
    header = f"header on line {layout.header_line}" + (
        "" if layout.header_certain else " (a guess)"
    )
    return ", ".join(filter(None, [encoding, f"{delimiter}{origin}", header]))


def sheet_notes(sheet: Sheet) -> list[str]:
    """What the user should know about a sheet that was read, besides the findings."""
    notes = []
    if sheet.others:
        notes.append(f"not read: {_sheets(sheet.others)}; read another sheet with --sheet NAME")
    if sheet.hidden:
        notes.append(f"hidden: {_sheets(sheet.hidden)}")
    if sheet.hidden_columns:
        notes.append(f"{plural(sheet.hidden_columns, 'hidden column')} read as well")
    if sheet.merged:
        cells = "merged cells have" if sheet.merged > 1 else "merged cell has"
        notes.append(f"{number(sheet.merged)} {cells} a value in the first cell only")
    if not sheet.full:
        notes.append(
            "this format does not show hidden rows, errors, or leading zeros from a cell format"
        )
    return notes


def _sheets(names: Iterable[str]) -> str:
    quoted = [f"`{visible(name)}`" for name in names]
    return f"sheet{'s' if len(quoted) > 1 else ''} {', '.join(quoted)}"
