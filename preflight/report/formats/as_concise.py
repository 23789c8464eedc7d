"""The format `concise`: every finding on one line with its severity, without values."""

from __future__ import annotations

from collections.abc import Iterator

from preflight.core.redact import visible
from preflight.report import summary
from preflight.report.blocks import Alike, Block
from preflight.report.finding_texts import together
from preflight.report.listing import Listing
from preflight.report.reported import Display, Reported


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
    path = visible(listing.path)
    for block in listing.blocks(cells=False):
        yield from together(_lines(path, block))


def _lines(path: str, block: Block) -> Iterator[str]:
    which, alike = block.alike()
    ends = [_end(common) for common in alike]
    nowhere = [_said(common) for common in alike]
    for number, line in zip(which, block.findings.lines.tolist(), strict=True):
        yield f"{path}:{line}{ends[number]}" if line else f"{path}{nowhere[number]}"


def _end(common: Alike) -> str:
    """What stands behind the line of a finding."""
    return f"{_column(common)}{_said(common)}"


def _column(common: Alike) -> str:
    return "" if common.column is None else f":{common.column}"


def _said(common: Alike) -> str:
    return f": {common.rule.code} [{common.severity}] {visible(common.message)}\n"
