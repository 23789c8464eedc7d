"""`preflight trace`: what is printed, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from preflight.providers.sandbox.server import Sandbox
from tests.calls import TALKVALUE, Call

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_rules")]

LEADS = (
    "email,first_name\n"
    "ann@kestrel-labs.com,Ann\n"
    "unsubscribed.bob@kestrel-labs.com,Bob\n"
    "no address,Cleo\n"
)


def run_of(call: Call) -> str:
    """The id of the run of a submission."""
    Path("leads.csv").write_text(LEADS)
    assert call("submit", "leads.csv", *TALKVALUE).code == 1
    return call("runs").out.split()[0]


def test_a_row_is_told_by_its_number_and_by_its_address(call: Call, shared: Sandbox) -> None:
    run = run_of(call)
    by_number = call("trace", run, "2")
    assert by_number.code == 0, by_number.err
    assert by_number.out.startswith(
        f"row 2 of leads.csv, line 3: rejected by the provider in run {run}\n"
    )
    assert "refused   CONTACT_UNSUBSCRIBED" in by_number.out
    by_key = call("trace", run, "Unsubscribed.BOB@kestrel-labs.com")
    assert by_key.out == by_number.out


def test_values_are_shown_on_request_alone(call: Call, shared: Sandbox) -> None:
    run = run_of(call)
    key = "unsubscribed.bob@kestrel-labs.com"
    hidden = call("trace", run, key, "--output-format", "json")
    assert "bob" not in (hidden.out + hidden.err).casefold()
    assert json.loads(hidden.out)["rows"][0]["place"] == "rejected_there"
    assert "Bob" not in call("trace", run, key).out
    Path("leads.csv").write_text("email\n ann@kestrel-labs.com\n")
    call("submit", "leads.csv", *TALKVALUE, "-o", "other")
    other = call("runs").out.split()[0]
    assert "' ann@kestrel-labs.com' →" in call("trace", other, "1", "--show-values").out


def test_it_is_written_into_a_file(call: Call, shared: Sandbox) -> None:
    run = run_of(call)
    told = call("trace", run, "1", "--output-file", "story.txt")
    assert (told.code, told.out) == (0, "")
    assert Path("story.txt").read_text().startswith("row 1 of leads.csv")


def test_a_key_that_fits_no_row_is_said_without_it(call: Call, shared: Sandbox) -> None:
    run = run_of(call)
    told = call("trace", run, "dora@kestrel-labs.com")
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith(
        f"preflight: no row of run {run} matches: KEY is a row number from 1"
    )
    assert "dora" not in told.err


def test_what_hinders_the_search_is_said(call: Call, shared: Sandbox) -> None:
    run = run_of(call)
    (kept,) = Path(".preflight/elsewhere/sources").iterdir()
    kept.unlink()
    told = call("trace", run, "dora@kestrel-labs.com")
    assert told.code == 1
    assert "note: run" in told.err


def test_a_wrong_call_is_one_line(call: Call, here: Path) -> None:
    told = call("trace", "20260101-000000-0000", "1")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "no runs in .preflight" in told.err
    assert not (here / ".preflight").exists()
    assert call("trace", "20260101-000000-0000").code == 2
    assert call("trace", "a", "1", "--limit", "0").code == 2


def test_another_run_than_there_is_is_said(call: Call, shared: Sandbox) -> None:
    run = run_of(call)
    told = call("trace", run[:-1], "1")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert run in told.err


def test_a_row_is_told_over_the_rounds_of_a_real_correction(
    call: Call, shared: Sandbox, here: Path
) -> None:
    """A person's edit, a spreadsheet's damage, and a row that was accepted before."""
    run = run_of(call)
    failures = Path("leads.preflight/failures.csv").read_text()
    corrected = failures.replace("no address", "cleo@kestrel-labs.com")
    (row,) = [line for line in failures.splitlines() if "unsubscribed.bob" in line]
    number = f",{run_name(call, run, 1)}"
    again = "ann@kestrel-labs.com,Ann" + row[row.index("Bob") + 3 :].replace(
        f",{run_name(call, run, 2)}", number
    )
    Path("corrected.csv").write_text(corrected + again + "\n")
    told = call("resubmit", "corrected.csv", "-O", "source_id=7", "-O", "mode=UPDATE")
    assert told.code == 1, told.err
    whole = json.loads(call("trace", run, "3", "--output-format", "json").out)
    assert [one["parent"] for one in whole["runs"]] == [None, run]
    (cleo,) = whole["rows"]
    assert cleo["place"] == "accepted"
    assert cleo["run"] == whole["runs"][1]["id"]
    assert [one["column"] for one in cleo["facts"] if one["what"] == "corrected"] == ["email"]
    places = [
        json.loads(call("trace", run, row, "--output-format", "json").out)["rows"][0]["place"]
        for row in (1, 2, 3)
    ]
    assert places == ["accepted", "rejected_there", "accepted"]
    shown = call("runs", "show", run).out
    assert "after all rounds: 3 rows = 2 accepted + 1 rejected by the provider" in shown


def run_name(call: Call, run: str, row: int) -> str:
    """The row ID of a row of a run."""
    told = json.loads(call("trace", run, str(row), "--output-format", "json").out)
    name: str = told["rows"][0]["id"]
    return name
