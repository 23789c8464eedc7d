"""Workflow commands, read as the runner of GitHub Actions reads a log."""

from __future__ import annotations

import re
from typing import NamedTuple

from preflight.core.redact import visible
from preflight.report.formats import as_github
from preflight.report.listing import Listing
from tests.checked import rendered
from tests.report.conftest import HOSTILE_PATH, NAME


class Command(NamedTuple):
    """A workflow command."""

    name: str
    properties: dict[str, str]
    message: str


_PROPERTY = [("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]


def commands(log: str) -> list[Command]:
    """What the runner takes for commands, as its ActionCommand.cs does."""
    read = []
    for line in log.splitlines():
        assert "##[" not in line or line.startswith("::")
        new = re.fullmatch(r"\s*::(\w+)(?: ([^:]*))?::(.*)", line)
        if new is None:
            assert not line.lstrip().startswith("::")
            continue
        properties = dict(entry.split("=", 1) for entry in (new[2] or "").split(",") if entry)
        for key in properties:
            for written, meant in _PROPERTY:
                properties[key] = properties[key].replace(written, meant)
        message = new[3]
        for written, meant in _PROPERTY[2:]:
            message = message.replace(written, meant)
        read.append(Command(new[1], properties, message))
    return read


def test_an_annotation_says_what_and_where(found: Listing) -> None:
    told = rendered("github", found)
    first = commands(told)[0]
    assert first == Command(
        "error",
        {"file": "leads.csv", "line": "2", "title": "EML302 email-invalid"},
        "`email`: not a valid email address (2 findings, the first one here)",
    )
    assert [command.name for command in commands(told)] == ["error"] * 4 + ["warning"]
    assert told.splitlines()[5:] == [
        "preflight: leads.csv: 5 rows; found: 5 errors, 1 warning",
        "preflight: books: 5 rows = 1 clean + 4 rejected + 0 dropped",
    ]


def test_only_the_most_useful_ten_are_annotated_and_that_is_said(found: Listing) -> None:
    told = rendered("github", *[found] * 3)
    assert [command.name for command in commands(told)] == ["error"] * 10
    assert told.splitlines()[-1] == (
        "preflight: annotated: 10 of 15 rules and columns, errors first; 18 findings in all"
    )


def test_names_of_others_are_no_commands(odd: Listing) -> None:
    told = rendered("github", odd)
    assert told.replace("\n", "").isprintable()
    read = commands(told)
    assert {command.name for command in read} == {"error"}
    assert all(set(command.properties) == {"file", "line", "title"} for command in read)
    shown = visible(" ".join(NAME.split()))
    assert {command.properties["file"] for command in read} == {visible(HOSTILE_PATH)}
    assert any(command.message.startswith(f"`{shown}`: ") for command in read)


def test_a_line_of_the_log_is_no_command_of_the_old_kind() -> None:
    assert as_github.log("::error::x ##[error]y\n") == (
        "preflight: :\\x3aerror::x #\\x23[error]y\\n\n"
    )
