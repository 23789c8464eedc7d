"""Programs are started by a script of the system's own kind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from preflight.core import files, processes

SHOW = "import os, sys; print(os.environ['LOGIN'], sys.argv[1:])"
COMMAND = [sys.executable, "-c", SHOW, "it's", "$HOME"]


@pytest.mark.skipif(os.name != "posix", reason="the launcher of another system")
@pytest.mark.parametrize("login", ["a b'c$HOME", "its own"])
def test_a_launcher_hands_its_arguments_on_and_the_environment_wins(
    tmp_path: Path, login: str
) -> None:
    made = processes.launcher(COMMAND, {"LOGIN": "a b'c$HOME"})
    path = tmp_path / f"tool{made.suffix}"
    files.write(path, made.text, mode=files.PROGRAM)
    words = ["it's", "$HOME", "two words", "*"]
    own = {"LOGIN": login} if login == "its own" else {}
    called = subprocess.run(
        [path, "two words", "*"], capture_output=True, text=True, env=own, check=True
    )
    assert called.stdout == f"{login} {words}\n"


def test_on_windows_it_is_a_batch_file() -> None:
    """As text alone: nobody has run it there."""
    made = processes._batch(["C:\\Program Files\\python.exe", "-m", "a.b"], {"TOKEN": "50%x"})
    assert made.suffix == ".cmd"
    assert made.text == (
        "@echo off\r\n"
        'if not defined TOKEN set "TOKEN=50%%x"\r\n'
        '"C:\\Program Files\\python.exe" "-m" "a.b" %*\r\n'
    )
