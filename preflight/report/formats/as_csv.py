"""The format `csv`: a row for each finding.

Text that a spreadsheet would run has an apostrophe before it, as in the other files for people.
What is invisible is escaped, see `visible`, so that a row is a line; `json` has all as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from preflight.core import csv_writer
from preflight.core.redact import visible
from preflight.core.types import Ints
from preflight.report.blocks import SAFETIES, Alike, Block
from preflight.report.finding_texts import fingerprints
from preflight.report.listing import Listing
from preflight.report.records import valid
from preflight.report.reported import Display, Reported
from preflight.report.shapes import shapes

COLUMNS = (
    "path", "row", "line", "column", "column_name", "code", "name", "severity", "message", "value",
    "token", "shape", "fix", "replacement", "fingerprint", "baseline",
)  # fmt: skip
_TEXTS = frozenset({"path", "column_name", "message", "value", "shape", "replacement"})
_ROWS = 4_096
_TYPE = pa.large_string()
_Cells = Iterable[str | None]


def pieces(reported: Reported, display: Display) -> Iterator[str]:
    """The header, and the findings in blocks."""
    yield csv_writer.line(COLUMNS).decode()
    for file in reported.files:
        listing = file.complete
        for block in listing.blocks():
            records = csv_writer.joined(_columns(listing, block, display))
            for start in range(0, len(records), _ROWS):
                yield bytes(csv_writer.body(records[start : start + _ROWS])).decode()


def _columns(listing: Listing, block: Block, display: Display) -> list[pa.Array]:
    """The cells of the findings of a block as they are written, in the order of `COLUMNS`.

    What many findings have in common is written once.
    """
    which, alike = block.alike()
    path = valid(listing.path)
    columns = {
        name: _written(name, cells).take(pa.array(which))
        for name, cells in _in_common(listing, alike, path, display).items()
    }
    columns |= _of_cells(block, display)
    columns |= {"row": _numbers(block.findings.rows), "line": _numbers(block.findings.lines)}
    columns["fingerprint"] = pa.array(fingerprints(block, path, which, alike), _TYPE)
    safeties = _written("fix", [safety and str(safety) for safety in SAFETIES])
    columns["fix"] = safeties.take(pa.array(block.safeties()))
    return [columns[name] for name in COLUMNS]


def _in_common(
    listing: Listing, alike: Sequence[Alike], path: str, display: Display
) -> dict[str, _Cells]:
    """The cells that many findings have in common."""
    named = display.show_values or not listing.names_are_values
    return {
        "path": [path for _ in alike],
        "column": [str(one.column or "") for one in alike],
        "column_name": [valid(one.column_name or "") if named else None for one in alike],
        "code": [one.rule.code for one in alike],
        "name": [one.rule.name for one in alike],
        "severity": [str(one.rule.severity) for one in alike],
        "message": [valid(one.message) for one in alike],
        "baseline": [one.standing.word if one.standing is not None else None for one in alike],
    }


def _of_cells(block: Block, display: Display) -> dict[str, pa.Array]:
    """What is said of the cells that findings are about, as it is written."""
    old = block.cells.tolist()
    kinds, found = shapes(block.cells)
    nothing = pa.repeat(pa.scalar("", _TYPE), len(block))
    columns = {"value": nothing, "replacement": nothing}
    if display.show_values:
        new = zip(block.replacements.tolist(), block.safeties().tolist(), strict=True)
        columns["value"] = _written("value", old)
        fixes = (fix if safety else None for fix, safety in new)
        columns["replacement"] = _written("replacement", fixes)
    columns["token"] = pa.array(
        ["" if cell is None else display.token(cell) for cell in old], _TYPE
    )
    columns["shape"] = _written("shape", found).take(pa.array(kinds))
    return columns


def _written(name: str, cells: _Cells) -> pa.Array:
    texts = pa.array(["" if cell is None else visible(cell) for cell in cells], _TYPE)
    return csv_writer.cells(csv_writer.neutral(texts) if name in _TEXTS else texts)


def _numbers(numbers: Ints) -> pa.Array:
    """Numbers from 1, blank where there is none."""
    return pc.if_else(pa.array(numbers == 0), "", pa.array(numbers).cast(_TYPE))
