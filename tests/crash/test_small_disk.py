"""A run on a file system that is really full, or read-only: a small tmpfs that root mounts."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from preflight.providers.sandbox.server import Sandbox
from preflight.runs.ledger import places
from tests.calls import bare_environment
from tests.crash import audit
from tests.crash.runner import Ended, Runner, lacking
from tests.crash.scenario import SCENARIOS, Trial
from tests.crash.trial import Found


def _no_mounts() -> str:
    """Why no file system can be mounted here; "" where one can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "only root mounts a tmpfs"
    if shutil.which("unshare") is None:
        return "unshare is not installed"
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        check=False,
        capture_output=True,
        text=True,
    )
    return tried.stderr


NO_MOUNTS = _no_mounts()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(lacking() is not None, reason=lacking() or ""),
    pytest.mark.skipif(bool(NO_MOUNTS), reason=NO_MOUNTS),
]

SCENARIO = SCENARIOS["talkvalue"]


@contextmanager
def disk(place: Path, size: str) -> Iterator[Path]:
    """A tmpfs of a size, mounted at a place."""
    place.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place))
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


class Calls:
    """Calls of a person whose files, state and temporary files lie on the disk."""

    def __init__(self, runner: Runner, here: Path, box: Sandbox) -> None:
        self._runner = runner
        self._here = here
        self._environ = {
            **bare_environment(),
            **box.environment,
            "PREFLIGHT_POLL_SCALE": "0.002",
            "TMPDIR": str(here / "tmp"),
        }
        (here / "tmp").mkdir()
        (here / "a.csv").write_text(SCENARIO.content)

    def submit(self) -> Ended:
        return self._call(SCENARIO.argv())

    def go_on(self) -> Ended:
        """A resume of the run, where there is one; else the same call again."""
        state = self._here / ".preflight"
        if state.exists() and places.latest_unfinished(state, rehearsal=False) is not None:
            return self._call(["resume"])
        return self.submit()

    def _call(self, argv: list[str]) -> Ended:
        return self._runner.call(argv, cwd=self._here, environ=self._environ)


def told(ended: Ended) -> str:
    """The one line in which a call says what it cannot write."""
    assert ended.code == 2, ended
    (line,) = [line for line in ended.err.splitlines() if line.startswith("preflight: ")]
    assert line.startswith("preflight: cannot write") or "cannot be written" in line
    return line


def audited(here: Path, box: Sandbox) -> list[str]:
    """What the audit has against the run."""
    found = Found(Trial(SCENARIO), full=1)
    audit.audit(found, here, box.store)
    return found.problems


@pytest.mark.parametrize("size", ["16k", "64k", "160k", "256k", "320k", "384k"])
def test_a_disk_that_is_too_small_is_named_and_the_run_goes_on_when_it_has_grown(
    runner: Runner, tmp_path: Path, size: str
) -> None:
    with disk(tmp_path / "here", size) as here, Sandbox(tmp_path / "box.sqlite") as box:
        calls = Calls(runner, here, box)
        assert "No space left on device" in (line := told(calls.submit())) or "disk is full" in line
        mount("-o", "remount,size=64m", str(here))
        assert calls.go_on().code == 1
        assert audited(here, box) == []


def test_a_disk_that_is_read_only_is_named_and_the_run_goes_on_when_it_is_not(
    runner: Runner, tmp_path: Path
) -> None:
    with disk(tmp_path / "here", "64m") as here, Sandbox(tmp_path / "box.sqlite") as box:
        calls = Calls(runner, here, box)
        mount("-o", "remount,ro", str(here))
        assert "Read-only file system" in told(calls.submit())
        mount("-o", "remount,rw", str(here))
        assert calls.submit().code == 1
        assert audited(here, box) == []
