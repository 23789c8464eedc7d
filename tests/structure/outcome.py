"""What check and fix make of a file, row by row, against what it means."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from preflight.core.types import Severity
from preflight.linting.row_states import CLEAN, DROPPED
from preflight.pipeline import check_fix_split
from preflight.writing.writer import FixedFile
from tests.structure.pollutions import Polluted

ERROR, WARNING, SILENT = "error", "warning", "silence"
_ADDRESS = re.compile(r"[\w.]+@[\w-]+\.com")
_QUOTES = re.compile(r"""["'\\]""")
_AS_READ = {"FIL003", "FIL004", "FIL007", "STR105", "HDR205", "HDR206"}
"""Findings that say how a file is written, not that a row may be wrong."""


@dataclass
class Tally:
    """Where the rows of some files ended.

    Attributes:
        files: how many.
        right: the rows that were kept as they are meant.
        rejected: the rows in rejects.csv, or kept above the header.
        wrong: how many rows are wrong or lost, by the gravest finding about them.
        samples: by the same, the files and the rows.
    """

    files: int = 0
    right: int = 0
    rejected: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Adds what came out of other files."""
        self.files += other.files
        self.right += other.right
        self.rejected += other.rejected
        self.wrong += other.wrong
        for severity, samples in other.samples.items():
            self.samples.setdefault(severity, []).extend(samples)

    def add_wrong(self, severity: str, sample: str) -> None:
        """Counts a wrong row."""
        self.wrong[severity] += 1
        self.samples.setdefault(severity, []).append(sample)


def outcomes(files: Iterable[Polluted]) -> Tally:
    """Checks and fixes files, and counts where their rows ended."""
    tally = Tally()
    for polluted in files:
        with TemporaryDirectory() as folder:
            tally.add(outcome(polluted, Path(folder)))
    return tally


def outcome(polluted: Polluted, folder: Path) -> Tally:
    """Checks and fixes a file in an empty folder, and counts where its rows ended."""
    path, work, out = folder / "contacts.csv", folder / "work", folder / "out"
    path.write_bytes(polluted.content)
    work.mkdir()
    fixed = check_fix_split.fix(path, work=work, folder=out)
    return _compared(polluted, _Results(fixed, out))


class _Results:
    """The rows of clean.csv, and the gravest finding about each row or about the file."""

    def __init__(self, fixed: FixedFile, out: Path) -> None:
        analysis = fixed.checked.analysis
        self._states = analysis.after
        rules = analysis.plan.rules
        self._file = [rule.severity for rule, _ in analysis.problems if rule.code not in _AS_READ]
        self._rows: dict[int, list[Severity]] = {}
        for code, row in analysis.findings.frame[["code", "row"]].itertuples(index=False):
            self._rows.setdefault(row, []).append(rules[str(code)].severity)
        self.names: list[str] = []
        self.clean: list[tuple[int, list[str]]] = []
        if fixed.parts:
            with (out / "clean.csv").open(newline="", encoding="utf-8-sig") as file:
                self.names, *rows = csv.reader(file)
            self.clean = list(zip(self._numbers(CLEAN), rows, strict=True))
        above = out / "above-header.txt"
        kept_apart = (out / "rejects.csv").read_text("utf-8-sig")
        kept_apart += above.read_text("utf-8") if above.exists() else ""
        self.kept_apart = _QUOTES.sub("", kept_apart)

    def _numbers(self, state: int) -> list[int]:
        return [at + 1 for at, own in enumerate(self._states) if own == state]

    def severity(self, row: int) -> str:
        """Of a row; a finding about the file counts where it has none."""
        return _gravest(self._rows.get(row, self._file))

    def severity_of_dropped(self) -> str:
        """Of all rows that were dropped."""
        own = [level for row in self._numbers(DROPPED) for level in self._rows.get(row, [])]
        return _gravest(own or self._file)


def _gravest(levels: list[Severity]) -> str:
    if Severity.ERROR in levels:
        return ERROR
    return WARNING if levels else SILENT


def _compared(polluted: Polluted, results: _Results) -> Tally:
    tally = Tally(files=1)
    header = polluted.meant.header
    left = Counter(_normal(row, polluted) for row in polluted.meant.rows)
    seen: set[str] = set()
    for number, cells in results.clean:
        row = _normal(_arranged(cells, results.names, header), polluted)
        if left[row]:
            left[row] -= 1
            tally.right += 1
            continue
        addresses = set(_ADDRESS.findall(_QUOTES.sub("", " ".join(cells))))
        seen |= addresses
        for _ in range(max(1, len(addresses))):
            tally.add_wrong(results.severity(number), f"{polluted.name}, row {number}")
    for row in left.elements():
        address = next(cell for cell in row if _ADDRESS.fullmatch(cell))
        if address in results.kept_apart:
            tally.rejected += address not in seen
        elif address not in seen:
            severity = results.severity_of_dropped()
            tally.add_wrong(severity, f"{polluted.name}, {address} is lost")
    return tally


def _arranged(cells: list[str], names: list[str], header: tuple[str, ...]) -> tuple[str, ...]:
    """A clean row in the order of a header, and then what stands in other columns.

    A column that is left out is one of blank cells.
    """
    by_name = dict(zip(names, cells, strict=True))
    others = [cell for name, cell in zip(names, cells, strict=True) if name not in header]
    return (*(by_name.get(name, "") for name in header), *filter(str.strip, others))


def _normal(row: tuple[str, ...], polluted: Polluted) -> tuple[str, ...]:
    """A row for comparing: its line breaks alike, and without quotes where they do not count.

    A cell of blanks alone is a blank one.
    """
    cells = [cell.replace("\r\n", "\n").replace("\r", "\n") if cell.strip() else "" for cell in row]
    if polluted.stray:
        cells = [_QUOTES.sub("", cell).strip() for cell in cells]
    return tuple(cells)
