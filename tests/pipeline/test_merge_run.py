"""A report joined to a run, when something breaks or somebody else is at work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from preflight.config.settings import Settings
from preflight.core.errors import PreflightError, RunLocked, SourceError, UsageError
from preflight.core.exchange import Outcome
from preflight.pipeline.merge_run import merge_run
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import NewRun, PartState, RunState, StoredPart
from preflight.runs.settlement import SettledRun
from preflight.writing import results_folder
from tests.calls import rows_of
from tests.runs.test_settlement import Line

pytestmark = pytest.mark.slow


class Joining:
    """A run of one part that a provider took, and a report of it."""

    def __init__(self, folder: Path) -> None:
        from preflight.runs.kept_run import keep_source, stored

        self.line = Line(folder)
        self.folder, self.run = folder, self.line.run
        self.settings = Settings(profile="dotdigital", state_dir=folder / "state")
        keep_source(self.line.fixed.checked, self.settings.state_dir)
        source = self.line.fixed.checked.source
        self.run = self.line.ledger.create_run(NewRun(
            provider="dotdigital", source_name=source.name, source_sha256=source.sha256,
            source_rows=self.line.fixed.books.rows, folder=self.line.folder,
            settings=stored(self.settings, self.line.fixed.checked), options={},
            books=self.line.fixed.books, parts=self.line.fixed.parts,
        ))  # fmt: skip
        self.report = folder / "r.csv"
        self.report.write_text("Reason,Email\nBlocked,ann2@kestrel-labs.com\n")

    def merge(self, **more: Any) -> SettledRun:
        return merge_run(
            self.run, "dotdigital", [self.report], self.settings, work=self.folder / "work", **more
        )

    @property
    def part(self) -> StoredPart:
        (found,) = self.line.ledger.parts(self.run)
        return found


@pytest.fixture
def joining(tmp_path: Path) -> Joining:
    """It, before anything is joined."""
    return Joining(tmp_path)


def test_what_breaks_off_leaves_a_run_that_is_settled_again(joining: Joining) -> None:
    """The report is kept, the run is open, and the same call ends it."""
    ledger = joining.line.ledger
    ledger.end_part(joining.run, 1, Outcome("finished", "Finished", rejected=1), None)
    ledger.set_run(joining.run, RunState.FINISHED)

    in_the_way = joining.line.folder / "report.json"
    in_the_way.unlink()
    in_the_way.mkdir()
    with pytest.raises((OSError, PreflightError)):
        joining.merge()
    assert ledger.run(joining.run).state is RunState.OPEN
    assert joining.part.report is not None
    in_the_way.rmdir()
    told = joining.merge()
    assert ledger.run(joining.run).state is RunState.FINISHED
    assert (told.books.accepted, told.books.rejected_there, told.unattributed) == (5, 1, 0)
    assert "its report fetched by hand" in joining.part.reason


def test_a_failed_job_stays_failed_and_its_report_says_more(joining: Joining) -> None:
    joining.line.ledger.end_part(
        joining.run, 1, Outcome("failed", "InvalidFileFormat", "save it as CSV"), None
    )
    told = joining.merge()
    assert (told.books.accepted, told.books.rejected_there) == (0, 6)
    assert joining.part.state is PartState.FAILED
    assert joining.part.reason == "save it as CSV; its report fetched by hand"
    row = rows_of(joining.line.folder / "failures.csv")[1]
    assert row["preflight__provider_code"] == "Blocked; InvalidFileFormat"


def test_without_a_count_of_the_provider_silence_is_said(joining: Joining) -> None:
    joining.line.ledger.set_part(joining.run, 1, PartState.SUBMITTED)
    told = joining.merge()
    assert (told.books.accepted, told.books.submitted) == (5, 0)
    assert joining.part.reason.endswith("rows that it does not name count as accepted")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (PartState.SENDING, "find out with"),
        (PartState.REFUSED, "no row was accepted"),
        (PartState.FINISHED, "finished without an outcome"),
    ],
)
def test_a_part_of_which_there_is_no_report_takes_none(
    joining: Joining, state: PartState, said: str
) -> None:
    joining.line.ledger.set_part(joining.run, 1, state)
    with pytest.raises(UsageError, match=said):
        joining.merge(accept={1})
    assert joining.part.state is state


def test_while_somebody_works_on_the_run_nothing_is_joined(joining: Joining) -> None:
    joining.line.ledger.set_part(joining.run, 1, PartState.SUBMITTED)
    with (
        Ledger(joining.settings.state_dir) as other,
        other.lock(joining.run),
        pytest.raises(RunLocked),
    ):
        joining.merge()
    assert joining.part.report is None


def test_while_somebody_writes_into_its_folder_nothing_is_joined(joining: Joining) -> None:
    joining.line.ledger.set_part(joining.run, 1, PartState.SUBMITTED)
    with (
        results_folder.alone(joining.line.folder),
        pytest.raises(RunLocked, match="works on the results in"),
    ):
        joining.merge()
    assert joining.part.report is None


def test_a_part_or_a_source_that_is_gone_is_named_and_nothing_is_changed(
    joining: Joining,
) -> None:
    joining.line.ledger.set_part(joining.run, 1, PartState.SUBMITTED)
    (copy,) = (joining.settings.state_dir / "sources").iterdir()
    kept = copy.read_bytes()
    copy.unlink()
    with pytest.raises(SourceError, match="the kept copy of the source is gone"):
        joining.merge()
    copy.write_bytes(kept)
    joining.part.part.path.unlink()
    with pytest.raises(SourceError, match="the part is gone"):
        joining.merge()
    assert (joining.part.state, joining.part.report) == (PartState.SUBMITTED, None)
