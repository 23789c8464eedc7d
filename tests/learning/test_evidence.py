"""What real runs leave behind to learn from."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.config import catalogue
from preflight.config.settings import Settings
from preflight.core.errors import SourceError, UsageError
from preflight.core.exchange import Reason
from preflight.core.workspace import workspace
from preflight.learning.evidence import Evidence
from preflight.learning.lessons import Raised, Switched
from preflight.learning.proposing import learn
from preflight.pipeline import state_folder
from preflight.pipeline.delivery import SettledRun
from preflight.providers.sandbox.server import Sandbox
from tests.families import Row, send, send_corrected

pytestmark = pytest.mark.slow

HEADER = "E-mail,First,Company\n"


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


def known(run: SettledRun, own: Settings) -> Evidence:
    """What the family of a run knows."""
    assert run.run is not None
    with workspace() as work:
        return state_folder.evidence(run.run.id, own, work=work)


def test_rows_are_known_as_they_were_sent_with_what_became_of_them(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    run = sent(
        tmp_path, box, own,
        " ann@kestrel-labs.com ,Ann,\ninfo@kestrel-labs.com,Bob,\nno address,Cleo,\n"
        "unsubscribed.d@kestrel-labs.com,Dan,\n,,\n",
    )  # fmt: skip
    told = known(run, own)
    assert [(one.name, one.field, one.kind) for one in told.columns] == [
        ("E-mail", "email", "email"), ("First", "first_name", "name"),
        ("Company", "company", "text"),
    ]  # fmt: skip
    assert told.cells[0].tolist() == [
        "ann@kestrel-labs.com", "info@kestrel-labs.com", "unsubscribed.d@kestrel-labs.com",
    ]  # fmt: skip
    assert told.rows["accepted"].tolist() == [True, True, False]
    assert told.rows["code"].tolist() == ["", "", "CONTACT_UNSUBSCRIBED"]
    assert {code: mask.tolist() for code, mask in told.warned.items()} == {
        "EML306": [False, True, False]
    }
    assert (told.whole, told.unnamed) == (0, 0)


def test_a_row_that_was_sent_again_unchanged_counts_once_and_a_corrected_one_twice(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    run = sent(
        tmp_path, box, own,
        "ann@kestrel-labs.com,Ann,\nunsubscribed.b@kestrel-labs.com,Bob,\n"
        "unsubscribed.c@kestrel-labs.com,Cleo,\n",
    )  # fmt: skip
    assert run.run is not None

    def edit(row: Row) -> Row:
        return {**row, "E-mail": "cleo@kestrel-labs.com"} if row["First"] == "Cleo" else row

    again = send_corrected(run.run, edit, own, box)
    told = known(again, own)
    assert len(told.runs) == 2
    assert list(zip(told.cells[0], told.rows["accepted"], strict=True)) == [
        ("ann@kestrel-labs.com", True),
        ("unsubscribed.c@kestrel-labs.com", False),
        ("unsubscribed.b@kestrel-labs.com", False),
        ("cleo@kestrel-labs.com", True),
    ]


def test_an_ignored_rule_that_would_have_told_the_rows_is_found(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    """And one that is merely not selected can be switched on."""
    lines = [f"ann{n}@kestrel-labs.com,Ann,\n" for n in range(60)]
    lines += [f"failure.{n}@kestrel-labs.com,Ann,=SUM(A{n})\n" for n in range(20)]
    for settings, selects in (
        (dataclasses.replace(own, ignore=("SEC901",)), False),
        (dataclasses.replace(own, select=("EML",)), True),
        (dataclasses.replace(own, severity={"SEC901": "off"}), True),
    ):
        shutil.rmtree(tmp_path / "leads.preflight", ignore_errors=True)
        shutil.rmtree(own.state_dir, ignore_errors=True)
        told = known(sent(tmp_path, box, settings, "".join(lines)), own)
        assert told.unheard["SEC901"].sum() == 20
        (lesson,) = learn(told, catalogue.builtin()).lessons
        (one,) = [one for one in lesson.proposals if isinstance(one, Switched)]
        assert (one.rule.code, one.selects) == ("SEC901", selects)


def test_a_warning_that_told_the_rows_is_raised(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    lines = [f"ann{n}@kestrel-labs.com,Ann,\n" for n in range(60)]
    lines += [f"failure.{n}@kestrel-labs.com,Ann,=SUM(A{n})\n" for n in range(20)]
    told = known(sent(tmp_path, box, own, "".join(lines)), own)
    (lesson,) = learn(told, catalogue.builtin()).lessons
    assert [one.rule.code for one in lesson.proposals if isinstance(one, Raised)] == ["SEC901"]
    assert lesson.missed == 0


def test_rows_that_were_refused_with_all_of_their_part_teach_nothing(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(HEADER + "ann@kestrel-labs.com,Ann,\n")
    run = send(path, "talkvalue", own, box, options={"source_id": "9001", "mode": "UPDATE"})
    told = known(run, own)
    assert (len(told.rows), told.whole) == (0, 1)
    assert learn(told, catalogue.builtin()).lessons == ()


def test_a_provider_that_tells_nothing_teaches_nothing(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("name,phone_number\nAnn,+14155552671\n")
    told = known(send(path, "textus", own, box), own)
    assert (len(told.rows), told.whole, told.unnamed) == (0, 0, 0)


def test_the_users_own_classes_count(tmp_path: Path, box: Sandbox, own: Settings) -> None:
    run = sent(tmp_path, box, own, "ann@kestrel-labs.com,Ann,\nfailure.b@kestrel-labs.com,B,\n")
    settings = dataclasses.replace(own, reasons={"talkvalue": {"unknown_error": "retry"}})
    (lesson,) = learn(known(run, settings), catalogue.builtin()).lessons
    assert (lesson.reason, lesson.known) == (Reason.RETRY, True)
    assert lesson.why == "its cause is not in the rows"


def test_without_verdicts_or_a_source_there_is_nothing_to_go_by(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    run = sent(tmp_path, box, own, "ann@kestrel-labs.com,Ann,\n")
    shutil.rmtree(own.state_dir / "elsewhere" / "sources")
    with pytest.raises(SourceError, match="the kept copy of the source is gone"):
        known(run, own)
    shutil.rmtree(own.state_dir / "elsewhere" / "verdicts")
    with pytest.raises(UsageError, match="settles it again"):
        known(run, own)


def test_a_column_may_be_called_as_verdicts_call_theirs(
    tmp_path: Path, box: Sandbox, own: Settings
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("Email,message,place,code,accepted\nann@kestrel-labs.com,a,b,c,d\n")
    told = known(send(path, "dotdigital", own, box), own)
    assert [one.header for one in told.columns] == ["Email", "message", "place", "code", "accepted"]
    assert told.cells.iloc[0].to_list() == ["ann@kestrel-labs.com", "a", "b", "c", "d"]
    assert told.rows["accepted"].tolist() == [True]
