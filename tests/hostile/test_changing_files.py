"""Files that change, shrink, grow or vanish while a call reads them: one line, and exit 2."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.calls import PROGRAM, bare_environment
from tests.hostile.inputs import CANARY

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]

ROWS = 20_000
GIVEN = "email,first_name\n" + "".join(
    f"{CANARY}{number}@kestrel-labs.com,Ann\n" for number in range(ROWS)
)
OTHER = ("email,first_name\n" + f"no address {CANARY},\n" * ROWS * 2)[: len(GIVEN)]


def _written(path: Path, text: str, at: int = 0) -> None:
    with path.open("r+") as file:
        file.seek(at)
        file.write(text)


def _replaced(path: Path) -> None:
    beside = path.with_name("beside.csv")
    beside.write_text(OTHER)
    beside.replace(path)


CHANGES: dict[str, Callable[[Path], object]] = {
    "shrinks": lambda path: os.truncate(path, len(GIVEN) // 2),
    "is emptied": lambda path: os.truncate(path, 0),
    "grows": lambda path: _written(path, GIVEN, len(GIVEN)),
    "is written anew": lambda path: _written(path, OTHER),
    "gets a quote that never closes": lambda path: _written(path, '"', len(GIVEN) // 2),
    "gets a byte that is no text": lambda path: _written(
        path, "\N{LATIN SMALL LETTER E WITH ACUTE}"
    ),
    "is replaced": _replaced,
    "vanishes": Path.unlink,
}


def _reads(pid: int, path: Path) -> bool:
    """Whether a process has read from a file that it has open."""
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if handle.readlink() == path:
                about = Path(f"/proc/{pid}/fdinfo/{handle.name}").read_text()
                return int(about.split()[1]) > 0
        except OSError:
            pass  # It was closed meanwhile.
    return False


@pytest.mark.parametrize(
    ("command", "name"), [*(("check", name) for name in CHANGES), ("fix", "vanishes")]
)
def test_a_file_that_changes_while_it_is_read_is_one_line(
    tmp_path: Path, command: str, name: str
) -> None:
    """The call is stopped while it has the file open, and goes on when that has changed."""
    path = tmp_path / "a.csv"
    path.write_text(GIVEN)
    with subprocess.Popen(
        [*PROGRAM, command, "a.csv", "--jobs", "1"],
        cwd=tmp_path,
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as called:
        while not _reads(called.pid, path):
            assert called.poll() is None
            time.sleep(0.0005)
        called.send_signal(signal.SIGSTOP)
        CHANGES[name](path)
        called.send_signal(signal.SIGCONT)
        _, complaints = called.communicate()
    assert complaints == "preflight: a.csv changed while it was read; try again\n"
    assert called.returncode == 2
    assert not (tmp_path / "a.preflight").exists()
