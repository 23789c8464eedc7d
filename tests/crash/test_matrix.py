"""The crash matrix, a part of it: `make torture` carries out all of it.

Each class of system calls is tried in some scenario, at a point that is always the same, and one
fault in each. What a trial is, and what it is held to: see `trial.py` and `audit.py`.
"""

from __future__ import annotations

import random
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from preflight.providers.sandbox.server import Sandbox
from tests.calls import PROGRAM, bare_environment
from tests.crash.conftest import Finished, finish
from tests.crash.matrix import KINDS, both, complaints, faults
from tests.crash.runner import KILLED, STUCK, Around, Point, Runner, lacking
from tests.crash.scenario import SCENARIOS, Trial
from tests.crash.trial import Found, run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(lacking() is not None, reason=lacking() or ""),
    pytest.mark.timeout(400),
]


CountsOf = Callable[[str], Mapping[str, int]]

MORE_WAYS = ("experiture-list", "talkvalue-cli")
"""Further ways to a provider; of these less is tried here."""
CLASSES_EACH = 2
"""How many classes of points are tried in a scenario: the next ones in the next scenario."""


def always(name: str) -> random.Random:
    """A choice that is the same in every run of the tests."""
    return random.Random(name)


def holds(found: Found) -> None:
    """Nothing doubled, nothing lost, and the run has ended."""
    assert found.problems == [], str(found.trial)


def classes(name: str, counts: Mapping[str, int]) -> list[tuple[str, bool]]:
    """The classes of points that are tried in a scenario, of those that its run has."""
    there = [kind for kind in KINDS if counts.get(kind[0])]
    if name in MORE_WAYS:
        return [("start" if counts.get("start") else "call", False)]
    main = [other for other in SCENARIOS if other not in MORE_WAYS]
    first = main.index(name) * CLASSES_EACH
    return [there[at % len(there)] for at in range(first, first + CLASSES_EACH)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_kill_at_any_system_call_repeats_and_loses_nothing_and_the_run_ends(
    runner: Runner, counts_of: CountsOf, name: str
) -> None:
    counts = counts_of(name)
    choice = always(name)
    for kind, torn in classes(name, counts):
        # A run makes a few calls more or less each time, so the very last may not come.
        last = max(1, counts[kind] * 9 // 10)
        found = run(
            runner,
            Trial(
                SCENARIOS[name],
                (Point(kind, choice.randint(1, last), "torn" if torn else "whole"),),
            ),
        )
        holds(found)
        assert found.killed == 1


def test_each_class_of_system_calls_is_tried_in_some_scenario() -> None:
    every = dict.fromkeys(dict(KINDS), 1)
    assert {kind for name in SCENARIOS for kind in classes(name, every)} == set(KINDS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_fault_of_a_provider_repeats_or_loses_a_row(runner: Runner, name: str) -> None:
    known = [one for one in faults(SCENARIOS[name]) if "slow" not in str(one)]
    said = list(complaints(SCENARIOS[name]))
    choice = always(name)
    for trial in choice.sample(known, 1) + choice.sample(said, min(1, len(said))):
        holds(run(runner, trial))


@pytest.mark.parametrize("name", ["dotdigital", "experiture", "talkvalue"])
def test_a_run_that_is_hit_again_while_it_is_resumed_ends_as_well(
    runner: Runner, name: str
) -> None:
    counts = {"ledger": 120, "call": 40}
    trial = always(name).choice(list(both(SCENARIOS[name], counts, 9)))
    found = run(runner, trial)
    holds(found)
    assert found.killed
    assert found.calls > 1


@pytest.mark.parametrize(
    ("name", "kind"), [("textus", "ledger"), ("talkvalue", "ledger"), ("dotdigital", "write")]
)
def test_a_disk_that_fills_up_repeats_and_loses_nothing_and_the_run_ends(
    runner: Runner, counts_of: CountsOf, name: str, kind: str
) -> None:
    """From some write on no file takes a byte; then there is room, and a person goes on."""
    # The last writes to the ledger are made when it is closed, and nobody needs them.
    last = counts_of(name)[kind] * 8 // 10
    for at in always(name).sample(range(last // 4, last), 2):
        found = run(runner, Trial(SCENARIOS[name], (Point(kind, at, "full"),)))
        holds(found)
        assert (found.full, found.killed, found.calls) == (1, 0, 2)


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("open", "open runs/ledger/database.LedgerFile._prepare < pipeline/delivery.deliver"),
        ("name", "unlink runs/failures_csv.write_unmatched"),
    ],
)
def test_a_disk_that_is_mounted_read_only_is_named_and_the_run_ends_later(
    runner: Runner, kind: str, place: str
) -> None:
    found = run(runner, Trial(SCENARIOS["textus"], (Point(kind, 1, "readonly", place),)))
    holds(found)
    assert found.full == 1


def test_a_run_that_finds_the_disk_full_says_how_to_go_on(runner: Runner, tmp_path: Path) -> None:
    scenario = SCENARIOS["textus"]
    (tmp_path / "a.csv").write_text(scenario.content)
    with Sandbox(tmp_path / "box.sqlite") as box:
        environ = {**bare_environment(), **box.environment, "PREFLIGHT_POLL_SCALE": "0.002"}
        point = Point("ledger", 70, "full")
        ended = runner.call(scenario.argv(), cwd=tmp_path, environ=environ, point=point)
    (taken,) = re.findall(r"run (\S+): if it is interrupted", ended.err)
    ledger = tmp_path / ".preflight" / "elsewhere" / "ledger.sqlite"
    assert ended.code == 2
    assert ended.err.splitlines()[-1] == (
        f"preflight: cannot write {ledger}: database or disk is full; "
        f"once it can be written, `preflight resume {taken}` goes on"
    )


@pytest.mark.parametrize(("locks", "why"), [(1, "No locks available"), (2, "it locks nothing")])
def test_a_state_folder_whose_locks_do_not_lock_is_refused_and_nothing_is_sent(
    runner: Runner, tmp_path: Path, locks: int, why: str
) -> None:
    scenario = SCENARIOS["textus"]
    (tmp_path / "a.csv").write_text(scenario.content)
    with Sandbox(tmp_path / "box.sqlite") as box:
        environ = {**bare_environment(), **box.environment}
        ended = runner.call(
            scenario.argv(), cwd=tmp_path, environ=environ, around=Around(locks=locks)
        )
        assert box.store.jobs("textus") == []
    place = tmp_path / ".preflight" / "elsewhere"
    assert ended.code == 2
    assert ended.err.splitlines()[-1] == (
        f"preflight: files in {place} cannot be locked ({why}), so two calls could send the same "
        "rows; name a folder on another file system (--state-dir for the state, -o for results, "
        "the variable TMPDIR for temporary files)"
    )


def test_a_forked_call_ends_as_one_of_a_fresh_process(runner: Runner, tmp_path: Path) -> None:
    """What it says and what it writes, ids and times apart."""
    seen = []
    for forked in (True, False):
        here = tmp_path / str(forked)
        here.mkdir()
        (here / "a.csv").write_text(SCENARIOS["talkvalue"].content)
        argv = SCENARIOS["talkvalue"].argv()
        with Sandbox(here / "box.sqlite") as box:
            environ = {**bare_environment(), **box.environment, "PREFLIGHT_POLL_SCALE": "0.001"}
            if forked:
                told = runner.call(argv, cwd=here, environ=environ)
                code, out, err = told.code, told.out, told.err
            else:
                fresh = subprocess.run(
                    [*PROGRAM, *argv], cwd=here, env=environ, capture_output=True, text=True
                )
                code, out, err = fresh.returncode, fresh.stdout, fresh.stderr
        files = {
            path.name: path.read_bytes()
            for path in (here / "a.preflight").rglob("*")
            if path.suffix == ".csv"
        }
        run_id = r"\d{8}-\d{6}-[0-9a-f]{4}"
        said = [re.sub(run_id, "ID", text).replace(str(here), "") for text in (out, err)]
        seen.append((code, *said, files))
    for one, other in zip(*seen, strict=True):
        assert one == other
    assert seen[0][0] == 1


@pytest.mark.parametrize(
    ("tampered", "told"),
    [
        ("INSERT INTO accepted SELECT 9, row, key, sha256 FROM accepted WHERE job = 1", "doubled"),
        ("DELETE FROM accepted WHERE job = 2", "lost"),
        ("UPDATE accepted SET key = 'foreign' WHERE job = 1 AND row = 1", "lost"),
    ],
)
def test_the_audit_sees_what_is_wrong_with_the_providers_books(
    finished: Finished, tampered: str, told: str
) -> None:
    """A matrix that could not fail would show nothing."""
    with closing(sqlite3.connect(finished.box)) as db, db:
        db.execute("INSERT INTO jobs VALUES (9, 'talkvalue', '9', 0, 0, 'COMPLETED', '{}')")
        assert db.execute(tampered).rowcount
    assert any(problem.startswith(told) for problem in finished.audited().problems)


def test_the_audit_sees_what_is_wrong_with_our_own_books(runner: Runner, tmp_path: Path) -> None:
    finished = finish(runner, tmp_path)
    path = finished.here / "a.preflight" / "failures.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    (finished.here / "a.preflight" / ".report.json.partial").touch()
    found = finished.audited()
    assert any("refused, and 0 times in failures.csv" in one for one in found.lost)
    assert found.wrong == ["left behind: .report.json.partial"]


def test_a_call_dies_at_its_point_and_not_before(runner: Runner, tmp_path: Path) -> None:
    """At the first byte to the provider nothing of it has arrived there."""
    scenario = SCENARIOS["textus"]
    (tmp_path / "a.csv").write_text(scenario.content)
    with Sandbox(tmp_path / "box.sqlite") as box:
        environ = {**bare_environment(), **box.environment}
        killed = runner.call(scenario.argv(), cwd=tmp_path, environ=environ, point=Point("call", 1))
        assert (killed.code, killed.counts) == (KILLED, None)
        assert (tmp_path / ".preflight" / "elsewhere" / "ledger.sqlite").exists()
        assert box.store.jobs("textus") == []
        gone = runner.call(scenario.argv(), cwd=tmp_path, environ=environ, timeout=0.001)
        assert gone.code == STUCK


def test_a_tool_that_outlives_its_call_is_waited_for(runner: Runner, tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\nsleep 0.5\ntouch done\n")
    tool.chmod(0o700)
    (tmp_path / "a.csv").write_text(SCENARIOS["landbase"].content)
    environ = {**bare_environment(), "LANDBASE_CLI": str(tool)}
    argv = SCENARIOS["landbase"].argv()
    # The first read of what the tool says comes when it is at work.
    killed = runner.call(argv, cwd=tmp_path, environ=environ, point=Point("call", 3))
    assert killed.code == KILLED
    runner.bury()
    assert (tmp_path / "done").exists()


def test_where_there_is_no_compiler_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking.cache_clear()
    monkeypatch.setenv("PATH", "")
    try:
        assert "Debian package gcc" in str(lacking()) or sys.platform != "linux"
    finally:
        lacking.cache_clear()
