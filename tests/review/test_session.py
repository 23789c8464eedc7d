"""Edits of a review: judged as a fix judges the saved file, kept, undone, and done again."""

from __future__ import annotations

import json
import random
import stat
from pathlib import Path

import pytest

from preflight.config.settings import Settings
from preflight.core.errors import ConfigError, NothingToReview, RunLocked, SourceError
from preflight.core.types import Severity
from preflight.core.workspace import workspace
from preflight.linting.apply_fixes import apply_fixes
from preflight.linting.row_states import CLEAN, DROPPED, REJECTED
from preflight.pipeline import check_fix_split
from preflight.review.review import Given, Review
from preflight.review.rows import RowState, Sought
from tests.calls import rows_of
from tests.review.reviews import HEADER, LEADS, TALKVALUE, at, leads, reviewed

pytestmark = pytest.mark.slow

EMAIL, NAME, PHONE, COUNTRY, SIGNUP, COMPANY = range(6)
STATES = {CLEAN: RowState.READY, REJECTED: RowState.OPEN, DROPPED: RowState.DROPPED}
Faults = set[tuple[str, int]]


def fixed(review: Review, folder: Path) -> dict[int, tuple[RowState, Faults]]:
    """What a fix makes of the saved rows, by their numbers: where each ends, and its errors."""
    with workspace() as work:
        path = review.save().path
        made = check_fix_split.fix(path, review.opened.settings, work=work, folder=folder)
        analysis = made.checked.analysis
        rules = analysis.plan.rules
        faults: dict[int, Faults] = {}
        for chunk in apply_fixes(analysis, made.checked.records("comparing")):
            for finding in chunk.findings.frame.to_dict("records"):
                if rules[str(finding["code"])].severity is Severity.ERROR or finding["error"]:
                    entry = (str(finding["code"]), int(finding["column"]) - 1)
                    faults.setdefault(int(finding["row"]), set()).add(entry)
        return {
            row.identity: (
                STATES[int(analysis.after[row.identity - 1])], faults.get(row.identity, set())
            )
            for row in review.session.rows
        }  # fmt: skip


def judged(review: Review) -> dict[int, tuple[RowState, Faults]]:
    """The same of the review."""
    session = review.session
    return {
        row.identity: (
            session.state(index),
            {(fault.code, fault.column) for fault in session.faults(index) if fault.error},
        )
        for index, row in enumerate(session.rows)
    }


@pytest.mark.parametrize("profile", ["talkvalue", "textus"])
def test_edits_are_judged_as_a_fix_judges_the_saved_file(tmp_path: Path, profile: str) -> None:
    """Random cells, most of them taken from other rows, so that duplicates and shifts are met."""
    text = LEADS + "".join(f"p{n}@x,P,{n},US,,Co\n" for n in range(12)) + "Total,,,,,\n"
    columns = {"first_name": "name"} if profile == "textus" else {}
    settings = Settings(profile=profile, region="US", columns=columns)
    with reviewed(leads(tmp_path, text), settings) as review:
        session, chance = review.session, random.Random(7)
        good = dict(enumerate((*LEADS.splitlines()[1].split(","),)))
        for _ in range(10):
            edits = []
            for _ in range(5):
                row, column = chance.randrange(len(session.rows)), chance.randrange(6)
                other = chance.choice(session.rows).cells[chance.randrange(6)]
                fresh = {EMAIL: f"n{row}@kestrel-labs.com", PHONE: f"+1415555{2700 + row}"}
                cell = chance.choice(
                    [fresh.get(column, good[column]), good[column], other, "Total"]
                )
                edits.append((row, column, cell))
            session.edit(edits)
        session.undo()
        real, ours = fixed(review, tmp_path / "out"), judged(review)
        unedited = {row.identity for row in session.rows if row.said.raw and not row.edited}
        for number in real:
            # A malformed record that nobody changed is written otherwise by the merge.
            if number in unedited:
                assert ours[number][0] == real[number][0]
            elif real[number][0] is RowState.OPEN:
                assert ours[number] == real[number], session.rows[at(review, number)].cells
            else:
                assert ours[number][0] == real[number][0]
        assert len({state for state, _ in real.values()}) > 1


def test_one_edit_after_the_other_is_judged(tmp_path: Path) -> None:
    with reviewed(leads(tmp_path)) as review:
        row = at(review, 3)
        for number in range(3):
            assert review.session.edit([(row, EMAIL, f"cy{number}@kestrel-labs.com")]) == [row]
            assert review.session.state(row) is RowState.READY


def test_a_fault_has_its_place_its_words_and_a_suggestion(tmp_path: Path) -> None:
    with reviewed(leads(tmp_path)) as review:
        session = review.session
        assert session.counts() == {
            "rows": 8, "open": 8, "ready": 0, "dropped": 0, "out": 0, "edited": 0,
        }  # fmt: skip
        (fault,) = session.faults(at(review, 3))
        assert (fault.code, fault.column) == ("EML302", EMAIL)
        (fault,) = [fault for fault in session.faults(at(review, 4)) if fault.error]
        assert (fault.code, fault.message) == ("DUP801", "the same contact as row 1")
        assert session.verdict(at(review, 6)).guesses == {PHONE: "+14155552675"}
        malformed = at(review, 7)
        assert session.rows[malformed].said.raw.endswith("surplus")
        session.edit([(malformed, PHONE, "+14155552677")])
        assert session.state(malformed) is RowState.READY


def test_a_contact_that_a_correction_repeats_is_found_on_both_rows(tmp_path: Path) -> None:
    """And no more once it is corrected again; one that repeats a whole row is dropped."""
    with reviewed(leads(tmp_path)) as review:
        session = review.session
        cy, hal = at(review, 3), at(review, 9)
        session.edit([(cy, EMAIL, "hal@kestrel-labs.com")])
        assert session.edit([(hal, EMAIL, "hal@kestrel-labs.com")]) == [hal]
        assert [fault.message for fault in session.faults(hal)] == ["the same contact as row 3"]
        assert session.state(cy) is RowState.READY
        assert session.edit([(cy, EMAIL, "cy@kestrel-labs.com")]) == sorted([cy, hal])
        assert session.faults(hal) == ()
        clean = LEADS.splitlines()[1].split(",")
        session.edit([(cy, column, cell) for column, cell in enumerate(clean)])
        assert session.state(cy) is RowState.DROPPED


def test_suggestions_of_a_kind_find_and_replace_and_rows_left_out(tmp_path: Path) -> None:
    with reviewed(leads(tmp_path)) as review:
        session = review.session
        kind = next(kind for kind in session.kinds() if kind.code == "PHN407")
        assert (kind.rows, kind.suggestions) == (2, 2)
        session.take_all("PHN407", PHONE)
        assert session.rows[at(review, 6)].cells[PHONE] == "+14155552675"
        assert not session.with_fault("PHN407", PHONE)
        double = Sought("@@", frozenset({EMAIL}))
        assert session.found(double) == [(at(review, 9), EMAIL)]
        session.replace(double, "@")
        assert session.state(at(review, 9)) is RowState.READY
        blank = Sought("", frozenset({SIGNUP}), whole_cell=True)
        assert len(session.found(blank)) == 7
        assert session.found(Sought("", frozenset({SIGNUP}))) == []
        assert session.found(Sought("hILL", frozenset({COMPANY}), case=True)) == []
        session.leave_out([at(review, 8)])
        assert session.state(at(review, 8)) is RowState.OUT
        written = rows_of(review.save().path)
        assert "8" not in [row["preflight__row"] for row in written]
        for _ in range(3):
            session.undo()
        assert session.counts()["edited"] == 0
        assert session.counts()["open"] == 8
        session.redo()
        assert session.undoes == "take 2 suggestions"


def test_what_a_killed_call_did_is_there_again(tmp_path: Path) -> None:
    """Its edits and settings, for its owner alone; half a line that it left counts for nothing."""
    given = Given(timezone="Europe/Berlin", columns={"company": "-"})
    with reviewed(leads(tmp_path)) as review:
        review.session.edit([(0, EMAIL, "cy@kestrel-labs.com")])
        review.apply(given)
        review.session.edit([(1, EMAIL, "\ud800 é\n")])
        review.session.undo()
        (journal,) = (tmp_path / "state" / "reviews").glob("*.jsonl")
        assert stat.S_IMODE(journal.stat().st_mode) == 0o600
        with (
            pytest.raises(RunLocked, match=r"works on the review of rejects\.csv"),
            reviewed(tmp_path / "leads.preflight"),
        ):
            pass
    with journal.open("ab") as file:
        file.write(b'{"do":"undo"')
    with reviewed(tmp_path / "leads.preflight") as review:
        session = review.session
        assert session.rows[0].cells[EMAIL] == "cy@kestrel-labs.com"
        assert (session.rows[0].edited, session.redoes) == (True, "edit")
        assert review.given == given
        assert review.opened.checked.analysis.plan.columns[COMPANY].field is None
        session.redo()
    lines = journal.read_bytes().splitlines()
    assert [json.loads(line)["do"] for line in lines][-3:] == ["change", "undo", "redo"]


def test_settings_are_previewed_then_judge_every_row_again(tmp_path: Path) -> None:
    text = HEADER.replace("email", "Mail to") + "".join(
        f"u{n}@kestrel-labs.com,U,0171 123456{n},,,\n" for n in range(4)
    )
    with reviewed(leads(tmp_path, text), Settings(profile="talkvalue")) as review:
        assert review.opened.refused
        assert review.session.counts()["open"] == 4
        view = review.columns()[0]
        assert (view.suggested, view.samples[0]) == ("email", "u0@kestrel-labs.com")
        given = Given(columns={"Mail to": "email"})
        made = review.preview(given)
        assert (made.refused, review.opened.refused != ()) == ((), True)
        review.apply(given)
        assert review.opened.refused == ()
        review.session.edit([(0, PHONE, "")])
        assert review.session.state(0) is RowState.READY
        more = Given("DE", "", given.columns)
        samples = review.preview(more).samples
        assert ("phone", "0171 1234561", "+491711234561", "") in samples
        review.apply(more)
        assert review.session.counts()["open"] == 0
        assert review.session.rows[0].cells[PHONE] == ""
        review.save()
        assert review.next_command.endswith("corrected.csv --region DE --map 'Mail to=email'")
        with pytest.raises(ConfigError, match="region is a country code"):
            review.preview(Given("Deutschland!"))


def test_a_file_of_somebody_else_is_not_written_over(tmp_path: Path) -> None:
    with reviewed(leads(tmp_path)) as review:
        folder = review.opened.path.parent
        (folder / "corrected.csv").write_text("mine\n")
        assert review.save().path == folder / "corrected-2.csv"
        review.session.edit([(0, EMAIL, "cy@kestrel-labs.com")])
        assert review.save().path == folder / "corrected-2.csv"
        assert stat.S_IMODE((folder / "corrected-2.csv").stat().st_mode) == 0o600


def test_what_there_is_to_review_is_found_or_it_is_said_that_there_is_none(tmp_path: Path) -> None:
    """What was fixed is not fixed again; rejects alone are judged by themselves."""
    path = leads(tmp_path)
    with reviewed(path) as review:
        assert review.opened.path == tmp_path / "leads.preflight" / "rejects.csv"
    written = review.opened.path.stat().st_mtime_ns
    with reviewed(path) as review:
        assert review.opened.path.stat().st_mtime_ns == written
    alone = tmp_path / "elsewhere" / "rejects.csv"
    alone.parent.mkdir()
    alone.write_bytes(review.opened.path.read_bytes())
    with reviewed(alone) as review:
        assert "not beside this file" in review.opened.notes[0]
        assert review.session.counts()["open"] == 7  # what repeats a clean row is not known here
    clean = tmp_path / "clean.csv"
    clean.write_text("email,first_name\nann@kestrel-labs.com,Ann\n")
    with (
        pytest.raises(NothingToReview, match=r"no row in .*there is nothing to review"),
        reviewed(clean, TALKVALUE),
    ):
        pass
    with (
        pytest.raises(SourceError, match="no such file, folder or run"),
        reviewed(tmp_path / "gone.csv"),
    ):
        pass
    with pytest.raises(SourceError, match=r"has no rejects\.csv"), reviewed(alone.parent.parent):
        pass
