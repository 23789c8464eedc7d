"""What is drawn while a call works: on a terminal alone, after a second, and none of it stays."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from preflight.cli import main, progress
from preflight.cli.sending_table import SendingTable
from preflight.core.exchange import Outcome, Part
from preflight.core.row_map import RowMap
from preflight.providers.sandbox.faults import parse
from preflight.providers.sandbox.server import Sandbox
from preflight.runs.delivery.events import (
    Declined,
    Event,
    PartEnded,
    PartSent,
    Polled,
    Sending,
    Unclear,
    Waiting,
)
from tests.calls import ODD, TALKVALUE, Call, contacts
from tests.providers.loopback import Reply, free_port, loopback
from tests.terminals import terminal

# Colour and weight of what is printed; nothing is drawn with them.
_STYLE = re.compile(rb"\x1b\[[0-9;]*m")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The view appears with the first event."""
    monkeypatch.setattr(progress, "DELAY", 0.0)


def test_nothing_is_drawn_where_there_is_no_terminal(call: Call, at_once: None) -> None:
    assert call("check", ODD / "clean.csv").err == ""


@pytest.mark.parametrize("name", ["dumb", "unknown"])
def test_nothing_is_drawn_where_nothing_can_be_erased(
    monkeypatch: pytest.MonkeyPatch, at_once: None, name: str
) -> None:
    with terminal(monkeypatch) as screen:
        monkeypatch.setenv("TERM", name)
        assert main(["check", str(ODD / "clean.csv")]) == 0
    assert b"\x1b" not in _STYLE.sub(b"", screen.drawn)


def test_nothing_is_drawn_in_a_call_of_less_than_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "DELAY", 60.0)
    with terminal(monkeypatch) as screen:
        assert main(["check", str(ODD / "clean.csv")]) == 0
    assert b"\x1b" not in _STYLE.sub(b"", screen.drawn)


def test_reading_and_writing_are_drawn(
    monkeypatch: pytest.MonkeyPatch, here: Path, at_once: None
) -> None:
    with terminal(monkeypatch) as screen:
        assert main(["fix", str(ODD / "clean.csv"), "-o", "out"]) == 0
    assert b"reading  1" in screen.drawn
    assert b"writing" in screen.drawn
    assert screen.lines[0].startswith(str(ODD / "clean.csv")[:70])


def test_what_is_piped_away_is_not_drawn_on(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    here: Path,
    at_once: None,
) -> None:
    """With stderr on a terminal and stdout in a file, the results are in the file alone."""
    with (
        terminal(monkeypatch) as screen,
        (here / "out.txt").open("w") as out,
        monkeypatch.context() as patch,
    ):
        patch.setattr("sys.stdout", out)
        assert main(["check", str(ODD / "clean.csv")]) == 0
    assert "books: " in (here / "out.txt").read_text()
    assert screen.text == ""


def test_the_file_that_is_read_is_named(
    monkeypatch: pytest.MonkeyPatch, here: Path, at_once: None
) -> None:
    for name in ("a.csv", f"{'b' * 100}.csv"):
        (here / name).write_text(contacts(2))
        with terminal(monkeypatch, columns=60) as screen:
            assert main(["check", name]) == 0
        drawn = _STYLE.sub(b"", screen.drawn).decode()
        shown = name if len(name) < 60 else f"{name[:20]}b+…"
        assert re.search(rf"reading  2 rows  \d:\d\d  {shown}", drawn)


def test_of_several_files_it_is_said_how_many_are_checked(
    monkeypatch: pytest.MonkeyPatch, here: Path, at_once: None
) -> None:
    for name in ("a.csv", "b.csv"):
        (here / name).write_text(contacts(2))
    with terminal(monkeypatch, columns=80) as screen:
        assert main(["check", "."]) == 0
    drawn = _STYLE.sub(b"", screen.drawn).decode()
    assert re.search(r"\d:\d\d  1 of 2 files, the last one a\.csv", drawn)


def test_a_view_appears_while_a_call_hangs_before_its_first_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "DELAY", 0.01)
    with terminal(monkeypatch) as screen:
        with progress.live_view():
            until = time.monotonic() + 10
            while b"reading" not in screen.drawn and time.monotonic() < until:
                time.sleep(0.01)
        assert b"reading" in screen.drawn
    assert screen.text == ""


def test_quiet_draws_and_notes_nothing(
    monkeypatch: pytest.MonkeyPatch, shared: Sandbox, here: Path, at_once: None
) -> None:
    (here / "a.csv").write_text(contacts(1))
    with terminal(monkeypatch) as screen:
        assert main(["submit", "a.csv", *TALKVALUE, "-q"]) == 0
    assert b"\x1b" not in _STYLE.sub(b"", screen.drawn)
    assert "if it is interrupted" not in "".join(screen.lines)


@pytest.mark.slow
def test_sending_and_waiting_are_drawn(
    monkeypatch: pytest.MonkeyPatch, shared: Sandbox, here: Path, at_once: None
) -> None:
    (here / "a.csv").write_text(contacts(4))
    shared.faults.add(parse("talkvalue:analyze:429:1"))
    with terminal(monkeypatch) as screen:
        assert main(["submit", "a.csv", *TALKVALUE, "--max-rows", "2"]) == 0
    drawn = screen.drawn.decode()
    for words in ("sending", "part 1 of 2", "sent", "2 of 2 rows", "done", "1 more part to send"):
        assert words in drawn
    assert re.search(r"429.*: (next try in \d+ s|trying again)", drawn)


def test_words_of_a_provider_are_drawn_as_they_are(
    monkeypatch: pytest.MonkeyPatch, here: Path, at_once: None
) -> None:
    """Brackets in them are neither colours nor a defect."""
    monkeypatch.setenv("TEXTUS_API_TOKEN", "tok-1")
    replies = [Reply(429, {"error": "[/b] [red]later"}), Reply(201, {"contact_import_slug": "s-1"})]
    with loopback(lambda _: replies.pop(0)) as server:
        monkeypatch.setenv("TEXTUS_BASE_URL", server.url)
        (here / "a.csv").write_text("name,phone_number\nAnn,+14155552671\n")
        with terminal(monkeypatch) as screen:
            assert main(["submit", "a.csv", "--to", "textus", "-O", "account=a"]) == 0
    assert b"[/b] [red]later" in screen.drawn


_UNREACHABLE = "talkvalue cannot be reached at 127.0.0.1: Connection refused (ConnectError)"


@pytest.mark.parametrize("draws", [True, False])
def test_a_provider_that_cannot_be_reached_is_reported_before_the_next_try(
    call: Call, monkeypatch: pytest.MonkeyPatch, here: Path, at_once: None, draws: bool
) -> None:
    """On a terminal with the seconds that are left, elsewhere in one line; then the run stops."""
    monkeypatch.setenv("TALKVALUE_TOKEN", "tok-1")
    monkeypatch.setenv("TALKVALUE_API_URL", f"http://127.0.0.1:{free_port()}")
    (here / "a.csv").write_text(contacts(1))
    words = ["submit", "a.csv", *TALKVALUE]
    if draws:
        with terminal(monkeypatch, columns=200) as screen:
            assert main(words) == 3
        assert f"{_UNREACHABLE}: next try in " in screen.drawn.decode()
        written = "\n".join(screen.lines)
        assert "next try" not in written
    else:
        written = call(*words).err
        assert f"waiting: {_UNREACHABLE}; next try in 1 s" in written
    assert f"preflight: part 1 was not accepted in 8 tries: {_UNREACHABLE}" in written


def part(number: int, rows: int = 5000) -> Part:
    """A part with so many rows."""
    rows_of_it = np.arange(rows, dtype=np.int64)
    return Part(number, Path("x"), "", 0, (), (), RowMap.of(rows_of_it, rows_of_it))


def running(done: int | None, total: int | None, status: str = "RUNNING") -> Outcome:
    """A job that has not ended."""
    return Outcome("running", status, processed=done, total=total)


P = part
TABLES: dict[str, tuple[list[Event], list[str]]] = {
    "sending": ([Sending(P(1), 1)], ["part 1 of 1  5,000 rows  sending"]),
    "sent": ([Sending(P(1), 1), PartSent(P(1), "j")], ["part 1 of 1  5,000 rows  sent"]),
    "a status without counts": (
        [Sending(P(1), 1), Polled(P(1), running(None, None, "PENDING"))],
        ["part 1 of 1  5,000 rows  PENDING"],
    ),
    "a bar where counts are known": (
        [Sending(P(1), 1), Polled(P(1), running(2500, 5000))],
        ["part 1 of 1  5,000 rows  2,500 of 5,000 rows  ━━━━━━━━━━"],
    ),
    "a count without a total": (
        [Sending(P(1), 1), Polled(P(1), running(5000, None))],
        ["part 1 of 1  5,000 rows  5,000 of 5,000 rows  ━━━━━━━━━━━━━━━━━━━━"],
    ),
    "control characters in a status": (
        [Sending(P(1), 1), Polled(P(1), running(None, None, "a\x1b[2Jb"))],
        [r"part 1 of 1  5,000 rows  a\x1b[2Jb"],
    ),
    "each ending": (
        [
            *(Sending(P(number), 6) for number in range(1, 6)),
            PartEnded(P(1), Outcome("finished", "OK")),
            PartEnded(P(2), Outcome("failed", "FAILED")),
            PartEnded(P(3), Outcome("unknown", "?")),
            Declined(P(4), "why"),
            Unclear(P(5), "why"),
        ],
        [
            "part 1 of 6  5,000 rows  done",
            "part 2 of 6  5,000 rows  failed",
            "part 3 of 6  5,000 rows  unknown",
            "part 4 of 6  5,000 rows  refused",
            "part 5 of 6  5,000 rows  unknown",
            "1 more part to send",
        ],
    ),
    "a run that goes on": (
        [Polled(P(2), running(None, None))],
        ["part 2  5,000 rows  RUNNING"],
    ),
    "a wait": (
        [Sending(P(1), 1), Waiting(9.5, "busy")],
        ["part 1 of 1  5,000 rows  sending", "busy: next try in 10 s"],
    ),
    "a wait that is over": (
        [Sending(P(1), 1), Waiting(0, "busy")],
        ["part 1 of 1  5,000 rows  sending", "busy: trying again"],
    ),
    "no wait once it was sent": (
        [Sending(P(1), 1), Waiting(9, "busy"), PartSent(P(1), "j")],
        ["part 1 of 1  5,000 rows  sent"],
    ),
    "another part answers while one waits": (
        [Sending(P(2), 2), Waiting(9, "busy"), Polled(P(1), running(None, None))],
        [
            "part 1 of 2  5,000 rows  RUNNING",
            "part 2 of 2  5,000 rows  sending",
            "busy: next try in 9 s",
        ],
    ),
    "more parts than lines": (
        [
            *(Sending(P(number), 200) for number in range(1, 101)),
            *(PartEnded(P(number), Outcome("finished", "OK")) for number in range(1, 99)),
        ],
        [
            "98 of 200 parts done",
            "part 96 of 200   5,000 rows  done",
            "part 97 of 200   5,000 rows  done",
            "part 98 of 200   5,000 rows  done",
            "part 99 of 200   5,000 rows  sending",
            "part 100 of 200  5,000 rows  sending",
            "100 more parts to send",
        ],
    ),
}


@pytest.mark.parametrize(("events", "lines"), TABLES.values(), ids=TABLES)
def test_the_table_of_parts(events: list[Event], lines: list[str]) -> None:
    table = SendingTable(lambda: 100.0)
    for event in events:
        table.add(event)
    assert drawn(table, height=5, width=80) == lines


def test_the_heading_says_whether_something_is_left_to_send() -> None:
    table = SendingTable(lambda: 100.0)
    headings = []
    for event in (Sending(P(1), 2), PartSent(P(1), "j"), Sending(P(2), 2), PartSent(P(2), "k")):
        table.add(event)
        headings.append(table.heading)
    assert headings == ["sending", "sending", "sending", "waiting for the results"]


def drawn(table: SendingTable, height: int, width: int) -> list[str]:
    """The lines of a table at a width."""
    console = Console(width=width, file=io.StringIO())
    with console.capture() as captured:
        for renderable in table.drawn(height):
            console.print(renderable)
    return [line.rstrip() for line in captured.get().splitlines()]


@pytest.mark.parametrize("width", [20, 40, 60])
def test_a_narrow_table_keeps_a_line_a_part(width: int) -> None:
    table = SendingTable(lambda: 100.0)
    for number in range(1, 4):
        table.add(Sending(part(number), 3))
        table.add(Polled(part(number), running(1250, 5000)))
    lines = drawn(table, height=10, width=width)
    assert len(lines) == 3
    assert max(map(len, lines)) <= width


def test_the_countdown_counts() -> None:
    now = [0.0]
    table = SendingTable(lambda: now[0])
    table.add(Waiting(7.0, "no answer"))
    told = []
    for now[0] in (0.0, 3.2, 7.0):
        told += drawn(table, height=4, width=80)
    assert told == [
        f"no answer: {left}" for left in ("next try in 7 s", "next try in 4 s", "trying again")
    ]


def test_a_stage_tells_rows_and_rate_once_it_takes_some_seconds() -> None:
    now = [0.0]
    view = progress.View(drawable=False, clock=lambda: now[0])
    headings = []
    for now[0], stage, done in (
        (0.0, "reading", 0),
        (1.0, "reading", 20_000),
        (4.0, "reading", 100_000),
        (5.0, "writing", 0),
        (8.0, "writing", 90_000),
    ):
        view.stage(stage, done, None)
        headings.append(heading(view))
    assert headings == [
        "reading  0:00",
        "reading  20,000 rows  0:01",
        "reading  100,000 rows  25,000 rows/s  0:04",
        "writing  0:05",
        "writing  90,000 rows  30,000 rows/s  0:08",
    ]


def test_sending_tells_rows_and_rate() -> None:
    now = [10.0]
    view = progress.View(drawable=False, clock=lambda: now[0])
    headings = []
    for now[0], event in (
        (10.0, Sending(P(1), 3)),
        (12.5, PartSent(P(1), "j")),
        (13.0, Sending(P(2), 3)),
        (14.0, PartSent(P(2), "k")),
    ):
        view.event(event)
        headings.append(heading(view))
    assert headings == [
        "sending  0:00",
        "sending  5,000 rows  2,000 rows/s  0:02",
        "sending  5,000 rows  1,667 rows/s  0:03",
        "sending  10,000 rows  2,500 rows/s  0:04",
    ]


def heading(view: progress.View) -> str:
    """The first line of a view."""
    console = Console(width=80, file=io.StringIO())
    with console.capture() as captured:
        console.print(view.drawn())
    return captured.get().splitlines()[0].rstrip()
