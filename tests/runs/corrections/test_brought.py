"""What a person changed is kept in the state folder, also where the call was killed before."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from preflight.runs.corrections import KEPT
from preflight.runs.corrections.brought import keep, write_log
from preflight.runs.corrections.compare import CORRECTION_COLUMNS
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run
from tests.runs.delivery.scripted import make_parts, make_run


def made(text: str) -> pd.DataFrame:
    """One correction, with a text in each of its columns."""
    return pd.DataFrame([[text] * len(CORRECTION_COLUMNS)], columns=list(CORRECTION_COLUMNS))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run whose results have corrections."""
    folder = tmp_path / "out"
    folder.mkdir()
    write_log(folder, made("changed"))
    with Ledger(tmp_path / "state") as ledger:
        return ledger.run(make_run(ledger, make_parts(folder, 1), folder=folder))


def test_corrections_that_a_killed_call_did_not_keep_are_kept_by_a_resume(
    tmp_path: Path, run: Run
) -> None:
    kept = tmp_path / "state" / KEPT / run.id
    kept.mkdir(parents=True)
    (kept / ".corrections.csv.partial").write_bytes(b"row,li")
    keep(tmp_path / "state", run)
    assert [path.name for path in kept.iterdir()] == ["corrections.csv"]
    written = (run.folder / "corrections.csv").read_bytes()
    assert (kept / "corrections.csv").read_bytes() == written


def test_corrections_that_are_kept_stay_as_they_are(tmp_path: Path, run: Run) -> None:
    """The results may have been changed since."""
    keep(tmp_path / "state", run)
    before = (tmp_path / "state" / KEPT / run.id / "corrections.csv").read_bytes()
    write_log(run.folder, made("changed since"))
    keep(tmp_path / "state", run)
    assert (tmp_path / "state" / KEPT / run.id / "corrections.csv").read_bytes() == before
    (run.folder / "corrections.csv").unlink()
    keep(tmp_path / "state", run)
    assert (tmp_path / "state" / KEPT / run.id / "corrections.csv").read_bytes() == before
