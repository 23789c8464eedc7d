"""The format `html`: a page for people, in one file that opens without a network; see `page`."""

from __future__ import annotations

from collections.abc import Iterator

from preflight.report.page import render
from preflight.report.page.view import view
from preflight.report.reported import Display, Reported


def pieces(reported: Reported, display: Display) -> Iterator[str]:
    """The page; it lists as many findings as fit into its size, and says so."""
    return render.pieces(view(reported, display))
