"""Findings as the formats for programs write them, without an object for each of them.

What many findings have in common is made into text once, see `Block.alike`. What comes out is what
`document_types.FindingRecord` says.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from preflight.core import json_text
from preflight.report.blocks import SAFETIES, Alike, Block
from preflight.report.listing import Listing, shape
from preflight.report.records import valid
from preflight.report.reported import Display

_NULL = "null"
_TOGETHER = 4_096
_json_shape = functools.lru_cache(maxsize=1 << 14)(json_text.dumps)


def together(texts: Iterator[str]) -> Iterator[str]:
    """Short texts as longer ones, which are written in less time."""
    while some := "".join(islice(texts, _TOGETHER)):
        yield some


class _Common(NamedTuple):
    """The texts that many findings have in common.

    Attributes:
        head: up to the row.
        middle: from behind the line to the value.
        tail: behind the fingerprint.
    """

    head: str
    middle: str
    tail: str


def as_json(listing: Listing, display: Display) -> Iterator[str]:
    """What stands between the braces of each finding, in order.

    Args:
        listing: with cells.
        display: says whether values are included.
    """
    path = valid(listing.path)
    named = display.show_values or not listing.names_are_values
    for block in listing.blocks():
        which, alike = block.alike()
        common = [_common(one, path, named=named) for one in alike]
        yield from _objects(block, which, common, fingerprints(block, path, which, alike), display)


def _objects(
    block: Block,
    which: Sequence[int],
    common: Sequence[_Common],
    prints: Iterator[str],
    display: Display,
) -> Iterator[str]:
    """The findings of a block."""
    values, token = display.show_values, display.token
    fixes = [_fix(number, _NULL) for number in range(len(SAFETIES))]
    value, last, known = _NULL, None, _cell(None, "")
    for number, row, line, cell, new, safety, fingerprint in zip(
        which,
        block.findings.rows.tolist(),
        block.findings.lines.tolist(),
        block.cells.tolist(),
        block.replacements.tolist(),
        block.safeties().tolist(),
        prints,
        strict=True,
    ):
        head, middle, tail = common[number]
        if cell != last:  # several findings about a cell stand together
            last, known = cell, _cell(cell, "" if cell is None else token(cell))
            value = json_text.dumps(cell) if values else _NULL
        fix = fixes[safety]
        if values and safety and new is not None:
            fix = _fix(safety, json_text.dumps(new))
        yield (
            f'{head}{row or _NULL}, "line": {line or _NULL}{middle}{value}{known}{fix}, '
            f'"fingerprint": "{fingerprint}"{tail}'
        )


def _common(one: Alike, path: str, *, named: bool) -> _Common:
    dumps, rule = json_text.dumps, one.rule
    known = one.column_name is not None and named
    name = dumps(valid(one.column_name or "")) if known else _NULL
    return _Common(
        head=f'"code": {dumps(rule.code)}, "name": {dumps(rule.name)}, '
        f'"severity": {dumps(rule.severity)}, "message": {dumps(valid(one.message))}, '
        f'"path": {dumps(path)}, "row": ',
        middle=f', "column": {one.column or _NULL}, "column_name": {name}, "value": ',
        tail="" if one.standing is None else f', "baseline": {dumps(one.standing.word)}',
    )


def _cell(cell: str | None, token: str) -> str:
    """What is said of a cell besides its value."""
    hashed, form = (_NULL, _NULL) if cell is None else (f'"{token}"', _json_shape(shape(cell)))
    return f', "token": {hashed}, "shape": {form}, "fix": '


def _fix(safety: int, replacement: str) -> str:
    """What is said of a fix, by the number of its safety."""
    word = SAFETIES[safety]
    if word is None:
        return _NULL
    return f'{{"safety": {json_text.dumps(word)}, "replacement": {replacement}}}'


def fingerprints(
    block: Block, path: str, which: Sequence[int], alike: Sequence[Alike]
) -> Iterator[str]:
    """A hash of each finding that is equal for the same one of another call.

    A second finding of the rule at the same place, which stands behind the first, has its own.
    """
    heads = [f"{path}\0{one.rule.code}\0" for one in alike]
    last, times = "", 1
    for number, row, line in zip(
        which, block.findings.rows.tolist(), block.findings.lines.tolist(), strict=True
    ):
        where = f"{heads[number]}{row or None}\0{line or None}\0{alike[number].column}"
        times = times + 1 if where == last else 1
        last = where
        told = where if times == 1 else f"{where}\0{times}"
        yield hashlib.sha256(told.encode()).hexdigest()[:16]
