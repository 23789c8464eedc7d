"""Several files on one screen: a line each, and their total."""

from __future__ import annotations

from collections.abc import Sequence

from preflight.core.books import Books
from preflight.core.types import Severity
from preflight.report import accepted
from preflight.report.lines import Line, line
from preflight.report.listing import Listing
from preflight.report.summary import by_config
from preflight.report.wording import books, number, plural


def lines(listings: Sequence[Listing]) -> list[Line]:
    """A line for each file, and the total."""
    entries = [entry for listing in listings for entry in _of(listing)]
    errors = sum(listing.severity_counts()[Severity.ERROR] for listing in listings)
    warnings = sum(listing.severity_counts()[Severity.WARNING] for listing in listings)
    total = Books(
        rows=sum(listing.books.rows for listing in listings),
        clean=sum(listing.books.clean for listing in listings),
        rejected=sum(listing.books.rejected for listing in listings),
        dropped=sum(listing.books.dropped for listing in listings),
    )
    return [
        *entries,
        line(
            (plural(len(listings), "file"), "bold"),
            f": {plural(errors, 'error')}, {plural(warnings, 'warning')}",
        ),
        line(f"books: {books(total)}", indent=2),
    ]


def _of(listing: Listing) -> list[Line]:
    counts = listing.severity_counts()
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    refused = ", nothing can be used" if listing.analysis.refused else ""
    compared = listing.compared
    fresh = f"; {number(compared.fresh())} new" if compared is not None else ""
    entry = line(
        (listing.path, "bold"),
        f": {plural(listing.books.rows, 'row')}, ",
        (plural(errors, "error"), "bold red" if errors else "green"),
        ", ",
        (plural(warnings, "warning"), "bold yellow" if warnings else "green"),
        f", {plural(listing.books.rejected, 'rejected row')}{refused}{fresh}",
    )
    notes = [*by_config(listing.analysis), *map(line, listing.analysis.plan.unused)]
    beside = accepted.notes(compared) if compared is not None else []
    return [entry, *beside, *(note._replace(indent=4) for note in notes)]
