"""The executable that stands in for `talkvalue`, run as anybody would run it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.providers.tool_calls import Run, error_of


@pytest.fixture
def tool(run_tool: Run) -> Run:
    """`talkvalue path import`."""
    return lambda *words, **more: run_tool("TALKVALUE_CLI", "path", "import", *words, **more)


@pytest.mark.slow
def test_talkvalue_imports_and_exports_what_failed(
    tool: Run, leads: Path, finish: Callable[[], None]
) -> None:
    """Analyze, create, get, list, failed-export, each with its body under `data`."""
    told = json.loads(tool("analyze", "--file", str(leads), "--json").stdout)["data"]
    done = tool(
        "create", "--file-key", told["fileKey"], "--source-id", "7", "--mode", "UPDATE",
        "--mapping", "0:email", "--mapping", "1:FIRST_NAME", "--json",
    )  # fmt: skip
    job = json.loads(done.stdout)["data"]["importJobId"]
    finish()
    found = json.loads(tool("get", str(job)).stdout)["data"]
    assert (found["fileName"], found["failedCount"]) == (leads.name, 1)
    listed = json.loads(tool("list", "--page", "1", "--page-size", "1").stdout)
    assert [one["id"] for one in listed["data"]] == [job]
    assert listed["pagination"]["pageSize"] == 1
    exported = tool("failed-export", str(job), "--json")
    assert "always output CSV" in exported.stderr
    (row,) = csv.DictReader(exported.stdout.splitlines())
    assert list(row) == ["rowNum", "errorCode", "errorMessage", "rawValue"]


CREATE = ["create", "--file-key", "k", "--source-id", "7", "--mode"]


@pytest.mark.slow
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
    tool: Run, words: list[str], code: int, says: str
) -> None:
    done = tool(*words)
    assert done.returncode == code
    assert says in error_of(done)["message"]


def test_talkvalue_without_its_login_exits_with_3(tool: Run) -> None:
    assert tool("list", TALKVALUE_TOKEN="wrong").returncode == 3


def test_talkvalue_without_a_network_exits_with_1(tool: Run) -> None:
    done = tool("list", TALKVALUE_API_URL="http://127.0.0.1:9")
    assert (done.returncode, error_of(done)) == (1, {"message": "The request failed."})
