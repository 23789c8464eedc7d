"""An object that the workers of a cluster read in its store: they share no path with this process.

All of them reach the store through a server that notes what is asked of it.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.cli import main
from preflight.config.settings import Settings
from preflight.core.errors import PreflightError
from preflight.core.types import Source
from preflight.pipeline import check_fix_split
from preflight.pipeline.dask_cluster import Cluster
from preflight.reading.source import open_source
from tests.calls import SHOW
from tests.checked import work
from tests.clusters import Processes, processes
from tests.pipeline.test_local_engine import told
from tests.stores import ACCESS, BUCKET, Answer, Bucket, in_front, s3_server

pytestmark = pytest.mark.slow

LINES = (SHOW / "expo-utf8.csv").read_bytes().splitlines(keepends=True)
SOME = b"".join(LINES[:500])
S3 = f"s3://{BUCKET}"
URL = f"{S3}/in/leads.csv"
RANGES = 12
CHUNK = len(SOME) // RANGES


class Watched:
    """A bucket, with how often each request was made for one of its objects."""

    def __init__(self, address: str) -> None:
        self.bucket = Bucket(address)
        self.asked: Counter[tuple[str, str]] = Counter()

    def note(self, method: str, path: str) -> Answer | int | None:
        """Notes a request, and has it answered by the store."""
        self.asked[method, path.partition("?")[0]] += 1
        return None

    def reads(self) -> int:
        """How often a part of the object was read."""
        return self.asked["GET", f"/{BUCKET}/in/leads.csv"]


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    """The store; access to it is in the environment, which each process looks at by itself."""
    with s3_server() as address, pytest.MonkeyPatch.context() as patched:
        store = Watched(address)
        with in_front(store.note, address) as front:
            for name, value in {**ACCESS, "AWS_ENDPOINT_URL": front}.items():
                patched.setenv(name, value)
            patched.setenv("PREFLIGHT_TOKEN_KEY", "always the same one")
            yield store


@pytest.fixture(autouse=True)
def in_store(watched: Watched) -> None:
    watched.bucket["in/leads.csv"] = SOME
    watched.asked.clear()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, watched: Watched) -> Iterator[Processes]:
    with processes(tmp_path_factory.mktemp("cluster"), 2) as started:
        yield started


def _settings(folder: Path) -> Settings:
    return Settings(
        profile="talkvalue", region="US", timezone="America/Chicago", state_dir=folder / "state"
    )


def test_workers_read_an_object_themselves_and_one_of_them_is_killed(
    tmp_path: Path, watched: Watched
) -> None:
    """Nothing of it comes to a disk of this machine, and what comes out is what it is here."""
    settings, place = _settings(tmp_path), work(tmp_path)
    with processes(tmp_path, 2) as started:
        cluster = Cluster(started.address, None, tmp_path)
        copies: list[Path] = []

        def killing(stage: str, done: int, _: int | None) -> None:
            copies.extend(path for path in place.rglob("*") if path.is_file())
            if stage == "reading" and done and started.workers[0].poll() is None:
                os.kill(started.workers[0].pid, signal.SIGKILL)
                started.workers[0].wait()

        shared = check_fix_split.check(
            URL, settings, work=place, cluster=cluster, chunk_bytes=CHUNK, progress=killing
        )
        assert started.workers[0].returncode == -signal.SIGKILL
        cluster.close()
    assert watched.reads() >= 2 * RANGES
    assert not [path for path in copies if path.read_bytes()[:50] == SOME[:50]]
    assert told(shared) == told(
        check_fix_split.check(URL, settings, work=work(tmp_path), chunk_bytes=CHUNK)
    )


def test_what_is_printed_and_written_is_the_same(
    running: Processes,
    watched: Watched,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By `fix` too, for which the object is here, and read by the workers where it is."""
    monkeypatch.chdir(tmp_path)
    flags = ("--for", "talkvalue", "--region", "US", "--timezone", "America/Chicago")
    on_cluster = ("--engine", "dask", "--dask-scheduler", running.address)
    for words in (("--output-format", "json"), ("--statistics",), ("--diff",)):
        alone = main(["check", URL, *flags, *words]), capsys.readouterr()
        watched.asked.clear()
        shared = main(["check", URL, *flags, *words, *on_cluster]), capsys.readouterr()
        assert shared == alone
        assert watched.reads() > 3, "by the workers, too"
    main(["fix", URL, *flags, "-o", f"{S3}/alone"])
    watched.asked.clear()
    main(["fix", URL, *flags, "-o", f"{S3}/shared", *on_cluster])
    assert watched.reads() == 4, "to be here; by a worker its only slab, range, and end above it"
    assert watched.bucket.below("shared").keys() == watched.bucket.below("alone").keys()
    for name, written in watched.bucket.below("shared").items():
        alike = written.replace(b"/shared", b"/alone")
        assert name == "report.html" or alike == watched.bucket[f"alone/{name}"], name


def test_an_object_that_changes_meanwhile_is_one_line(
    cluster: Cluster, tmp_path: Path, watched: Watched
) -> None:
    """It is so for a worker that knows the object already."""

    def changing(stage: str, done: int, _: int | None) -> None:
        if stage == "reading" and done:
            watched.bucket["in/leads.csv"] = SOME.replace(b"a", b"o")

    changed = r"^s3://exports/in/leads.csv: it was changed while it was read, so nothing of it was"
    with pytest.raises(PreflightError, match=changed):
        check_fix_split.check(
            URL,
            _settings(tmp_path),
            work=work(tmp_path),
            cluster=cluster,
            chunk_bytes=CHUNK,
            progress=changing,
        )


def test_a_worker_without_access_is_one_line(tmp_path: Path) -> None:
    with processes(tmp_path, 1, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}) as started:
        cluster = Cluster(started.address, None, tmp_path)
        with pytest.raises(PreflightError, match=r"^on a worker, s3://.*: the store cannot be rea"):
            check_fix_split.check(
                URL, _settings(tmp_path), work=work(tmp_path), cluster=cluster, chunk_bytes=CHUNK
            )
        cluster.close()


def test_what_workers_cannot_read_in_parts_is_copied(tmp_path: Path, watched: Watched) -> None:
    """Other text than UTF-8, and what is known by a signature, which no task carries."""

    def opened(url: str) -> Source:
        return open_source(url, spool=tmp_path, in_place=True)

    watched.bucket["in/latin.csv"] = "email,name\na@kestrel-labs.com,Zoë\n".encode("latin-1")
    latin, signed = opened(f"{S3}/in/latin.csv"), opened(watched.bucket.signed("in/leads.csv"))
    plain = opened(URL)
    assert [source.path == source.stored for source in (plain, latin)] == [True, False]
    assert signed.stored is None
    assert latin.local.read_bytes() == watched.bucket["in/latin.csv"]
    assert plain.sha256 == signed.sha256
