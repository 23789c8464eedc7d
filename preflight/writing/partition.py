"""The rows of rejects.csv: the input's own columns, verbatim, then what is wrong with each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.column_mapping import own
from preflight.config.plan import Plan
from preflight.core import findings as tables
from preflight.core.exchange import Reason
from preflight.core.findings import Findings
from preflight.core.names import bare_name
from preflight.core.row_id import RowIds
from preflight.core.types import Bools, Chunk, Ints, Layout, Problem, Severity
from preflight.reading.raw_records import cut_to_width
from preflight.rule import Rule, Scope
from preflight.writing.people_csv import HELPERS, helper_columns

_TOGETHER = 1 << 14
"""How many rejects are made at a time."""
_MALFORMED = "the record is malformed"


class Rejects:
    """Makes the rows of rejects.csv: the input's own columns, verbatim, then the helper columns.

    They replace helper columns that the input already has. A row keeps the row ID it had.

    Args:
        layout: of the file.
        plan: of the check.
        refused: the errors about the file, which reject all of its rows.
        also: codes that reject a row whatever the severity of their rule.
    """

    def __init__(
        self,
        layout: Layout,
        plan: Plan,
        refused: Sequence[tuple[Rule, Problem]],
        *,
        also: Sequence[str] = (),
    ) -> None:
        self._layout = layout
        self._plan = plan
        self._refused = refused
        self._also = tuple(also)
        self._names = RowIds(layout)

    @property
    def header(self) -> list[str]:
        """The names of the columns that `of` gives."""
        return [*(self._layout.header[at] for at in own(self._layout.header)), *HELPERS]

    def of(
        self, chunk: Chunk, rejected: Bools, rejected_malformed: Bools, findings: Findings
    ) -> list[pa.Array]:
        """The rejects of a chunk, in row order.

        Args:
            chunk: as read.
            rejected: a mask over its table.
            rejected_malformed: a mask over its malformed records.
            findings: of its rows, after fixing.

        Returns:
            A string column for each name of `header`.
        """
        positions = own(self._layout.header)
        kept = chunk.table.select([str(at) for at in positions]).filter(pa.array(rejected))
        odd = chunk.malformed[rejected_malformed]
        fields = cut_to_width(odd["raw"], self._layout.syntax, len(self._layout.header))
        rows = np.concatenate([chunk.rows[rejected], odd["row"].to_numpy(dtype=np.int64)])
        lines = np.concatenate([chunk.lines[rejected], odd["line"].to_numpy(dtype=np.int64)])
        raws = np.concatenate(
            [np.full(int(rejected.sum()), "", object), odd["raw"].to_numpy(object)]
        )
        order = np.argsort(rows, kind="stable")
        cells = [
            pa.concat_arrays([whole.combine_chunks().cast(pa.string()), fields[at]]).take(order)
            for whole, at in zip(kept.columns, positions, strict=True)
        ]
        return cells + self._helpers(chunk, rows[order], lines[order], raws[order], findings)

    def pieces(
        self, chunk: Chunk, rejected: Bools, rejected_malformed: Bools, findings: Findings
    ) -> Iterator[list[pa.Array]]:
        """What `of` returns, some rows at a time: a reject may be much longer than its row.

        Arguments as of `of`.
        """
        malformed = chunk.malformed["row"].to_numpy(dtype=np.int64)
        rows = np.sort(np.concatenate([chunk.rows[rejected], malformed[rejected_malformed]]))
        for start in range(0, len(rows), _TOGETHER):
            first, last = rows[start], rows[start : start + _TOGETHER][-1]
            yield self.of(
                chunk,
                rejected & (chunk.rows >= first) & (chunk.rows <= last),
                rejected_malformed & (malformed >= first) & (malformed <= last),
                findings,
            )

    def _helpers(
        self, chunk: Chunk, rows: Ints, lines: Ints, raws: np.ndarray, findings: Findings
    ) -> list[pa.Array]:
        reasons = self._reasons(findings, rows)
        general = " ".join(dict.fromkeys(rule.code for rule, _ in self._refused))
        message = "; ".join(
            dict.fromkeys(problem.message or rule.message for rule, problem in self._refused)
        )
        alone = Reason.CONFIG if self._refused else Reason.FIX
        helpers: dict[str, np.ndarray | pa.Array | str] = {
            "preflight__row": rows,
            "preflight__line": lines,
            "preflight__source": "local",
            "preflight__class": reasons.classes.fill_null(alone.value),
            "preflight__codes": _with(reasons.codes, general, " ").fill_null(""),
            "preflight__message": _with(reasons.messages, message, "; ").fill_null(_MALFORMED),
            "preflight__id": self._names.of(chunk, rows),
            "preflight__raw": raws,
        }
        return helper_columns(helpers, len(rows))

    def _reasons(self, findings: Findings, rows: Ints) -> _Reasons:
        """The errors of each of some ascending rows."""
        rules = self._plan.rules
        errors = [code for code, rule in rules.items() if rule.severity is Severity.ERROR]
        found = tables.errors(findings, [*errors, *self._also])
        found = found.only(np.isin(found.rows, rows))
        if not len(found):
            return _Reasons(*[pa.nulls(len(rows), pa.string())] * 3)
        found = found.taken(np.argsort(found.rows, kind="stable"))
        crashed = found.of(rule.code for rule in self._plan.scoped(Scope.CRASH))
        pairs = found.rows * len(found.codes) + found.numbers
        once = found.taken(np.sort(np.unique(pairs, return_index=True)[1]))
        codes = pa.array(once.codes, pa.string()).take(pa.array(once.numbers))
        unknown = pa.array(np.isin(rows, found.rows[crashed]))
        classes = pc.if_else(unknown, Reason.UNKNOWN.value, Reason.FIX.value)
        return _Reasons(
            codes=_joined(once.rows, codes, rows, " "),
            messages=_joined(found.rows, self._messages(found), rows, "; "),
            classes=pc.if_else(pa.array(np.isin(rows, found.rows)), classes, None),
        )

    def _messages(self, found: Findings) -> pa.Array:
        """The message of each finding, behind the name of its column."""
        rules = self._plan.rules
        names = {
            column.position + 1: f"{bare_name(column.name) or f'column {column.position + 1}'}: "
            for column in self._plan.columns
        }
        key = found.numbers.astype(np.int64) * (len(found.texts) + 1) + found.messages + 1
        key = key * (int(found.columns.max()) + 1) + found.columns
        _, firsts, which = np.unique(key, return_index=True, return_inverse=True)
        texts = []
        for at in firsts.tolist():
            rule = rules.get(found.codes[found.numbers[at]])
            message = found.text(found.messages[at]) or (rule.message if rule else _MALFORMED)
            texts.append(f"{names.get(int(found.columns[at]), '')}{message}")
        return pa.array(texts, pa.string()).take(pa.array(which))


class _Reasons(NamedTuple):
    """Why rows are rejected; null for a row without an error of its own.

    Attributes:
        codes: of its errors, each once.
        messages: of its errors, with the names of their columns.
        classes: of its errors together, a `Reason`.
    """

    codes: pa.Array
    messages: pa.Array
    classes: pa.Array


def _joined(of: Ints, texts: pa.Array, rows: Ints, separator: str) -> pa.Array:
    """The texts of each of some rows joined to one, null where it has none.

    Args:
        of: the row of each text, ascending; all are among `rows`.
        texts: to be joined.
        rows: ascending, each once.
        separator: between two texts.
    """
    starts = np.searchsorted(of, rows)
    stops = np.searchsorted(of, rows, side="right")
    offsets = pa.array([*starts, len(of)], pa.int32())
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, texts), separator)
    return pc.if_else(pa.array(stops > starts), joined, None)


def _with(texts: pa.Array, more: str, separator: str) -> pa.Array:
    """The texts with what holds for all rows behind them."""
    if not more:
        return texts
    return pc.binary_join_element_wise(texts, more, separator, null_handling="skip")
