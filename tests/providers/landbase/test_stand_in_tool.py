"""The executable that stands in for `landbase-cli`, run as anybody would run it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.providers.sandbox.faults import Fault
from preflight.providers.sandbox.server import Sandbox
from tests.providers.tool_calls import Run, error_of


@pytest.fixture
def landbase(run_tool: Run) -> Run:
    """`landbase-cli`."""
    return lambda *words, **more: run_tool("LANDBASE_CLI", *words, **more)


@pytest.mark.slow
def test_landbase_uploads_starts_and_tells_the_status(
    sandbox: Sandbox, landbase: Run, leads: Path, finish: Callable[[], None]
) -> None:
    """The documented three commands, to the end of an import."""
    made = json.loads(landbase("upload", str(leads), f"--name={leads.stem}").stdout)
    again = landbase("upload", str(leads), f"--name={leads.stem}", "--account=acc")
    assert (again.returncode, error_of(again)["code"]) == (2, "CONFLICT")
    asked = json.dumps({"datasetId": made["id"], "tagName": "Expo"})
    started = json.loads(landbase("contacts-import", "start", "--json", "-", stdin=asked).stdout)
    status = ("contacts-import", "status", str(started["importId"]))
    assert json.loads(landbase(*status).stdout)["phase"] == "preparing"
    finish()
    told = json.loads(landbase(*status, "--account=acc").stdout)
    assert told["phase"] == "completed"
    assert (told["counts"]["invalid"], told["unmapped"]["total"]) == (1, 0)
    assert sum(told["counts"].values()) == 2
    (job,) = [one for one in sandbox.store.jobs("landbase") if one.id == str(started["importId"])]
    assert [one.row for one in sandbox.store.failures(job)] == [2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "stdin", "code", "says"),
    [
        (["upload", "/no/such.csv", "--name=x"], "", 1, "INVALID_INPUT"),
        (["upload"], "", 1, "INVALID_INPUT"),
        (["contacts-import", "start", "--json", "-"], "no json", 1, "INVALID_INPUT"),
        (["contacts-import", "start", "--json", "-"], '{"datasetId": "d"}', 1, "INVALID_INPUT"),
        (
            ["contacts-import", "start", "--json", "-"],
            '{"datasetId": "d", "tagName": ""}',
            1,
            "INVALID_INPUT",
        ),
        (
            ["contacts-import", "start", "--json", "-"],
            '{"datasetId": "ds-none", "tagName": "t"}',
            1,
            "VALIDATION_ERROR",
        ),
        (
            ["contacts-import", "start", "--json", "-"],
            '{"datasetId": "d", "tagName": "t", "importId": true}',
            1,
            "INVALID_INPUT",
        ),
        (["contacts-import", "status", "99999"], "", 2, "NOT_FOUND"),
        (["contacts-import", "status", "x"], "", 1, "INVALID_INPUT"),
        (["contacts-import", "wait", "1"], "", 1, "INVALID_INPUT"),
        ([], "", 1, "INVALID_INPUT"),
    ],
)
def test_landbase_says_no_by_code_and_exit_code(
    landbase: Run, words: list[str], stdin: str, code: int, says: str
) -> None:
    done = landbase(*words, stdin=stdin)
    assert (done.returncode, error_of(done)["code"]) == (code, says)


def test_a_landbase_draft_that_is_not_there_is_not_started(landbase: Run, leads: Path) -> None:
    made = json.loads(landbase("upload", str(leads), f"--name={leads.stem}").stdout)
    asked = json.dumps({"datasetId": made["id"], "tagName": "Expo", "importId": 999_999})
    done = landbase("contacts-import", "start", "--json", "-", stdin=asked)
    assert error_of(done)["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [("429", 2, "RATE_LIMITED"), ("500", 2, "API_ERROR"), ("cut-after", 4, "NETWORK_ERROR")],
)
def test_faults_meet_the_tool_too(
    sandbox: Sandbox, landbase: Run, leads: Path, fault: str, code: int, says: str
) -> None:
    sandbox.faults.add(Fault("landbase", "upload", fault, retry_after=7))
    done = landbase("upload", str(leads), f"--name={leads.stem}")
    found = error_of(done)
    assert (done.returncode, found["code"]) == (code, says)
    assert found.get("meta", {}).get("retry_after_seconds") == (None if fault[0] == "c" else 7.0)
