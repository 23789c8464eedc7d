"""What is written can be read by its owner alone, whatever the umask, and while it is written."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.cli.main import log_of
from preflight.providers.sandbox.server import Sandbox
from tests.canaries.conftest import FEW, Field
from tests.providers.loopback import Asked, Reply

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """One that takes nothing away; what a stricter one takes away is tested with `private`."""
    old = os.umask(0)
    yield
    os.umask(old)


class Watch:
    """Looks at a folder again and again, for what others could read while it is there."""

    def __init__(self, root: Path) -> None:
        self.seen: set[str] = set()
        self.open: set[str] = set()
        self._root = root
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._over.is_set():
            for name in ("tmp", "deep", "state"):
                # What is looked at may be gone in the next moment, a folder that is walked too.
                with contextlib.suppress(OSError):
                    for path in (self._root / name).rglob("*"):
                        self._look_at(path)
            time.sleep(0.001)

    def _look_at(self, path: Path) -> None:
        try:
            mode = path.lstat().st_mode
        except OSError:
            return
        self.seen.add(path.name)
        if not stat.S_ISLNK(mode) and stat.S_IMODE(mode) & 0o077:
            self.open.add(f"{path.relative_to(self._root)} {stat.S_IMODE(mode):04o}")

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def test_nothing_can_be_read_by_others_at_any_moment(ground: Field) -> None:
    """Results in folders that had to be made, parts, state, spools, locks, reports."""
    late = iter([True])

    def fault(asked: Asked) -> Reply | None:
        if next(late, False):
            time.sleep(0.3)
        return None

    ground.mirror.fault = fault
    with Watch(ground.root) as watch:
        ground.call("fix", "planted/people.csv", "-o", "deep/a/b", "--max-rows", "2", *FEW)
        ground.call("split", "planted/people.csv", "-o", "deep/c/d", "--max-rows", "2")
        ground.call("fix", "planted/headerless.csv", "-o", "deep/e", *FEW)
        ground.call("undo", "deep/a/b", "-o", "deep/people.csv")
        ground.send("talkvalue", "-o", "deep/f/g", "--state-dir", "state/x/y")
        ground.send("talkvalue", "-O", "transport=cli", "-o", "deep/h", "--state-dir", "state/z")
        shown = (*FEW, "--show-values", "--output-file")
        ground.call("check", "planted/people.csv", *shown, "deep/shown.txt")
    assert {"ledger.sqlite", "report.json", "failures.csv", "0001.csv"} <= watch.seen
    assert (ground.root / "deep" / "shown.txt").exists()
    assert watch.open == set()
    assert ground.open_to_others() == []


def test_a_sandbox_of_ones_own_is_private(ground: Field) -> None:
    """Its memory holds contacts, and its tools a token."""
    with Sandbox(ground.root / "state" / "deep" / "sandbox.sqlite") as box:
        assert box.environment
        assert ground.open_to_others() == []
    assert len(ground.files()) > 5


def test_the_log_of_a_bug_is_private(ground: Field) -> None:
    path = Path(log_of(ValueError("zqname1x")).split(" see ")[1])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
