"""`preflight undo --row`, killed at its system calls: the old state or the new one.

Three calls of each class are tried here; `make compare` tries all of them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.config.settings import Settings
from preflight.pipeline import check_fix_split
from tests.calls import bare_environment
from tests.crash.runner import KILLED, Point, Runner, lacking, workplace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(lacking() is not None, reason=lacking() or ""),
]

UNDO = ["undo", "out", "--row", "1"]
CONTENT = "email,first_name\n ann@kestrel-labs.com,Ann \n bo@kestrel-labs.com,Bo\nno address,X\n"


@pytest.fixture
def place() -> Iterator[Path]:
    with workplace() as folder:
        yield folder


def state(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def results(folder: Path) -> dict[str, bytes]:
    """The files of a folder that a user sees."""
    return {name: data for name, data in state(folder).items() if not name.startswith(".")}


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)])
@pytest.mark.parametrize(("kind", "torn"), [("write", True), ("sync", False), ("name", False)])
def test_a_kill_leaves_the_old_state_or_the_new_one_to_the_next_call(
    runner: Runner, place: Path, kind: str, torn: bool, every: bool
) -> None:
    given = place / "in.csv"
    given.write_text(CONTENT)
    (place / "work").mkdir()
    (place / "tmp").mkdir()
    environ = {**bare_environment(), "TMPDIR": str(place / "tmp")}
    check_fix_split.fix(given, Settings(), work=place / "work", folder=place / "fixed")
    shutil.copytree(place / "fixed", place / "out")
    untouched = runner.call(UNDO, cwd=place, environ=environ)
    assert untouched.code == 0
    assert untouched.counts is not None
    old, new = state(place / "fixed"), state(place / "out")
    assert {name for name in new if old[name] != new[name]} == {
        "clean.csv", "fixes.csv", "undo.json",
    }  # fmt: skip
    found = []
    last = untouched.counts[kind]
    for at in range(1, last + 1) if every else sorted({1, (last + 1) // 2, last}):
        shutil.rmtree(place / "out")
        shutil.copytree(place / "fixed", place / "out")
        killed = runner.call(
            UNDO, cwd=place, environ=environ, point=Point(kind, at, "torn" if torn else "whole")
        )
        assert killed.code == KILLED
        back = runner.call(["undo", "out", "-o", "back.csv"], cwd=place, environ=environ)
        assert (back.code, (place / "back.csv").read_text()) == (0, CONTENT)
        (place / "back.csv").unlink()
        assert results(place / "out") in (old, new), at
        again = runner.call(UNDO, cwd=place, environ=environ)
        found.append(again.code)
        # Where it was done already, there is nothing left to undo.
        assert again.code == 0 or "no such fix" in again.err, (at, again.err)
        assert state(place / "out") == new, at
    assert 0 in found
