"""The rows of rejects.csv: the input's own columns, verbatim, then what is wrong with each row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
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
from preflight.writing.results_folder import HELPERS, helper_columns

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
        cells = [
            np.concatenate(
                [
                    kept.column(place).to_numpy(zero_copy_only=False).astype(object),
                    np.array([record[at] for record in fields], dtype=object),
                ]
            )
            for place, at in enumerate(positions)
        ]
        rows = np.concatenate([chunk.rows[rejected], odd["row"].to_numpy(dtype=np.int64)])
        lines = np.concatenate([chunk.lines[rejected], odd["line"].to_numpy(dtype=np.int64)])
        raws = np.concatenate(
            [np.full(int(rejected.sum()), "", object), odd["raw"].to_numpy(object)]
        )
        order = np.argsort(rows, kind="stable")
        return [pa.array(column[order], type=pa.string()) for column in cells] + self._helpers(
            chunk, rows[order], lines[order], raws[order], findings
        )

    def _helpers(
        self, chunk: Chunk, rows: Ints, lines: Ints, raws: np.ndarray, findings: Findings
    ) -> list[pa.Array]:
        reasons = self._reasons(findings).reindex(rows)
        general = " ".join(dict.fromkeys(rule.code for rule, _ in self._refused))
        message = "; ".join(
            dict.fromkeys(problem.message or rule.message for rule, problem in self._refused)
        )
        codes = [_together(" ", row_codes, general) for row_codes in reasons["codes"]]
        messages = [
            _together("; ", row_messages, message) or _MALFORMED
            for row_messages in reasons["messages"]
        ]
        alone = Reason.CONFIG if self._refused else Reason.FIX
        classes = reasons["classes"].fillna(alone.value).to_numpy(object)
        helpers: dict[str, np.ndarray | str] = {
            "preflight__row": rows,
            "preflight__line": lines,
            "preflight__source": "local",
            "preflight__class": classes,
            "preflight__codes": np.array(codes, dtype=object),
            "preflight__message": np.array(messages, dtype=object),
            "preflight__id": self._names.of(chunk, rows),
            "preflight__raw": raws,
        }
        return helper_columns(helpers, len(rows))

    def _reasons(self, findings: Findings) -> pd.DataFrame:
        """The codes, messages (with column names) and class of each row that has errors."""
        rules = self._plan.rules
        errors = [code for code, rule in rules.items() if rule.severity is Severity.ERROR]
        errors += self._also
        frame = tables.errors(findings, errors).frame
        if frame.empty:
            return pd.DataFrame(columns=["codes", "messages", "classes"], dtype=object)
        codes = frame[tables.CODE].astype("str")
        default = codes.map({code: rules[code].message for code in codes.unique() if code in rules})
        messages = frame[tables.MESSAGE].where(frame[tables.MESSAGE].notna(), default)
        names = {
            column.position + 1: f"{bare_name(column.name) or f'column {column.position + 1}'}: "
            for column in self._plan.columns
        }
        crashed = [rule.code for rule in self._plan.scoped(Scope.CRASH)]
        pieces = pd.DataFrame(
            {
                "row": frame[tables.ROW],
                "codes": codes,
                "messages": frame[tables.COLUMN].map(names).fillna("") + messages.astype("str"),
                "unknown": codes.isin(crashed),
            }
        ).sort_values("row", kind="stable")
        unknown = pieces.groupby("row")["unknown"].any()
        return pd.DataFrame(
            {
                "codes": _joined(pieces.drop_duplicates(["row", "codes"]), "codes", " "),
                "messages": _joined(pieces, "messages", "; "),
                "classes": np.where(unknown, Reason.UNKNOWN.value, Reason.FIX.value),
            },
            index=unknown.index,
        )


def _joined(pieces: pd.DataFrame, column: str, separator: str) -> np.ndarray:
    """The texts of each row joined to one; by arrays, because every row of a file may fail."""
    starts = np.flatnonzero(np.diff(pieces["row"], prepend=-1))
    texts = pa.array(pieces[column].to_numpy(dtype=object), type=pa.string())
    lists = pa.ListArray.from_arrays(pa.array([*starts, len(pieces)], type=pa.int32()), texts)
    joined: np.ndarray = pc.binary_join(lists, separator).to_numpy(zero_copy_only=False)
    return joined


def _together(separator: str, *texts: object) -> str:
    return separator.join(text for text in texts if isinstance(text, str) and text)
