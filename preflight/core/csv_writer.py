"""Tables of strings as CSV text: UTF-8, comma, LF, quoted only where necessary."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.invisible import CONTROLS, MISREAD, ODD_BLANKS, ZERO_WIDTH
from preflight.core.patterns import matching
from preflight.core.types import Ints

_MUST_QUOTE = r'[",\r\n]'
_TYPE = pa.large_string()
_QUOTE, _COMMA, _END, _NOTHING = (pa.scalar(text, _TYPE) for text in ('"', ",", "\n", ""))
# What a spreadsheet may skip before a formula, or takes away. Where the list separator is `;`, it
# splits our commas nowhere and each `;` even in quotes, where a line break begins a row as well.
_SKIPPED = f" \\x00{CONTROLS}{MISREAD}{ZERO_WIDTH}{ODD_BLANKS}"
_WITHIN = _SKIPPED.replace("\u0001-\u001f", "\u0001-\u0009\u000b\u000c\u000e-\u001f")
_SIGN = "[=+@＝＋－＠-]"
_RUNS = rf"(?:^|[;\r\n])[';{_SKIPPED}]*{_SIGN}|^'*[\t\r]"
_ESCAPED = rf"(?:^|[;\r\n])'[';{_SKIPPED}]*{_SIGN}|^''*[\t\r]"
# A plain number or a phone number is fine, unless it reads as a sum: +1-415-555-2671 would become
# -3240.
_NUMBER = r"[+-][0-9][0-9 ().,/-]*"
_SUM = r"[+-][0-9.,]+(?: *[-/] *\(?[0-9.,]+\)?)+"
_PADDING = f"[ {ZERO_WIDTH}{ODD_BLANKS}]*"
_END_OF_CELL = r"(?:[;\r\n]|\Z)"
# The rest of a formula, to the end of its cell: a call, or the address of another program.
_BEGUN = r"^[^;\r\n]*[(|!][^;\r\n]*[;\r\n](?s:.)"
_FIRST = re.compile(rf"[';{_SKIPPED}]*{_SIGN}|'*[\t\r]")
_LATER = re.compile(
    rf"(?<=[;\r\n])(?='*[{_WITHIN}]*{_SIGN})"
    rf"(?!(?!{_SUM}{_END_OF_CELL}){_NUMBER}{_END_OF_CELL})"
)
_LATER_ESCAPED = re.compile(rf"(?<=[;\r\n])'(?='*[{_WITHIN}]*{_SIGN})")


def line(names: Sequence[str]) -> bytes:
    """One record, usually a header, with its line end."""
    if not names:
        return b"\n"
    return bytes(body(records([pa.array([name], type=_TYPE) for name in names])))


def records(columns: Sequence[pa.Array | pa.ChunkedArray]) -> pa.Array:
    """Each row of one or more string columns as one record with its line end.

    Returns:
        A `large_string` array with one entry a row; its data buffer is the body of the file.
    """
    return joined([cells(column, alone=len(columns) == 1) for column in columns])


def joined(columns: Sequence[pa.Array]) -> pa.Array:
    """What `records` returns, of columns whose cells are as they are written, see `cells`."""
    *first, last = columns
    ended = pc.binary_join_element_wise(last, _END, _NOTHING)
    return pc.binary_join_element_wise(*first, ended, _COMMA) if first else ended


def cells(column: pa.Array | pa.ChunkedArray, *, alone: bool = False) -> pa.Array:
    """The cells of a column as they are written, `large_string`.

    Args:
        column: strings.
        alone: whether it is the only column.
    """
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    texts = whole.cast(_TYPE)
    needs = matching(texts, _MUST_QUOTE)
    if alone:
        # A record of one blank cell would be an empty line, which readers skip.
        needs = pc.or_(needs, pc.equal(texts, ""))
    if not pc.any(needs).as_py():
        return texts
    doubled = pc.replace_substring(texts, '"', '""')
    marked = pc.binary_join_element_wise(_QUOTE, doubled, _QUOTE, _NOTHING)
    return pc.if_else(needs, marked, texts)


def sizes(rendered: pa.Array) -> Ints:
    """The length of each record in bytes."""
    return np.asarray(pc.binary_length(rendered).to_numpy(zero_copy_only=False), dtype=np.int64)


def body(rendered: pa.Array) -> memoryview:
    """The records as one block of bytes, without a copy."""
    offsets = np.frombuffer(rendered.buffers()[1], dtype=np.int64)
    first, last = offsets[rendered.offset], offsets[rendered.offset + len(rendered)]
    data = rendered.buffers()[2]
    return memoryview(b"" if data is None else data)[first:last]


def neutral(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Cells for a person's spreadsheet: an apostrophe before what it would run.

    It stands at the front of the cell, and after each `;` and line break before such a sign, where
    a spreadsheet with `;` between cells begins one. `plain` removes it again. Only for files that
    people open; in a file for a provider it would corrupt the value.
    """
    runs = matching(column, _RUNS)
    if not pc.any(runs).as_py():
        return column
    number = pc.and_not(
        matching(column, f"^{_PADDING}{_NUMBER}$"), matching(column, f"^{_PADDING}{_SUM}$")
    )
    return _changed(column, pc.and_not(runs, number), _neutral)


def for_people(columns: Sequence[pa.Array | pa.ChunkedArray]) -> list[pa.Array | pa.ChunkedArray]:
    """The columns of rows for a person's spreadsheet, see `neutral`.

    Where the list separator is `;`, a line up to its first `;` is one cell, and begins as the first
    column does. So a plain number there is escaped, too, if it could begin a formula.
    """
    first, *others = map(neutral, columns)
    signed = matching(first, f"^{_PADDING}[+-]")
    if not others or not pc.any(signed).as_py():
        return [first, *others]
    at = pc.indices_nonzero(signed)
    behind = joined([column.take(at).cast(_TYPE) for column in others])
    which = np.zeros(len(first), dtype=bool)
    which[at] = matching(behind, _BEGUN)
    return [_changed(first, pa.array(which), "'{}".format), *others]


def plain(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Cells as they were before `neutral`."""
    return _changed(column, matching(column, _ESCAPED), _plain)


def _neutral(cell: str) -> str:
    marked = _LATER.sub("'", cell)
    return f"'{marked}" if _FIRST.match(cell) else marked


def _plain(cell: str) -> str:
    marked = cell[1:] if cell[0] == "'" and _FIRST.match(cell) else cell
    return _LATER_ESCAPED.sub("", marked)


def _changed(
    column: pa.Array | pa.ChunkedArray,
    which: pa.Array | pa.ChunkedArray,
    change: Callable[[str], str],
) -> pa.Array | pa.ChunkedArray:
    """A column in which some cells are changed."""
    if not pc.any(which).as_py():
        return column
    changed = pa.array([change(cell) for cell in column.filter(which).to_pylist()], column.type)
    if isinstance(which, pa.ChunkedArray):
        which = which.combine_chunks()
    return pc.replace_with_mask(column, which, changed)
