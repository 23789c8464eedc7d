"""`check --watch`: a check after each save, and never of a file that is half saved."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

import pytest

from preflight.cli.watch import watch
from preflight.core.errors import SourceError
from tests.calls import PROGRAM, Call, bare_environment


def watched(
    path: Path, saves: Sequence[Callable[[], object]], fails: Callable[[], bool] = lambda: False
) -> list[str]:
    """What each check saw of a file, while saves happen one after the other between two looks."""
    left: Iterator[Callable[[], object]] = iter(saves)
    seen: list[str] = []

    def sleep(_: float) -> None:
        step = next(left, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    def check() -> int:
        seen.append(path.read_text() if path.exists() else "")
        if fails():
            raise SourceError("a.csv: it is gone")
        return 1

    with pytest.raises(KeyboardInterrupt):
        watch(lambda: [path], check, sleep=sleep)
    return seen


def nothing() -> None:
    """Nobody saved anything."""


def test_a_file_is_checked_again_after_each_save_and_only_then(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("one")
    steps = [nothing, lambda: path.write_text("second"), nothing, nothing, nothing]
    assert watched(path, steps) == ["one", "second"]


def test_a_file_that_is_being_saved_is_checked_once_it_rests(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("one")
    steps: list[Callable[[], object]] = [
        path.unlink, lambda: path.write_text("ha"), lambda: path.write_text("half"), nothing,
    ]  # fmt: skip
    assert watched(path, (*steps, nothing)) == ["one", "half"]


def test_what_keeps_a_check_from_running_is_printed_and_the_file_watched_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("one")
    steps = [path.unlink, nothing, nothing, lambda: path.write_text("back"), nothing]
    seen = watched(path, steps, fails=lambda: not path.exists())
    assert seen == ["one", "", "back"]
    assert "preflight: a.csv: it is gone\n" in capsys.readouterr().err


def test_standard_input_cannot_be_watched(call: Call) -> None:
    told = call("check", "-", "--watch")
    assert told.code == 2
    assert "--watch cannot watch standard input; name a file" in told.err


@pytest.mark.slow
def test_ctrl_c_ends_it(tmp_path: Path) -> None:
    """A process of its own, a file saved under its eyes, and the signal of the keyboard."""
    path = tmp_path / "a.csv"
    path.write_text("email\nann@kestrel-labs.com\n")
    process = subprocess.Popen(
        [*PROGRAM, "check", "a.csv", "--watch", "--output-format", "concise"],
        cwd=tmp_path, env=bare_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    with process:
        until(process.stdout, "watching 1 file; Ctrl-C ends it")
        path.write_text("email\nann@\n")
        seen = until(process.stdout, "watching 1 file")
        process.send_signal(signal.SIGINT)
        assert process.stdout.read().endswith("preflight: interrupted\n")
    assert "EML302" in seen
    assert process.returncode == 130


def until(lines: IO[str], words: str) -> str:
    """What a process prints, until a line with some words."""
    seen = ""
    for line in lines:
        seen += line
        if words in line:
            break
    return seen
