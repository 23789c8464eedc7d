"""How many of the rows that a provider refused a warning had predicted, for each reason.

A refusal was *predicted* if its row was sent with a warning that is a *sign* of the reason: a
warning that is at least twice as frequent on the rows refused for it as on accepted rows. So a
warning that every second row has predicts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

ACCEPTED, REFUSED = "accepted", "rejected_there"
SIGN = 2
"""How many times as frequent on refused rows as on accepted rows a sign must be."""

SEPARATOR = "; "
"""Separates the provider's codes of a row that it refused for several reasons."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """The warnings on the rows that were refused for one reason.

    Attributes:
        rows: number of these rows.
        predicted: how many of them had a warning that is a sign of the reason.
        by: the rules whose warnings are signs, with the number of these rows that have one; most
            first.
        accepted: for the same rules, the number of accepted rows that have such a warning.
        no_sign: like `by`, for the rules whose warnings are not signs.
    """

    rows: int
    predicted: int
    by: Mapping[str, int] = field(default_factory=dict)
    accepted: Mapping[str, int] = field(default_factory=dict)
    no_sign: Mapping[str, int] = field(default_factory=dict)

    @property
    def missed(self) -> int:
        """How many of the rows no warning predicted."""
        return self.rows - self.predicted


def predicted(outcomes: pd.DataFrame) -> dict[str, Predicted]:
    """How well warnings predicted each reason, the most frequent reason first.

    Rows that were refused without the provider saying which they are do not count.

    Args:
        outcomes: of the rows, see `RowOutcomes.table`; `place`, `warnings` and `provider_code` are
            read.
    """
    refused = outcomes[outcomes["place"] == REFUSED]
    reasons = refused.assign(code=refused["provider_code"].str.split(SEPARATOR)).explode("code")
    accepted = outcomes[outcomes["place"] == ACCEPTED]
    alarms = _rules(accepted)
    by_code = {}
    for code, rows in reasons.groupby("code", sort=True):
        by, other = dict[str, int](), dict[str, int]()
        for rule, count in _rules(rows).items():
            is_sign = count * len(accepted) >= SIGN * alarms.get(rule, 0) * len(rows)
            (by if is_sign else other)[rule] = count
        signs = rows["warnings"].str.split().map(by.keys().isdisjoint)
        by_code[str(code)] = Predicted(
            len(rows),
            int((~signs.astype(bool)).sum()),
            by,
            {rule: alarms.get(rule, 0) for rule in by},
            other,
        )
    return dict(sorted(by_code.items(), key=lambda entry: (-entry[1].rows, entry[0])))


def _rules(rows: pd.DataFrame) -> dict[str, int]:
    """For each rule the number of rows that have a warning of it, most first."""
    codes = rows.loc[rows["warnings"] != "", "warnings"].str.split().map(set).explode()
    counted = codes.value_counts()
    return {
        str(code): int(count)
        for code, count in sorted(counted.items(), key=lambda entry: (-entry[1], str(entry[0])))
    }
