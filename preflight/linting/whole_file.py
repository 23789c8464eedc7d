"""The records of a file as one frame, for the user's schema."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.plan import Plan
from preflight.core import findings as tables
from preflight.core.findings import Findings
from preflight.core.names import bare_name
from preflight.core.types import Chunk, Ints, Layout, Problem, Severity
from preflight.rule import Rule, Scope

if TYPE_CHECKING:
    from preflight.linting.user_schema import SchemaFailure, UserSchema


@dataclass(frozen=True)
class SchemaVerdict:
    """The failures of the user's schema in a file.

    Attributes:
        findings: about rows.
        problems: about the file, each with its rule, whose severity is that of the problem.
        rejected: the rows with an error.
    """

    findings: Findings
    problems: tuple[tuple[Rule, Problem], ...]
    rejected: Ints


class WholeFile:
    """Collects the fixed records of a file and validates them with the user's schema.

    All of the file's text is in memory then, because checks of uniqueness or of a mean need it all.

    Args:
        schema: of the user.
        plan: of the check.
        layout: of the file.
    """

    def __init__(self, schema: UserSchema, plan: Plan, layout: Layout) -> None:
        self._schema, self._plan, self._layout = schema, plan, layout
        self._columns = [
            column for column in plan.columns if not column.pieces and column.kind != "helper"
        ]
        self._tables: list[pa.Table] = []
        self._rows: list[Ints] = []
        self._lines: list[Ints] = []

    def add(self, chunk: Chunk) -> None:
        """Adds the well-formed records of a chunk, after fixing."""
        self._tables.append(chunk.table.select([str(column.position) for column in self._columns]))
        self._rows.append(chunk.rows)
        self._lines.append(chunk.lines)

    def judge(self, without: Sequence[int] | Ints) -> SchemaVerdict:
        """Validates the records.

        Args:
            without: rows that the schema does not see.
        """
        rows = np.concatenate([*self._rows, np.empty(0, np.int64)]).astype(np.int64)
        lines = np.concatenate([*self._lines, np.empty(0, np.int64)]).astype(np.int64)
        seen = ~np.isin(rows, np.asarray(without, dtype=np.int64))
        rows, lines = rows[seen], lines[seen]
        failures = self._schema.judge(self._frame(seen))
        pieces, problems, rejected = [], [], [np.empty(0, np.int64)]
        for failure in failures:
            rule = self._rule(failure)
            column = None if failure.column is None else self._columns[failure.column].position + 1
            if failure.rows is None:
                line = self._layout.header_line
                problem = Problem(failure.message, line=line, column=column, severity=rule.severity)
                problems.append((rule, problem))
                continue
            reported = rows[failure.rows]
            at = lines[failure.rows]
            pieces.append(
                tables.table(rule.code, reported, at, column or tables.NONE, failure.message)
            )
            if rule.severity is Severity.ERROR:
                rejected.append(reported)
        return SchemaVerdict(
            tables.concat(pieces), tuple(problems), np.unique(np.concatenate(rejected))
        )

    def _rule(self, failure: SchemaFailure) -> Rule:
        if failure.unknown:
            return self._plan.crash
        rule = self._plan.scoped(Scope.SCHEMA)[0]
        return dataclasses.replace(rule, severity=Severity.WARNING) if failure.warning else rule

    def _frame(self, seen: np.ndarray) -> pd.DataFrame:
        if not self._tables or not self._columns:
            return pd.DataFrame(index=pd.RangeIndex(0))
        whole = pa.concat_tables(self._tables).filter(pa.array(seen))
        blank = pa.scalar(None, pa.string())
        cells = {
            at: pc.if_else(pc.equal(column, ""), blank, column).to_pandas().astype("str")
            for at, column in enumerate(whole.columns)
        }
        frame = pd.DataFrame(cells, index=pd.RangeIndex(len(whole)))
        frame.columns = pd.Index([bare_name(column.name) for column in self._columns], dtype="str")
        return frame
