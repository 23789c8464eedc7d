"""`preflight submit` to each provider that the other tests leave out, as a user calls it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.providers.sandbox.server import Sandbox
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.places import ELSEWHERE
from tests.calls import TALKVALUE, Call, rows_of
from tests.cli.test_submit import books_of, report_of

pytestmark = pytest.mark.slow

Box = Callable[..., Sandbox]
ROWS = """email,first_name,name,phone,company
ann@kestrel-labs.com,Ann,Ann Lee,+14155550101,Kestrel
failure@kestrel-labs.com,Bob,Bob May,+14155550102,Kestrel
nobody,Cec,Cec Fox,12,Kestrel
dan@kestrel-labs.com,Dan,Dan Ash,+14155550103,Kestrel
"""
EXPERITURE = ("--to", "experiture", "-O", "list_name=Expo")
LANDBASE = ("--to", "landbase", "-O", "tag_name=Expo")
TEXTUS = ("--to", "textus", "-O", "account=acme")


@pytest.fixture
def leads(here: Path) -> Path:
    """Four contacts: one is refused here, one by the stand-ins that look at addresses."""
    path = here / "leads.csv"
    path.write_text(ROWS)
    return path


@pytest.mark.parametrize("provider", [EXPERITURE, LANDBASE, TEXTUS])
def test_the_whole_line_runs_against_the_stand_ins_it_starts(
    call: Call, leads: Path, here: Path, provider: tuple[str, ...]
) -> None:
    told = call("submit", leads, *provider, "--sandbox", "-o", "out")
    assert told.code == 1, told.err
    assert "nothing leaves this machine" in told.err
    books = books_of(here / "out")
    assert books["rejected_here"] == 1
    assert books["accepted"] + books["rejected_there"] + books["submitted"] == 3


def test_experiture_is_told_which_column_holds_moments(call: Call, box: Box, here: Path) -> None:
    """By the profile, which knows what its fields hold."""
    opened = box()
    moment = "2026-04-21T15:30:00Z"
    (here / "leads.csv").write_text(f"email,created_at\nann@kestrel-labs.com,{moment}\n")
    told = call("submit", "leads.csv", *EXPERITURE, "--map", "created_at=created_at")
    assert told.code == 0, told.err
    (job,) = opened.store.jobs("experiture")
    kept = opened.store.document("experiture", f"job:{job.id}")
    assert kept is not None
    assert kept["types"] == {"email": "string", "created_at": "datetime"}


def test_experiture_accepts_rejects_and_is_compared_with_its_list(
    call: Call, box: Box, leads: Path, here: Path
) -> None:
    opened = box()
    told = call("submit", leads, *EXPERITURE, "-o", "out")
    assert (told.code, books_of(here / "out")["accepted"]) == (1, 2)
    assert "note: all 2 accepted rows are among the 2 members of the list" in told.out
    taken = [row.key for row in opened.store.accepted("experiture")]
    assert taken == ["ann@kestrel-labs.com", "dan@kestrel-labs.com"]
    (there,) = [
        row
        for row in rows_of(here / "out" / "failures.csv")
        if row["preflight__source"] == "provider"
    ]
    assert (there["email"], there["preflight__row"]) == ("failure@kestrel-labs.com", "2")


def test_a_list_that_cannot_be_read_is_said_and_the_run_ends(
    call: Call, box: Box, leads: Path, here: Path
) -> None:
    box("experiture:members:429:99")
    told = call("submit", leads, *EXPERITURE, "-o", "out")
    assert told.code == 1
    assert "note: the accepted rows were not compared with the members of the list: " in told.err
    assert books_of(here / "out")["accepted"] == 2


def test_experiture_in_several_parts_makes_one_list(
    call: Call, box: Box, leads: Path, here: Path
) -> None:
    opened = box()
    assert call("submit", leads, *EXPERITURE, "-o", "out", "--max-rows", "1").code == 1
    jobs = [job.details for job in opened.store.jobs("experiture")]
    assert sorted(bool(job["list"]) for job in jobs) == [False, False, True]
    assert len({job["target"] for job in jobs if job["target"]}) == 1


def test_textus_takes_rows_and_tells_nothing(call: Call, box: Box, leads: Path, here: Path) -> None:
    opened = box()
    told = call("submit", leads, *TEXTUS, "-o", "out")
    books = books_of(here / "out")
    assert (told.code, books["submitted"], books["accepted"]) == (1, 3, 0)
    assert "3 rows, sent; the provider does not report results, job " in told.out
    assert len(opened.store.accepted("textus")) == 3
    run = report_of(here / "out")["run"]["id"]  # type: ignore[index]
    assert "sent; the provider does not report results" in call("runs", "show", run).out


def test_a_refusal_of_the_whole_file_is_told_in_its_own_words_and_what_to_change(
    call: Call, box: Box, here: Path
) -> None:
    """Our own rule is switched off, so that TextUs has to say it."""
    (here / "a.csv").write_text("phone\n+14155550101\n+14155550102\n")
    opened = box()
    told = call("submit", "a.csv", *TEXTUS, "-o", "out", "--ignore", "HDR")
    assert told.code == 1, told.err
    assert "Missing required headers: name." in told.out
    assert "--map" in told.out
    books = books_of(here / "out")
    assert (books["submitted"], books["rejected_there"]) == (0, 2)
    assert opened.store.accepted("textus") == []
    assert [row["preflight__class"] for row in rows_of(here / "out" / "failures.csv")] == [
        "config",
        "config",
    ]


def test_landbase_counts_rows_that_it_does_not_name(
    call: Call, box: Box, leads: Path, here: Path
) -> None:
    opened = box()
    told = call("submit", leads, *LANDBASE, "-o", "out")
    books = books_of(here / "out")
    assert (told.code, books["accepted"], books["rejected_there"]) == (1, 2, 1)
    assert "1  Landbase does not say which" in told.out
    assert len(opened.store.accepted("landbase")) == 2


def test_talkvalue_by_its_own_tool(call: Call, box: Box, leads: Path, here: Path) -> None:
    opened = box()
    told = call("submit", leads, *TALKVALUE, "-O", "transport=cli", "-o", "out")
    books = books_of(here / "out")
    assert (told.code, books["accepted"], books["rejected_there"]) == (1, 2, 1)
    assert len(opened.store.accepted("talkvalue")) == 2


@pytest.mark.parametrize(
    ("provider", "variable"),
    [(LANDBASE, "LANDBASE_CLI"), ((*TALKVALUE, "-O", "transport=cli"), "TALKVALUE_CLI")],
)
def test_a_missing_tool_exits_with_2_before_anything_is_sent(
    call: Call,
    leads: Path,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    provider: tuple[str, ...],
    variable: str,
) -> None:
    monkeypatch.setenv(variable, "no-such-tool")
    told = call("submit", leads, *provider, "-o", "out")
    assert told.code == 2
    assert (
        f"`no-such-tool`, which is not installed or not on PATH; install it, or set {variable} to"
        in told.err
    )
    assert not (here / "out").exists()
    assert not (here / ".preflight").exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ((*LANDBASE, "-O", "import_id=7"), "goes with dataset_id only"),
        ((*LANDBASE, "--base-url", "https://a.test"), "takes no --base-url"),
        ((*EXPERITURE, "-O", "target_list_id=x"), "not both"),
        (("--to", "textus"), "account"),
    ],
)
def test_wrong_options_exit_with_2(
    call: Call, box: Box, leads: Path, wrong: tuple[str, ...], said: str
) -> None:
    opened = box()
    told = call("submit", leads, *wrong, "-o", "out")
    assert told.code == 2
    assert said in told.err
    assert all(opened.store.jobs(name) == [] for name in ("experiture", "landbase", "textus"))


def test_a_start_that_broke_is_repeated_under_its_key_and_accepted_once(
    call: Call, box: Box, leads: Path, here: Path
) -> None:
    """By the stand-in's own ledger."""
    opened = box("experiture:start:cut-after:2")
    assert call("submit", leads, *EXPERITURE, "-o", "out").code == 1
    assert books_of(here / "out")["accepted"] == 2
    assert len(opened.store.accepted("experiture")) == 2


@pytest.mark.parametrize(
    ("provider", "fault"),
    [(LANDBASE, "landbase:start:cut-after:1"), (TEXTUS, "textus:upload:cut-after:1")],
)
def test_where_nothing_can_be_asked_the_part_is_unknown_and_is_not_sent_again(
    call: Call, box: Box, leads: Path, here: Path, provider: tuple[str, ...], fault: str
) -> None:
    opened = box(fault)
    name = provider[1]
    told = call("submit", leads, *provider, "-o", "out")
    assert told.code == 3
    assert "--mark-accepted 1" in told.err
    taken = len(opened.store.accepted(name))
    assert call("resume").code == 3
    assert len(opened.store.accepted(name)) == taken
    assert call("resume", "--mark-accepted", "1").code == 1
    assert books_of(here / "out")["submitted"] == 3
    with Ledger(here / ".preflight" / ELSEWHERE) as ledger:
        assert str(ledger.runs()[0].state) == "finished"
