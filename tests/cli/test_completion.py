"""The Tab key: a real bash with the completion that preflight writes for it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from preflight.core.books import Books
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import NewRun
from tests.calls import PROGRAM, bare_environment

BASH = shutil.which("bash")
ASK = """
eval "$(_PREFLIGHT_COMPLETE=bash_source preflight)"
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_preflight_completion preflight
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def offered(words: str, here: Path) -> list[str]:
    """What bash offers for the last of some words."""
    path = f"{Path(PROGRAM[0]).parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        [str(BASH), "--norc", "-c", ASK.format(words=words)],
        capture_output=True, text=True, check=True, cwd=here,
        env={**bare_environment(), "PATH": path},
    )  # fmt: skip
    return ended.stdout.split()


@pytest.mark.slow
@pytest.mark.skipif(BASH is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("preflight sub", ["submit"]),
        ("preflight check --for tal", ["talkvalue"]),
        ("preflight check --output-format conc", ["concise"]),
        ("preflight explain phn41", [f"PHN41{digit}" for digit in range(9)]),
        ("preflight submit a.csv --to dot", ["dotdigital"]),
    ],
)
def test_the_shell_offers_what_fits(words: str, expected: list[str], tmp_path: Path) -> None:
    assert offered(words, tmp_path) == expected


@pytest.mark.slow
@pytest.mark.skipif(BASH is None, reason="there is no bash")
def test_the_shell_offers_the_runs_of_the_state_folder(tmp_path: Path) -> None:
    assert offered("preflight resume 2", tmp_path) == []
    with Ledger(tmp_path / ".preflight") as ledger:
        run = ledger.create_run(
            NewRun(
                provider="talkvalue",
                source_name="a.csv",
                source_sha256="0" * 64,
                source_rows=1,
                folder=tmp_path,
                settings={},
                options={},
                books=Books(1, 1, 0, 0),
                parts=(),
            )
        )
    assert offered("preflight resume 2", tmp_path) == [run]
