"""The format `markdown`: a table of the findings of each file, for a job summary or a comment.

It has no value of a contact. Text of others is escaped: no name makes markup, a link or a mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from preflight.core.redact import visible
from preflight.core.types import Severity
from preflight.report import left_out, summary
from preflight.report.by_column import ColumnFindings, by_column, useful_first
from preflight.report.lines import line
from preflight.report.listing import Listing
from preflight.report.reported import Display, Reported, Unread
from preflight.report.wording import number, plural

if TYPE_CHECKING:
    from preflight.report.run_document_types import RunRecord

PLACES = 5
"""How many lines of the findings of a rule in a column are named."""
# What is markup, or begins a link, a mention, an emoji or an item of a list.
_MARKS = re.compile(
    r"([\\`*_\[\]<>&|~#$^])|([!:](?=\S)|@(?=\w))|(?<=www)(\.)|(^[-+=]|(?<=^\d)[.)])", re.IGNORECASE
)
_CODE = re.compile(r"(`[^`]+`)")


def pieces(reported: Reported, display: Display) -> Iterator[str]:  # noqa: ARG001 - see Format
    """A section for each file, and one for a run; of several files a table comes first.

    Of several files, those in which nothing counts have a line of that table alone.
    """
    listings = reported.listings
    several = len(listings) + len(reported.unread) != 1
    if several:
        count = plural(len(listings) + len(reported.unread), "file")
        yield f"## preflight: {_counts(listings)} in {count}\n\n"
        yield from _files(listings, reported.unread)
    for listing in listings:
        found = [one for one in by_column(listing, PLACES) if not one.accepted]
        if several and not found and not listing.held_back:
            continue
        rows = plural(listing.books.rows, "row")
        heading = "###" if several else "##"
        yield f"{heading} {escaped(listing.path)}: {rows}, {_counts([listing])}\n\n"
        yield from _table(found)
        yield from _notes(reported, listing)
    if reported.run is not None:
        yield from _run(reported.run)


def _files(listings: Sequence[Listing], unread: Sequence[Unread]) -> Iterator[str]:
    """A line for each file."""
    yield "| file | rows | errors | warnings | rejected rows |\n|---|---:|---:|---:|---:|\n"
    for listing in listings:
        counts, books = listing.severity_counts(), listing.books
        errors, warnings = number(counts[Severity.ERROR]), number(counts[Severity.WARNING])
        refused = ", nothing can be used" if listing.analysis.refused else ""
        yield (
            f"| {escaped(listing.path, in_table=True)} | {number(books.rows)} | {errors} "
            f"| {warnings} | {number(books.rejected)}{refused} |\n"
        )
    for one in unread:
        path, reason = (escaped(text, in_table=True) for text in (one.path, one.reason))
        yield f"| {path} | not checked: {reason} | | | |\n"
    yield "\n"


def escaped(text: str, *, in_table: bool = False) -> str:
    """A text on one line that CommonMark, and what GitHub adds to it, shows as it is.

    What stands between two backticks becomes code.

    Args:
        text: of others, too.
        in_table: whether it is a cell of a table, in which code cannot hold a bar as it is.
    """
    pieces = _CODE.split(visible(text))
    pieces[::2] = [_MARKS.sub(r"\\\g<0>", piece) for piece in pieces[::2]]
    if in_table:
        pieces[1::2] = [piece.replace("|", r"\|") for piece in pieces[1::2]]
    return "".join(pieces)


def _counts(listings: Sequence[Listing]) -> str:
    counted = [listing.severity_counts() for listing in listings]
    errors = sum(counts[Severity.ERROR] for counts in counted)
    warnings = sum(counts[Severity.WARNING] for counts in counted)
    return f"{plural(errors, 'error')}, {plural(warnings, 'warning')}"


def _table(found: Sequence[ColumnFindings]) -> Iterator[str]:
    if not found:
        return
    yield "| | rule | what is wrong | column | findings | lines |\n|---|---|---|---|---:|---|\n"
    for one in sorted(found, key=useful_first):
        lines = [str(line) for line in one.lines.tolist() if line]
        more = ", …" if one.count > len(lines) and lines else ""
        column = escaped(one.name, in_table=True) or one.place
        message = escaped(one.message, in_table=True)
        yield (
            f"| {one.rule.severity} | {one.rule.code} {one.rule.name} | {message} | {column} "
            f"| {number(one.count)} | {', '.join(lines)}{more} |\n"
        )
    yield "\n"


def _notes(reported: Reported, listing: Listing) -> Iterator[str]:
    """The books, what was assumed, what is not sent, and what fixing changed or would change."""
    notes = summary.tail(listing)
    if reported.fixed is not None:
        notes = [
            *summary.doubts(listing),
            summary.balance(reported.books(listing)),
            line(f"fixed: {plural(sum(reported.fixed.values()), 'cell')}"),
            *summary.read_as(listing),
            *left_out.lines(listing),
        ]
    for note in notes:
        yield f"{'  ' if note.indent > 2 else ''}- {escaped(note.text.plain)}\n"
    yield "\n"


def _run(run: RunRecord) -> Iterator[str]:
    from preflight.runs.matching.match_lines import is_technical  # here: a check has no run

    name = "" if run["id"] is None else f" {escaped(run['id'])}"
    rehearsal = ", in the sandbox" if run.get("sandbox") else ""
    yield f"### Run{name} to {escaped(run['provider'])}: {escaped(run['state'])}{rehearsal}\n\n"
    if run["refusals"]:
        yield "| code of the provider | what can be done | rows |\n|---|---|---:|\n"
        for code, refusal in run["refusals"].items():
            called = escaped(code, in_table=True)
            yield f"| {called} | {refusal['class']} | {number(refusal['rows'])} |\n"
        yield "\n"
    notes = [note for note in run["notes"] if not is_technical(note)]
    yield from (f"- note: {escaped(note)}\n" for note in notes)
