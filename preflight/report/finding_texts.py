"""Findings as the formats for programs write them, without an object for each of them.

What many findings have in common is made into text once, see `Block.alike`. What comes out is what
`document_types.FindingRecord` says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from preflight.core import json_text
from preflight.report.blocks import SAFETIES, Alike, Block
from preflight.report.listing import Listing
from preflight.report.records import valid
from preflight.report.reported import Display
from preflight.report.shapes import shapes

_NULL = "null"
_NO_CELL = ', "token": null, "shape": null, "fix": '
_TOGETHER = 4_096
MOST_DROPPED = 100_000
"""How many findings of a rule that drops rows are listed: a blank row is a byte, a finding 300."""


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


def as_json(
    listing: Listing, display: Display, *, before: str = "", after: str = ""
) -> Iterator[str]:
    """The findings as JSON objects, in order, many of them at a time.

    Args:
        listing: with cells.
        display: says whether values are included.
        before: what stands before the first key of each object.
        after: what stands behind the last value of each.
    """
    path = valid(listing.path)
    named = display.show_values or not listing.names_are_values
    for block in listing.blocks(most_dropped=MOST_DROPPED):
        which, alike = block.alike()
        common = [_common(one, path, named=named) for one in alike]
        common = [one._replace(head=before + one.head, tail=one.tail + after) for one in common]
        objects = _objects(block, which, common, fingerprints(block, path, which, alike), display)
        for start in range(0, len(objects), _TOGETHER):
            yield "".join(objects[start : start + _TOGETHER])


def _objects(
    block: Block,
    which: Sequence[int],
    common: Sequence[_Common],
    prints: Sequence[str],
    display: Display,
) -> list[str]:
    """The findings of a block; a comprehension, for there may be millions."""
    cells, token = block.cells.tolist(), display.token
    values = [_NULL] * len(cells)
    if display.show_values:
        values = [_NULL if cell is None else json_text.dumps(cell) for cell in cells]
    kinds, found = shapes(block.cells)
    shown = [
        _NO_CELL if each is None else f'", "shape": {json_text.dumps(each)}, "fix": '
        for each in found
    ]
    said = [
        shown[kind] if cell is None else f', "token": "{token(cell)}{shown[kind]}'
        for cell, kind in zip(cells, kinds, strict=True)
    ]
    return [
        f'{common[at][0]}{row or _NULL}, "line": {line or _NULL}{common[at][1]}{value}{told}{fix}, '
        f'"fingerprint": "{fingerprint}"{common[at][2]}'
        for at, row, line, value, told, fix, fingerprint in zip(
            which,
            block.findings.rows.tolist(),
            block.findings.lines.tolist(),
            values,
            said,
            _fixes(block, display),
            prints,
            strict=True,
        )
    ]


def _fixes(block: Block, display: Display) -> Iterable[str]:
    """What is said of the fix for each finding."""
    without = [_fix(number, _NULL) for number in range(len(SAFETIES))]
    if not display.show_values:
        return map(without.__getitem__, block.safeties().tolist())
    return (
        without[safety] if new is None else _fix(safety, json_text.dumps(new))
        for new, safety in zip(block.replacements, block.safeties().tolist(), strict=True)
    )


def _fix(safety: int, replacement: str) -> str:
    """What is said of a fix, by the number of its safety."""
    word = SAFETIES[safety]
    if word is None:
        return _NULL
    return f'{{"safety": {json_text.dumps(word)}, "replacement": {replacement}}}'


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


def is_truncated(listing: Listing) -> bool:
    """Whether `as_json` leaves out findings, or the listing does."""
    return bool(listing.held_back or listing.beyond(MOST_DROPPED))


def fingerprints(
    block: Block, path: str, which: Sequence[int], alike: Sequence[Alike]
) -> list[str]:
    """A hash of each finding that is equal for the same one of another call.

    A second finding of the rule at the same place, which stands behind the first, has its own.
    """
    heads = [f"{path}\0{one.rule.code}\0" for one in alike]
    ends = [f"\0{one.column}" for one in alike]
    places = [
        f"{heads[at]}{row or None}\0{line or None}{ends[at]}"
        for at, row, line in zip(
            which, block.findings.rows.tolist(), block.findings.lines.tolist(), strict=True
        )
    ]
    if len(set(places)) < len(places):
        places = list(_numbered(places))
    return [hashlib.sha256(place.encode()).hexdigest()[:16] for place in places]


def _numbered(places: Iterable[str]) -> Iterator[str]:
    """Each place; where it is that of the one before, with the number of its occurrence."""
    last, times = "", 1
    for place in places:
        times = times + 1 if place == last else 1
        last = place
        yield place if times == 1 else f"{place}\0{times}"
