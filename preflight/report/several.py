"""Several files on one screen: a line each, their total, and the rules that found most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from preflight.core.books import Books
from preflight.core.redact import visible
from preflight.core.types import Severity
from preflight.report import accepted
from preflight.report.lines import Line, line
from preflight.report.listing import Listing
from preflight.report.reported import Unread
from preflight.report.summary import by_config, unexplained
from preflight.report.wording import books, number, plural
from preflight.rule import Rule

_RULES = 8
"""How many rules are named; the others are counted."""


def lines(listings: Sequence[Listing], unread: Sequence[Unread] = ()) -> list[Line]:
    """A line for each file, and the total.

    Args:
        listings: of the files.
        unread: files that could not be opened.
    """
    entries = [entry for listing in listings for entry in _of(listing)]
    entries += [
        line((visible(one.path), "bold"), ": ", ("not checked: ", "bold red"), visible(one.reason))
        for one in unread
    ]
    errors = sum(listing.severity_counts()[Severity.ERROR] for listing in listings)
    warnings = sum(listing.severity_counts()[Severity.WARNING] for listing in listings)
    total = Books(
        rows=sum(listing.books.rows for listing in listings),
        clean=sum(listing.books.clean for listing in listings),
        rejected=sum(listing.books.rejected for listing in listings),
        dropped=sum(listing.books.dropped for listing in listings),
    )
    missing = f", {number(len(unread))} not checked" if unread else ""
    beside = any(listing.compared is not None for listing in listings)
    return [
        *entries,
        line(
            (plural(len(listings) + len(unread), "file"), "bold"),
            f": {plural(errors, 'error')}, {plural(warnings, 'warning')}{missing}",
            *(_fresh(listings) if beside else ()),
        ),
        *_rules(listings),
        line(f"books: {books(total)}", indent=2),
    ]


def _fresh(listings: Sequence[Listing]) -> Iterator[str | tuple[str, str]]:
    """How many findings of all files no baseline accepts."""
    counts = [listing.fresh_counts() for listing in listings]
    errors = sum(count[Severity.ERROR] for count in counts)
    warnings = sum(count[Severity.WARNING] for count in counts)
    yield "; "
    yield (plural(errors, "new error"), "bold red" if errors else "green")
    yield ", "
    yield (plural(warnings, "new warning"), "bold yellow" if warnings else "green")


def _of(listing: Listing) -> list[Line]:
    counts = listing.severity_counts()
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    compared = listing.compared
    fresh = f"; {number(compared.fresh())} new" if compared is not None else ""
    entry = line(
        (visible(listing.path), "bold"),
        f": {plural(listing.books.rows, 'row')}, ",
        (plural(errors, "error"), "bold red" if errors else "green"),
        ", ",
        (plural(warnings, "warning"), "bold yellow" if warnings else "green"),
        f", {plural(listing.books.rejected, 'rejected row')}{_refused(listing)}{fresh}",
    )
    analysis = listing.analysis
    notes = [*unexplained(analysis), *by_config(analysis), *map(line, analysis.plan.unused)]
    beside = accepted.notes(compared) if compared is not None else []
    return [entry, *beside, *(note._replace(indent=4) for note in notes)]


def _refused(listing: Listing) -> str:
    """Why nothing of a file can be used; "" if that is not so."""
    refused = listing.analysis.refused
    if not refused:
        return ""
    rule, problem = refused[0]
    more = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
    why = problem.message or rule.message
    return f"; nothing can be used until this is fixed: {rule.code} {visible(why)}{more}"


def _rules(listings: Sequence[Listing]) -> list[Line]:
    """The rules that found most beyond the baseline: errors first, with the number of files."""
    found: Counter[str] = Counter()
    files: Counter[str] = Counter()
    rules: dict[str, Rule] = {}
    for listing in listings:
        counts = listing.fresh_counts_by_code()
        found.update(counts)
        files.update(counts.keys())
        rules |= {
            code: rule for code, rule in listing.analysis.plan.rules.items() if code in counts
        }
    order = sorted(
        rules.values(),
        key=lambda rule: (rule.severity is not Severity.ERROR, -found[rule.code], rule.code),
    )
    digits = max((len(number(found[rule.code])) for rule in order[:_RULES]), default=1)
    entries = [
        line(
            (
                f"{number(found[rule.code]):>{digits}}",
                "bold red" if rule.severity is Severity.ERROR else "bold yellow",
            ),
            " ",
            (rule.code, "bold"),
            f" {rule.message}, in {plural(files[rule.code], 'file')}",
            indent=2,
            hang=digits + 3,
        )
        for rule in order[:_RULES]
    ]
    if len(order) > _RULES:
        more = f"and {plural(len(order) - _RULES, 'more rule')}; `--output-format full` lists all"
        entries.append(line(more, indent=2))
    return entries
