"""`preflight resume`: whatever stopped a run, it goes on, and no row is taken twice."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.providers.sandbox.server import Sandbox
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.places import ELSEWHERE
from preflight.runs.ledger.run import PartState
from tests.calls import (
    DOTDIGITAL,
    EXPORTS,
    LINES,
    PROGRAM,
    SHOW,
    TALKVALUE,
    Call,
    contacts,
    rows_of,
)
from tests.cli.test_submit import books_of

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_rules")]

Box = Callable[..., Sandbox]


def taken(opened: Sandbox, provider: str) -> int:
    """How many rows the stand-in took, none of them twice."""
    rows = opened.store.accepted(provider)
    assert max(Counter(row.key for row in rows).values(), default=1) == 1
    return len(rows)


def test_a_part_that_may_have_been_taken_is_unknown_until_a_person_decides(
    call: Call, box: Box, here: Path
) -> None:
    """Dotdigital cannot be asked; the part is named with its rows, and nothing is repeated."""
    opened = box("dotdigital:import:cut-after")
    (here / "a.csv").write_text(contacts(5))
    told = call("submit", "a.csv", *DOTDIGITAL)
    assert told.code == 3
    assert "part 1 (5 rows, rows 1 to 5 of the input) is unknown" in told.err
    assert "--mark-accepted 1` if they are, `--resend-unknown 1` if not" in told.err
    assert books_of(here / "a.preflight")["unknown"] == 5
    again = call("resume")
    assert (again.code, taken(opened, "dotdigital")) == (3, 5)
    decided = call("resume", "--mark-accepted", "1")
    assert decided.code == 0
    assert books_of(here / "a.preflight")["submitted"] == 5
    assert call("resume").code == 2


def test_a_part_that_was_not_taken_is_sent_again_on_request(
    call: Call, box: Box, here: Path
) -> None:
    opened = box("dotdigital:import:cut-before")
    (here / "a.csv").write_text(contacts(3) + "unsubscribed@kestrel-labs.com,U\n")
    assert call("submit", "a.csv", *DOTDIGITAL).code == 3
    assert taken(opened, "dotdigital") == 0
    assert call("resume", "--resend-unknown", "1", "--max-bad", "1").code == 0
    books = books_of(here / "a.preflight")
    assert (
        (books["accepted"], books["rejected_there"]) == (taken(opened, "dotdigital"), 1) == (3, 1)
    )


def test_a_decision_that_does_not_fit_is_refused(call: Call, box: Box, here: Path) -> None:
    box("dotdigital:import:cut-after")
    (here / "a.csv").write_text(contacts(2))
    call("submit", "a.csv", *DOTDIGITAL)
    for options, said in (
        (("--mark-accepted", "2"), "has no part 2"),
        (("--mark-accepted", "1", "--resend-unknown", "1"), "cannot be both"),
        (("--mark-accepted", "x"), "'x' is not a whole number"),
    ):
        told = call("resume", *options)
        assert (told.code, said in told.err) == (2, True)


@pytest.mark.parametrize("provider", LINES)
def test_without_waiting_the_rows_are_submitted_and_settled_later(
    call: Call, box: Box, here: Path, provider: str
) -> None:
    opened = box()
    (here / "a.csv").write_text(contacts(4))
    told = call("submit", "a.csv", *LINES[provider], "--no-wait")
    assert told.code == 0
    assert books_of(here / "a.preflight")["submitted"] == 4
    assert call("resume").code == 0
    assert books_of(here / "a.preflight")["accepted"] == taken(opened, provider) == 4


def test_after_a_time_out_it_goes_on(call: Call, box: Box, here: Path) -> None:
    now = [time.time()]
    opened = box(job_seconds=600, clock=lambda: now[0])
    (here / "a.csv").write_text(contacts(4))
    told = call("submit", "a.csv", *TALKVALUE, "--timeout", "0.05", "--state-dir", "state")
    assert told.code == 3
    assert "the timeout was reached" in told.err
    run = told.err.split("preflight resume ")[1].split(" ")[0]
    assert f"go on with `preflight resume {run} --state-dir state`" in told.err
    now[0] += 600
    assert taken(opened, "talkvalue") == 4
    done = call("resume", run, "--state-dir", "state", "--output-format", "json")
    assert done.code == 0
    assert books_of(here / "a.preflight")["accepted"] == 4


def test_it_needs_neither_the_input_nor_the_options_again(call: Call, box: Box, here: Path) -> None:
    """The run keeps its own settings, whatever the config says by then."""
    opened = box()
    name = "expo-utf8.csv"
    (here / name).write_bytes((SHOW / name).read_bytes())
    call("submit", name, *TALKVALUE, *EXPORTS[name], "-o", "out", "--no-wait")
    (here / name).unlink()
    (here / "preflight.toml").write_text('region = "FR"\nignore = ["EML"]\n')
    told = call("resume")
    assert told.code == 1, told.err
    assert "to TalkValue, run " in told.out
    assert books_of(here / "out")["accepted"] == taken(opened, "talkvalue")


def test_a_killed_call_is_resumed_and_no_row_is_taken_twice(
    call: Call, box: Box, here: Path
) -> None:
    """`kill -9` when the provider has taken the rows, and its answer is still on the way.

    Until it is dead nobody else can work on the run.
    """
    opened = box("talkvalue:create:slow:1:30")
    (here / "a.csv").write_text(contacts(5) + "no address,N\n")
    with subprocess.Popen([*PROGRAM, "submit", "a.csv", *TALKVALUE], cwd=here) as process:
        end = time.monotonic() + 30
        while not opened.store.jobs("talkvalue") and time.monotonic() < end:
            time.sleep(0.02)
        locked = call("resume")
        process.send_signal(signal.SIGKILL)
    assert (locked.code, "another process works on run" in locked.err) == (2, True)
    assert process.returncode == -signal.SIGKILL
    told = call("resume", "--max-bad", "1")
    assert told.code == 0, told.err
    assert books_of(here / "a.preflight")["accepted"] == taken(opened, "talkvalue") == 5
    with Ledger(here / ".preflight" / ELSEWHERE) as ledger:
        (run,) = ledger.runs()
        (stored,) = ledger.parts(run.id)
    assert stored.state is PartState.FINISHED


def test_nobody_resumes_while_the_tool_of_a_killed_call_is_at_work(
    call: Call, box: Box, here: Path
) -> None:
    """It may still start the import, and a person who looked now would find nothing there."""
    opened = box("landbase:start:slow:1:3")
    (here / "a.csv").write_text(contacts(3))
    argv = [*PROGRAM, "submit", "a.csv", "--to", "landbase", "-O", "tag_name=Expo"]
    with subprocess.Popen(argv, cwd=here) as process:
        end = time.monotonic() + 30
        while opened.faults.pending() and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    early = call("resume")
    assert (early.code, "another process works on run" in early.err) == (2, True)
    end = time.monotonic() + 30
    while (told := call("resume")).code == 2 and time.monotonic() < end:
        time.sleep(0.2)
    assert (told.code, "part 1 (3 rows, rows 1 to 3 of the input) is unknown" in told.err) == (
        3,
        True,
    )
    assert taken(opened, "landbase") == 3
    assert call("resume", "--mark-accepted", "1").code == 0


def test_an_interrupted_call_is_resumed(call: Call, box: Box, here: Path) -> None:
    """Ctrl-C between two parts: exit code 130, and only what was not sent is sent."""
    opened = box("talkvalue:analyze:slow:1:0", "talkvalue:analyze:slow:1:30")
    (here / "a.csv").write_text(contacts(4))
    argv = [*PROGRAM, "submit", "a.csv", *TALKVALUE, "--max-rows", "2"]
    with subprocess.Popen(argv, cwd=here, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 30
        while opened.faults.pending() and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert ": if it is interrupted, go on with `preflight resume " in err.splitlines()[0]
    assert err.splitlines()[-1] == "preflight: interrupted"
    assert taken(opened, "talkvalue") == 2
    assert call("resume").code == 0
    assert taken(opened, "talkvalue") == books_of(here / "a.preflight")["accepted"] == 4


def test_a_run_of_other_rules_than_it_began_with_does_not_balance(
    call: Call, box: Box, here: Path
) -> None:
    """As after an upgrade: the rows rejected here are others, so the books cannot be told."""
    box()
    (here / "a.csv").write_text(contacts(2) + "no address,N\n")
    assert call("submit", "a.csv", *DOTDIGITAL, "--no-wait").code == 1
    with sqlite3.connect(here / ".preflight" / ELSEWHERE / "ledger.sqlite") as db:
        db.execute("""UPDATE runs SET settings = replace(settings, '"ignore": []',
                                                        '"ignore": ["EML302"]')""")
    db.close()
    before = rows_of(here / "a.preflight" / "failures.csv")
    told = call("resume")
    assert (told.code, told.out) == (2, "")
    assert "the books say 1 and 0" in told.err
    assert rows_of(here / "a.preflight" / "failures.csv") == before
    assert not list((here / "a.preflight").glob(".*"))


def test_what_cannot_be_resumed_exits_with_2(call: Call, box: Box, here: Path) -> None:
    assert "no unfinished run in .preflight; see `preflight runs`" in call("resume").err
    assert 'there is no run "nope"' in call("resume", "nope").err
    box("dotdigital:import:cut-after")
    (here / "a.csv").write_text(contacts(2))
    call("submit", "a.csv", *DOTDIGITAL)
    (copy,) = (here / ".preflight" / ELSEWHERE / "sources").iterdir()
    copy.write_text(contacts(1))
    told = call("resume")
    assert (told.code, "the kept copy of the source is damaged" in told.err) == (2, True)
    copy.unlink()
    told = call("resume")
    assert (told.code, "the kept copy of the source is gone" in told.err) == (2, True)


def test_a_changed_part_is_not_sent(call: Call, box: Box, here: Path) -> None:
    opened = box("talkvalue:analyze:429:99")
    (here / "a.csv").write_text(contacts(2))
    assert call("submit", "a.csv", *TALKVALUE).code == 3
    opened.faults.clear()
    (here / "a.preflight" / "clean.csv").write_text(contacts(9))
    told = call("resume")
    assert (told.code, "was changed; restore the file" in told.err) == (3, True)
    assert taken(opened, "talkvalue") == 0
