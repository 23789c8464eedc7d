"""A file analyzed in ranges: in any order, in any number of processes, with the same result."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import pickle
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.config.settings import Settings
from preflight.core.errors import SourceError, UsageError
from preflight.kinds import country_names
from preflight.linting.analysis import Analysis, analyze
from preflight.linting.checked import Checked, RecordStream
from preflight.linting.chunk_result import ChunkAnalyzer, ChunkResult, Job, Left
from preflight.linting.layout_pass import asks_for_layout
from preflight.pipeline import check_fix_split
from preflight.pipeline.local_engine import ranges_of
from preflight.pipeline.workers import outcome, workers
from preflight.reading.ranges import RangeReader
from tests.calls import EXPORTS, ODD, SHOW
from tests.checked import check, listed, summarised, work
from tests.examples import examples
from tests.pipeline.test_check_fix_split import MESSY

SECOND_TABLE = (
    "email,first_name\nann@kestrel-labs.com,Ann\nbo@@kestrel-labs.com,Bo\n\n"
    "company,city,zip\nKestrel,Berlin,10115\nFinch,Bern,3000\ncy@kestrel-labs.com,Cy\n"
)


def told(checked: Checked) -> tuple[object, ...]:
    """All that is known of a file."""
    analysis = checked.analysis
    return (
        checked.books,
        checked.after,
        analysis.findings.frame.astype(str).to_csv(),
        [(rule.code, problem) for rule, problem in analysis.problems],
        analysis.before.tobytes(),
        analysis.after.tobytes(),
        analysis.fixed,
        analysis.fixed_cells,
        (analysis.guessed_cells, analysis.guessed_rows, analysis.preview.all_seen),
        analysis.repairs,
        analysis.view.looks,
        analysis.plan.orders,
        analysis.picture,
        summarised(listed(checked)),
    )


def in_any_order(checked: Checked, size: int, seed: int, folder: Path) -> Analysis:
    """The file of a check once more: its ranges shuffled, each read and analyzed by itself."""

    def engine(job: Job, left: Left) -> Iterator[ChunkResult]:
        tasks = list(enumerate(ranges_of(job, size)))
        random.Random(seed).shuffle(tasks)
        for begun in (False, True):
            found = {}
            for at, (here, behind) in tasks:
                analyzer, reader = ChunkAnalyzer(job), RangeReader(job.layout)
                result = analyzer.result(reader.read(here), behind, begun=begun, guesses=left())
                found[at] = pickle.loads(pickle.dumps(result))
            if not begun:
                first = found
        another = False
        for at in sorted(found):
            result = (found if another else first)[at]
            another |= result.begun
            yield result

    layout, plan = checked.analysis.layout, checked.analysis.plan
    plan = dataclasses.replace(plan, orders={})
    read = RecordStream(layout, chunk_bytes=size)
    return analyze(layout, plan, read, engine=engine, folder=folder)


@pytest.mark.slow
@settings(max_examples=examples(1 / 2))
@given(text=MESSY | st.just(SECOND_TABLE), size=st.integers(1, 60), seed=st.integers(0, 9))
def test_ranges_are_analyzed_in_any_order(text: str, size: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        checked = check(Path(name), text)
        if not checked.analysis.layout.header or checked.analysis.layout.content != "table":
            return
        again = in_any_order(checked, size, seed, work(Path(name)))
        assert told(dataclasses.replace(checked, analysis=again)) == told(checked)


def both(path: Path, folder: Path, size: int, **more: Any) -> None:
    """Checks a file in this process and in two, and compares what is known of it then."""
    place = work(folder)
    chosen = Settings(**more)
    options: dict[str, Any] = {"chunk_bytes": size, "pictured": True, "work": place}
    alone = check_fix_split.check(path, chosen, **options)
    shared = check_fix_split.check(path, chosen, jobs=2, **options)
    assert told(shared) == told(alone)


@pytest.mark.slow
def test_two_processes_find_what_one_does(tmp_path: Path) -> None:
    """Also where a second table begins, and where dates are settled by later ones."""
    rows = "".join(f"a{at}@kestrel-labs.com,0{at % 9 + 1}/04/2026\n" for at in range(40))
    dated = "email,created_at\n" + rows + "b@kestrel-labs.com,21/04/2026\n" + rows
    for name, text in (("second.csv", SECOND_TABLE * 2), ("dated.csv", dated)):
        path = tmp_path / name
        path.write_text(text)
        both(path, tmp_path, 150, timezone="Europe/Berlin")


@pytest.mark.long
@pytest.mark.parametrize("name", [*EXPORTS, *(path.name for path in sorted(ODD.glob("*.csv")))])
def test_two_processes_find_in_every_fixture_what_one_does(tmp_path: Path, name: str) -> None:
    folder = SHOW if name in EXPORTS else ODD
    size = (folder / name).stat().st_size // 7 + 1
    both(folder / name, tmp_path, size, region="US")


@pytest.mark.slow
def test_two_processes_find_of_a_layout_what_one_does(tmp_path: Path) -> None:
    """As a split asks; most records are not parsed."""
    place, of_layout = work(tmp_path), check_fix_split.of_layout(Settings())
    for path in (SHOW / "expo-utf16.csv", *sorted(ODD.glob("*.csv"))[:4]):
        size = path.stat().st_size // 5 + 1
        alone, shared = (
            check_fix_split.check(path, of_layout, work=place, chunk_bytes=size, jobs=jobs)
            for jobs in (1, 2)
        )
        assert told(shared) == told(alone)
        if alone.analysis.layout.content == "table":
            assert asks_for_layout(Job(alone.analysis.layout, alone.analysis.plan))


def test_a_file_that_changes_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    """In a worker, too."""
    path = tmp_path / "list.csv"
    path.write_text("email\n" + "ann@kestrel-labs.com\n" * 50)
    checked = check_fix_split.check(path, work=work(tmp_path))
    reader = RangeReader(checked.analysis.layout)
    *_, last = list(reader.cuts(100))
    path.write_text("email\n" + "ann@kestrel-labs.com\n" * 30)
    with pytest.raises(SourceError, match="changed while it was read"):
        RangeReader(checked.analysis.layout).read(last.range)


def _tables_made() -> int:
    return country_names._known.cache_info().currsize


@pytest.mark.slow
def test_what_all_workers_need_is_made_once_by_their_server() -> None:
    with workers(1) as pool:
        made = outcome(pool.submit(_tables_made))
    assert made == (1 if "forkserver" in multiprocessing.get_all_start_methods() else 0)


@pytest.mark.slow
def test_workers_have_the_environment_of_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their server may have been started before it was set."""
    monkeypatch.setenv("STORE_KEY", "old")
    with workers(1) as pool:
        assert outcome(pool.submit(os.getenv, "STORE_KEY")) == "old"
    monkeypatch.setenv("STORE_KEY", "new")
    with workers(1) as pool:
        assert outcome(pool.submit(os.getenv, "STORE_KEY")) == "new"
    monkeypatch.delenv("STORE_KEY")
    with workers(1) as pool:
        assert outcome(pool.submit(os.getenv, "STORE_KEY")) is None


def _asked_without_end() -> None:
    with workers(1) as pool:
        outcome(pool.submit(os.getpid))
        for worker in multiprocessing.active_children():
            worker.kill()
            worker.join()
        while True:
            pool.submit(os.getpid)
            time.sleep(0.01)


@pytest.mark.slow
def test_to_ask_a_worker_that_was_killed_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="try --jobs 1"):
        _asked_without_end()
