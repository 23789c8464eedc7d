"""A rehearsal is no send: runs to the sandbox, and to other addresses, are apart from real ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.providers.sandbox.server import Sandbox
from tests.calls import DOTDIGITAL, Call, contacts, rows_of

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_rules")]


def test_a_rehearsal_does_not_stand_in_the_way_of_the_send(
    call: Call, box: Callable[..., Sandbox], here: Path
) -> None:
    """It can be repeated, and what goes to another address still is sent there only once."""
    opened = box()
    (here / "a.csv").write_text(contacts(3) + "no address,N\n")
    for _ in range(2):
        told = call("submit", "a.csv", *DOTDIGITAL, "--sandbox", "--force")
        assert told.code == 1, told.err
    assert len(opened.store.accepted("dotdigital")) == 0
    assert call("submit", "a.csv", *DOTDIGITAL, "--force").code == 1
    assert len(opened.store.accepted("dotdigital")) == 3
    again = call("submit", "a.csv", *DOTDIGITAL, "--force")
    assert (again.code, "was sent to dotdigital before" in again.err) == (2, True)
    sent, *rehearsals = call("runs").out.splitlines()
    assert f"dotdigital ({opened.url}/dotdigital)  4 rows: 3 accepted, 1 rejected" in sent
    assert all("  dotdigital (sandbox)  4 rows: 3 accepted" in line for line in rehearsals)
    shown = call("runs", "show", rehearsals[0].split()[0]).out
    assert "a rehearsal in the sandbox: dotdigital got nothing" in shown


def test_corrections_of_a_rehearsal_go_on_in_the_sandbox(
    call: Call, box: Callable[..., Sandbox], here: Path
) -> None:
    """And what was begun there is resumed there, whatever the environment says; or it says no."""
    opened = box()
    (here / "a.csv").write_text(contacts(1) + "no address,N\n")
    call("submit", "a.csv", *DOTDIGITAL, "--sandbox", "--no-wait")
    told = call("resume", "--max-bad", "1")
    assert told.code == 0, told.err
    failures = here / "a.preflight" / "failures.csv"
    failures.write_text(failures.read_text().replace("no address", "nan@kestrel-labs.com"))
    told = call("resubmit", failures)
    assert (told.code, "sandbox: local stand-ins" in told.err) == (0, True), told.err
    assert len(opened.store.accepted("dotdigital")) == 0
    run = call("runs").out.split()[0]
    refused = call("resume", run, "--base-url", "http://127.0.0.1:9")
    assert refused.code == 2
    assert f"run {run} began at the sandbox, and this call would go to http://127.0.0.1:9: " in (
        refused.err
    )
    assert rows_of(failures.parent / "failures.preflight" / "clean.csv")


def test_a_run_goes_on_where_it_began(
    call: Call, box: Callable[..., Sandbox], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At an address on this machine by itself, and nowhere else."""
    opened = box()
    (here / "a.csv").write_text(contacts(2))
    began = f"{opened.url}/dotdigital"
    monkeypatch.setenv("DOTDIGITAL_BASE_URL", "https://r1-api.dotdigital.com")
    assert call("submit", "a.csv", *DOTDIGITAL, "--no-wait", "--base-url", began).code == 0
    told = call("resume")
    assert (told.code, "and this call would go to dotdigital itself" in told.err) == (2, True)
    assert f"add `--base-url {began}`, or set DOTDIGITAL_BASE_URL as it was" in told.err
    monkeypatch.delenv("DOTDIGITAL_BASE_URL")
    assert "would go to the sandbox" in call("resume", call("runs").out.split()[0], "--sandbox").err
    assert call("resume").code == 0
    assert len(opened.store.accepted("dotdigital")) == 2
