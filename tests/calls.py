"""Calls of the command line on real files, and what they leave behind."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FIXTURES = Path(__file__).parents[1] / "fixtures"
SHOW, ODD = FIXTURES / "trade-show", FIXTURES / "odd"
TALKVALUE = ("--to", "talkvalue", "-O", "source_id=7", "-O", "mode=UPDATE")
DOTDIGITAL = ("--to", "dotdigital", "-O", "address_book=77")
LINES = {"talkvalue": TALKVALUE, "dotdigital": DOTDIGITAL}
# What each of the trade-show files needs to be told.
EXPORTS = {
    "expo-utf16.csv": ("--region", "US", "--timezone", "Europe/Berlin"),
    "expo-utf8.csv": ("--region", "US", "--timezone", "America/Chicago"),
    "badges-cp1252.csv": ("--timezone", "Europe/Berlin", "--encoding", "cp1252"),
}
PROGRAM = [sys.executable, "-c", "from preflight.cli import run; run()"]
"""The console script, for a process of its own."""


@dataclass(frozen=True)
class Called:
    """What a call said, and its exit code."""

    code: int
    out: str
    err: str


Call = Callable[..., Called]


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV by their header; none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def clean_rows_of(folder: Path) -> list[dict[str, str]]:
    """The clean rows of a results folder, of all of its parts."""
    parts = sorted((folder / "parts").glob("*.csv")) or [folder / "clean.csv"]
    return [row for part in parts for row in rows_of(part)]


def contacts(count: int, first: int = 1) -> str:
    """A file of so many clean contacts."""
    rows = range(first, first + count)
    return "email,first_name\n" + "".join(f"ann{n}@kestrel-labs.com,Ann\n" for n in rows)


# What says how results are shown; the runner of tests in parallel sets COLUMNS.
_SHOWN_BY = {"CI", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"}
_OURS = (
    "PREFLIGHT_", "COV_", "DOTDIGITAL_", "EXPERITURE_", "LANDBASE_", "TALKVALUE_", "TEXTUS_",
    "GITHUB_", "CI_PROJECT_DIR",
)  # fmt: skip


def bare_environment() -> dict[str, str]:
    """The process's environment without what would change a call."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in _SHOWN_BY and not name.startswith(_OURS)
    }
