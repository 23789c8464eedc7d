"""The format `concise`: every finding on one line with its severity, without values."""

from __future__ import annotations

from collections.abc import Iterator

from preflight.core.redact import visible
from preflight.report import summary
from preflight.report.listing import Listing
from preflight.report.reported import Display, Reported
from preflight.report.text import place, standing


def pieces(reported: Reported, display: Display) -> Iterator[str]:
    """The findings of each file, and its summary; or what the command says."""
    if reported.told is not None:
        yield display.shown(reported.told(False))
        return
    for listing in reported.listings:
        yield from found(listing)
        yield display.shown(summary.lines(listing))


def found(listing: Listing) -> Iterator[str]:
    """Every finding of a file."""
    for row in listing.rows():
        where = place(listing.path, row)
        yield f"{where}: {row.rule.code} [{standing(row)}] {visible(row.message)}\n"
