"""Several files over a cluster, each as a whole by one worker, with the results of this machine."""

from __future__ import annotations

import gzip
import os
import signal
import zipfile
from pathlib import Path

import pytest

from preflight.config import catalogue
from preflight.pipeline import files_on_cluster
from preflight.pipeline.between_processes import Unpacker, packed
from preflight.pipeline.dask_cluster import Cluster
from preflight.pipeline.many_files import FileResult, check_each
from tests.calls import SHOW
from tests.clusters import processes
from tests.pipeline.test_many_files import asked, told, written
from tests.stores import ACCESS, BUCKET, Bucket, s3_server

pytestmark = pytest.mark.slow

SOME = b"".join((SHOW / "expo-utf8.csv").read_bytes().splitlines(keepends=True)[:150])


def _mixed(folder: Path) -> list[str]:
    """Files of all kinds, two that cannot be opened among them; relative to the folder."""
    folder.mkdir(exist_ok=True)
    written(folder)
    (folder / "packed.csv.gz").write_bytes(gzip.compress(SOME))
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("q1.csv", SOME)
        archive.writestr("q2.csv", SOME[:3000])
    (folder / "latin.csv").write_bytes(
        "email,name\na@kestrel-labs.com,Zoë Künstler\n".encode("cp1252")
    )
    (folder / "large.csv").write_bytes(SOME)
    (folder / "folder.csv").mkdir()
    names = ("a.csv", "b.csv", "gone.csv", "packed.csv.gz", "large.csv", "folder.csv", "c.csv")
    more = ("d.csv", "more.zip/q1.csv", "more.zip/q2.csv", "more.zip/q3.csv", "latin.csv")
    return [f"{folder.name}/{name}" for name in names + more]


def _outcome(results: list[FileResult]) -> list[object]:
    """All that a report shows of the files."""
    unread = [result.unread for result in results]
    return [unread, told(results), told(results, "full"), [one.difference for one in results]]


def _given_to_workers(monkeypatch: pytest.MonkeyPatch, cluster: Cluster) -> list[object]:
    """The functions that workers are asked to call, from now on."""
    functions: list[object] = []
    submit = cluster.submit

    def noted(function: object, *arguments: object, **more: bool) -> object:
        functions.append(function)
        return submit(function, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(cluster, "submit", noted)
    return functions


@pytest.mark.parametrize("across", [False, True])
def test_files_come_out_in_their_order_as_this_machine_has_them(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, across: bool
) -> None:
    """Also what is large, cannot be opened or is spilled, and contacts of several files."""
    monkeypatch.chdir(tmp_path)
    paths = _mixed(tmp_path / "in")
    monkeypatch.setattr("preflight.core.pages._SENT", 100)
    wanted = {"across": across, "difference": True, "show_values": True}
    alone = check_each(paths, asked(tmp_path / "1", **wanted), jobs=1, done=lambda _: None)
    functions = _given_to_workers(monkeypatch, cluster)
    done: list[str] = []
    on_it = asked(tmp_path / "2", cluster=cluster, **wanted)
    shared = check_each(paths, on_it, done=done.append)
    assert _outcome(shared) == _outcome(alone)
    assert ("the same contact as row 1 of" in told(shared)) == across
    assert (done, sum(one.unread is not None for one in shared)) == (paths, 3)
    assert functions.count(files_on_cluster.checked_there) == len(paths) - 3 + 1


def test_the_files_of_a_killed_worker_are_checked_again(tmp_path: Path) -> None:
    paths = []
    for at in range(8):
        paths.append(str(tmp_path / f"{at:02}.csv"))
        Path(paths[-1]).write_bytes(SOME[: 4000 + at])
    alone = check_each(paths, asked(tmp_path / "1"), jobs=1, done=lambda _: None)
    with processes(tmp_path, 2) as started:
        cluster = Cluster(started.address, None, tmp_path)

        def killing(_: str) -> None:
            if started.workers[0].poll() is None:
                os.kill(started.workers[0].pid, signal.SIGKILL)
                started.workers[0].wait()

        shared = check_each(paths, asked(tmp_path / "2", cluster=cluster), done=killing)
        cluster.close()
    assert _outcome(shared) == _outcome(alone)


def test_objects_are_read_by_the_workers_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This machine has no access to them at all once the workers run."""
    with s3_server() as address, pytest.MonkeyPatch.context() as access:
        for name, value in {**ACCESS, "AWS_ENDPOINT_URL": address}.items():
            access.setenv(name, value)
        bucket = Bucket(address)
        for at in range(4):
            bucket[f"in/{at}.csv.gz"] = gzip.compress(SOME[: -at * 50 or None])
            bucket[f"in/{at}.csv"] = SOME[: -at * 70 or None]
        urls = [f"s3://{BUCKET}/in/{name}" for name in sorted(bucket.below("in"))]
        alone = check_each(urls, asked(tmp_path / "1"), jobs=1, done=lambda _: None)
        with processes(tmp_path, 2) as started:
            cluster = Cluster(started.address, None, tmp_path)
            access.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
            shared = check_each(urls, asked(tmp_path / "2", cluster=cluster), done=lambda _: None)
            cluster.close()
    assert len(shared) == 8
    assert _outcome(shared) == _outcome(alone)


def test_what_a_worker_has_on_its_disk_is_handed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Findings, cells and keys outlast its folder; here they go to the folder of the call."""
    monkeypatch.setattr("preflight.core.pages._SENT", 100)
    path = tmp_path / "a.csv"
    path.write_bytes(SOME)
    (alone,) = check_each([str(path)], asked(tmp_path / "1"), jobs=1, done=lambda _: None)
    wanted = asked(tmp_path / "2", across=True)
    unit = files_on_cluster._unit(str(path), wanted)
    assert unit is not None
    data = files_on_cluster.checked_there(packed(files_on_cluster._from_anywhere(wanted)), unit)
    assert data is not None
    done = Unpacker(catalogue.load()).value(data)
    assert list(wanted.work.iterdir()) == []
    taken = files_on_cluster._taken(done, 7, wanted)
    assert told([taken], "full") == told([alone], "full")
    kept = {path.name.partition("-")[0] for path in wanted.work.iterdir()}
    assert (kept, (wanted.work / "keys-7").stat().st_size > 0) == ({"pages", "keys"}, True)


def test_what_is_not_for_one_worker_is_left_to_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large text, another file of that name, and one that it does not see."""
    monkeypatch.chdir(tmp_path)
    wanted = packed(files_on_cluster._from_anywhere(asked(tmp_path / "work")))
    Path("a.csv").write_bytes(SOME)
    unit = files_on_cluster._unit("a.csv", asked(tmp_path / "2"))
    assert unit is not None
    assert files_on_cluster.checked_there(wanted, unit) is not None
    assert files_on_cluster.checked_there(wanted, unit._replace(seen=(1, 1))) is None
    assert files_on_cluster.checked_there(wanted, unit._replace(path="/gone.csv")) is None
    monkeypatch.setattr(files_on_cluster, "_LARGE", len(SOME) - 1)
    assert files_on_cluster.checked_there(wanted, unit) is None
