"""The formats `full` and `concise`, and the summary that both end with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from preflight.config.consent import holds_consent
from preflight.config.plan import Plan
from preflight.core import findings as tables
from preflight.core.names import bare_name
from preflight.core.redact import visible as visible
from preflight.core.types import Layout, Safety, Severity, Sheet
from preflight.linting.analysis import Analysis
from preflight.report.libraries import libraries
from preflight.report.listing import ListedFinding, Listing, fixable, shape
from preflight.report.wording import books, number, plural

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}

_QUOTED = {
    ("'", False): ", single quotes",
    ('"', True): ", quotes escaped by a backslash",
    ("'", True): ", single quotes, escaped by a backslash",
}


def harmless(text: str) -> str:
    """Lines of text, each harmless to a terminal, see `visible`."""
    return "\n".join(map(visible, text.split("\n")))


def place(path: str, row: ListedFinding) -> str:
    """The place of a finding, as editors understand it: path:line:column."""
    where = [visible(path)]
    if row.line is not None:
        where += [str(row.line)] if row.column is None else [str(row.line), str(row.column)]
    return ":".join(where)


def full(listing: Listing, *, show_values: bool) -> str:
    """Every finding with its row, its column, and whether it can be fixed."""
    lines = []
    named = show_values or not listing.names_are_values
    for row in listing.rows():
        where, rule = place(listing.path, row), row.rule
        lines.append(f"{where} {rule.code} [{rule.severity}] {visible(row.message)}")
        detail = [f"row {number(row.row)}"] if row.row else []
        if row.column is not None:
            name = (row.column_name or "").strip() if named else ""
            detail.append(visible(name) or f"column {row.column}")
        if row.cell is not None:
            detail.append(repr(row.cell) if show_values else f"shape {shape(row.cell) or 'blank'}")
        if row.safety is Safety.SAFE:
            detail.append("fixable")
        elif row.safety is Safety.UNSAFE:
            detail.append("fixable with --unsafe-fixes")
        if detail:
            lines.append("    " + " · ".join(detail))
    return "".join(f"{line}\n" for line in lines)


def concise(listing: Listing) -> str:
    """Every finding on one line, without values."""
    return "".join(
        f"{place(listing.path, row)}: {row.rule.code} {visible(row.message)}\n"
        for row in listing.rows()
    )


def statistics(listing: Listing) -> str:
    """The number of findings of each rule, most first."""
    rules, findings = listing.analysis.plan.rules, listing.analysis.findings
    graver = tables.errors(findings, ()).counts()
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
        confirm = (
            "" if layout.encoding_certain else f"; confirm with `--encoding {layout.encoding}`"
        )
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


def _regions(plan: Plan) -> list[str]:
    """Which columns say the country of phone numbers without a country code."""
    kinds = {column.kind for column in plan.columns if column.position in plan.linted}
    if "phone" not in kinds or not plan.region_columns:
        return []
    names = ", ".join(f"`{' '.join(column.name.split())}`" for column in plan.region_columns)
    return [f"phone numbers without a country code are read by {names}"]


def summary(listing: Listing) -> str:
    """What was read, what was found, and the books."""
    analysis = listing.analysis
    counts = listing.severity_counts()
    errors = plural(counts[Severity.ERROR], "error")
    warnings = plural(counts[Severity.WARNING], "warning")
    lines = [
        (
            f"{visible(listing.path)}: {plural(analysis.rows, 'record')}, "
            f"{assumptions(analysis.layout)}"
        ),
        f"  found: {errors}, {warnings}",
    ]
    if analysis.layout.source.sheet is not None:
        lines[1:1] = [f"  {note}" for note in sheet_notes(analysis.layout.source.sheet)]
    lines[1:1] = [
        f"  {visible(note)}" for note in (*_regions(analysis.plan), *analysis.plan.unused)
    ]
    if named := left_out(listing):
        lines.append(f"  not sent: {plural(len(named), 'column')} ({', '.join(named)})")
    if listing.held_back:
        lines.append(
            f"  the header is wrong, so {plural(listing.held_back, 'finding')} about rows are "
            "hidden; show them with --all"
        )
    mail = analysis.plan.mail
    if mail is not None and mail.unknown:
        lines.append(
            f"  no DNS answer about {plural(mail.unknown, 'domain')}; their addresses were not "
            "checked"
        )
    saved, cells = fixable(analysis)
    if analysis.refused:
        codes = ", ".join(dict.fromkeys(rule.code for rule, _ in analysis.refused))
        lines.append(f"  nothing can be used until this is fixed: {codes}")
    elif cells or saved:
        gain = f"; `preflight fix` would make {plural(saved, 'more row')} sendable" if saved else ""
        lines.append(f"  fixable: {plural(cells, 'cell')}{gain}")
    if analysis.guessed_cells and not analysis.refused:
        lines.append(f"  {guesses(analysis)}")
    lines.append(f"  books: {books(listing.books)}")
    return "".join(f"{line}\n" for line in lines)


def left_out(listing: Listing) -> list[str]:
    """The names of the columns that a provider does not get, those about consent first.

    A column without a name is called by its number. None where names may be values.
    """
    analysis = listing.analysis
    if listing.names_are_values or analysis.plan.profile.is_general:
        return []
    sent = {at for column in analysis.output_columns for at in column.sources}
    columns = [
        column
        for column in analysis.plan.columns
        if not column.pieces and column.kind != "helper" and column.position not in sent
    ]
    columns.sort(key=lambda column: not holds_consent(column.name))
    return [
        visible(" ".join(bare_name(column.name).split())) or f"column {column.position + 1}"
        for column in columns
    ]


def guesses(analysis: Analysis) -> str:
    """What unsafe fixes would add."""
    if not analysis.preview.all_seen:
        return f"--unsafe-fixes would change over {plural(analysis.guessed_cells, 'more cell')}"
    saved = analysis.guessed_rows
    rows = f", and make up to {plural(saved, 'more row')} sendable" if saved else ""
    return f"--unsafe-fixes would change {plural(analysis.guessed_cells, 'more cell')}{rows}"


def changes(fixed: Mapping[str, int], names: Mapping[str, str]) -> str:
    """The number of cells that each fix changed, most first."""
    counted = sorted(fixed.items(), key=lambda entry: (-entry[1], entry[0]))
    return "".join(f"    {number(count):>7}  {code}  {names[code]}\n" for code, count in counted)


def written(paths: Iterable[tuple[str, str]]) -> str:
    """The paths of the results, with what each holds."""
    return "".join(f"  {visible(path)}  {what}\n" for path, what in paths)
