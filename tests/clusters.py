"""A Dask cluster of processes on this machine: a scheduler, and workers that can be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 60.0


class Processes:
    """A scheduler and its workers.

    Args:
        folder: a private one; each worker has a folder of its own in it, where it runs.
        environment: of the workers, beside that of this process.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = dict(os.environ, **environment)
        self._file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
        self.scheduler = self._started("scheduler", folder, *options)
        until = time.monotonic() + _PATIENCE
        while not self._file.exists() or not self._file.read_text():
            assert self.scheduler.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        self.address = str(json.loads(self._file.read_text())["address"])

    def _started(self, what: str, place: Path, *options: str) -> subprocess.Popen[bytes]:
        program = [sys.executable, "-m", f"distributed.cli.dask_{what}"]
        command = [*program, "--scheduler-file", str(self._file), *options]
        with (self._folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=place, env=self._environment, stdout=log, stderr=log
            )

    def add_worker(self) -> None:
        """Starts a worker with one thread, in a folder of its own."""
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        place = self._folder / f"worker-{len(self.workers)}"
        place.mkdir()
        self.workers.append(
            self._started("worker", place, *options, "--local-directory", str(place))
        )

    def end(self) -> None:
        """Kills all of them."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@contextmanager
def processes(
    folder: Path, workers: int, environment: Mapping[str, str] | None = None
) -> Iterator[Processes]:
    """A cluster with so many workers, for as long as the block lasts; see `Processes`."""
    cluster = Processes(folder, environment or {})
    try:
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.end()
