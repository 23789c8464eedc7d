"""The ledger: what is written is there for the next process, and what must not be is refused."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preflight.core.books import Books, RunBooks
from preflight.core.errors import RunLocked, UsageError, WriteError
from preflight.core.exchange import Outcome, Part, Receipt
from preflight.core.row_map import RowMap
from preflight.runs.ledger.database import FILE
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import AttemptState, PartState, RunState
from preflight.runs.ledger.tables import LAYOUTS, VERSION
from tests.examples import examples
from tests.runs.delivery.scripted import Clock, make_parts, make_run
from tests.runs.ledger.test_kept_reports import _report


@pytest.fixture
def clock() -> Clock:
    """Stands still unless it is moved."""
    return Clock(1_795_296_982.0)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder that is not there yet."""
    return tmp_path / "deep" / ".preflight"


def test_a_run_comes_back_as_it_was_made(state: Path, clock: Clock, tmp_path: Path) -> None:
    """In another process's ledger: every part, with its row map."""
    parts = make_parts(tmp_path, 2)
    with Ledger(state, clock) as ledger:
        run = make_run(ledger, parts, books=Books(10, 6, 3, 1), folder=tmp_path / "out")
    clock.now += 5
    with Ledger(state, clock) as ledger:
        found = ledger.run(run)
        stored = ledger.parts(run)
    assert found.id == run
    assert (found.provider, found.state) == ("scripted", RunState.OPEN)
    assert found.created == found.updated == 1_795_296_982.0
    assert (found.source_name, found.source_sha256, found.source_rows) == (
        "export.csv",
        "0" * 64,
        6,
    )
    assert found.folder == tmp_path / "out"
    assert (found.settings, found.options) == ({"region": "US"}, {"mode": "UPDATE"})
    assert found.books == Books(10, 6, 3, 1)
    for one, part in zip(stored, parts, strict=True):
        assert (one.state, one.reason, one.receipt, one.outcome, one.report, one.job) == (
            PartState.READY,
            "",
            None,
            None,
            None,
            None,
        )
        for name in ("number", "path", "sha256", "size", "header", "fields", "rows"):
            assert getattr(one.part, name) == getattr(part, name)
        assert one.part.row_map.dtype == np.int64
        np.testing.assert_array_equal(one.part.row_map, part.row_map)
        np.testing.assert_array_equal(one.part.lines, part.lines)


def test_a_relative_folder_still_means_the_same_from_elsewhere(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resume may be called in another working directory."""
    monkeypatch.chdir(tmp_path)
    part = make_parts(Path(), 1)[0]
    assert not part.path.is_absolute()
    with Ledger(state) as ledger:
        run = make_run(ledger, [part], folder=Path("out"))
        assert ledger.run(run).folder == tmp_path / "out"
        assert ledger.parts(run)[0].part.path == tmp_path / part.path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(1 / 2))
@given(
    rows=st.lists(st.integers(1, 2**62), max_size=20),
    header=st.lists(st.text(max_size=9), max_size=4),
)
def test_any_row_map_and_header_come_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[int], header: list[str]
) -> None:
    """The map gives rows their permanent IDs."""
    numbers = np.array(rows, dtype=np.int64)
    part = Part(
        1, Path("/p.csv"), "0", 1, tuple(header), (None,) * len(header), RowMap.of(numbers, numbers)
    )
    with Ledger(tmp_path_factory.mktemp("state")) as ledger:
        found = ledger.parts(make_run(ledger, [part]))[0].part
    assert found.row_map.tolist() == found.lines.tolist() == rows
    assert list(found.header) == header
    assert found.fields == (None,) * len(header)


def test_ids_are_the_start_in_utc_and_differ(state: Path, clock: Clock) -> None:
    """So they sort by time."""
    with Ledger(state, clock) as ledger:
        ids = [make_run(ledger, []) for _ in range(30)]
        clock.now += 1
        later = make_run(ledger, [])
        assert [run.id for run in ledger.runs()] == [later, *reversed(ids)]
    assert len(set(ids)) == 30
    assert all(one.startswith("20261121-213622-") and len(one) == 20 for one in ids)
    assert later > max(ids)


def test_a_run_replaces_others_as_it_is_recorded(state: Path, clock: Clock) -> None:
    with Ledger(state, clock) as ledger:
        first, second, third = (make_run(ledger, []) for _ in range(3))
        later = make_run(ledger, [], replaces=[first, third])
        states = {run.id: run.state for run in ledger.runs()}
    assert states == {
        later: RunState.OPEN, third: RunState.REPLACED, second: RunState.OPEN,
        first: RunState.REPLACED,
    }  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="a lock belongs to its process there")
def test_a_tool_that_outlives_the_call_holds_its_run(state: Path, clock: Clock) -> None:
    """It may still send something."""
    with Ledger(state, clock) as ledger:
        run = make_run(ledger, [])
        with ledger.lock(run):
            tool = subprocess.Popen(
                [sys.executable, "-c", "input(0)"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False,
            )  # fmt: skip
        # Until another program runs there, the new process has all that this one has open.
        assert tool.stdout is not None
        assert tool.stdout.read(1)
        with Ledger(state, clock) as later:
            with pytest.raises(RunLocked), later.lock(run):
                pass
            tool.communicate(b"\n")
            with later.lock(run):
                pass


def test_an_unknown_run_is_a_usage_error_that_names_near_ones(state: Path, clock: Clock) -> None:
    """By its beginning, by its looks, or the latest."""
    with Ledger(state, clock) as ledger:
        with pytest.raises(UsageError, match="there are none yet in"):
            ledger.run("20261121")
        run = make_run(ledger, [])
        for wrong in (run[:12], f"{run[:-2]}xx"):
            with pytest.raises(UsageError, match=f'no run "{wrong}": did you mean {run}'):
                ledger.run(wrong)
        for wrong in ("", "quite something else"):
            with pytest.raises(UsageError, match=f"the latest is {run}"):
                ledger.run(wrong)
        with pytest.raises(UsageError), ledger.lock("../../etc/passwd"):
            pass


def test_a_call_goes_from_intent_to_done_and_the_part_with_it(
    state: Path, clock: Clock, tmp_path: Path
) -> None:
    """Times, result and receipt are there for another process at once."""
    with Ledger(state, clock) as ledger, Ledger(state, clock) as other:
        run = make_run(ledger, make_parts(tmp_path, 1))
        ledger.intent(run, 1, 1, "create", "key-1", commits=True)
        (call,) = other.attempts(run, 1)
        assert (call.attempt, call.step, call.key, call.commits) == (1, "create", "key-1", True)
        assert (call.state, call.began, call.ended) == (AttemptState.INTENT, clock.now, None)
        assert other.parts(run)[0].state is PartState.SENDING

        clock.now += 3
        receipt = Receipt("job-7", {"status": "NEW"})
        ledger.done(run, 1, 1, "create", {"job": "7"}, receipt=receipt, state=PartState.SENT)
        (call,) = other.attempts(run, 1)
        assert (call.state, call.ended, call.result) == (AttemptState.DONE, clock.now, {"job": "7"})
        (stored,) = other.parts(run)
        assert (stored.state, stored.receipt, stored.job) == (PartState.SENT, receipt, "job-7")
        assert other.run(run).updated == clock.now


@pytest.mark.parametrize(
    ("refused", "state_after", "reason"),
    [(False, PartState.READY, ""), (True, PartState.REFUSED, "no header")],
)
def test_a_call_that_took_nothing_makes_the_part_ready_or_refused(
    state: Path, tmp_path: Path, refused: bool, state_after: PartState, reason: str
) -> None:
    """Code and words are kept with the call."""
    with Ledger(state) as ledger:
        run = make_run(ledger, make_parts(tmp_path, 1))
        ledger.intent(run, 1, 1, "create", "key-1", commits=True)
        ledger.failed(run, 1, 1, "create", code="E1", message="no header", refused=refused)
        (call,), (stored,) = ledger.attempts(run, 1), ledger.parts(run)
    assert (call.state, call.code, call.message) == (AttemptState.FAILED, "E1", "no header")
    assert (stored.state, stored.reason) == (state_after, reason)


def test_a_call_that_may_have_taken_the_rows_leaves_the_part_in_sending(
    state: Path, tmp_path: Path
) -> None:
    """Until it is looked up, or a person decides."""
    with Ledger(state) as ledger:
        run = make_run(ledger, make_parts(tmp_path, 1))
        ledger.intent(run, 1, 1, "create", "key-1", commits=True)
        ledger.ambiguous(run, 1, 1, "create", code="E2", message="cut")
        (call,), (stored,) = ledger.attempts(run, 1), ledger.parts(run)
        assert (call.state, call.code, call.message) == (AttemptState.AMBIGUOUS, "E2", "cut")
        assert stored.state is PartState.SENDING
        ledger.set_part(run, 1, PartState.UNKNOWN, reason="cut")
        assert ledger.parts(run)[0].reason == "cut"


@pytest.mark.parametrize("end", ["intent", "ambiguous", "done"])
def test_the_database_refuses_a_second_attempt_that_could_double_rows(
    state: Path, tmp_path: Path, end: str
) -> None:
    """Whatever the code above it believes; a released one may go again."""
    with Ledger(state) as ledger:
        run = make_run(ledger, make_parts(tmp_path, 1))
        ledger.intent(run, 1, 1, "create", "key-1", commits=True)
        if end == "ambiguous":
            ledger.ambiguous(run, 1, 1, "create")
        if end == "done":
            ledger.done(run, 1, 1, "create", {})
        with pytest.raises(sqlite3.IntegrityError):
            ledger.intent(run, 1, 2, "create", "key-2", commits=True)
        assert len(ledger.attempts(run, 1)) == 1
        if end != "done":
            ledger.release(run, 1)
            assert ledger.parts(run)[0].state is PartState.READY
            ledger.intent(run, 1, 2, "create", "key-2", commits=True)
            assert [call.state for call in ledger.attempts(run, 1)] == ["waived", "intent"]


@pytest.mark.parametrize("settled", sorted(set(PartState) - {PartState.READY, PartState.SENDING}))
def test_a_part_that_is_not_to_be_sent_gets_no_intent(
    state: Path, tmp_path: Path, settled: PartState
) -> None:
    """And is left as it is."""
    with Ledger(state) as ledger:
        run = make_run(ledger, make_parts(tmp_path, 1))
        ledger.set_part(run, 1, settled, reason="so")
        with pytest.raises(ValueError, match="not to be sent"):
            ledger.intent(run, 1, 1, "create", "key-1", commits=True)
        assert (ledger.parts(run)[0].state, ledger.attempts(run, 1)) == (settled, [])


def test_a_harmless_call_that_was_interrupted_is_closed_by_the_next(
    state: Path, tmp_path: Path
) -> None:
    """So that only calls which matter stay open."""
    with Ledger(state) as ledger:
        run = make_run(ledger, make_parts(tmp_path, 1))
        ledger.intent(run, 1, 1, "upload", "key-1", commits=False)
        ledger.intent(run, 1, 2, "upload", "key-2", commits=False)
        found = [(call.attempt, call.state, call.message) for call in ledger.attempts(run, 1)]
    assert found == [(1, AttemptState.FAILED, "interrupted"), (2, AttemptState.INTENT, "")]


@pytest.mark.parametrize(
    ("word", "expected"), [("finished", PartState.FINISHED), ("failed", PartState.FAILED)]
)
def test_an_ended_part_keeps_its_outcome_and_its_report(
    state: Path, tmp_path: Path, word: str, expected: PartState
) -> None:
    """Also for a later process that merges again."""
    outcome = Outcome(word, "Over", "advice", 3, 3, 1, {"new": 2})
    with Ledger(state) as ledger:
        run = make_run(ledger, make_parts(tmp_path, 2))
        ledger.end_part(run, 1, outcome, _report(), reason="advice")
        ledger.end_part(run, 2, Outcome(word, "Over"), None)
    with Ledger(state) as ledger:
        first, second = ledger.parts(run)
        assert (first.state, first.outcome, first.reason) == (expected, outcome, "advice")
        assert first.report == state / "reports" / f"{run}-0001.csv"
        report = ledger.failures(first)
        assert report is not None
        assert report.table["row_number"].tolist()[0] == 7
        assert ledger.failures(second) is None
        first.report.unlink()
        with pytest.raises(UsageError, match="cannot be read"):
            ledger.failures(first)


def test_a_report_that_cannot_be_written_leaves_the_part_as_it_was(
    state: Path, tmp_path: Path
) -> None:
    """The outcome is only written once the report is on disk."""
    with Ledger(state) as ledger:
        run = make_run(ledger, make_parts(tmp_path, 1))
        (state / "reports").write_text("in the way")
        with pytest.raises(WriteError, match="reports"):
            ledger.end_part(run, 1, Outcome("finished", "Over"), _report())
        assert ledger.parts(run)[0].state is PartState.READY


def test_a_write_that_fails_leaves_nothing_behind(state: Path, tmp_path: Path) -> None:
    """A run without its parts, a call without its part's state: neither can be."""
    parts = make_parts(tmp_path, 1)
    with Ledger(state) as ledger:
        with pytest.raises(sqlite3.IntegrityError):
            make_run(ledger, [*parts, *parts])
        assert ledger.runs() == []
        with pytest.raises(TypeError):
            make_run(ledger, parts, settings={"a": object()})
        assert ledger.runs() == []
        make_run(ledger, parts)


def test_everything_in_the_state_folder_is_private(state: Path, tmp_path: Path) -> None:
    """0700 and 0600, also of what SQLite adds."""
    with Ledger(state) as ledger:
        run = make_run(ledger, make_parts(tmp_path, 1))
        ledger.end_part(run, 1, Outcome("finished", "Over"), _report())
        with ledger.lock(run):
            found = {path: path.stat().st_mode & 0o777 for path in (state, *state.rglob("*"))}
    assert {path.name for path in found} >= {FILE, f"{FILE}-wal", "locks", "reports"}
    assert {mode for path, mode in found.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in found.items() if path.is_file()} == {0o600}


def test_a_commit_outlasts_a_power_cut(state: Path) -> None:
    """Every commit is synchronised; a second reader is never kept waiting."""
    with Ledger(state) as ledger:
        pragma = ledger._connection.execute
        assert pragma("PRAGMA synchronous").fetchone() == (2,)
        assert pragma("PRAGMA journal_mode").fetchone() == ("wal",)
        assert pragma("PRAGMA foreign_keys").fetchone() == (1,)
        assert pragma("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_ledger_of_the_first_layout_is_brought_to_this_one(state: Path) -> None:
    """Its runs stay, and are nobody's corrections."""
    state.mkdir(parents=True)
    old = sqlite3.connect(state / FILE)
    old.executescript(LAYOUTS[0])
    old.execute(
        "INSERT INTO runs VALUES (1, 'old', 'scripted', 'finished', 1, 2, 'a.csv', 'f0', 1, '/x', "
        '\'{}\', \'{}\', \'{"rows": 1, "clean": 1, "rejected": 0, "dropped": 0}\')'
    )
    old.execute("PRAGMA user_version = 1")
    old.commit()
    old.close()
    with Ledger(state) as ledger:
        assert (ledger.run("old").books, ledger.run("old").parent) == (Books(1, 1, 0, 0), None)
        assert ledger._connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert [run.id for run in ledger.family("old")] == ["old"]


def test_a_family_is_told_from_any_of_its_runs_the_first_one_first(
    state: Path, tmp_path: Path
) -> None:
    parts = make_parts(tmp_path, 1)
    with Ledger(state) as ledger:
        first = make_run(ledger, parts)
        make_run(ledger, parts)
        second = make_run(ledger, parts, parent=first)
        third = make_run(ledger, parts, parent=second)
        beside = make_run(ledger, parts, parent=first)
        for run in (first, second, third, beside):
            assert [one.id for one in ledger.family(run)] == [first, second, third, beside]
        with pytest.raises(UsageError, match="there is no run"):
            ledger.family("none")


def test_a_ledger_of_a_newer_preflight_is_refused_and_left_alone(state: Path) -> None:
    """The message says what to do."""
    Ledger(state).close()
    connection = sqlite3.connect(state / FILE)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(UsageError, match=r"newer preflight .*upgrade contact-preflight"):
        Ledger(state)


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    """Another file under its name, and a folder that cannot be made."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / FILE).write_bytes(b"not a database, but long enough to be read as one" * 40)
    with pytest.raises(UsageError, match="cannot be used as a ledger"):
        Ledger(tmp_path / "a")
    (tmp_path / "b").write_text("a file")
    with pytest.raises(UsageError, match=r"cannot be written: .*--state-dir"):
        Ledger(tmp_path / "b")


def test_a_run_is_locked_for_others_and_not_for_its_holder(state: Path) -> None:
    """Another run stays free."""
    with Ledger(state) as ledger, Ledger(state) as other:
        run, free = make_run(ledger, []), make_run(ledger, [])
        with ledger.lock(run), ledger.lock(run):
            with pytest.raises(RunLocked, match=f"run {run}"), other.lock(run):
                pass
            with other.lock(free):
                pass
        with other.lock(run), pytest.raises(RunLocked), ledger.lock(run):
            pass


def test_where_the_rows_of_a_run_ended_is_kept_with_it(state: Path) -> None:
    """As it was settled last."""
    ended = RunBooks(6, accepted=4, unknown=2)
    with Ledger(state) as ledger:
        run = make_run(ledger, [])
        assert ledger.run(run).ended is None
        ledger.set_ended(run, RunBooks(6, unknown=6))
        ledger.set_ended(run, ended)
    with Ledger(state) as ledger:
        assert ledger.run(run).ended == ended


_WRITER = """
import sys
from pathlib import Path
from types import MappingProxyType
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import NewRun
from preflight.core.books import Books, RunBooks
with Ledger(Path(sys.argv[1])) as ledger:
    for _ in range(15):
        ledger.create_run(NewRun(provider="p", source_name="s", source_sha256="0", source_rows=0,
            folder=Path("f"), settings={}, options={}, books=Books(0, 0, 0, 0), parts=[]))
"""


def test_several_can_make_a_ledger_at_once(tmp_path: Path) -> None:
    """SQLite does not wait when two change the mode of a file together."""
    for number in range(30):
        state, start = tmp_path / str(number), threading.Barrier(4)

        def opened(state: Path = state, start: threading.Barrier = start) -> None:
            start.wait()
            Ledger(state).close()

        with ThreadPoolExecutor(4) as pool:
            for opening in [pool.submit(opened) for _ in range(4)]:
                opening.result()


@pytest.mark.slow
def test_several_processes_can_begin_runs_at_once(state: Path) -> None:
    """Also where none of them finds a ledger yet."""
    children = [subprocess.Popen([sys.executable, "-c", _WRITER, str(state)]) for _ in range(3)]
    assert [child.wait(30) for child in children] == [0, 0, 0]
    with Ledger(state) as ledger:
        assert len({run.id for run in ledger.runs()}) == 45


def test_a_read_only_mapping_can_be_stored(state: Path, tmp_path: Path) -> None:
    """What a provider gives back need not be a dict."""
    with Ledger(state) as ledger:
        run = make_run(ledger, make_parts(tmp_path, 1))
        ledger.intent(run, 1, 1, "create", "k", commits=True)
        details = MappingProxyType({"a": 1})
        receipt = Receipt("j", details)
        ledger.done(run, 1, 1, "create", details, receipt=receipt, state=PartState.SENT)
        ledger.end_part(run, 1, Outcome("finished", "Over", counts=details), None)
        (stored,) = ledger.parts(run)
    assert stored.receipt is not None
    assert stored.outcome is not None
    assert json.dumps([stored.receipt.details, stored.outcome.counts]) == '[{"a": 1}, {"a": 1}]'
