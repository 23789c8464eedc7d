"""On a terminal, every line that a command writes can be read once it has ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.cli import main, progress
from preflight.cli.terminal import fitted
from preflight.providers.sandbox.server import Sandbox
from tests.calls import TALKVALUE, Call
from tests.terminals import terminal

_LEADS = """email,first_name,phone
ann@kestrel-labs.com,Ann,+14155552671
 bob@kestrel-labs.com ,Bob,(415) 555-2672
cyd@kestrel-labs,Cyd,+14155552673
suppressed@kestrel-labs.com,Dee,+14155552674
ann@kestrel-labs.com,Ann,+14155552671
eve@kestrel-labs.com,Eve,+14155552675
"""
_CALLS = (
    ("check", "leads.csv", "--for", "talkvalue"),
    ("fix", "leads.csv", "--for", "talkvalue", "-o", "fixed"),
    ("submit", "leads.csv", *TALKVALUE, "--max-rows", "2", "-o", "sent"),
    ("resubmit", "sent/failures.csv", "-o", "again"),
)
_CHANGING = re.compile(
    r"(?<=run)\d{8}-\d{6}-[0-9a-f]+|(?<=resume)\d{8}-\d{6}-[0-9a-f]+|(?<=job)\d+"
)


def _calls(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The calls of one round, in a folder of their own."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "leads.csv").write_text(_LEADS)
    for words in _CALLS:
        if words[0] == "resubmit":
            failures = folder / "sent" / "failures.csv"
            failures.write_bytes(failures.read_bytes().replace(b"labs,Cyd", b"labs.com,Cyd"))
        yield [*words, "--region", "US"]


def _comparable(text: str, folder: Path) -> str:
    """All that was written, without blanks, for lines may be wrapped, and without names of runs."""
    joined = "".join(text.replace("\\", "").split())  # a command goes on behind a backslash
    return _CHANGING.sub("…", joined.replace(str(folder), ""))


@pytest.mark.slow
def test_every_line_stays_on_the_screen(
    call: Call, shared: Sandbox, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """Nothing is erased with the view, nothing of the view remains, no line is glued to another."""
    monkeypatch.setattr(progress, "DELAY", 0.0)
    monkeypatch.setenv("PREFLIGHT_SHOW_VALUES", "1")
    monkeypatch.setenv("PREFLIGHT_SELECT", "DUP,EML302,EML303,PHN404")  # the others cost time
    plain = here / "plain"
    written = [call(*words) for words in _calls(plain, monkeypatch)]
    for columns in (80, 200):
        folder = here / str(columns)
        for words, told in zip(_calls(folder, monkeypatch), written, strict=True):
            with terminal(monkeypatch, columns) as screen:
                assert main(words) == told.code
            assert screen.has_cursor
            assert screen.drawn.count(b"\x1b[2K") > 1, "no view was drawn"
            text = told.err + told.out
            assert _comparable("".join(screen.lines), folder) == _comparable(text, plain)
            for line in text.splitlines():
                if len(line) < columns and not _CHANGING.search("".join(line.split())):
                    assert line in screen.lines or str(plain) in line


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_an_error_is_wrapped_between_words(
    call: Call, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    words = ["check", "a.csv", "--for", "talkvalu"]
    with terminal(monkeypatch, columns) as screen:
        assert main(words) == 2
    lines = [line for line in screen.lines if line]
    assert " ".join(line.strip() for line in lines) == call(*words).err.rstrip()
    assert max(map(len, lines)) <= columns


def test_a_command_in_a_note_is_not_broken() -> None:
    text = "  run 1: if it is interrupted, go on with `preflight resume 1 --state-dir state`"
    assert fitted(text, 60).splitlines() == [
        "  run 1: if it is interrupted, go on with",
        "    `preflight resume 1 --state-dir state`",
    ]
