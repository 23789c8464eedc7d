"""`preflight learn`: a planted cause, from the submission to the proposed files."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from preflight.providers.sandbox.server import Sandbox
from tests.calls import LINES, Call, contacts

pytestmark = pytest.mark.slow

CAUSE = {"talkvalue": "DOMAIN_BLOCKED", "dotdigital": "Suppressed by Domain"}


def run_of(call: Call, provider: str) -> str:
    """The id of a run of which twenty rows of one domain are refused."""
    bad = "".join(f"ann{n}@blocked-mail.com,Ann\n" for n in range(20))
    Path("leads.csv").write_text(contacts(80) + bad)
    assert call("submit", "leads.csv", *LINES[provider]).code == 1
    return call("runs").out.split()[0]


@pytest.mark.parametrize("provider", LINES)
def test_what_is_proposed_is_written_holds_and_finds_the_rows(
    call: Call, shared: Sandbox, here: Path, provider: str
) -> None:
    run = run_of(call, provider)
    # What a killed call has left of it is no obstacle, and is gone.
    (here / ".proposed.partial" / "rules").mkdir(parents=True)
    (here / "proposed").mkdir()
    told = call("learn", run, "-o", "proposed")
    assert told.code == 0, told.err
    assert not (here / ".proposed.partial").exists()
    assert CAUSE[provider] in told.out
    rule = here / "proposed" / "rules" / "email_at_blocked_mail_com.py"
    assert stat.S_IMODE(rule.stat().st_mode) == 0o600
    tried = call("rules", "--test", rule)
    assert (tried.code, tried.out.strip()[-2:]) == (0, "ok")
    found = call("check", "leads.csv", "--for", provider, "--config", "proposed/preflight.toml")
    assert "  20 OWN001 " in found.out
    assert "OWN001" not in call("check", "leads.csv", "--for", provider).out
    piece = (here / "proposed" / "preflight.toml").read_text()
    assert ("[reasons.talkvalue]" in piece) == (provider == "talkvalue")


def test_the_proposed_class_takes_effect_when_the_run_is_settled_again(
    call: Call, shared: Sandbox, here: Path
) -> None:
    run = run_of(call, "talkvalue")
    call("learn", run, "-o", "proposed")
    call("resume", run, "--config", "proposed/preflight.toml")
    report = json.loads((here / "leads.preflight" / "report.json").read_text())
    assert report["run"]["refusals"]["DOMAIN_BLOCKED"]["class"] == "suppressed"


def test_without_a_folder_nothing_is_written(call: Call, shared: Sandbox, here: Path) -> None:
    run = run_of(call, "talkvalue")
    before = sorted(here.rglob("*"))
    told = call("learn", run, "--output-format", "json")
    assert json.loads(told.out)["reasons"][0]["code"] == "DOMAIN_BLOCKED"
    assert "write the proposals with -o DIR" in told.err
    assert sorted(here.rglob("*")) == before


def test_where_there_is_nothing_to_learn_it_says_so(
    call: Call, shared: Sandbox, here: Path
) -> None:
    Path("leads.csv").write_text(contacts(3))
    call("submit", "leads.csv", *LINES["talkvalue"])
    told = call("learn", call("runs").out.split()[0], "-o", "proposed")
    assert told.code == 0
    assert "there is nothing to learn" in told.out
    assert "there are no proposals; nothing was written" in told.err
    assert not (here / "proposed").exists()
    assert call("learn", call("runs").out.split()[0]).err == ""


def test_a_wrong_call_is_one_line(call: Call, shared: Sandbox, here: Path) -> None:
    told = call("learn", "20260101-000000-0000")
    assert (told.code, told.err.count("\n")) == (2, 1)
    run = run_of(call, "talkvalue")
    (here / "full").mkdir()
    (here / "full" / "mine").write_text("x")
    told = call("learn", run, "-o", "full")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "is not an empty folder" in told.err
    told = call("learn", run, "-o", "leads.csv")
    assert (told.code, told.err.count("\n")) == (2, 1)
