"""What a power cut may leave, and that preflight brings to disk what it builds on.

`make torture` resumes every such state of every scenario; see `disk.py` and `power_cut.py`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from preflight.config.settings import Settings
from preflight.pipeline import check_fix_split
from preflight.providers.sandbox.server import Sandbox
from preflight.writing import results_folder
from tests.calls import bare_environment
from tests.crash.disk import Disk, Tree, put
from tests.crash.runner import KILLED, Around, Ended, Point, Runner, lacking, workplace
from tests.crash.scenario import SCENARIOS, Trial
from tests.crash.stage import results
from tests.crash.trial import LOCK, run
from tests.crash.watching import read_trace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(lacking() is not None, reason=lacking() or ""),
]

PLAIN = ("clean.csv", "rejects.csv", "fixes.csv")


@pytest.fixture
def place() -> Iterator[Path]:
    with workplace() as folder:
        (folder / "here").mkdir()
        yield folder


def states(folder: Path, calls: list[dict[str, object]]) -> dict[str, Tree]:
    """What may be left after these calls, by how it is chosen."""
    disk = Disk(folder)
    disk.replay(calls)
    return dict(disk.states(random.Random(1)))


def opened(path: Path, inode: int) -> dict[str, object]:
    return {"op": "open", "path": str(path), "flags": 0, "new": True, "inode": inode}


def test_what_was_not_synced_may_be_lost_torn_or_nameless(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"1")
    made: list[dict[str, object]] = [
        opened(tmp_path / "new", -1), {"op": "write", "inode": -1, "at": 0, "data": b"abcd"},
    ]  # fmt: skip
    left = states(tmp_path, made)
    assert left["nothing that was not synced"] == {"old": b"1"}
    assert left["names without data"] == {"old": b"1", "new": b""}
    assert left["everything"] == {"old": b"1", "new": b"abcd"}
    assert left["everything, the last writes torn"]["new"] == b"ab"
    file, folder = {"op": "sync", "inode": -1}, {"op": "sync", "inode": tmp_path.stat().st_ino}
    left = states(tmp_path, [*made, file])
    assert {tree.get("new") for tree in left.values()} == {None, b"abcd"}
    left = states(tmp_path, [*made, file, folder])
    assert list(left.values()) == [{"old": b"1", "new": b"abcd"}]
    moved: dict[str, object] = {
        "op": "rename",
        "path": str(tmp_path / "new"),
        "to": str(tmp_path / "old"),
    }
    left = states(tmp_path, [*made, file, folder, moved])
    assert {tree["old"] for tree in left.values()} == {b"1", b"abcd"}


def cut(runner: Runner, place: Path, argv: list[str], point: Point, **environ: str) -> Disk:
    """The disk of a call that a power cut ends at a point."""
    disk, ended, calls = traced(runner, place, argv, point, **environ)
    assert ended.code == KILLED, ended
    disk.replay(calls)
    return disk


def traced(
    runner: Runner, place: Path, argv: list[str], point: Point | None, **environ: str
) -> tuple[Disk, Ended, list[dict[str, Any]]]:
    """The disk as it was before a call, how the call ended, and the calls that it made."""
    here, trace = place / "here", place / "trace"
    disk = Disk(here)
    (place / "tmp").mkdir(exist_ok=True)
    ended = runner.call(
        argv,
        cwd=here,
        environ={**bare_environment(), **environ, "TMPDIR": str(place / "tmp")},
        point=point,
        around=Around(trace=str(trace), under=str(here)),
    )
    return disk, ended, read_trace(trace)


@pytest.mark.parametrize("stands", [True, False])
def test_results_are_the_old_ones_or_the_new_ones_after_a_power_cut(
    runner: Runner, place: Path, *, stands: bool
) -> None:
    """Whichever call of the exchange it comes after; old and new each have one more result."""
    here = place / "here"
    given, out = here / "in.csv", here / "out"
    if stands:
        given.write_text("Our list\n\nemail\n ann@kestrel-labs.com\nno address\n")
        fix(place, given, out, Settings())
    old = written(out)
    given.write_text("email\nbo@kestrel-labs.com\nno address\ncy@kestrel-labs.com\n")
    fix(place, given, place / "new", Settings(max_rows=1))
    wholes = [old, written(place / "new")]
    argv = ["fix", "in.csv", "-o", "out", "--max-rows", "1"]
    disk, ended, calls = traced(runner, place, argv, None)
    assert ended.code == 1, ended
    begin = next(at for at, call in enumerate(calls) if _is_exchange(call))
    disk.replay(calls[:begin])
    seen = []
    for at, call in enumerate(calls[begin:]):
        disk.replay([call])
        for words, tree in (left for seed in range(3) for left in disk.states(random.Random(seed))):
            put(tree, here)
            with results_folder.alone(out):  # the next call there
                pass
            seen.append(written(out))
            assert seen[-1] in wholes, (at, call.get("op"), words)
    assert seen[0] == wholes[0]
    assert seen[-1] == wholes[1]


def _is_exchange(call: dict[str, Any]) -> bool:
    """Whether it is one of those that put results into their place."""
    places = f"{call.get('path')} {call.get('to')}"
    return ".preflight-replaced" in places or ".preflight-new" in places


def fix(place: Path, given: Path, folder: Path, settings: Settings) -> None:
    """The results of a file, in a folder."""
    work = place / f"work-{folder.name}"
    work.mkdir()
    check_fix_split.fix(given, settings, work=work, folder=folder)


def written(folder: Path) -> dict[str, bytes]:
    """Results that are the same each time; of the others, that they are there."""
    if not folder.exists():
        return {}
    left = results(folder)
    return {name: left[name] if name in PLAIN else b"" for name in left if name != LOCK}


def test_when_the_first_row_leaves_all_that_a_resume_needs_is_on_disk(
    runner: Runner, place: Path
) -> None:
    scenario = SCENARIOS["textus"]
    (place / "here" / "a.csv").write_text(scenario.content)
    with Sandbox(place / "there" / "box.sqlite") as box:
        disk = cut(runner, place, scenario.argv(), Point("call", 1), **box.environment)
    for words, tree in disk.states(random.Random(1)):
        kept = {name for name, content in tree.items() if content}
        assert {f"a.preflight/parts/000{n}.csv" for n in (1, 2, 3)} <= kept, words
        assert ".preflight/elsewhere/ledger.sqlite-wal" in kept, words
        assert any(name.startswith(".preflight/elsewhere/sources/") for name in kept), words


@pytest.mark.long
def test_another_call_at_any_moment_sends_nothing_twice(runner: Runner) -> None:
    scenario = SCENARIOS["textus"]
    for point in (Point("ledger", 60, "paused"), Point("call", 2, "paused")):
        for other in (("resume",), tuple(scenario.argv())):
            found = run(runner, Trial(scenario, (point,), around=Around(meanwhile=other)))
            assert found.problems == [], (point, other)
            assert found.paused == 1
