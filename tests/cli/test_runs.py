"""`preflight runs`: what was sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.providers.sandbox.server import Sandbox
from tests.calls import DOTDIGITAL, TALKVALUE, Call, contacts


@pytest.mark.slow
def test_runs_are_listed_newest_first_and_told_part_by_part(
    call: Call, shared: Sandbox, here: Path
) -> None:
    (here / "a.csv").write_text(contacts(3))
    (here / "b.csv").write_text(contacts(1))
    call("submit", "a.csv", *TALKVALUE, "--max-rows", "2")
    call("submit", "b.csv", "--to", "dotdigital", "-O", "address_book=404")
    listed = call("runs")
    newest, oldest = listed.out.splitlines()
    assert "dotdigital" in newest
    assert newest.endswith("  1 row: 0 accepted, 1 rejected, 0 unknown  b.csv")
    run = oldest.split()[0]
    told = call("runs", "show", run)
    assert told.code == 0
    assert told.out.startswith(f"run {run}: a.csv to talkvalue, finished\n")
    assert "\n  before sending: 3 rows = 3 clean" in told.out
    assert "\n  after sending: 3 rows = 3 accepted" in told.out
    assert told.out.endswith("  left to correct: nothing\n")
    assert "  part 2: 1 row, finished, job " in told.out
    assert "    attempt 1, create: done\n" in told.out
    refused = call("runs", "show", newest.split()[0]).out
    assert "attempt 1, import: failed (" in refused


def test_a_run_has_to_be_named_and_known(call: Call, shared: Sandbox, here: Path) -> None:
    assert "needs the ID of a run" in call("runs", "show").err
    assert call("runs", "show", "nope").code == 2
    assert call("runs", "nope").code == 2
    (here / "a.csv").write_text(contacts(1))
    call("submit", "a.csv", *DOTDIGITAL, "--state-dir", "state")
    assert call("runs", "--state-dir", "state").out.count("\n") == 1


def test_where_nothing_was_sent_nothing_is_made(call: Call, here: Path) -> None:
    told = call("runs")
    assert (told.code, told.out) == (0, "")
    assert told.err == "no runs in .preflight\n"
    assert list(here.iterdir()) == []
