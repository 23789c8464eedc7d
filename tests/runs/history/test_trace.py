"""Every row's story ends where the books have the row, and agrees with the stand-in's ledger."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.config.settings import Settings
from preflight.core.errors import UsageError
from preflight.core.workspace import workspace
from preflight.pipeline import state_folder
from preflight.pipeline.delivery import SettledRun
from preflight.providers.sandbox.server import Sandbox
from preflight.runs import row_outcomes
from preflight.runs.history.facts import (
    CallMade,
    JobStatus,
    RowCorrected,
    RowEnded,
    RowPlaced,
    RowRead,
    RowRefused,
    Story,
    Trail,
)
from preflight.runs.history.row_facts import RowChange, RowFinding
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.places import ELSEWHERE
from preflight.runs.ledger.run import RunState
from preflight.runs.row_outcomes import FOLDER, RowOutcome
from tests.examples import examples
from tests.families import Row, send, send_corrected

pytestmark = pytest.mark.slow

HEADER = "email,first_name,company\n"


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all tests."""
    with Sandbox(tmp_path_factory.mktemp("box") / "box.sqlite") as opened:
        yield opened


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """With a state folder of their own."""
    return Settings(state_dir=tmp_path / "state")


def sent(
    tmp_path: Path, box: Sandbox, own: Settings, text: str, provider: str = "talkvalue"
) -> SettledRun:
    """A run of a file of these lines."""
    path = tmp_path / "leads.csv"
    path.write_text(HEADER + text, encoding="utf-8")
    return send(path, provider, own, box)


def traced(run: str, key: object, own: Settings, most: int = 10) -> Trail:
    """The stories of the rows that a key means."""
    with workspace() as work:
        return state_folder.trace(run, str(key), own, work=work, most=most)


def story(run: SettledRun, key: object, own: Settings) -> Story:
    """The one story of a key."""
    assert run.run is not None
    (told,) = traced(run.run.id, key, own).stories
    return told


F = TypeVar("F")


def of(told: Story, kind: type[F], chapter: int = 0) -> list[F]:
    """The facts of a kind in a chapter."""
    return [fact for fact in told.chapters[chapter].facts if isinstance(fact, kind)]


LINES = st.sampled_from(
    [
        "{n}@kestrel-labs.com,Ann,Kestrel",
        " {n}@kestrel-labs.com ,Ann,Kestrel",
        '{n}@kestrel-labs.com,Ann,"Kestrel\nLabs"',
        "unsubscribed.{n}@kestrel-labs.com,Ann,Kestrel",
        "failure.{n}@kestrel-labs.com,Ann,Kestrel",
        "{n}@blocked.example,Ann,Kestrel",
        "one@kestrel-labs.com,Ann,Kestrel",
        "no address,Ann,Kestrel",
        "{n}@kestrel-labs.com,Ann",
        ",,",
    ]
)


@pytest.mark.slow
@settings(max_examples=examples(1 / 5))
@given(st.lists(LINES, min_size=1, max_size=7), st.sampled_from(["talkvalue", "dotdigital"]))
def test_a_story_ends_where_the_books_have_the_row(
    box: Sandbox, lines: list[str], provider: str
) -> None:
    """And an accepted row stands in the stand-in's ledger at the place that the story tells."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = Settings(state_dir=folder / "state")
        text = "".join(f"{line.format(n=f'ann{at}')}\n" for at, line in enumerate(lines))
        run = sent(folder, box, own, text, provider)
        places = Counter[str]()
        if run.run is None:
            return
        taken = {(one.job, one.row) for one in box.store.accepted(provider)}
        for row in range(1, len(lines) + 1):
            told = story(run, row, own)
            place = told.standing.place
            places[place.value] += 1
            assert isinstance(told.chapters[0].facts[-1], RowEnded)
            assert of(told, RowRead)[0].row == row
            parts = of(told, RowPlaced)
            assert bool(parts) == (place in (RowOutcome.ACCEPTED, RowOutcome.REJECTED_THERE))
            if parts:
                there = (of(told, JobStatus)[0].job, parts[0].position) in taken
                assert there == (place is RowOutcome.ACCEPTED)
        books = dataclasses.asdict(run.books)
        assert books.pop("rows") == sum(places.values())
        assert {name: count for name, count in books.items() if count} == dict(places)


def test_a_row_is_told_from_reading_to_its_refusal(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    run = sent(
        tmp_path, box, own, "ann@kestrel-labs.com,Ann,K\n unsubscribed.b@kestrel-labs.com,B,\n"
    )
    told = story(run, 2, own)
    assert (of(told, RowRead)[0].row, of(told, RowRead)[0].line) == (2, 3)
    assert [(one.code, one.fixed) for one in of(told, RowFinding)] == [("EML303", True)]
    (change,) = of(told, RowChange)
    assert (change.column, change.old, change.new) == (
        "email", " unsubscribed.b@kestrel-labs.com", "unsubscribed.b@kestrel-labs.com",
    )  # fmt: skip
    (placed,) = of(told, RowPlaced)
    assert (placed.part, placed.position, placed.rows, placed.there) == (1, 2, 2, True)
    assert [(one.step, one.state) for one in of(told, CallMade)] == [
        ("analyze", "done"), ("create", "done"),
    ]  # fmt: skip
    assert of(told, RowRefused)[0].code == "CONTACT_UNSUBSCRIBED"
    assert told.standing.place is RowOutcome.REJECTED_THERE
    order = [type(fact) for fact in told.chapters[0].facts]
    assert order == [
        RowRead,
        RowFinding,
        RowChange,
        RowPlaced,
        CallMade,
        CallMade,
        JobStatus,
        RowRefused,
        RowEnded,
    ]


@pytest.mark.slow
def test_a_corrected_row_is_told_over_its_runs(tmp_path: Path, box: Sandbox, own: Settings) -> None:
    run = sent(
        tmp_path, box, own,
        "ann@kestrel-labs.com,Ann,K\nno address,Bob,\nunsubscribed.c@kestrel-labs.com,Cleo,\n",
    )  # fmt: skip
    assert run.run is not None

    def edit(row: Row) -> Row:
        if row["first_name"] == "Bob":
            return {**row, "email": "bob@kestrel-labs.com", "first_name": "Robert"}
        return row

    again = send_corrected(run.run, edit, own, box)
    assert again.run is not None
    first, second = run.run.id, again.run.id
    for asked, key in ((first, 2), (second, "bob@kestrel-labs.com"), (second, "no address")):
        (told,) = traced(asked, key, own).stories
        assert [one.place for one in told.chapters] == [
            RowOutcome.REJECTED_HERE,
            RowOutcome.ACCEPTED,
        ]
        assert of(told, RowRead, 1)[0].row == 1
        assert [(one.column, one.kind, one.new) for one in of(told, RowCorrected, 1)] == [
            ("email", "edit", "bob@kestrel-labs.com"), ("first_name", "edit", "Robert"),
        ]  # fmt: skip
    (refused,) = traced(run.run.id, 3, own).stories
    assert [one.place for one in refused.chapters] == [RowOutcome.REJECTED_THERE] * 2
    (ann,) = traced(again.run.id, 1, own).stories
    assert len(ann.chapters) == 1


def test_a_correction_that_was_broken_off_belongs_to_the_row_that_it_corrects(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    """It may have been taken: the rejection before is not where the row stands."""
    run = sent(tmp_path, box, own, "ann@kestrel-labs.com,Ann,K\nno address,Bob,\n")
    assert run.run is not None
    again = send_corrected(run.run, lambda row: {**row, "email": "bob@kestrel-labs.com"}, own, box)
    assert again.run is not None
    (kept,) = (own.state_dir / ELSEWHERE / FOLDER).glob(f"{again.run.id}*")
    kept.unlink()  # as a call leaves it that is killed before it settles the run
    told = story(run, 2, own)
    assert [one.run.id for one in told.chapters] == [run.run.id, again.run.id]
    assert told.standing.run.id == again.run.id
    assert told.standing.place is RowOutcome.UNATTRIBUTED
    assert story(run, "bob@kestrel-labs.com", own).origin == told.origin


def test_the_list_of_corrections_is_read_where_it_is(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    run = sent(tmp_path, box, own, "no address,Bob,\nann@kestrel-labs.com,Ann,\n")
    assert run.run is not None
    again = send_corrected(run.run, lambda row: {**row, "email": "bob@kestrel-labs.com"}, own, box)
    (again.folder / "corrections.csv").write_text(
        "row,line,column_name,kind,old,new\n1,2,company,damage,1E+10,'=X\n2,3,company,edit,a,b\n"
    )
    told = story(again, 1, own)
    assert of(told, RowCorrected, 1) == [RowCorrected("company", "damage", "1E+10", "=X")]


def test_a_row_is_found_by_its_name_for_good(tmp_path: Path, box: Sandbox, own: Settings) -> None:
    run = sent(tmp_path, box, own, "ann@kestrel-labs.com,Ann,K\nno address,Bob,\n")
    assert run.run is not None
    name = f"{run.run.source_sha256[:16]}:2"
    assert story(run, name, own).origin == name
    assert traced(run.run.id, f"{'0' * 16}:2", own).matched == 0


def test_twins_are_all_told_up_to_a_number(tmp_path: Path, box: Sandbox, own: Settings) -> None:
    run = sent(tmp_path, box, own, "ann@kestrel-labs.com,Ann,K\n" * 4)
    assert run.run is not None
    trail = traced(run.run.id, "ANN@kestrel-labs.com", own, most=3)
    assert (trail.matched, len(trail.stories)) == (4, 3)
    assert [one.standing.place for one in trail.stories] == [RowOutcome.ACCEPTED] + [
        RowOutcome.DROPPED
    ] * 2


def test_the_output_folder_and_the_input_may_be_gone(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    run = sent(tmp_path, box, own, "ann@kestrel-labs.com,Ann,K\n")
    whole = story(run, 1, own)
    shutil.rmtree(run.folder)
    (tmp_path / "leads.csv").unlink()
    told = story(run, 1, own)
    assert not of(told, RowPlaced)[0].there
    assert [fact for fact in told.chapters[0].facts if not isinstance(fact, RowPlaced)] == [
        fact for fact in whole.chapters[0].facts if not isinstance(fact, RowPlaced)
    ]


def test_where_the_kept_source_is_gone_the_verdict_is_told_and_the_rest_said_to_be_missing(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    run = sent(tmp_path, box, own, "ann@kestrel-labs.com,Ann,K\nno address,Bob,\n")
    assert run.run is not None
    shutil.rmtree(own.state_dir / ELSEWHERE / "sources")
    trail = traced(run.run.id, 2, own)
    (ended,) = of(trail.stories[0], RowEnded)
    assert (ended.place, ended.why) == (RowOutcome.REJECTED_HERE, "EML302")
    assert trail.stories[0].chapters[0].cells == {}
    assert any("the kept copy of the source is gone" in note for note in trail.notes)
    assert traced(run.run.id, "ann@kestrel-labs.com", own).stories == ()


@pytest.mark.parametrize(
    ("row", "place"),
    [(1, RowOutcome.UNATTRIBUTED), (2, RowOutcome.REJECTED_HERE), (3, RowOutcome.DROPPED)],
)
def test_without_verdicts_the_ledger_says_as_much_as_it_knows(
    tmp_path: Path, box: Sandbox, own: Settings, row: int, place: RowOutcome
) -> None:
    run = sent(tmp_path, box, own, "ann@kestrel-labs.com,Ann,K\nno address,Bob,\n,,\n")
    assert run.run is not None
    shutil.rmtree(own.state_dir / ELSEWHERE / FOLDER)

    trail = traced(run.run.id, row, own)
    assert trail.stories[0].standing.place is place
    (ended,) = of(trail.stories[0], RowEnded)
    assert ("not settled yet" in ended.why) == (place is RowOutcome.UNATTRIBUTED)
    assert any("settles it again" in note for note in trail.notes)


def test_a_row_that_waits_is_unknown_and_one_that_is_judged_still_submitted(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(HEADER + "ann@kestrel-labs.com,Ann,K\n")
    run = send(path, "talkvalue", own, box, wait=False)
    assert run.run is not None
    assert run.run.state is RunState.OPEN
    told = story(run, 1, own)
    assert told.standing.place is RowOutcome.SUBMITTED
    assert of(told, JobStatus)[0].status is None


def test_the_whole_of_textus_is_submitted(tmp_path: Path, box: Sandbox, own: Settings) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("name,phone_number\nAnn,+14155552671\n")
    run = send(path, "textus", dataclasses.replace(own, region="US"), box)
    told = story(run, "(415) 555-2671", own)
    assert told.standing.place is RowOutcome.SUBMITTED
    assert of(told, RowEnded)[0].why == "sent; the provider does not report results"


def test_rules_that_were_changed_since_are_said(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    run = sent(tmp_path, box, own, "no address,Bob,\nann@kestrel-labs.com,Ann,\n")
    assert run.run is not None
    path = own.state_dir / ELSEWHERE / FOLDER / f"{run.run.id}.arrow"
    table = pd.read_feather(path)
    table.loc[0, "codes"] = "EML999"
    table.to_feather(path)
    trail = traced(run.run.id, 1, own)
    assert any("rejected for EML999" in note for note in trail.notes)


def test_a_malformed_row_is_found_by_what_stands_in_it(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    run = sent(tmp_path, box, own, "ann@kestrel-labs.com,Ann,K\nBob@kestrel-labs.com,Bob\n")
    told = story(run, "bob@kestrel-labs.com", own)
    assert told.standing.place is RowOutcome.REJECTED_HERE
    assert told.chapters[0].cells == {"": "Bob@kestrel-labs.com,Bob"}


def test_there_is_no_story_of_a_run_that_is_not(own: Settings) -> None:
    with pytest.raises(UsageError, match="no runs in"):
        traced("20200101-000000-0000", 1, own)
    Ledger(own.state_dir / ELSEWHERE).close()
    with pytest.raises(UsageError, match="there is no run"):
        traced("20200101-000000-0000", 1, own)


def test_rows_of_which_it_is_not_known_whether_they_were_refused_are_called_so(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    """The provider counts one refused row more than its report names."""
    run = sent(tmp_path, box, own, "ann@kestrel-labs.com,Ann,K\nbob@kestrel-labs.com,Bob,K\n")
    assert run.run is not None
    table = row_outcomes.load(own.state_dir / ELSEWHERE, run.run.id)
    row_outcomes.keep(own.state_dir / ELSEWHERE, run.run.id, table.assign(place="unattributed"))
    (ended,) = of(story(run, 1, own), RowEnded)
    assert ended == RowEnded(
        RowOutcome.UNATTRIBUTED, "talkvalue rejected rows of the part and does not say which"
    )


def test_a_part_that_was_never_sent_is_unknown(tmp_path: Path, box: Sandbox, own: Settings) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(HEADER + "ann@kestrel-labs.com,Ann,K\n")
    run = send(path, "talkvalue", own, box, base_url="http://127.0.0.1:9")
    assert run.stopped is not None
    told = story(run, 1, own)
    assert of(told, RowEnded) == [RowEnded(RowOutcome.UNKNOWN, "not sent yet")]
    assert {one.state for one in of(told, CallMade)} == {"failed"}
