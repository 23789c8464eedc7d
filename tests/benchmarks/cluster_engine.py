"""The engine of a cluster beside that of one machine: time, CPU and the memory of each worker.

The cluster runs already when a call begins, as one that several people share does, and has done a
small file before, for which its workers import what they need. It takes some CPU whether it works
or not, by the second: on a machine that others keep busy a call takes many seconds, so that part is
measured, and shown beside the rest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.clusters import Processes, processes

_IDLE = 10.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Shared:
    """One call on a cluster.

    Attributes:
        seconds: of wall time.
        here: seconds of CPU of the call.
        workers: seconds of CPU of the scheduler and the workers.
        idle: of which they would have taken so many in that time without the call.
        largest: the peak of the call, in MB.
        peaks: the peak of each worker since it was started, in MB.
    """

    seconds: float
    here: float
    workers: float
    idle: float
    largest: float
    peaks: tuple[float, ...]


def line(name: str, measured: Shared) -> str:
    """The line of a call in the table."""
    peaks = " ".join(f"{peak:.0f}" for peak in measured.peaks) or "none"
    return (
        f"  {name:<24}{measured.seconds:7.2f} s  CPU {measured.here + measured.workers:6.2f} s "
        f"({measured.here:.2f} here, {measured.idle:.2f} idle)  {measured.largest:4.0f} MB here, "
        f"workers: {peaks}"
    )


def measured(command: list[str], small: list[str], workers: int) -> Shared:
    """A call on a new cluster with so many workers; on this machine alone if there are none."""
    with tempfile.TemporaryDirectory() as folder:
        if not workers:
            return _run(command, None, 0)
        with processes(Path(folder), workers) as cluster:
            on_it = [*command, "--engine", "dask", "--dask-scheduler", cluster.address]
            _run([*small, *on_it[len(small) :]], cluster, 0)
            before = sum(map(_cpu, _pids(cluster)))
            time.sleep(_IDLE)
            return _run(on_it, cluster, (sum(map(_cpu, _pids(cluster))) - before) / _IDLE)


def _pids(cluster: Processes) -> list[int]:
    return [one.pid for one in (*cluster.workers, cluster.scheduler)]


def _run(command: list[str], cluster: Processes | None, idle: float) -> Shared:
    """A call; `idle` is how much CPU the cluster takes in a second without one."""
    pids = [] if cluster is None else _pids(cluster)
    before, began = sum(map(_cpu, pids)), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = 0
    peaks = [] if cluster is None else [_peak(one.pid) for one in cluster.workers]
    here = usage.ru_utime + usage.ru_stime
    return Shared(
        seconds=seconds,
        here=here,
        workers=sum(map(_cpu, pids)) - before,
        idle=idle * seconds,
        largest=usage.ru_maxrss * 1024 / 1e6,
        peaks=tuple(peaks),
    )


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _peak(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (peak,) = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return peak * 1024 / 1e6


def main(file: Path, options: tuple[str, ...]) -> None:
    """Prints the table of a file."""
    program = str(Path(sys.executable).with_name("preflight"))
    command = [program, "check", str(file), *options, "--output-format", "concise"]
    small = file.with_name("small.csv")
    with file.open("rb") as text:
        small.write_bytes(text.read(20 << 20))
    warming = [program, "check", str(small)]
    print(f"\nEngines, {file.stat().st_size / 1e6:.0f} MB (once each)")
    print(line("local, --jobs 1", measured([*command, "--jobs", "1"], warming, 0)), flush=True)
    for workers in (1, 2):
        print(line(f"dask, workers: {workers}", measured(command, warming, workers)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), ("--isolated", "--region", "US", "-q"))
