"""What is on the page, in words and numbers; values of contacts only if they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from preflight.config import catalogue
from preflight.core.books import Books, RunBooks
from preflight.core.redact import visible
from preflight.core.types import Severity
from preflight.report import accepted, summary
from preflight.report.formats.as_json import tool
from preflight.report.groups import without_advice
from preflight.report.listing import Listing
from preflight.report.page.columns import Columns, columns
from preflight.report.page.flow import Flow, ends_of, flow
from preflight.report.page.places import Places, places
from preflight.report.page.rule_cards import RuleCard, rule_cards
from preflight.report.page.sending import Sending, sending
from preflight.report.page.verdict import Verdict, verdict
from preflight.report.reported import Display, Reported, Unread

MOST_FILES = 500
"""How many of several files are listed."""


@dataclass(frozen=True)
class FileView:
    """One of the files.

    Attributes:
        path: as the user gave it.
        rows, errors, warnings, rejected: how many.
        refused: whether nothing of it can be used until something is fixed.
        read_as: what was assumed of it, and what should be known of it, line by line.
        doubts: why it cannot be used, or was not checked as a whole.
        columns: of it; None where there are several files.
    """

    path: str
    rows: int
    errors: int
    warnings: int
    rejected: int
    refused: bool
    read_as: Sequence[str]
    doubts: Sequence[str]
    columns: Columns | None


@dataclass(frozen=True)
class FixedRule:
    """A rule whose fix changes cells: how many, and what was wrong with them."""

    code: str
    message: str
    cells: int


@dataclass(frozen=True)
class FileFix:
    """Something about the file itself that fixing settles, with what it was and is."""

    code: str
    message: str
    old: str
    new: str


@dataclass(frozen=True)
class Fixes:
    """What fixes changed, or would change.

    Attributes:
        done: whether they were made.
        cells: how many cells they change.
        rules: whose fixes they are, the most frequent first.
        of_file: what they settle of the file itself.
        further: what further fixes would do, line by line.
    """

    done: bool
    cells: int
    rules: Sequence[FixedRule]
    of_file: Sequence[FileFix]
    further: Sequence[str]


@dataclass(frozen=True)
class Step:
    """What to do now, and whether it can be pasted into a shell."""

    text: str
    is_command: bool


@dataclass(frozen=True)
class Page:
    """The page.

    Attributes:
        title: what it is about.
        provider: that the rows go to, for people; "" for none.
        verdict: on all of it.
        flow: of the rows; None where there are no rows.
        errors, warnings: how many, with those that are hidden.
        files: of the call.
        unread: those that could not be opened.
        rules: with findings.
        fixes: of all files.
        sending: what became of the rows; None without a run.
        places: the findings.
        values: whether values are shown, or their shapes.
        next_step: what to do now, line by line.
        baseline: how the files stand to it, line by line.
        made_by: the program and its libraries.
        in_folder: whether it stands beside the results.
    """

    title: str
    provider: str
    verdict: Verdict
    flow: Flow | None
    errors: int
    warnings: int
    files: Sequence[FileView]
    unread: Sequence[Unread]
    rules: Sequence[RuleCard]
    fixes: Fixes
    sending: Sending | None
    places: Places
    values: bool
    next_step: Sequence[Step]
    baseline: Sequence[str]
    made_by: str
    in_folder: bool

    @property
    def rejected(self) -> int:
        """How many rows of all files are rejected."""
        return sum(file.rejected for file in self.files)


def view(reported: Reported, display: Display) -> Page:
    """The page of a report."""
    listings = reported.listings
    counts = [listing.severity_counts() for listing in listings]
    alone = len(listings) == 1 and not reported.unread
    books = _books(reported)
    titles = {listing.analysis.plan.profile.title for listing in listings
              if not listing.analysis.plan.profile.is_general}  # fmt: skip
    provider = titles.pop() if len(titles) == 1 else ""
    run = reported.run if reported.run_books is not None else None
    waiting = run["not_sent_yet"] if run is not None else 0
    said = verdict(reported, books, provider)
    ends = ends_of(books, provider or "the provider", waits=bool(said.notice))
    drawn = flow(ends, books.rows, waiting)
    paths = [listing.path for listing in listings] + [one.path for one in reported.unread]
    made = tool()
    return Page(
        title=visible(paths[0]) if alone else f"{len(paths):,} files",
        provider=provider,
        verdict=said,
        flow=drawn if books.rows else None,
        errors=sum(count[Severity.ERROR] for count in counts),
        warnings=sum(count[Severity.WARNING] for count in counts),
        files=[_file(listing, alone, display) for listing in listings[:MOST_FILES]],
        unread=[Unread(visible(one.path), visible(one.reason)) for one in reported.unread],
        rules=rule_cards(listings),
        fixes=_fixes(reported),
        sending=sending(reported),
        places=places(reported, display),
        values=display.show_values,
        next_step=[
            Step(line.text.plain.removeprefix("next: "), line.is_command)
            for line in reported.next_step
        ],
        baseline=[
            line.text.plain
            for listing in listings
            if listing.compared is not None
            for line in accepted.lines(listing.compared)
        ],
        made_by=", ".join(
            f"{name} {version}"
            for name, version in {made["name"]: made["version"], **made["libraries"]}.items()
        ),
        in_folder=reported.written is not None,
    )


def _books(reported: Reported) -> Books | RunBooks:
    """The books of the run, or those of all files together."""
    if reported.run_books is not None:
        return reported.run_books
    books = [listing.books for listing in reported.listings]
    return Books(
        rows=sum(one.rows for one in books),
        clean=sum(one.clean for one in books),
        rejected=sum(one.rejected for one in books),
        dropped=sum(one.dropped for one in books),
    )


def _file(listing: Listing, alone: bool, display: Display) -> FileView:
    counts = listing.severity_counts()
    return FileView(
        path=visible(listing.path),
        rows=listing.books.rows,
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        rejected=listing.books.rejected,
        refused=bool(listing.analysis.refused),
        read_as=[line.text.plain.removeprefix("read as: ") for line in summary.read_as(listing)],
        doubts=[line.text.plain for line in summary.doubts(listing)],
        columns=columns(listing, show_values=display.show_values) if alone else None,
    )


def _fixes(reported: Reported) -> Fixes:
    """What fixes changed, or would change in a file that was checked only."""
    changed: dict[str, int] = {}
    of_file, further = [], []
    rules = dict(catalogue.builtin())
    for listing in reported.listings:
        analysis = listing.analysis
        rules |= analysis.plan.rules
        for code, cells in ({} if analysis.refused else analysis.fixed).items():
            changed[code] = changed.get(code, 0) + cells
        if not analysis.refused:
            of_file += [
                FileFix(
                    rule.code,
                    visible(problem.message or rule.message),
                    visible(problem.old or ""),
                    visible(problem.new or ""),
                )
                for rule, problem in analysis.problems
                if analysis.plan.applies(problem.safety)
            ]
        if analysis.guessed_cells and not analysis.refused:
            further.append(summary.guesses(analysis))
    done = reported.fixed is not None
    counts: Mapping[str, int] = changed if reported.fixed is None else reported.fixed
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    fixed = [
        FixedRule(code, without_advice(rules[code].message), cells)
        for code, cells in ordered
        if cells
    ]
    return Fixes(
        done=done,
        cells=sum(rule.cells for rule in fixed),
        rules=fixed,
        of_file=of_file if len(reported.files) == 1 else [],
        further=further if len(reported.files) == 1 else [],
    )
