"""Pipes and devices as input, and a standard output that cannot be written."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from preflight.reading import streams
from tests.calls import PROGRAM, Call, bare_environment, contacts

FULL = Path("/dev/full")


def shell(call: str, here: Path) -> subprocess.CompletedProcess[str]:
    """A call in a shell; `preflight` is the console script."""
    program = " ".join(f"'{part}'" for part in PROGRAM)
    return subprocess.run(
        ["bash", "-c", call.replace("preflight", program, 1)],
        cwd=here, env=bare_environment(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("argv", ["check in.csv", "rules --output-format json", "check --help"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_behind_standard_output_is_one_line(
    here: Path, argv: str, unbuffered: str
) -> None:
    Path("in.csv").write_text(contacts(2))
    told = shell(f"PYTHONUNBUFFERED={unbuffered} preflight {argv} >/dev/full", here)
    message = "preflight: cannot write to standard output: No space left on device\n"
    assert (told.returncode, told.stderr) == (2, message)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("preflight check none.csv 2>/dev/full", 2),
        ("preflight check in.csv >&-", 0),
        ("preflight check - <&-", 1),
        ("preflight check in.csv <&- >&- 2>&-", 0),
    ],
)
def test_streams_that_are_closed_or_full_change_no_exit_code(
    here: Path, call: str, code: int
) -> None:
    Path("in.csv").write_text(contacts(2))
    told = shell(call, here)
    assert (told.returncode, told.stderr) == (code, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "call",
    [
        "cat in.csv | preflight check /dev/stdin",
        "preflight check /dev/stdin <in.csv",
        "preflight check <(cat in.csv)",
        "(sleep 0.5; cat in.csv >pipe.csv) & preflight check pipe.csv",
        "preflight fix <(gzip <in.csv | gunzip) -o out",
    ],
)
def test_a_pipe_is_read_once(here: Path, call: str) -> None:
    Path("in.csv").write_text(contacts(2))
    os.mkfifo("pipe.csv")
    told = shell(call, here)
    assert (told.returncode, told.stderr) == (0, "")
    assert "books: 2 rows = 2 clean" in told.stdout


def test_what_is_no_file_is_one_line(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PATIENCE", 0.1)
    os.mkfifo("pipe.csv")
    for path, said in (
        ("/dev/zero", "a device, not a file"),
        ("pipe.csv", "a pipe into which nothing is written"),
        ("", "an empty path"),
    ):
        for command in ("check", "fix"):
            told = call(command, path)
            assert (told.code, told.out) == (2, "")
            assert said in told.err
            assert told.err.count("\n") == 1


def test_a_pattern_goes_into_no_link(call: Call, here: Path) -> None:
    """Links to the folder itself and above it would be gone into without end."""
    folder = here / "a/b"
    folder.mkdir(parents=True)
    (folder / "x.csv").write_text(contacts(2))
    for name in "1234":
        (folder / name).symlink_to("../..")
        (folder.parent / name).symlink_to("..")
    for pattern in ("**/*.csv", "a/**/*.csv", f"{here}/**", "**/b/x.csv", "a/**/**/x.csv"):
        assert "books: 2 rows" in call("check", pattern).out
