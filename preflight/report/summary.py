"""The summary of a file, which every format for people ends with."""

from __future__ import annotations

from collections.abc import Iterator

from preflight.config.plan import Plan
from preflight.core.books import Books, RunBooks
from preflight.core.types import Severity
from preflight.linting.analysis import Analysis
from preflight.linting.row_states import REJECTED
from preflight.linting.rule_limits import rule_limits
from preflight.report import accepted, left_out
from preflight.report.lines import Line, line
from preflight.report.listing import Listing, fixable
from preflight.report.text import assumptions, sheet_notes
from preflight.report.wording import books, header_wrong, plural


def lines(listing: Listing) -> list[Line]:
    """What was read, what was found, and the books."""
    return [*head(listing), found(listing), *tail(listing)]


def brief(listing: Listing, counts: Books | RunBooks) -> list[Line]:
    """What a quiet command prints: the file, what was found, and the books."""
    beside = accepted.lines(listing.compared)[:1] if listing.compared is not None else []
    return [*head(listing), found(listing), *beside, balance(counts)]


def balance(counts: Books | RunBooks) -> Line:
    """The books."""
    return line(f"books: {books(counts)}", indent=2)


def head(listing: Listing) -> list[Line]:
    """The file."""
    analysis = listing.analysis
    profile = analysis.plan.profile
    provider = "" if profile.is_general else f" for {profile.title}"
    return [line((listing.path, "bold"), f": {plural(analysis.rows, 'row')}{provider}")]


def found(listing: Listing) -> Line:
    """The number of errors and of warnings."""
    counts = listing.severity_counts()
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    return line(
        "found: ",
        (plural(errors, "error"), "bold red" if errors else "green"),
        ", ",
        (plural(warnings, "warning"), "bold yellow" if warnings else "green"),
        indent=2,
    )


def tail(listing: Listing, *, room: int = 0) -> list[Line]:
    """The books, what was assumed, the columns that are not sent, and what fixing would do.

    Args:
        listing: of the file.
        room: how many lines there are for the columns that are not sent; 0 for no limit.
    """
    return [
        *doubts(listing),
        *(accepted.lines(listing.compared) if listing.compared is not None else []),
        balance(listing.books),
        *read_as(listing),
        *left_out.lines(listing, room=room),
        *_fixable(listing.analysis),
    ]


def doubts(listing: Listing) -> list[Line]:
    """Why a file cannot be used, and what was not checked or is not shown."""
    entries = [*_refusal(listing.analysis), *unexplained(listing.analysis)]
    if listing.held_back:
        entries.append(
            line(
                f"{header_wrong(listing.held_back)}; show them with `--all`",
                indent=2,
            )
        )
    mail = listing.analysis.plan.mail
    if mail is not None and mail.unknown:
        entries.append(
            line(
                f"no DNS answer about {plural(mail.unknown, 'domain')}; their addresses were not "
                "checked",
                indent=2,
            )
        )
    return entries


def unexplained(analysis: Analysis) -> Iterator[Line]:
    """That rows are rejected which no finding is about, because the rules for them are off."""
    if analysis.refused:
        return
    silent = analysis.before == REJECTED
    for found in analysis.findings.parts() if silent.any() else ():
        silent[found.rows[found.rows > 0] - 1] = False
    count = int(silent.sum())
    if count:
        yield line(
            f"rejected without a finding: {plural(count, 'row')} that are blank or do not "
            "fit the header; `--extend-select STR` says why, and `--max-bad` accepts them",
            indent=2,
            hang=4,
        )


def read_as(listing: Listing) -> list[Line]:
    """What was assumed about the file, what does not fit it, and what the config lets pass."""
    analysis = listing.analysis
    read = "; ".join([assumptions(analysis.layout), *_regions(analysis.plan)])
    sheet = analysis.layout.source.sheet
    notes = [*(sheet_notes(sheet) if sheet is not None else ()), *analysis.plan.unused]
    return [
        line(f"read as: {read}", indent=2, hang=4),
        *(line(note, indent=4) for note in notes),
        *by_config(analysis),
    ]


def _regions(plan: Plan) -> list[str]:
    """Which columns say the country of phone numbers without a country code."""
    kinds = {column.kind for column in plan.columns if column.position in plan.linted}
    if "phone" not in kinds or not plan.region_columns:
        return []
    names = ", ".join(f"`{' '.join(column.name.split())}`" for column in plan.region_columns)
    return [f"phone numbers without a country code are read by {names}"]


def by_config(analysis: Analysis) -> Iterator[Line]:
    """What the config accepts of single rules, and what it leaves out in this file."""
    for limit in rule_limits(analysis):
        rate = limit.most.share is not None
        most = f"{limit.most} of {plural(limit.rows, 'row')}" if rate else str(limit.most)
        compared = "within" if limit.is_kept else "more than"
        found = plural(limit.findings, "finding")
        yield line(f"{limit.code}: {found}, {compared} the accepted {most}", indent=2)
    if analysis.plan.ignored:
        codes = ", ".join(analysis.plan.ignored)
        yield line(f"not checked in this file, by per_file_ignores: {codes}", indent=2)


def _refusal(analysis: Analysis) -> Iterator[Line]:
    if analysis.refused:
        codes = ", ".join(dict.fromkeys(rule.code for rule, _ in analysis.refused))
        yield line(("nothing can be used until this is fixed", "bold red"), f": {codes}", indent=2)


def _fixable(analysis: Analysis) -> Iterator[Line]:
    """What fixing would change."""
    if analysis.refused:
        return
    saved, cells = fixable(analysis)
    if cells or saved:
        gain = f"; `preflight fix` would make {plural(saved, 'more row')} sendable" if saved else ""
        yield line(f"fixable: {plural(cells, 'cell')}{gain}", indent=2)
    if analysis.guessed_cells:
        yield line(guesses(analysis), indent=2)


def guesses(analysis: Analysis) -> str:
    """What unsafe fixes would add."""
    if not analysis.preview.all_seen:
        return f"--unsafe-fixes would change over {plural(analysis.guessed_cells, 'more cell')}"
    saved = analysis.guessed_rows
    rows = f", and make up to {plural(saved, 'more row')} sendable" if saved else ""
    return f"--unsafe-fixes would change {plural(analysis.guessed_cells, 'more cell')}{rows}"
