"""`-v`: what was assumed of a file, and where the time went, on stderr."""

from __future__ import annotations

from pathlib import Path

from preflight.cli.progress import View
from preflight.runs.delivery.events import Begun, Waiting
from tests.calls import Call

LEADS = "E-mail,Work Tel,Colour\nann@kestrel-labs.com,+14155552671,red\n"


def test_what_each_column_was_taken_for_is_said_beside_the_report(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(LEADS)
    quiet, told = call("check", "a.csv"), call("check", "a.csv", "-v", "--region", "US")
    assert (told.code, told.out, quiet.err) == (0, quiet.out, "")
    lines = told.err.splitlines()
    assert lines[0].startswith("time: reading ")
    assert lines[1:5] == [
        "assumed of a.csv:",
        "  `E-mail`: email, checked as email",
        "  `Work Tel`: checked as phone",
        "  `Colour`: checked as text",
    ]
    assert "  region of phone numbers without a country: US" in lines
    assert "rules of profile general: " in told.err
    assert call("check", "a.csv", "-v", "-q").err == ""


def test_a_header_that_may_be_a_contact_is_not_repeated(call: Call, here: Path) -> None:
    (here / "a.csv").write_text("ann@kestrel-labs.com,+14155552671\nbob@kestrel-labs.com,\n")
    told = call("check", "a.csv", "-v")
    assert "  2 columns; their names may be a contact\n" in told.err
    assert "kestrel" not in told.err


def test_each_stage_has_the_time_until_the_next_one_begins() -> None:
    now = 0.0

    def after(seconds: float) -> View:
        nonlocal now
        now += seconds
        return view

    view = View(drawable=False, clock=lambda: now)
    after(1).stage("reading", 0, None)
    after(2).stage("reading", 5, None)
    after(4).stage("writing", 0, None)
    after(8).event(Begun("20261127-120000-abcd"))
    after(16).event(Waiting(5.0, "busy"))
    assert after(32).times() == (
        "time: reading 7.00 s, writing 8.00 s, sending 16.00 s, waiting 32.00 s, in all 63.00 s"
    )
