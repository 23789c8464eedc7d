"""How many of the rows that a provider refused were predicted by a warning, reason by reason.

A refusal was *predicted* when its row was sent with a warning that is a sign of the reason: one
that is at least twice as frequent on the rows refused for it as on the accepted ones. A warning
that every second row has predicts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

ACCEPTED, REFUSED = "accepted", "rejected_there"
SIGN = 2
"""How many times as often as on accepted rows a warning stands on refused ones to be a sign."""

SEPARATOR = "; "
"""Between the provider's codes of a row that it refused for several reasons."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was known beforehand of the rows that were refused for one reason.

    Attributes:
        rows: how many they are.
        predicted: how many of them had a warning that is a sign of the reason.
        by: the rules of these warnings → on how many of the rows each stood, most first.
        accepted: for the same rules, on how many of the accepted rows each stood.
        no_sign: likewise as `by`, for the rules whose warnings are none.
    """

    rows: int
    predicted: int
    by: Mapping[str, int] = field(default_factory=dict)
    accepted: Mapping[str, int] = field(default_factory=dict)
    no_sign: Mapping[str, int] = field(default_factory=dict)

    @property
    def missed(self) -> int:
        """How many of them no warning predicted."""
        return self.rows - self.predicted


def predicted(verdicts: pd.DataFrame) -> dict[str, Predicted]:
    """What was predicted of each reason, the most frequent reason first.

    Of rows that were refused without anyone saying which they are, nothing can be said.

    Args:
        verdicts: one line a row, see `verdicts`; `place`, `warnings` and `provider_code` are read.
    """
    refused = verdicts[verdicts["place"] == REFUSED]
    reasons = refused.assign(code=refused["provider_code"].str.split(SEPARATOR)).explode("code")
    accepted = verdicts[verdicts["place"] == ACCEPTED]
    alarms = _rules(accepted)
    told = {}
    for code, rows in reasons.groupby("code", sort=True):
        by, other = dict[str, int](), dict[str, int]()
        for rule, count in _rules(rows).items():
            often = count * len(accepted) >= SIGN * alarms.get(rule, 0) * len(rows)
            (by if often else other)[rule] = count
        signs = rows["warnings"].str.split().map(by.keys().isdisjoint)
        told[str(code)] = Predicted(
            len(rows),
            int((~signs.astype(bool)).sum()),
            by,
            {rule: alarms.get(rule, 0) for rule in by},
            other,
        )
    return dict(sorted(told.items(), key=lambda entry: (-entry[1].rows, entry[0])))


def _rules(rows: pd.DataFrame) -> dict[str, int]:
    """On how many of some rows a warning of each rule stood, most first."""
    codes = rows.loc[rows["warnings"] != "", "warnings"].str.split().map(set).explode()
    counted = codes.value_counts()
    return {
        str(code): int(count)
        for code, count in sorted(counted.items(), key=lambda entry: (-entry[1], str(entry[0])))
    }
