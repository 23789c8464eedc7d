"""Failure reports on disk: whole or not there, private, and read back as they were."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from preflight.core.exchange import FailureReport
from preflight.runs.ledger import kept_reports


def _report(
    raw: bytes = b"\xef\xbb\xbfReason,Email\r\n\xff\n", suffix: str = ".csv"
) -> FailureReport:
    table = pd.DataFrame(
        {
            "code": pd.Series(["A", ""], dtype="str"),
            "message": pd.Series(["mal formé", "NA"], dtype="str"),
            "row_number": pd.Series([7, None], dtype="Int64"),
            "value": pd.Series(["0123", ""], dtype="str"),
            "key": pd.Series(["", "x"], dtype="str"),
            "cells": pd.Series(["a\nb", "€"], dtype="str"),
        }
    )
    return FailureReport(raw, suffix, table)


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_a_report_comes_back_as_it_was_kept(tmp_path: Path, suffix: str) -> None:
    """Bytes, suffix, values and types."""
    report = _report(suffix=suffix)
    path = kept_reports.keep(tmp_path / "reports", "20261121-213642-3f9a-0001", report)
    assert path.name == f"20261121-213642-3f9a-0001{suffix}"
    found = kept_reports.load(path)
    assert (found.raw, found.suffix) == (report.raw, suffix)
    pd.testing.assert_frame_equal(found.table, report.table)


def test_an_empty_report_comes_back_empty(tmp_path: Path) -> None:
    """With the types of its columns."""
    report = FailureReport(b"", ".csv", _report().table.iloc[:0])
    found = kept_reports.load(kept_reports.keep(tmp_path, "a", report))
    pd.testing.assert_frame_equal(found.table, report.table)


def test_a_table_with_gaps_in_its_index_is_kept(tmp_path: Path) -> None:
    """Only the order of its lines counts."""
    report = FailureReport(b"", ".csv", _report().table.iloc[1:])
    assert kept_reports.load(kept_reports.keep(tmp_path, "a", report)).table[
        "message"
    ].tolist() == ["NA"]


def test_only_the_owner_can_read_a_report(tmp_path: Path) -> None:
    """Nor its table; and nothing half-written is left."""
    folder = tmp_path / "reports"
    kept_reports.keep(folder, "a", _report())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "a.csv": 0o600,
        "a.arrow": 0o600,
    }


def test_a_report_is_replaced_when_it_is_kept_again(tmp_path: Path) -> None:
    """Also over what a killed process left half-written."""
    kept_reports.keep(tmp_path, "a", _report())
    (tmp_path / ".a.csv.partial").write_bytes(b"much longer than what is to be written" * 9)
    path = kept_reports.keep(tmp_path, "a", _report(raw=b"anew"))
    assert kept_reports.load(path).raw == b"anew"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.arrow", "a.csv"]


def test_a_missing_report_is_an_os_error(tmp_path: Path) -> None:
    """For the caller to say which run it is of."""
    with pytest.raises(OSError, match="nothing"):
        kept_reports.load(tmp_path / "nothing.csv")
