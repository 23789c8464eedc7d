"""Small real files through the real line, for the tests of what comes out at its end."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from preflight.config.settings import Settings
from preflight.linting.cell_values import KeptCells
from preflight.linting.checked import Checked
from preflight.linting.found_cells import CellStore
from preflight.pipeline import check_fix_split
from preflight.report import formats, summary
from preflight.report.formats import as_concise, as_full
from preflight.report.listing import Listing, listing
from preflight.report.reported import Display, Reported, ReportedFile
from preflight.writing.writer import FixedFile

# A rule of the user's own that fails on one value.
CRASHES = '''"""A rule that fails."""

from preflight.rule import Rule, Scope, Severity


def check(text):
    if (text == "Kestrel Labs").any():
        raise KeyError("Kestrel Labs is a secret")
    return text != ""


RULE = Rule(
    code="OWN001",
    name="company-odd",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"text"}),
    suspects=".",
    message="an odd company",
    check=check,
)
'''


def written(folder: Path, content: str | bytes, name: str = "contacts.csv") -> Path:
    """A file with that content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def work(folder: Path) -> Path:
    """A private folder, as `core.workspace` gives one."""
    place = folder / "work"
    place.mkdir(exist_ok=True)
    return place


def check(
    folder: Path, content: str | bytes, *, rules_from: tuple[Path, ...] = (), **settings: Any
) -> Checked:
    """A file linted."""
    path = written(folder, content)
    return check_fix_split.check(
        path, Settings(**settings), work=work(folder), rules_from=rules_from
    )


def listed(checked: Checked, *, show_all: bool = False) -> Listing:
    """Its listing with the cells."""
    return listing(
        checked.source.name,
        checked.analysis,
        checked.books,
        show_all=show_all,
        cells=lambda found: check_fix_split.cells(checked, found),
    )


def reported(*listings: Listing, **more: Any) -> Reported:
    """What a command would report of listings that have their cells."""

    def file(one: Listing) -> ReportedFile:
        return ReportedFile(one, one.cells or KeptCells(CellStore()))

    return Reported([file(one) for one in listings], **more)


def rendered(name: str, *listings: Listing, display: Display | None = None, **more: Any) -> str:
    """Listings that have their cells, in a format."""
    return "".join(formats.pieces(name, reported(*listings, **more), display or Display()))


def full(one: Listing, *, show_values: bool) -> str:
    """The findings of a listing that has its cells, in the format `full`."""
    return "".join(as_full.found(one, show_values=show_values))


def concise(one: Listing) -> str:
    """Its findings in the format `concise`."""
    return "".join(as_concise.found(one))


def summarised(told: Listing) -> str:
    """Its summary, on a screen without an end."""
    return "".join(f"{line.plain}\n" for line in summary.lines(told))


def fix(
    folder: Path, content: str | bytes, *, rules_from: tuple[Path, ...] = (), **settings: Any
) -> FixedFile:
    """A file fixed; the results stand in `folder / "out"`."""
    path = written(folder, content)
    return check_fix_split.fix(
        path,
        Settings(**settings),
        work=work(folder),
        folder=folder / "out",
        rules_from=rules_from,
    )


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV by their header."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))
