"""A file analyzed by a Dask cluster of processes, with the results of this machine."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.config.settings import Settings
from preflight.core.errors import PreflightError, UsageError
from preflight.core.types import Layout
from preflight.linting.checked import silent
from preflight.linting.chunk_result import Job
from preflight.pipeline import check_fix_split, dask_worker
from preflight.pipeline.dask_cluster import Cluster
from preflight.reading import speculative_cuts
from tests.calls import SHOW
from tests.checked import work
from tests.clusters import Processes, processes
from tests.pipeline.test_local_engine import SECOND_TABLE, told

pytestmark = pytest.mark.slow

ROWS = "".join(f"a{at}@kestrel-labs.com,0{at % 9 + 1}/04/2026\n" for at in range(40))
DATED = "email,created_at\n" + ROWS + "b@kestrel-labs.com,21/04/2026\n" + ROWS
HOSTILE = 'email,first_name\n"' + 'x"\n"' * 30 + "\n" * 120 + 'a@kestrel-labs.com,6" tall\n' * 20


def test_a_cluster_finds_what_this_machine_does(cluster: Cluster, tmp_path: Path) -> None:
    """Also where a second table begins, where dates are settled later, and where quotes lie."""
    for name, text in (
        ("second.csv", SECOND_TABLE * 2),
        ("dated.csv", DATED),
        ("hostile.csv", HOSTILE),
        ("empty.csv", "email\n"),
    ):
        path = tmp_path / name
        path.write_text(text)
        settings, place = Settings(timezone="Europe/Berlin"), work(tmp_path)
        alone = check_fix_split.check(path, settings, work=place, pictured=True)
        shared = check_fix_split.check(
            path, settings, work=place, pictured=True, cluster=cluster, chunk_bytes=150
        )
        assert told(shared) == told(alone), name


def _some(folder: Path) -> Path:
    """A messy file of some hundred rows."""
    path = folder / "some.csv"
    if not path.exists():
        lines = (SHOW / "expo-utf8.csv").read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:500]))
    return path


def _slab_bytes(path: Path) -> int:
    """So that there are some ranges."""
    return path.stat().st_size // 12


def _fixed(
    path: Path,
    folder: Path,
    cluster: Cluster | None,
    progress: Callable[[str, int, int | None], None] = silent,
) -> dict[str, bytes]:
    """The results of a fix."""
    target = folder / ("cluster" if cluster else "here")
    settings = Settings(
        profile="talkvalue", region="US", timezone="America/Chicago", state_dir=folder / "state"
    )
    check_fix_split.fix(
        path,
        settings,
        work=work(folder),
        folder=target,
        cluster=cluster,
        chunk_bytes=_slab_bytes(path),
        progress=progress,
    )
    return {file.name: file.read_bytes() for file in sorted(target.iterdir())}


def test_every_result_of_a_fix_is_the_same(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of a text that is a copy in UTF-8."""
    monkeypatch.setenv("PREFLIGHT_TOKEN_KEY", "always the same one")
    path = SHOW / "expo-utf16.csv"
    assert _fixed(path, tmp_path, cluster) == _fixed(path, tmp_path, None)


def test_every_part_of_a_split_is_the_same(cluster: Cluster, tmp_path: Path) -> None:
    """Where only the layout is checked."""
    path, cut = _some(tmp_path), {}
    for folder, engine in (("here", None), ("cluster", cluster)):
        check_fix_split.split(
            path,
            Settings(max_rows=100),
            work=work(tmp_path),
            folder=tmp_path / folder,
            cluster=engine,
            chunk_bytes=_slab_bytes(path),
        )
        found = sorted(path for path in (tmp_path / folder).rglob("*") if path.is_file())
        cut[folder] = {file.name: file.read_bytes() for file in found}
    assert cut["here"].pop("report.json")[:500] == cut["cluster"].pop("report.json")[:500]
    assert cut["here"] == cut["cluster"]
    assert "0004.csv" in cut["here"]


def test_what_a_killed_worker_had_is_done_again_and_nothing_stands_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is killed once the first results are there, with ranges under way."""
    monkeypatch.setenv("PREFLIGHT_TOKEN_KEY", "always the same one")
    path = _some(tmp_path)
    with processes(tmp_path, 2) as started:
        cluster = Cluster(started.address, None, tmp_path)

        def killing(stage: str, done: int, _: int | None) -> None:
            if stage == "reading" and done and started.workers[0].poll() is None:
                os.kill(started.workers[0].pid, signal.SIGKILL)
                started.workers[0].wait()

        killed = _fixed(path, tmp_path, cluster, killing)
        assert started.workers[0].returncode == -signal.SIGKILL
        cluster.close()
    assert killed == _fixed(path, tmp_path, None)


def test_a_scheduler_that_is_lost_is_one_line_and_the_next_call_goes_on(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was finished is not done again, and what came from somebody else is not trusted."""
    monkeypatch.setenv("PREFLIGHT_TOKEN_KEY", "always the same one")
    _lost_midway(tmp_path)
    kept = sorted((tmp_path / "state" / "ranges").glob("*/*"))
    assert len(kept) > 2
    kept[0].write_bytes(b"0" * 64 + b"a pickle of somebody else")

    done = []
    submit = cluster.submit

    def counting(function: Callable[..., object], *given: object, **more: bool) -> object:
        done.append(function)
        return submit(function, *given, **more)

    monkeypatch.setattr(cluster, "submit", counting)
    again = _fixed(_some(tmp_path), tmp_path, cluster)
    ranges = len(list(speculative_cuts.slabs(_layout(tmp_path), _slab_bytes(_some(tmp_path)))))
    assert done.count(dask_worker.analyzed) <= ranges + 1 - (len(kept) - 1)
    assert again == _fixed(_some(tmp_path), tmp_path, None)
    assert not (tmp_path / "state").exists()


def _layout(tmp_path: Path) -> Layout:
    return check_fix_split.check(_some(tmp_path), work=work(tmp_path)).layout


def _lost_midway(tmp_path: Path) -> None:
    place = tmp_path / "lost"
    place.mkdir()
    with processes(place, 1) as started:
        cluster = Cluster(started.address, None, tmp_path)

        def killing(stage: str, done: int, _: int | None) -> None:
            if stage == "reading" and done > 100:
                started.end()

        with pytest.raises(UsageError, match=r"^the Dask scheduler at tcp://.* was lost"):
            _fixed(_some(tmp_path), tmp_path, cluster, killing)
        cluster.close()
    assert not (tmp_path / "cluster").exists()


def test_what_dask_logs_stays_out_of_the_terminal(cluster: Cluster) -> None:
    assert cluster.threads() == 2
    loggers = [name for name in logging.root.manager.loggerDict if name.startswith("distributed.")]
    assert "distributed.client" in loggers
    assert {logging.getLogger(name).getEffectiveLevel() for name in loggers} == {logging.CRITICAL}


def test_a_scheduler_without_workers_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("preflight.pipeline.dask_cluster.PATIENCE", 0.5)
    with processes(tmp_path, 0) as started:
        cluster = Cluster(started.address, None, tmp_path)
        with pytest.raises(UsageError, match="has no worker; start one with `dask worker`"):
            cluster.threads()
        cluster.close()


def test_workers_with_other_versions_are_refused(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = dask_worker.versions()
    monkeypatch.setattr(dask_worker, "versions", lambda: ours | {"pyarrow": "1.0"})
    with pytest.raises(UsageError, match=r"has pyarrow .*, not 1\.0 as here; install the same"):
        cluster._refuse_others({"tcp://worker": ours})


def test_a_text_that_workers_do_not_see_is_one_line(
    cluster: Cluster, tmp_path: Path, running: Processes
) -> None:
    """Here it is taken away after it was read: to the workers it is the same."""
    path = tmp_path / "list.csv"
    path.write_text(DATED)
    checked = check_fix_split.check(path, work=work(tmp_path))
    job = Job(checked.layout, checked.analysis.plan)
    sent = dask_worker.shared((), job)
    path.rename(tmp_path / "moved.csv")
    future = cluster.submit(dask_worker.guesses, sent, (0, 10))
    with pytest.raises(PreflightError, match=r"list\.csv: a worker does not see .*list\.csv; put"):
        cluster.result(future)
    path.write_text(DATED + "more@kestrel-labs.com,\n")
    future = cluster.submit(dask_worker.guesses, sent, (0, 11))
    with pytest.raises(PreflightError, match="sees another file of that name, or it was changed"):
        cluster.result(future)
