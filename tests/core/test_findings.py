"""Findings as a table."""

from __future__ import annotations

import numpy as np

from preflight.core import findings as tables
from preflight.core.findings import Findings


def _some() -> Findings:
    return tables.concat(
        [
            tables.table("STR102", np.array([1]), np.array([2])),
            tables.table("EML302", np.array([2, 3]), np.array([3, 4]), 1, "why"),
        ]
    )


def test_findings_are_counted_by_code() -> None:
    """In the order of the codes."""
    assert list(_some().counts().items()) == [("EML302", 2), ("STR102", 1)]


def test_a_code_that_was_filtered_out_is_not_counted_as_none() -> None:
    """A summary would list it with a nought."""
    found = _some()
    kept = found.only(~found.of(["STR102"]))
    assert kept.counts() == {"EML302": 2}
    assert tables.of_codes(found, ["EML306"]).counts() == {}
    assert tables.concat([]).counts() == {}
