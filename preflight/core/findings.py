"""Findings as a table: which rule found something where; never the value itself."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from preflight.core.types import Bools, Ints

if TYPE_CHECKING:
    import pandas as pd

CODE, ROW, LINE, COLUMN, MESSAGE, ERROR = "code", "row", "line", "column", "message", "error"
NONE = 0
_OWN = -1
"""The number of the message of a finding that has that of its rule."""
_NO_ROWS: Ints = np.empty(0, dtype=np.int64)
Numbers = npt.NDArray[np.integer[Any]]
"""Whole numbers of any width."""


@dataclass(frozen=True, eq=False)
class Findings:
    """A table of findings: 27 bytes each, and each different message once.

    Attributes:
        codes: the codes of rules, in order; some may have no finding.
        numbers: for each finding the position of its code.
        rows, lines: from 1; 0 for none.
        columns: from 1; 0 for none.
        texts: the messages, each different.
        messages: for each finding the position of its message; -1 for the rule's own.
        errors: whether each is an error though its rule is a warning.
    """

    codes: tuple[str, ...]
    numbers: npt.NDArray[np.int16]
    rows: Ints
    lines: Ints
    columns: npt.NDArray[np.int32]
    texts: tuple[str, ...]
    messages: npt.NDArray[np.int32]
    errors: Bools

    def __len__(self) -> int:
        return len(self.rows)

    @functools.cached_property
    def frame(self) -> pd.DataFrame:
        """All of it for pandas: `code` (categorical), `row`, `line`, `column`, `message`, `error`.

        The message of a finding that has that of its rule is None.
        """
        import pandas as pd  # here, for no report needs it

        code = pd.Categorical.from_codes(
            self.numbers, pd.Index(self.codes, dtype="str"), ordered=True
        )
        where = {ROW: self.rows, LINE: self.lines, COLUMN: self.columns.astype(np.int64)}
        messages = pd.Series(self.message_texts(), dtype=object)
        return pd.DataFrame({CODE: code, **where, MESSAGE: messages, ERROR: self.errors})

    def text(self, message: int) -> str | None:
        """A message by its number in `messages`; None for the rule's own."""
        return None if message == _OWN else self.texts[message]

    def message_texts(self) -> np.ndarray:
        """The message of each finding as an object; None for the rule's own."""
        known = np.full(len(self.texts) + 1, None, dtype=object)
        known[:-1] = self.texts
        return known[self.messages]

    def code_texts(self) -> np.ndarray:
        """The code of each finding as an object."""
        return np.array(self.codes, dtype=object)[self.numbers]

    def order(self) -> Ints:
        """The positions of the findings in the order of every report; see `ordered`."""
        if not len(self):
            return _NO_ROWS
        return _order(
            self.lines, self.columns.astype(np.int64), self.numbers.astype(np.int64), self.rows
        )

    def ordered(self) -> Findings:
        """The findings in the order of every report: by line, column, code, then row."""
        order = self.order()
        return self if (order[1:] > order[:-1]).all() else self.taken(order)

    def taken(self, positions: Numbers | slice) -> Findings:
        """The findings at some positions, in that order."""
        return Findings(
            self.codes,
            self.numbers[positions],
            self.rows[positions],
            self.lines[positions],
            self.columns[positions],
            self.texts,
            self.messages[positions],
            self.errors[positions],
        )

    def counts(self) -> dict[str, int]:
        """The number of findings of each code, in the order of the codes."""
        counted = np.bincount(self.numbers, minlength=len(self.codes)).tolist()
        return {code: count for code, count in zip(self.codes, counted, strict=True) if count}

    def only(self, mask: Any) -> Findings:
        """The findings at a boolean mask."""
        return self.taken(np.flatnonzero(np.asarray(mask, dtype=bool)))

    def of(self, codes: Iterable[str]) -> Bools:
        """A mask of the findings of some codes."""
        wanted = frozenset(codes)
        return np.array([code in wanted for code in self.codes], dtype=bool)[self.numbers]

    def batch(self) -> pa.RecordBatch:
        """The table in Arrow, with code and message as dictionaries."""
        texts, used = self.texts, self.messages
        if len(texts) > len(used):  # a part of a larger table, of which most messages are others'
            places, again = np.unique(used, return_inverse=True)
            used = (again - int((places[:1] == _OWN).any())).astype(np.int32)
            texts = tuple(texts[at] for at in places.tolist() if at != _OWN)
        known = pa.array(used, pa.int32(), mask=used == _OWN)
        # A message may quote a header, which may have other bytes than those of its encoding.
        said = pa.array([text.encode("utf-8", "surrogatepass") for text in texts], pa.binary())
        return pa.record_batch(
            {
                CODE: pa.DictionaryArray.from_arrays(
                    pa.array(self.numbers, pa.int16()), pa.array(self.codes, pa.string())
                ),
                ROW: self.rows,
                LINE: self.lines,
                COLUMN: self.columns,
                MESSAGE: pa.DictionaryArray.from_arrays(known, said),
                ERROR: self.errors,
            }
        )


def of_batch(batch: pa.RecordBatch) -> Findings:
    """The table of `Findings.batch`."""
    code, message = batch.column(CODE), batch.column(MESSAGE)
    texts = message.dictionary.to_pylist()
    return Findings(
        codes=tuple(code.dictionary.to_pylist()),
        numbers=code.indices.to_numpy(),
        rows=batch.column(ROW).to_numpy(),
        lines=batch.column(LINE).to_numpy(),
        columns=batch.column(COLUMN).to_numpy(),
        texts=tuple(text.decode("utf-8", "surrogatepass") for text in texts),
        messages=message.indices.fill_null(_OWN).to_numpy(),
        errors=batch.column(ERROR).to_numpy(zero_copy_only=False),
    )


def _order(line: Ints, column: Ints, code: Ints, row: Ints) -> Ints:
    """The stable order by all four; by one number that combines them, if they fit into one."""
    columns, codes = int(column.max()) + 1, int(code.max()) + 1
    if int(line.max()) >= (1 << 62) // (columns * codes):
        return np.lexsort((row, code, column, line))
    key = (line * columns + column) * codes + code
    order = np.argsort(key, kind="stable")
    if (np.diff(key[order]) == 0).any():
        return np.lexsort((row, code, column, line))
    return order


class RuleFindings(NamedTuple):
    """The findings of one rule in one column.

    Attributes:
        code: the rule's.
        rows, lines: int64, one entry a finding.
        column: the column of all of them, from 1; 0 for none.
        messages: object, one entry a finding; None if all have the rule's own message.
        error: whether they are errors though the rule is a warning.
    """

    code: str
    rows: Ints
    lines: Ints
    column: int = NONE
    messages: np.ndarray | None = None
    error: bool = False


def collect(pieces: Iterable[RuleFindings]) -> Findings:
    """One table of the findings of several rules, in their order."""
    pieces = [piece for piece in pieces if len(piece.rows)]
    codes = tuple(sorted({piece.code for piece in pieces}))
    number = {code: at for at, code in enumerate(codes)}
    lengths = [len(piece.rows) for piece in pieces]
    texts: dict[str, int] = {}
    messages = np.full(sum(lengths), _OWN, dtype=np.int32)
    for piece, end in zip(pieces, np.cumsum(lengths).tolist(), strict=True):
        if piece.messages is not None:
            messages[end - len(piece.rows) : end] = _numbered(piece.messages, texts)
    return Findings(
        codes=codes,
        numbers=np.repeat([number[piece.code] for piece in pieces], lengths).astype(np.int16),
        rows=np.concatenate([_NO_ROWS, *(piece.rows for piece in pieces)]),
        lines=np.concatenate([_NO_ROWS, *(piece.lines for piece in pieces)]),
        columns=np.repeat([piece.column for piece in pieces], lengths).astype(np.int32),
        texts=tuple(texts),
        messages=messages,
        errors=np.repeat([piece.error for piece in pieces], lengths).astype(np.bool_),
    )


def _numbered(messages: Iterable[str | None], texts: dict[str, int]) -> list[int]:
    """The number of each message; those that are not yet known are added to `texts`."""
    return [
        texts.setdefault(message, len(texts)) if isinstance(message, str) else _OWN
        for message in messages
    ]


def table(
    code: str,
    rows: Ints | int = NONE,
    lines: Ints | int = NONE,
    column: int = NONE,
    messages: np.ndarray | str | None = None,
    *,
    error: bool = False,
) -> Findings:
    """The findings of one rule: one for each row, or a single one for the whole file."""
    rows, lines = np.atleast_1d(rows).astype(np.int64), np.atleast_1d(lines).astype(np.int64)
    texts = None if messages is None else np.full(len(rows), None, dtype=object)
    if texts is not None:
        texts[:] = messages
    return collect([RuleFindings(code, rows, lines, column, texts, error)])


def table_of(
    codes: Sequence[str], rows: Ints, lines: Ints, columns: Ints, messages: Sequence[str | None]
) -> Findings:
    """Findings of several rules, one entry of each argument for each of them."""
    known = tuple(sorted(set(codes)))
    number = {code: at for at, code in enumerate(known)}
    texts: dict[str, int] = {}
    numbered = _numbered(messages, texts)
    return Findings(
        codes=known,
        numbers=np.array([number[code] for code in codes], dtype=np.int16),
        rows=rows,
        lines=lines,
        columns=columns.astype(np.int32),
        texts=tuple(texts),
        messages=np.array(numbered, dtype=np.int32),
        errors=np.zeros(len(codes), dtype=np.bool_),
    )


def concat(pieces: Iterable[Findings]) -> Findings:
    """Several tables as one, in their order."""
    pieces = [piece for piece in pieces if len(piece)]
    if not pieces:
        return NOTHING
    if len(pieces) == 1:
        return pieces[0]
    codes = tuple(sorted({code for piece in pieces for code in piece.codes}))
    number = {code: at for at, code in enumerate(codes)}
    texts: dict[str, int] = {}
    numbers, messages = [], []
    for piece in pieces:
        again = np.array([number[code] for code in piece.codes], dtype=np.int16)
        numbers.append(again[piece.numbers])
        said = np.array([*_numbered(piece.texts, texts), _OWN], dtype=np.int32)
        messages.append(said[piece.messages])
    return Findings(
        codes=codes,
        numbers=np.concatenate(numbers),
        rows=np.concatenate([piece.rows for piece in pieces]),
        lines=np.concatenate([piece.lines for piece in pieces]),
        columns=np.concatenate([piece.columns for piece in pieces]),
        texts=tuple(texts),
        messages=np.concatenate(messages),
        errors=np.concatenate([piece.errors for piece in pieces]),
    )


NOTHING = collect(())


def errors(findings: Findings, codes: Sequence[str]) -> Findings:
    """The findings that are errors: those of some codes, and those that are so by themselves."""
    return findings.only(findings.of(codes) | findings.errors)


def of_codes(findings: Findings, codes: Sequence[str]) -> Findings:
    """The findings of these codes."""
    return findings.only(findings.of(codes))
