"""Which rows a rule about whole rows has to check: those that a cheap pattern selects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.catalogue import refused_by_re2
from preflight.core.arrow import matches
from preflight.core.errors import RuleError
from preflight.core.types import Bools
from preflight.rule import RowContext, Rule

_FEW = 0.05
Cells = Callable[[int], pa.Array]
"""The cells of a column, by its position."""


class RowSuspects:
    """The suspects of some rules, by their `among`.

    Args:
        rules: of the scope ROW.
        context: of the file.

    Raises:
        RuleError: the `among` of a rule is not an RE2 pattern.
    """

    def __init__(self, rules: Iterable[Rule], context: RowContext) -> None:
        self._context = context
        self._among = {rule.code: _among(rule, context) for rule in rules}
        self._first: tuple[pa.Table, pa.ChunkedArray] | None = None

    def sought(self, rule: Rule) -> bool:
        """Whether a rule has anything to look for in the file."""
        return self._among[rule.code] != {}

    def mask(self, rule: Rule, table: pa.Table) -> Bools:
        """A mask of the rows of a table that a rule has to check."""
        mask = np.zeros(table.num_rows, dtype=bool)
        if not table.num_rows:
            return mask
        patterns = self._among[rule.code]
        if isinstance(patterns, str):
            return matches(self._first_filled(table), patterns)
        for position, pattern in patterns.items():
            mask |= matches(table[str(position)], pattern)
        return mask

    def any_of(self, rules: Iterable[Rule], count: int, column: Cells) -> Bools:
        """A mask of the rows that one of some rules has to check, or may have to.

        Args:
            rules: of those given.
            count: how many rows there are.
            column: gives the cells of a column, by its position.
        """
        first: list[str] = []
        own: dict[int, list[str]] = {}
        for rule in rules:
            patterns = self._among[rule.code]
            if isinstance(patterns, str):
                first.append(patterns)
                continue
            for position, pattern in patterns.items():
                own.setdefault(position, []).append(pattern)
        mask = np.zeros(count, dtype=bool)
        if first:
            mask |= self._first_matches(count, column, _either(first))
        for position, some in own.items():
            mask |= matches(column(position), _either(some))
        return mask

    def _first_matches(self, count: int, column: Cells, pattern: str) -> Bools:
        """The rows whose first filled cell matches, and a few with a blank first cell."""
        cells = pc.utf8_trim_whitespace(column(0))
        blank = np.asarray(pc.equal(cells, ""), dtype=bool)
        if np.count_nonzero(blank) > _FEW * count:
            width = len(self._context.header)
            return matches(_first_filled(map(column, range(width))), pattern)
        mask: Bools = matches(cells, pattern) | blank
        return mask

    def _first_filled(self, table: pa.Table) -> pa.ChunkedArray:
        """The first cell of each row that is not blank; "" if all are blank.

        It is kept for the next rule that asks about the same table.
        """
        if self._first is None or self._first[0] is not table:
            self._first = table, _first_filled(table.itercolumns())
        return self._first[1]


def _among(rule: Rule, context: RowContext) -> str | Mapping[int, str]:
    """The patterns that make a row a suspect of a rule; empty if there are none."""
    try:
        among = rule.among(context) if callable(rule.among) else rule.among
        patterns = [among] if isinstance(among, str) else list((among or {}).values())
        refused = next(filter(None, map(refused_by_re2, patterns)), "")
    except Exception as error:
        raise RuleError(f"rule {rule.code}: its `among` is not an RE2 pattern: {error}") from error
    if refused:
        raise RuleError(f"rule {rule.code}: its `among` is not an RE2 pattern: {refused}")
    return {} if among is None else among


def _either(patterns: Iterable[str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in dict.fromkeys(patterns))


def _first_filled(columns: Iterable[pa.ChunkedArray]) -> pa.ChunkedArray:
    columns = iter(columns)
    first = pc.utf8_trim_whitespace(next(columns))
    for values in columns:
        blank = pc.equal(first, "")
        if not pc.any(blank).as_py():
            break
        first = pc.if_else(blank, pc.utf8_trim_whitespace(values), first)
    return first
