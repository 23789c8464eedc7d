"""The end of the line, for what a stand-in does not do by itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from preflight.config.settings import Settings
from preflight.core.books import RunBooks
from preflight.core.errors import BooksError
from preflight.core.exchange import FailureReport, Outcome, Reason, Receipt
from preflight.core.row_map import RowMap
from preflight.core.workspace import workspace
from preflight.pipeline import check_fix_split
from preflight.pipeline.connection import Connection
from preflight.pipeline.delivery import closed, submit
from preflight.providers.sandbox.server import Sandbox
from preflight.runs import row_outcomes
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import NewRun, PartState, RunState
from preflight.runs.settlement import Ending, SettledRun, refusals, settle
from preflight.writing.writer import FixedFile
from tests.calls import contacts, rows_of

pytestmark = pytest.mark.slow

LINE = {
    "code": "E1", "message": "no", "row_number": pd.NA, "value": "", "key": "", "cells": "{}",
}  # fmt: skip


class Line:
    """A fixed file of six contacts in the ledger, as one part that a provider took."""

    def __init__(self, folder: Path) -> None:
        (folder / "a.csv").write_text(contacts(6) + "no address,N\n")
        self.folder = folder / "out"
        self.settings = Settings(profile="dotdigital")
        work = folder / "work"
        work.mkdir()
        self.fixed: FixedFile = check_fix_split.fix(
            folder / "a.csv", self.settings, work=work, folder=self.folder
        )
        self.ledger = Ledger(folder / "state")
        self.record()

    def record(self) -> None:
        """Begins a run of the file."""
        source = self.fixed.checked.source
        self.run = self.ledger.create_run(NewRun(
            provider="dotdigital", source_name=source.name, source_sha256=source.sha256,
            source_rows=self.fixed.books.rows, folder=self.folder, settings={}, options={},
            books=self.fixed.books, parts=self.fixed.parts,
        ))  # fmt: skip

    def end(self, outcome: Outcome, *lines: dict[str, object], reason: str = "") -> None:
        """The provider took the part, and its job ended so."""
        table = pd.DataFrame([{**LINE, **line} for line in lines], columns=list(LINE))
        table = table.astype({name: "str" for name in LINE if name != "row_number"})
        report = FailureReport(b"raw", ".csv", table.astype({"row_number": "Int64"}))
        self.ledger.intent(self.run, 1, 1, "import", "key", commits=True)
        self.ledger.done(self.run, 1, 1, "import", {}, receipt=Receipt("job"), state=PartState.SENT)
        self.ledger.end_part(self.run, 1, outcome, report if lines else None, reason=reason)

    def settle(self, *, wait: bool = True, members: Mapping[str, int] | None = None) -> SettledRun:
        """Where the rows stand."""
        ending = Ending(
            settings=self.settings, checked=self.fixed.checked, ended=wait, members=members
        )
        return closed(self.ledger, settle(self.ledger, self.run, "key", ending))


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """A line that stands before its end."""
    return Line(tmp_path)


def test_lines_about_one_row_stand_together_in_row_order(line: Line) -> None:
    line.end(
        Outcome("finished", "Finished", rejected=2),
        {"key": "ann5@kestrel-labs.com", "code": "B"},
        {"key": "ann2@kestrel-labs.com", "code": "A", "message": "one"},
        {"key": "ann2@kestrel-labs.com", "code": "B", "message": "two"},
    )
    sent = line.settle()
    rows = rows_of(line.folder / "failures.csv")
    assert [row["preflight__row"] for row in rows] == ["2", "5", "7"]
    assert rows[0]["preflight__provider_code"] == "A; B"
    assert rows[0]["preflight__message"] == "one; two"
    assert {code: count for code, (count, _) in sent.refusals.items()} == {"B": 2, "A": 1}
    assert sent.books == RunBooks(7, rejected_here=1, accepted=4, rejected_there=2)
    assert line.ledger.run(line.run).state is RunState.FINISHED


def test_refused_rows_that_nobody_names_are_counted(line: Line) -> None:
    line.end(Outcome("finished", "Finished", rejected=3), {"key": "ann1@kestrel-labs.com"})
    sent = line.settle()
    assert (sent.books.rejected_there, sent.unattributed) == (3, 2)
    assert len(rows_of(line.folder / "failures.csv")) == 2


def test_a_line_that_fits_no_row_is_kept(line: Line) -> None:
    """And taken away again once there is none."""
    line.end(Outcome("finished", "Finished", rejected=1), {"key": "else@kestrel-labs.com"})
    sent = line.settle()
    (kept,) = rows_of(line.folder / "unmatched.csv")
    assert (kept["code"], sent.unmatched) == ("E1", 1)


def test_a_file_of_lines_that_fit_no_row_goes_with_them(line: Line) -> None:
    (line.folder / "unmatched.csv").write_text("of an earlier settling")
    line.end(Outcome("finished", "Finished", rejected=0))
    line.settle()
    assert not (line.folder / "unmatched.csv").exists()


def test_a_failed_job_rejects_every_row_for_its_own_reason(line: Line) -> None:
    line.end(Outcome("failed", "InvalidFileFormat", rejected=None))
    sent = line.settle()
    assert sent.books == RunBooks(7, rejected_here=1, rejected_there=6)
    assert list(sent.refusals) == ["InvalidFileFormat"]


def test_rows_of_a_job_that_tells_neither_a_count_nor_a_report_are_not_called_accepted(
    line: Line,
) -> None:
    line.end(Outcome("finished", "Finished", rejected=None), reason="its report cannot be had")
    sent = line.settle()
    assert sent.books == RunBooks(7, rejected_here=1, submitted=6)
    assert [one.reason for one in sent.parts] == ["its report cannot be had"]
    assert sent.notes == ()


def test_what_waits_to_be_sent_is_unknown_and_pending(line: Line) -> None:
    sent = line.settle(wait=False)
    assert (sent.books.unknown, sent.pending) == (6, 6)
    assert line.ledger.run(line.run).state is RunState.OPEN


def test_settling_twice_gives_the_same(line: Line) -> None:
    line.end(Outcome("finished", "Finished", rejected=1), {"key": "ann1@kestrel-labs.com"})
    first, before = line.settle(), (line.folder / "failures.csv").read_bytes()
    again = line.settle()
    assert (again.books, again.refusals) == (first.books, first.refusals)
    assert (line.folder / "failures.csv").read_bytes() == before


def test_rows_that_stand_in_two_parts_are_a_defect(line: Line) -> None:
    """The sums are right, and three rows are in no part."""
    (part,) = line.fixed.parts
    half = dataclasses.replace(part, map=RowMap.of(part.row_map[:3], part.lines[:3]))
    line.fixed = dataclasses.replace(line.fixed, parts=(half, dataclasses.replace(half, number=2)))
    line.record()
    with pytest.raises(BooksError, match="do not match the books"):
        line.settle()


def test_failures_that_a_person_edited_are_kept_and_named_when_it_is_settled_again(
    line: Line,
) -> None:
    line.end(Outcome("finished", "Finished", rejected=1), {"key": "ann1@kestrel-labs.com"})
    line.settle()
    (line.folder / "failures.csv").write_text("mine")
    (note,) = line.settle().notes
    assert note.startswith("failures.csv was changed since preflight wrote it")
    assert (line.folder / note.rpartition(" ")[2]).read_text() == "mine"


def test_a_part_that_ended_without_an_outcome_is_a_defect(line: Line) -> None:
    line.ledger.set_part(line.run, 1, PartState.FINISHED)
    with pytest.raises(BooksError, match="without an outcome"):
        line.settle()


@pytest.mark.parametrize("place", [one.name for one in dataclasses.fields(RunBooks)])
def test_books_that_are_off_by_one_anywhere_are_refused(place: str) -> None:
    fair = RunBooks(21, 1, 2, 3, 4, 5, 6)
    assert fair.balanced() is fair
    with pytest.raises(BooksError):
        dataclasses.replace(fair, **{place: getattr(fair, place) + 1}).balanced()


def test_a_refusal_is_predicted_where_the_row_was_sent_with_a_warning(tmp_path: Path) -> None:
    """What the rules knew of a row that the provider refused, and of one they did not."""
    source = tmp_path / "leads.csv"
    source.write_text(
        "email,first_name,notes\n"
        "unsubscribed.ann@kestrel-labs.com,=SUM(A1),\n"
        "unsubscribed.bob@kestrel-labs.com,Bob,\n"
        "cleo@kestrel-labs.com,Cleo,\n",
        encoding="utf-8",
    )
    with workspace() as work, Sandbox(tmp_path / "box.sqlite") as box:
        sent = submit(
            source,
            "talkvalue",
            Settings(state_dir=tmp_path / "state"),
            Connection(
                options={"source_id": "7", "mode": "UPDATE"},
                environ={**box.environment, "PREFLIGHT_POLL_SCALE": "0.001"},
            ),
            work=work,
        )
    ((code, (rows, _)),) = sent.refusals.items()
    one = sent.predicted[code]
    assert (rows, one.rows, one.predicted, one.missed) == (2, 2, 1, 1)


def test_a_failure_code_has_the_class_that_the_user_gave_it(line: Line) -> None:
    line.settings = Settings(
        profile="dotdigital", reasons={"dotdigital": {" e1": "suppressed"}, "textus": {"E1": "fix"}}
    )
    line.end(Outcome("finished", "Finished", rejected=1), {"key": "ann1@kestrel-labs.com"})
    assert line.settle().refusals == {"E1": (1, Reason.SUPPRESSED)}
    (row, _) = rows_of(line.folder / "failures.csv")
    assert row["preflight__class"] == "suppressed"


def test_codes_of_as_many_rows_stand_in_the_order_of_the_alphabet() -> None:
    """Whatever can be done about them."""
    failures = pd.DataFrame(
        {"row": [1, 2, 3], "code": ["B", "A", "C"], "reason": ["config", "unknown", "fix"]}
    )
    assert list(refusals(failures)) == ["A", "B", "C"]


def test_what_was_sent_was_no_rehearsal_of_it(line: Line) -> None:
    line.end(Outcome("finished", "Finished", rejected=0))
    assert not line.settle().dry_run


def test_every_row_of_a_part_that_was_refused_is_rejected_there(line: Line) -> None:
    line.ledger.intent(line.run, 1, 1, "import", "key", commits=True)
    line.ledger.failed(line.run, 1, 1, "import", message="no", refused=True)
    sent = line.settle()
    assert sent.books == RunBooks(7, rejected_here=1, rejected_there=6)
    table = row_outcomes.load(line.ledger.folder, line.run)
    assert table["place"].tolist() == ["rejected_there"] * 6 + ["rejected_here"]
    assert table["part"].tolist() == [1] * 6 + [0]


def test_a_part_that_nobody_knows_of_waits_for_nothing(line: Line) -> None:
    """It is not to be sent: a person decides."""
    line.ledger.set_part(line.run, 1, PartState.UNKNOWN)
    sent = line.settle(wait=False)
    assert (sent.books.unknown, sent.pending) == (6, 0)


def test_accepted_rows_that_are_no_members_are_counted(line: Line) -> None:
    """Without those that the provider refused and does not name."""
    line.end(Outcome("finished", "Finished", rejected=1))
    members = {f"ann{n}@kestrel-labs.com": 1 for n in (1, 2, 3)}
    assert "2 of the 5 accepted rows are not among the 3 members" in " ".join(
        line.settle(members=members).notes
    )


def test_rows_that_are_all_members_are_told_as_such(line: Line) -> None:
    """Those that are missing from the list may be those that the provider refused."""
    line.end(Outcome("finished", "Finished", rejected=1))
    members = {f"ann{n}@kestrel-labs.com": 1 for n in (1, 2, 3, 4, 5)}
    told = " ".join(line.settle(members=members).notes)
    assert "all 5 accepted rows are among the 5 members of the list" in told
