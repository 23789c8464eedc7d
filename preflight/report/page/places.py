"""The findings as data of the page: columns of numbers, and each text once.

A page lists so many findings as fit into its size. Where there are more, each file and each rule
keeps its first ones: a rule with three findings is not hidden behind one with a million.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from preflight.core.redact import visible
from preflight.core.types import Ints
from preflight.report.blocks import ListedFinding
from preflight.report.listing import Listing, shape
from preflight.report.reported import Display, Reported, ReportedFile

MOST = 100_000
"""How many findings a page lists."""
SIZE = 4_600_000
"""How many bytes their data may have; the rest of a page has some hundred thousand."""
_LONGEST = 120
"""Characters of a cell that are shown."""
FIXED, GUESSED = 1, 2
"""What fixes do to the cell of a finding; 0 for nothing."""


class _Numbered(dict[str, int]):
    """Texts, numbered as they come."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


@dataclass(frozen=True)
class Place:
    """A finding as the page shows it; the texts are those of `Places`."""

    file: str
    severity: str
    code: str
    row: int
    line: int
    column: str
    message: str
    old: str | None
    new: str | None
    fix: int


@dataclass
class Places:
    """The findings of a page.

    Attributes:
        total: of all findings that could be listed.
        rules: `severity code` of each rule.
        columns, messages, cells: texts, each with its number.
        numbers: for each finding the numbers of its file, rule, row, line, column, message, old and
            new cell (-1 for none), and what fixes do.
        first: those that the page shows before its script runs.
        first_fixed: those of them whose cell is fixed.
        pieces: JSON text of the findings, which nothing in a page takes for markup.
    """

    total: int
    rules: _Numbered = field(default_factory=_Numbered)
    columns: _Numbered = field(default_factory=_Numbered)
    messages: _Numbered = field(default_factory=_Numbered)
    cells: _Numbered = field(default_factory=_Numbered)
    numbers: list[tuple[int, ...]] = field(default_factory=list)
    first: list[Place] = field(default_factory=list)
    first_fixed: list[Place] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def listed(self) -> int:
        """How many findings the page lists."""
        return len(self.numbers)


_NAMES = ("file", "rule", "row", "line", "column", "message", "old", "new", "fix")
FIRST = 50
"""How many findings the page shows before its script runs, and as a page of the table."""


def places(reported: Reported, display: Display) -> Places:
    """The findings of all files, as many as a page can list.

    Args:
        reported: the files.
        display: says whether values are shown, or their shapes.
    """
    counts = np.array([len(listing) for listing in reported.listings], dtype=np.int64)
    most = MOST
    while True:
        found = _places(reported.files, _shares(counts, most), display)
        found.pieces = list(_data(found, [visible(one.path) for one in reported.listings]))
        size = sum(len(piece.encode()) for piece in found.pieces)
        if size <= SIZE:
            return found
        most = int(min(most, found.listed) * SIZE / size * 0.95)


def _places(files: Sequence[ReportedFile], most: Ints, display: Display) -> Places:
    found = Places(sum(len(file.listing) for file in files))
    for at, file in enumerate(files):
        listing = file.listing
        named = display.show_values or not listing.names_are_values
        applies = listing.analysis.plan.applies
        for row in _kept(file, int(most[at])):
            fix = 0 if row.safety is None else FIXED if applies(row.safety) else GUESSED
            _add(found, at, listing.path, row, _texts(row, named, display.show_values), fix)
    return found


def _add(
    found: Places,
    file: int,
    path: str,
    row: ListedFinding,
    texts: tuple[str, str | None, str | None],
    fix: int,
) -> None:
    column, old, new = texts
    severity = str(row.rule.severity)
    if row.standing is not None:
        severity = f"{severity}, {row.standing.word}"
    found.numbers.append(
        (
            file,
            found.rules[f"{severity}\0{row.rule.code}"],
            row.row or 0,
            row.line or 0,
            found.columns[column],
            found.messages[visible(row.message)],
            -1 if old is None else found.cells[old],
            -1 if new is None else found.cells[new],
            fix,
        )
    )
    fixed = fix == FIXED and new is not None
    if len(found.first) < FIRST or (fixed and len(found.first_fixed) < FIRST):
        place = Place(
            path, severity, row.rule.code, row.row or 0, row.line or 0, column, row.message,
            old, new, fix,
        )  # fmt: skip
        if len(found.first) < FIRST:
            found.first.append(place)
        if fixed and len(found.first_fixed) < FIRST:
            found.first_fixed.append(place)


def _texts(
    row: ListedFinding, named: bool, show_values: bool
) -> tuple[str, str | None, str | None]:
    """The column of a finding, its cell and the fixed one, as they are shown."""
    column = ""
    if row.column is not None:
        name = " ".join((row.column_name or "").split()) if named else ""
        column = visible(name) or f"column {row.column}"
    shown = _value if show_values else _shape
    old = None if row.cell is None else shown(row.cell) or "(blank)"
    new = None if row.replacement is None else shown(row.replacement) or "(blank)"
    return column, old, new


def _shape(cell: str) -> str:
    return visible(shape(cell))


def _value(cell: str) -> str:
    """A cell on one line, with what is invisible in it escaped; a long one without its middle."""
    if len(cell) > _LONGEST:
        cell = f"{cell[: _LONGEST - 41]}…{cell[-40:]}"
    return visible(cell)


def _kept(file: ReportedFile, most: int) -> Iterator[ListedFinding]:
    """No more than so many findings of a file, in order: of each rule its first ones."""
    if len(file.listing) <= most:
        yield from file.complete.rows()
        return
    left = _limits(file.listing, most)
    for block in file.listing.blocks(cells=False):
        codes, numbers = block.findings.codes, block.findings.numbers
        kept = [
            np.flatnonzero(numbers == number)[: left[codes[number]]]
            for number in np.unique(numbers).tolist()
        ]
        for at in kept:
            if len(at):
                left[codes[numbers[at[0]]]] -= len(at)
        part = block.taken(np.sort(np.concatenate(kept)))
        if len(part):
            old, new = file.cells(part.findings)
            yield from dataclasses.replace(part, cells=old, replacements=new).rows()
        if not any(left.values()):
            return


def _limits(listing: Listing, most: int) -> dict[str, int]:
    """How many findings of each rule are listed, so that there are no more than so many."""
    counts = listing.counts()
    if listing.held_back:
        counts = Counter(rule.code for rule, _ in listing.analysis.problems)
    shares = _shares(np.array(list(counts.values()), dtype=np.int64), most)
    return dict(zip(counts, shares.tolist(), strict=True))


def _shares(counts: Ints, most: int) -> Ints:
    """How many of each may stay so that all together are no more: the small ones stay whole."""
    limits = counts.copy()
    room = most
    for left, at in zip(range(len(counts), 0, -1), np.argsort(counts, kind="stable"), strict=True):
        limits[at] = min(int(counts[at]), room // left)
        room -= int(limits[at])
    return limits


def _data(found: Places, files: Sequence[str]) -> Iterator[str]:
    """The JSON text of the findings, piece by piece."""
    columns = np.array(found.numbers, dtype=np.int64).reshape(-1, len(_NAMES)).T
    numbers = dict(zip(_NAMES, columns, strict=True))
    texts: dict[str, Sequence[str]] = {
        "files": files,
        "rules": list(found.rules),
        "columns": list(found.columns),
        "messages": list(found.messages),
        "cells": list(found.cells),
    }
    before = "{"
    for name, values in texts.items():
        yield f'{before}"{name}":{_harmless(values)}'
        before = ",\n"
    for name in ("row", "line"):
        numbers[name] = np.diff(numbers[name], prepend=0)  # they grow: their steps are short
    numbers["old"], numbers["new"] = _backwards(numbers["old"], numbers["new"])
    for name, column in numbers.items():
        yield f'{before}"of_{name}":{json.dumps(column.tolist(), separators=(",", ":"))}'
    yield "}"


def _backwards(old: Ints, new: Ints) -> tuple[Ints, Ints]:
    """The numbers of cells, which come in the order of the findings, in few digits.

    0 is the next cell that was not there before, n is the one n cells before it, and -1 is none.
    """
    both = np.stack([old, new], axis=1).ravel()
    ahead = np.maximum.accumulate(np.concatenate([[-1], both]))[:-1] + 1
    short = np.where(both < 0, -1, ahead - both).reshape(-1, 2)
    return short[:, 0], short[:, 1]


def _harmless(values: Sequence[str]) -> str:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text.encode("utf-8", "replace").decode()
