"""The format `github`: workflow commands of GitHub Actions, which annotate the files of a change.

GitHub shows ten annotations of a step. So the findings of a rule in a column are one annotation, at
their first place; the most useful ten are written, errors first. `markdown` has all of them, and
the command line appends it to the job summary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from preflight.core.redact import visible
from preflight.report import accepted, summary
from preflight.report.by_column import ColumnFindings, by_column, useful_first
from preflight.report.reported import Display, Reported
from preflight.report.wording import books, header_wrong, number, plural

ANNOTATIONS = 10
"""How many annotations GitHub shows of a step."""
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def pieces(reported: Reported, display: Display) -> Iterator[str]:
    """The annotations, then a few lines for the log."""
    found = [
        (listing, one)
        for listing in reported.listings
        for one in by_column(listing, 1)
        if not one.accepted
    ]
    found.sort(key=lambda entry: useful_first(entry[1]))
    unread = reported.unread[:ANNOTATIONS]
    for gone in unread:
        where = display.located(gone.path)
        yield _command("error", {"file": where, "title": "not checked"}, gone.reason)
    for listing, one in found[: ANNOTATIONS - len(unread)]:
        yield _annotation(display.located(listing.path), one)
    for listing in reported.listings:
        rows = plural(listing.books.rows, "row")
        yield log(f"{listing.path}: {rows}; {summary.found(listing).plain.strip()}")
        yield log(f"books: {books(reported.books(listing))}")
        if listing.compared is not None:
            yield from (log(entry.text.plain) for entry in accepted.lines(listing.compared))
        if listing.held_back:
            yield log(f"{header_wrong(listing.held_back)}; see `--all`")
    for gone in reported.unread:
        yield log(f"{gone.path}: not checked: {gone.reason}")
    if len(found) > ANNOTATIONS - len(unread):
        annotated = ANNOTATIONS - len(unread)
        yield log(
            f"annotated: {annotated} of {number(len(found))} rules and columns, errors first; "
            f"{plural(reported.total, 'finding')} in all"
        )


def log(text: str) -> str:
    """A line of a log in which nothing is taken for a command, see `visible`."""
    return f"preflight: {visible(text)}\n"


def _annotation(path: str, one: ColumnFindings) -> str:
    line = int(one.lines[0])
    named = {
        "file": path,
        **({"line": str(line)} if line else {}),
        "title": f"{one.rule.code} {one.rule.name}",
    }
    return _command(str(one.rule.severity), named, one.annotation)


def _command(name: str, properties: Mapping[str, str], message: str) -> str:
    named = {**properties, "file": PurePath(properties["file"]).as_posix()}
    written = ",".join(
        f"{key}={visible(value).translate(_PROPERTY)}" for key, value in named.items()
    )
    return f"::{name} {written}::{visible(message).translate(_DATA)}\n"
