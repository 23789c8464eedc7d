"""TalkValue's own command line tool, against small scripts that answer what the test says."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.core.errors import Ambiguous, Busy, Denied, ProviderError, Refused
from preflight.providers.command import Command
from preflight.providers.talkvalue.wire import Tool

Make = Callable[..., Tool]


@pytest.fixture
def tool(tmp_path: Path) -> Make:
    """Writes the tool, which keeps its arguments in a file."""

    def make(out: str = "", code: int = 0, err: str = "") -> Tool:
        for name, text in (("out", out), ("err", err)):
            (tmp_path / name).write_text(text)
        path = tmp_path / "talkvalue"
        path.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/args\n'
            f"cat {tmp_path}/out; cat {tmp_path}/err >&2; exit {code}\n"
        )
        path.chmod(0o700)
        environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        return Tool(
            Command(
                "talkvalue",
                variable="TALKVALUE_CLI",
                default="talkvalue",
                environ=environ,
                timeout=20,
            )
        )

    return make


def args(folder: Path) -> list[str]:
    """The arguments of the last call."""
    return (folder / "args").read_text().splitlines()


def test_the_body_stands_under_data(tool: Make, tmp_path: Path) -> None:
    made = tool(json.dumps({"data": {"status": "RUNNING"}}))
    assert made.job("12").document == {"status": "RUNNING"}
    assert args(tmp_path) == ["path", "import", "get", "12", "--json"]
    made.close()


def test_a_file_goes_up_under_the_name_of_its_attempt(tool: Make, tmp_path: Path) -> None:
    """TalkValue is told the name of the file, by which a job is looked up later."""
    part = tmp_path / "0001.csv"
    part.write_text("email\n")
    assert tool('{"data": {"fileKey": "k"}}').analyze(part, "run-1.csv").document == {
        "fileKey": "k"
    }
    *_, option, path, _ = args(tmp_path)
    assert (option, Path(path).name) == ("--file", "run-1.csv")
    assert not Path(path).exists()


def test_a_create_names_each_mapped_column(tool: Make, tmp_path: Path) -> None:
    made = tool('{"data": {"importJobId": 5}}')
    assert made.create("k", 7, [(0, "EMAIL"), (2, "PHONE")], "SKIP").document["importJobId"] == 5
    assert args(tmp_path)[3:] == [
        "--file-key", "k", "--source-id", "7", "--mode", "SKIP",
        "--mapping", "0:EMAIL", "--mapping", "2:PHONE", "--json",
    ]  # fmt: skip


def test_a_list_has_its_pages_beside_it(tool: Make, tmp_path: Path) -> None:
    made = tool(json.dumps({"data": [{"id": 1}], "pagination": {"totalPages": 3}}))
    assert made.jobs(2, 50).document == {"content": [{"id": 1}], "totalPages": 3}
    assert args(tmp_path)[2:] == ["list", "--page", "2", "--page-size", "50", "--json"]
    assert tool('{"data": []}').jobs(1, 50).document == {"content": [], "totalPages": None}


def test_an_export_is_its_output(tool: Make, tmp_path: Path) -> None:
    assert tool("rowNum,errorCode\n1,A\n", err="Warning: CSV").export("12").report.whole() == (
        b"rowNum,errorCode\n1,A\n"
    )
    assert args(tmp_path) == ["path", "import", "failed-export", "12"]


@pytest.mark.parametrize(
    ("code", "created", "read"),
    [
        (1, Ambiguous, Busy),
        (2, Refused, Refused),
        (3, Denied, Denied),
        (4, Refused, Refused),
        (5, Denied, Denied),
        (6, Ambiguous, Busy),
        (127, Ambiguous, Busy),
    ],
)
def test_each_exit_code_has_its_own_meaning(
    tool: Make, code: int, created: type, read: type
) -> None:
    """1 is a refusal, a broken network and a fault of the server: a create is in doubt."""
    made = tool("", code, json.dumps({"error": {"message": "its words"}}))
    calls: tuple[tuple[Callable[[], object], type], ...] = (
        (lambda: made.create("k", 7, [], "SKIP"), created),
        (lambda: made.job("1"), read),
        (lambda: made.export("1"), read),
    )
    for call, kind in calls:
        with pytest.raises(ProviderError, match=f"ended with {code}: its words") as caught:
            call()
        assert type(caught.value) is kind
        assert ("talkvalue auth login" in str(caught.value)) is (kind is Denied)


@pytest.mark.parametrize("out", ["", "garbage", '{"data": 5}', "[]"])
def test_an_answer_without_data_is_an_empty_one(tool: Make, out: str) -> None:
    """Who wants something of it says what it lacks."""
    made = tool(out)
    told = made.create("k", 7, [], "SKIP")
    assert told.document == {}
    assert type(told.without("an id")) is Ambiguous
    assert type(made.job("1").without("a status")) is Busy
    assert type(made.export("1").without("header")) is Busy
