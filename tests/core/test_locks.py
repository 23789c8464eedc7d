"""The lock: one holder at a time, and none that outlives its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from preflight.core.errors import RunLocked, WriteError
from preflight.core.locks import locked

_HOLDER = """
import sys, time
from pathlib import Path
from preflight.core.locks import locked
with locked(Path(sys.argv[1]), "it"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_holder_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    """In the same process too; the file and its folder are private."""
    path = tmp_path / "locks" / "a.lock"
    with locked(path, "run a"):
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        with (
            pytest.raises(RunLocked, match="another process works on run a"),
            locked(path, "run a"),
        ):
            pass
    with locked(path, "run a"):
        pass


def test_a_lock_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    """SIGKILL leaves nothing to clean up."""
    path = tmp_path / "a.lock"
    child = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(RunLocked), locked(path, "it"):
            pass
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
    with locked(path, "it"):
        pass


@pytest.mark.parametrize("inherited", [True, False])
def test_a_program_that_outlives_the_holder_keeps_it_if_it_is_to(
    tmp_path: Path, inherited: bool
) -> None:
    path = tmp_path / "a.lock"
    with locked(path, "it", inherited=inherited):
        left = subprocess.Popen(["sleep", "60"], close_fds=False)
    try:
        if inherited:
            with pytest.raises(RunLocked, match="another process works on it"), locked(path, "it"):
                pass
        else:
            with locked(path, "it"):
                pass
    finally:
        left.kill()
        left.wait()
    with locked(path, "it"):
        pass


def test_a_lock_that_does_not_stay_leaves_no_file_and_is_one_lock_still(tmp_path: Path) -> None:
    """Who waited for a file that its holder removed waits for the new one."""
    path = tmp_path / "out" / ".lock"
    with locked(path, "out", stays=False):
        with pytest.raises(RunLocked), locked(path, "out", stays=False):
            pass
        assert path.exists()
    assert list(path.parent.iterdir()) == []
    most, inside = [0], [0]

    def work() -> None:
        for _ in range(10):
            with locked(path, "out", stays=False, wait=True):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0.001)
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert list(path.parent.iterdir()) == []


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "a.lock").mkdir()
    with pytest.raises(WriteError, match=r"a\.lock"), locked(tmp_path / "locks" / "a.lock", "it"):
        pytest.fail("the block was entered")
