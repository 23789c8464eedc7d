"""The findings as CSV, read by pandas."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import pandas as pd
import pytest

from preflight.core.redact import visible
from preflight.report.formats import as_csv
from preflight.report.listing import Listing
from preflight.report.reported import Display
from tests.checked import rendered
from tests.report.finding_records import of_findings


def read(text: str) -> pd.DataFrame:
    """The table."""
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


@pytest.mark.parametrize("show_values", [False, True])
def test_each_finding_is_a_row(found: Listing, odd: Listing, *, show_values: bool) -> None:
    display = Display(show_values=show_values)
    table = read(rendered("csv", found, odd, display=display))
    assert tuple(table.columns) == as_csv.COLUMNS
    expected: list[dict[str, Any]] = [
        dict(finding) for one in (found, odd) for finding in of_findings(one, display)
    ]
    for row, finding in zip(table.to_dict("records"), expected, strict=True):
        fix = finding.pop("fix") or {"safety": None, "replacement": None}
        finding |= {"baseline": None, "fix": fix["safety"], "replacement": fix["replacement"]}
        texts = {key: "" if value is None else str(value) for key, value in finding.items()}
        assert row == {key: visible(text) for key, text in texts.items()}


def test_a_spreadsheet_runs_nothing(found: Listing) -> None:
    one = dataclasses.replace(found, path="=1+2.csv")
    assert set(read(rendered("csv", one))["path"]) == {"'=1+2.csv"}


def test_many_findings_are_written_in_blocks(
    found: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = rendered("csv", found)
    monkeypatch.setattr(as_csv, "_ROWS", 2)
    assert rendered("csv", found) == whole
