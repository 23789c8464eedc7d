"""A file that a provider refused: its rows are sent by a correction, or anew, never by both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.providers.sandbox.faults import parse
from preflight.providers.sandbox.server import Sandbox
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.places import ELSEWHERE
from tests.calls import Call
from tests.cli.test_resubmit import run_ids

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_rules")]

Box = Callable[..., Sandbox]
TEXTUS = ("--to", "textus", "-O", "account=acme")
FAILURES = "a.preflight/failures.csv"


@pytest.fixture
def refusing(call: Call, box: Box, here: Path) -> Sandbox:
    """The stand-in that refused all of a.csv, which a person corrected since."""
    opened = box("textus:upload:404")
    rows = [f"Ann{n},+1415555{2600 + n}" for n in range(3)]
    (here / "a.csv").write_text("\n".join(["name,phone_number", *rows]) + "\n")
    assert call("submit", "a.csv", *TEXTUS).code == 1
    assert not opened.store.accepted("textus")
    path = here / FAILURES
    path.write_text(path.read_text("utf-8-sig").replace("2602", "2603"), "utf-8-sig")
    return opened


def taken(box: Sandbox) -> list[str]:
    """The numbers that the stand-in took, sorted."""
    return sorted(row.key for row in box.store.accepted("textus"))


CORRECTED = ["+14155552600", "+14155552601", "+14155552603"]
GIVEN = ["+14155552600", "+14155552601", "+14155552602"]


def test_what_a_correction_sent_is_not_sent_again_with_its_file(
    call: Call, refusing: Sandbox
) -> None:
    """Unless a person says so."""
    assert call("resubmit", FAILURES).code == 0
    assert taken(refusing) == CORRECTED
    first, second = run_ids(call)
    told = call("submit", "a.csv", *TEXTUS, "-o", "other")
    assert told.code == 2
    assert f"a correction of a.csv was sent to textus before, in run {second}" in told.err
    assert taken(refusing) == CORRECTED
    assert call("submit", "a.csv", *TEXTUS, "-o", "other", "--again").code == 0
    assert taken(refusing) == sorted(CORRECTED + GIVEN)
    assert f"{first}  finished" in call("runs").out


def test_what_a_correction_may_have_sent_is_not_sent_again_with_its_file(
    call: Call, refusing: Sandbox
) -> None:
    """Not even where a person wants all of it sent: first it is settled what arrived."""
    refusing.faults.add(parse("textus:upload:cut-after"))
    assert call("resubmit", FAILURES).code == 3
    second = run_ids(call)[-1]
    for more in ((), ("--again",)):
        told = call("submit", "a.csv", *TEXTUS, "-o", "other", *more)
        assert (told.code, f"run {second} has begun to send this" in told.err) == (2, True)
    assert call("resume", "--mark-accepted", "1").code == 0
    assert taken(refusing) == CORRECTED


def test_a_correction_that_sent_nothing_is_replaced_with_what_it_corrects(
    call: Call, refusing: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a run of the whole file: what that sent is not sent by a resume, or by a correction."""
    with monkeypatch.context() as outdated:
        outdated.setenv("TEXTUS_API_TOKEN", "outdated")
        assert call("resubmit", FAILURES).code == 3
    first, second = run_ids(call)
    assert call("submit", "a.csv", *TEXTUS, "-o", "other").code == 0
    assert taken(refusing) == GIVEN
    listed = call("runs").out
    assert f"{first}  replaced" in listed
    assert f"{second}  replaced" in listed
    for run in (first, second):
        told = call("resubmit", FAILURES, "--run", run)
        assert (told.code, f"run {run} was replaced by a later run" in told.err) == (2, True)
    told = call("resume", second)
    assert (told.code, f"run {second} was replaced by a later run" in told.err) == (2, True)
    call("resubmit", FAILURES)
    assert set(GIVEN) <= set(taken(refusing)) <= {*GIVEN, *CORRECTED}
    assert len(taken(refusing)) == len(set(taken(refusing)))


def test_a_file_is_not_sent_while_somebody_corrects_it(
    call: Call, here: Path, refusing: Sandbox
) -> None:
    (first,) = run_ids(call)
    state = here / ".preflight" / ELSEWHERE
    with Ledger(state) as ledger, ledger.lock(first):
        told = call("submit", "a.csv", *TEXTUS, "-o", "other")
    assert (told.code, f"another process works on run {first}" in told.err) == (2, True)
    assert run_ids(call) == [first]
    assert not taken(refusing)
