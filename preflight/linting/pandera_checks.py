"""Rules as pandera checks.

One adapter, `check_of`, turns a rule into a `pandera.Check` named by the rule's code. A
`ContactSchema` of such checks validates anyone's frame. The engine calls the function of the very
same check on the distinct suspects of a column, and reads the mask that it returns, never an
exception's text, which would hold values. It does so without pandera, which would pass the call on
and whose import takes longer than to lint a small file; a test holds both to the same masks.

Pandera lets a check pass that returns a scalar or a mask of another length. A rule's answer is
therefore demanded to be a boolean mask of the index it was given; anything else, like an exception,
is a crash, and the rows are unknown, not passed.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config import catalogue
from preflight.config.plan import Plan
from preflight.core.arrow import mask, replaced_rows, series, strings
from preflight.core.errors import RuleError
from preflight.core.formula_cells import formula_texts
from preflight.core.invisible import BLANK
from preflight.core.patterns import matching
from preflight.core.types import Bools, Column
from preflight.kinds.registry import KINDS
from preflight.kinds.timestamp.day_month_order import DayMonthOrders
from preflight.linting.rule_answers import (
    RuleCrashed,
    arity,
    asked,
    crash_message,
    mask_of,
    texts_of,
)
from preflight.rule import Context, Rule

if TYPE_CHECKING:
    import pandera.pandas as pa_schema

VALUE, INSIDE, REGION = "value", "inside", "region"


@dataclasses.dataclass(frozen=True)
class _Business:
    """The cells that are a rule's business.

    Attributes:
        cells: those cells.
        where: a mask of them over all prepared cells; None where all are.
    """

    cells: pd.DataFrame
    where: Bools | None


_NO_CELLS = pd.DataFrame()


class ColumnChecks:
    """The rules of one column, compiled.

    Args:
        column: what it is.
        plan: the rules that are on, and the options they go by.

    Attributes:
        marks: an RE2 pattern of the cells that its rules may report, by their `marks`; "" if some
            may report others.

    Raises:
        RuleError: the suspects of a rule are no RE2 pattern.
    """

    def __init__(self, column: Column, plan: Plan) -> None:
        self.column = column
        self.kind = KINDS.get(column.kind, KINDS["text"])
        self.rules = plan.cell_rules(column)
        self.hints = plan.hints(column)
        self.region = plan.region or ""
        self._plan = plan
        patterns = [_suspects(rule, self) for rule in self.rules if rule.suspects]
        self._suspects = "|".join(f"(?:{pattern})" for pattern in patterns if pattern)
        marked = bool(self.rules) and all(rule.marks for rule in self.rules)
        marks = re.escape("".join(rule.marks for rule in self.rules))
        self.marks = f"[{marks}]" if marked else ""
        self._longest = plan.profile.longest(column)
        self._unwraps = any(rule.unwraps for rule in self.rules)
        self._prepared: pd.DataFrame | None = None
        self._business: dict[tuple[bool, bool], _Business] = {}

    def context(self, judged: pd.DataFrame) -> Context:
        """What the rules may know besides the values."""
        profile = self._plan.profile
        field = profile.fields.get(self.column.field) if self.column.field else None
        plan = self._plan
        return Context(
            judged=judged,
            column=self.column,
            field=field,
            profile=profile,
            written=plan.written,
            mail=plan.mail,
            columns=plan.columns,
            region_columns=plan.region_columns,
        )

    def settled(self, cells: pd.DataFrame) -> ColumnChecks:
        """The same rules, with what some prepared cells prove of the column; see `orders`."""
        orders = DayMonthOrders()
        orders.add(self.column.position, cells)
        shown = orders.settled()
        if not shown:
            return self
        return ColumnChecks(self.column, dataclasses.replace(self._plan, orders=shown))

    def suspects(self, values: pa.ChunkedArray) -> Bools:
        """True where a cell is worth a look: a mask over a string column."""
        return self.triage(values)[1]

    def triage(self, values: pa.ChunkedArray, normal: Bools | None = None) -> tuple[Bools, Bools]:
        """Where the kind's triage passes a cell, and where a cell is worth a look nevertheless.

        A rule may name suspects of its own among the cells that are fine for their kind.

        Args:
            values: the cells.
            normal: where one is the normal form that a cell had before it was fixed, if known.
        """
        if normal is None or self.kind.again is None:
            plain = fine = self.kind.plain(values)
        else:
            plain = fine = self.kind.again(values, normal)
        if self._suspects:
            fine = pc.and_not(fine, matching(values, self._suspects))
        if self._longest is not None:
            fine = pc.and_(fine, pc.less_equal(pc.utf8_length(values), self._longest))
        if not self.column.required:
            fine = pc.or_(fine, pc.equal(values, ""))
        return np.asarray(plain.to_numpy()), np.asarray(pc.invert(fine).to_numpy())

    def prepare(
        self,
        values: pd.Series[str],
        regions: pd.Series[str] | None = None,
        *,
        plain: Bools | None = None,
    ) -> pd.DataFrame:
        """Distinct cells with what the kind's library makes of each.

        Args:
            values: the cells, distinct.
            regions: of each cell's row, where the kind needs it.
            plain: where the kind's triage passes a value, if the caller knows.

        Returns:
            A frame of the values' index: `value`; `inside`, the value that rules see, which differs
            if the cell is wrapped and a rule unwraps it; `region` where the kind needs it, and the
            columns of the kind's judgement of the value inside.
        """
        inside = series(formula_texts(strings(values)), values.index) if self._unwraps else values
        given = {VALUE: values, INSIDE: inside}
        if self.kind.regional:
            unknown = pd.Series("", values.index, dtype="str")
            given[REGION] = unknown if regions is None else regions
        judged = self._judged(pd.DataFrame({**given, VALUE: inside}), plain)
        # Not `join`, which costs more than to judge a few cells.
        return pd.DataFrame({**given, **judged}, index=values.index)

    def _judged(self, seen: pd.DataFrame, plain: Bools | None) -> pd.DataFrame:
        """What the kind's library makes of the values that rules see."""
        obvious = self.kind.obvious
        if plain is None or obvious is None or not plain.any():
            return self.kind.judge(seen, self.hints)
        if plain.all():
            return obvious(seen[VALUE])
        judged = self.kind.judge(seen[~plain], self.hints)
        return replaced_rows(obvious(seen[VALUE]), ~plain, judged)

    def failed(self, rule: Rule, cells: pd.DataFrame) -> Bools:
        """Where a rule hits a cell: a mask over the frame that `prepare` made.

        Raises:
            RuleCrashed: the rule, or one that it yields to, raised or did not answer with a mask.
        """
        hit = self._reported(rule, cells)
        for better in self.rules if rule.yields_to and hit.any() else ():
            if better.code in rule.yields_to and hit.any():
                hit[hit] = ~self._reported(better, cells[hit])
        return hit

    def _reported(self, rule: Rule, cells: pd.DataFrame) -> Bools:
        if not len(self.business(rule, cells).cells):
            return np.zeros(len(cells), dtype=bool)
        try:
            answer = _judge_cells(rule, self, cells)
        except RuleCrashed:
            raise
        except Exception as error:  # noqa: BLE001 - a rule may raise anything
            raise RuleCrashed(crash_message(rule, error), raised=True) from None
        return np.asarray(~mask_of(rule, answer, cells.index).to_numpy())

    def business(self, rule: Rule, cells: pd.DataFrame) -> _Business:
        """The cells that are a rule's business: the filled ones, or the blank ones.

        All rules of a column are asked of one frame, in turn, and most of them of the same cells.
        """
        if self._prepared is not cells:
            self._prepared, self._business = cells, {}
        way = (rule.unwraps, rule.blanks)
        if way not in self._business:
            where = mask((_blank if rule.blanks else _filled)(strings(_seen(rule, cells))))
            everywhere = bool(where.all())
            self._business[way] = (
                _Business(cells, None) if everywhere else _Business(cells[where], where)
            )
        return self._business[way]

    def reasons(self, rule: Rule, cells: pd.DataFrame) -> np.ndarray | None:
        """A message for each hit cell; None where the rule's own message says all.

        Equal ones are one object: most rules have few, and a file may have many such cells.
        """
        if rule.reason is None:
            return None
        messages = strings(self._texts(rule, rule.reason, cells, "its reasons are"))
        encoded = messages.dictionary_encode()
        distinct = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
        which = np.asarray(encoded.indices.to_numpy(), dtype=np.int64)
        return distinct[which]

    def fixed(self, rule: Rule, cells: pd.DataFrame) -> pd.Series[str]:
        """The hit cells as the rule's fix would have them."""
        assert rule.fix is not None  # noqa: S101 - the caller asks for rules with a fix only
        return self._texts(rule, rule.fix, cells, "its fix is")

    def answer(self, rule: Rule, function: Any, cells: pd.DataFrame) -> Any:
        """What a function of a rule answers of prepared cells."""
        # Shallow, and copied on write: what a rule does to its frame is no other rule's business.
        return asked(function, _seen(rule, cells), lambda: self.context(cells.copy(deep=False)))

    def _texts(self, rule: Rule, function: Any, cells: pd.DataFrame, what: str) -> pd.Series[str]:
        try:
            answer = self.answer(rule, function, cells)
        except Exception as error:  # noqa: BLE001 - a rule may raise anything
            raise RuleCrashed(crash_message(rule, error), raised=True) from None
        return texts_of(rule, answer, cells.index, what)


def _suspects(rule: Rule, checks: ColumnChecks) -> str:
    """The pattern of a rule's suspects, known to be one; "" where it has none in this column."""
    if isinstance(rule.suspects, str):
        return rule.suspects  # the catalogue has tried it
    try:
        assert rule.suspects is not None  # noqa: S101 - the caller asks for rules with some only
        given = (checks.context(_NO_CELLS),) if arity(rule.suspects) else ()
        pattern: str = rule.suspects(*given)
        refused = catalogue.refused_by_re2(pattern)
    except Exception as error:
        raise RuleError(f"rule {rule.code}: its suspects are no RE2 pattern: {error}") from error
    if refused:
        raise RuleError(f"rule {rule.code}: its suspects are no RE2 pattern: {refused}")
    return pattern


def _seen(rule: Rule, cells: pd.DataFrame) -> pd.Series[str]:
    """The values that a rule sees: only the one that unwraps sees a wrapped cell as it is."""
    return cells[VALUE if rule.unwraps else INSIDE]


def check_of(rule: Rule, checks: ColumnChecks) -> pa_schema.Check:
    """A rule as a check of prepared cells (the engine) or of a plain series (anyone's frame)."""
    import pandera.pandas as pa_schema

    def judge(given: pd.DataFrame | pd.Series[str]) -> Any:
        if isinstance(given, pd.Series):
            return _judge_series(rule, checks, given)
        return _judge_cells(rule, checks, given)

    return pa_schema.Check(
        judge, name=rule.code, error=f"{rule.code} {rule.message}", ignore_na=False
    )


def _judge_cells(rule: Rule, checks: ColumnChecks, cells: pd.DataFrame) -> Any:
    """What a rule says of the cells that are its business; `failed` sees that it is a mask."""
    business = checks.business(rule, cells)
    answer = checks.answer(rule, rule.check, business.cells)
    if business.where is None:
        return answer
    valid = np.ones(len(cells), dtype=bool)
    valid[business.where] = mask_of(rule, answer, business.cells.index)
    return pd.Series(valid, index=cells.index)


def _filled(values: pa.Array) -> pa.Array:
    return pc.not_equal(values, "")


def _blank(values: pa.Array) -> pa.Array:
    return matching(values, f"^{BLANK}$")


def _judge_series(rule: Rule, checks: ColumnChecks, given: pd.Series[str]) -> pd.Series[bool]:
    """A whole column of anyone's frame: triage, distinct values, the rule, and back to the rows."""
    text = given.astype("object").where(given.notna(), "").astype(str)
    column = pa.chunked_array([pa.array(text.to_numpy(), type=pa.string())])
    suspect = checks.suspects(column)
    if not suspect.any():
        return pd.Series(True, index=given.index, dtype=bool)
    codes, distinct = pd.factorize(text.to_numpy()[suspect])
    values = pd.Series(distinct, dtype="str")
    regions = pd.Series(checks.region, index=values.index, dtype="str")
    cells = checks.prepare(values, regions)
    settled = checks.settled(cells)
    if settled is not checks:
        cells = settled.prepare(values, regions)
    failed = settled.failed(rule, cells)
    valid = np.ones(len(given), dtype=bool)
    valid[np.flatnonzero(suspect)[failed[codes]]] = False
    return pd.Series(valid, index=given.index, dtype=bool)
