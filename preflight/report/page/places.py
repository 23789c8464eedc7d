"""The findings as data of the page: columns of numbers, and each text once.

A page lists so many findings as fit into its size. Where there are more, each file and each rule
keeps its first ones: a rule with three findings is not hidden behind one with a million.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from preflight.core.redact import visible
from preflight.core.types import Ints
from preflight.report.blocks import SAFETIES, Alike, Block
from preflight.report.listing import Listing
from preflight.report.reported import Display, Reported, ReportedFile
from preflight.report.shapes import shapes

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


_NAMES = ("file", "rule", "row", "line", "column", "message", "old", "new", "fix")
FIRST = 50
"""How many findings the page shows before its script runs, and as a page of the table."""


@dataclass
class Places:
    """The findings of a page.

    Attributes:
        total: of all findings that could be listed.
        files: the paths of the files.
        rules: `severity code` of each rule.
        columns, messages, cells: texts, each with its number.
        numbers: for each finding the numbers of its file, rule, row, line, column, message, old and
            new cell (-1 for none), and what fixes do.
        pieces: JSON text of the findings, which nothing in a page takes for markup.
    """

    total: int
    files: Sequence[str]
    rules: _Numbered = field(default_factory=_Numbered)
    columns: _Numbered = field(default_factory=_Numbered)
    messages: _Numbered = field(default_factory=_Numbered)
    cells: _Numbered = field(default_factory=_Numbered)
    numbers: dict[str, Ints] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)

    @property
    def listed(self) -> int:
        """How many findings the page lists."""
        return len(self.numbers["fix"])

    @functools.cached_property
    def first(self) -> list[Place]:
        """Those that the page shows before its script runs."""
        return self._at(np.arange(min(FIRST, self.listed)))

    @functools.cached_property
    def first_fixed(self) -> list[Place]:
        """The first ones whose cell is fixed."""
        fixed = (self.numbers["fix"] == FIXED) & (self.numbers["new"] >= 0)
        return self._at(np.flatnonzero(fixed)[:FIRST])

    def _at(self, positions: Ints) -> list[Place]:
        rules, columns = list(self.rules), list(self.columns)
        messages, cells = list(self.messages), [*self.cells, None]  # -1 is the last one
        chosen = (self.numbers[name][positions].tolist() for name in _NAMES[:-1])
        found = []
        for file, rule, row, line, column, message, old, new in zip(*chosen, strict=True):
            severity, code = rules[rule].split("\0")
            found.append(
                Place(
                    self.files[file], severity, code, row, line, columns[column],
                    messages[message], cells[old], cells[new],
                )
            )  # fmt: skip
        return found


def places(reported: Reported, display: Display) -> Places:
    """The findings of all files, as many as a page can list.

    Args:
        reported: the files.
        display: says whether values are shown, or their shapes.
    """
    counts = np.array([len(listing) for listing in reported.listings], dtype=np.int64)
    most = MOST
    while True:
        found = Places(int(counts.sum()), [visible(one.path) for one in reported.listings])
        _fill(found, reported.files, _shares(counts, most), display)
        found.pieces = list(_data(found))
        size = sum(len(piece.encode()) for piece in found.pieces)
        if size <= SIZE:
            return found
        most = int(min(most, found.listed) * SIZE / size * 0.95)


def _fill(found: Places, files: Sequence[ReportedFile], most: Ints, display: Display) -> None:
    """Adds no more than so many findings of each file."""
    shown = _Cells(found.cells, _values if display.show_values else shapes)
    pieces = [np.empty((len(_NAMES), 0), dtype=np.int64)]
    for at, file in enumerate(files):
        named = display.show_values or not file.listing.names_are_values
        pieces += [
            _numbers(found, at, block, shown, named=named) for block in _kept(file, int(most[at]))
        ]
    found.numbers = dict(zip(_NAMES, np.concatenate(pieces, axis=1), strict=True))


def _numbers(
    found: Places, file: int, block: Block, shown: _Cells, *, named: bool
) -> npt.NDArray[np.int64]:
    """The numbers of some findings, a row for each of `_NAMES`."""
    table, plan = block.findings, block.analysis.plan
    which, alike = block.alike()
    common = np.zeros((len(alike), 3), dtype=np.int64)
    used, first = np.unique(which, return_index=True)
    # As they appear, so that the page does not depend on where blocks end.
    for at in used[np.argsort(first)].tolist():
        common[at] = _common(found, alike[at], named=named)
    rule, column, message = common[which].T
    fixes = [0, *(FIXED if plan.applies(safety) else GUESSED for safety in SAFETIES[1:])]
    old, new = shown.numbers(block)
    return np.stack(
        [
            np.full(len(block), file),
            rule,
            table.rows,
            table.lines,
            column,
            message,
            old,
            new,
            np.array(fixes)[block.safeties()],
        ]
    )


def _common(found: Places, alike: Alike, *, named: bool) -> tuple[int, int, int]:
    """The numbers of the rule, column and message of findings that have them in common."""
    return (
        found.rules[f"{alike.severity}\0{alike.rule.code}"],
        found.columns[_column(alike.column_name, alike.column, named)],
        found.messages[visible(alike.message)],
    )


def _column(name: str | None, number: int | None, named: bool) -> str:
    """What a column is called; "" for none."""
    tidy = " ".join((name or "").split()) if named else ""
    return visible(tidy) or (f"column {number}" if number else "")


class _Cells:
    """Numbers the cells of findings as they are shown.

    Args:
        texts: get the numbers.
        shown: gives the number of what is shown of each cell, and that; None of None.
    """

    def __init__(
        self,
        texts: _Numbered,
        shown: Callable[[np.ndarray], tuple[Sequence[int] | Ints, Sequence[str | None]]],
    ) -> None:
        self._texts, self._shown = texts, shown

    def numbers(self, block: Block) -> tuple[Ints, Ints]:
        """The numbers of the cells of some findings, and of the fixed ones; -1 for none."""
        which, shown = self._shown(np.stack([block.cells, block.replacements], axis=1).ravel())
        used, first = np.unique(which, return_index=True)
        numbers = np.full(len(shown), -1, dtype=np.int64)
        # As they appear, so that the page does not depend on where blocks end.
        for at in used[np.argsort(first)].tolist():
            text = shown[at]
            if text is not None:
                numbers[at] = self._texts[visible(text) or "(blank)"]
        both = numbers[which].reshape(-1, 2)
        return both[:, 0], both[:, 1]


def _values(cells: np.ndarray) -> tuple[Ints, list[str | None]]:
    """Each cell without the middle of a long one: the number of it, and the different ones."""
    encoded = pa.array(cells, pa.large_string()).dictionary_encode()
    different = [
        f"{cell[: _LONGEST - 41]}…{cell[-40:]}" if len(cell) > _LONGEST else cell
        for cell in encoded.dictionary.to_pylist()
    ]
    return encoded.indices.fill_null(len(different)).to_numpy(), [*different, None]


def _kept(file: ReportedFile, most: int) -> Iterator[Block]:
    """No more than so many findings of a file, in order: of each rule its first ones."""
    if len(file.listing) <= most:
        yield from file.complete.blocks()
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
            yield dataclasses.replace(part, cells=old, replacements=new)
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


def _data(found: Places) -> Iterator[str]:
    """The JSON text of the findings, piece by piece."""
    numbers = dict(found.numbers)
    texts: dict[str, Sequence[str]] = {
        "files": found.files,
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
