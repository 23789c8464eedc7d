"""The executables that stand in for two providers' tools, run as anybody would run them."""

from __future__ import annotations

import csv
import json
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from preflight.providers.sandbox.faults import Fault
from preflight.providers.sandbox.server import Sandbox

Run = Callable[..., subprocess.CompletedProcess[str]]
BODY = "email,first_name\nann@some-company.com,Ann\nfailure@some-company.com,Bob\n"


@pytest.fixture
def run(sandbox: Sandbox) -> Run:
    """Runs one of the tools in an environment that has nothing of the sandbox but its name."""

    def make(variable: str, *words: str, stdin: str = "", **more: str) -> Any:
        return subprocess.run(
            [sandbox.environment[variable], *words],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=30,
            env={"PATH": os.environ["PATH"], **more},
            check=False,
        )

    return make


@pytest.fixture
def landbase(run: Run) -> Run:
    """`landbase-cli`."""
    return lambda *words, **more: run("LANDBASE_CLI", *words, **more)


@pytest.fixture
def talkvalue(run: Run) -> Run:
    """`talkvalue path import`."""
    return lambda *words, **more: run("TALKVALUE_CLI", "path", "import", *words, **more)


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    """Two rows, of which the second is refused."""
    path = tmp_path / f"{tmp_path.name}.csv"
    path.write_text(BODY)
    return path


def error_of(done: subprocess.CompletedProcess[str]) -> Any:
    """What stands on standard error; nothing stands on standard output then."""
    assert done.stdout == ""
    return json.loads(done.stderr)["error"]


def test_the_tools_are_their_owner_s_alone(sandbox: Sandbox) -> None:
    """TalkValue's holds a login."""
    for variable in ("LANDBASE_CLI", "TALKVALUE_CLI"):
        path = Path(sandbox.environment[variable])
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


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


def test_talkvalue_imports_and_exports_what_failed(
    talkvalue: Run, leads: Path, finish: Callable[[], None]
) -> None:
    """Analyze, create, get, list, failed-export, each with its body under `data`."""
    told = json.loads(talkvalue("analyze", "--file", str(leads), "--json").stdout)["data"]
    done = talkvalue(
        "create", "--file-key", told["fileKey"], "--source-id", "7", "--mode", "UPDATE",
        "--mapping", "0:email", "--mapping", "1:FIRST_NAME", "--json",
    )  # fmt: skip
    job = json.loads(done.stdout)["data"]["importJobId"]
    finish()
    found = json.loads(talkvalue("get", str(job)).stdout)["data"]
    assert (found["fileName"], found["failedCount"]) == (leads.name, 1)
    listed = json.loads(talkvalue("list", "--page", "1", "--page-size", "1").stdout)
    assert [one["id"] for one in listed["data"]] == [job]
    assert listed["pagination"]["pageSize"] == 1
    exported = talkvalue("failed-export", str(job), "--json")
    assert "always output CSV" in exported.stderr
    (row,) = csv.DictReader(exported.stdout.splitlines())
    assert list(row) == ["rowNum", "errorCode", "errorMessage", "rawValue"]


CREATE = ["create", "--file-key", "k", "--source-id", "7", "--mode"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["get", "999999"], 4, ""),
        (["get"], 2, "not known"),
        (["explode", "1"], 2, "not known"),
        (["analyze", "--file", "/no/such.csv"], 2, "File not found"),
        (["analyze", "--other", "x"], 2, "option"),
        ([*CREATE, "UPDATE"], 2, "--mapping"),
        (
            [
                "create",
                "--file-key",
                "k",
                "--source-id",
                "7",
                "--mode",
                "X",
                "--mapping",
                "0:EMAIL",
            ],
            2,
            "UPDATE, SKIP",
        ),
        (
            [
                "create",
                "--file-key",
                "k",
                "--source-id",
                "7",
                "--mode",
                "SKIP",
                "--mapping",
                "EMAIL",
            ],
            2,
            "mapping format",
        ),
        (
            [
                "create",
                "--file-key",
                "k",
                "--source-id",
                "7",
                "--mode",
                "SKIP",
                "--mapping",
                "0:FAX",
            ],
            2,
            "target field",
        ),
    ],
)
def test_talkvalue_says_no_by_its_exit_code(
    talkvalue: Run, words: list[str], code: int, says: str
) -> None:
    done = talkvalue(*words)
    assert done.returncode == code
    assert says in error_of(done)["message"]


def test_talkvalue_without_its_login_exits_with_3(talkvalue: Run) -> None:
    assert talkvalue("list", TALKVALUE_TOKEN="wrong").returncode == 3


def test_talkvalue_without_a_network_exits_with_1(talkvalue: Run) -> None:
    done = talkvalue("list", TALKVALUE_API_URL="http://127.0.0.1:9")
    assert (done.returncode, error_of(done)) == (1, {"message": "The request failed."})
