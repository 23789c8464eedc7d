"""preflight beside what else checks a CSV of contacts, side by side in one run: `make bench`.

Each command runs as a process of its own, and they take turns: what disturbs the machine disturbs
all of them. A time is of the whole process, start-up included, the median of the rounds; what takes
long runs in the first half of the rounds. Nothing is asserted: a machine that does something else
shows in the figures, and its load is printed.

The file is a trade-show export of 400,000 rows and 47 MB, in which three phone numbers of four are
in national format. A part of the bench is chosen by name: `make bench ONLY=check,start`.
"""

from __future__ import annotations

import argparse
import compileall
import importlib.metadata
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.benchmarks import cluster_engine, competitors
from tests.benchmarks.processes import Run, run

ROOT = Path(__file__).resolve().parent.parent.parent
PREFLIGHT = str(Path(sys.executable).with_name("preflight"))
OPTIONS = ("--isolated", "--region", "US", "-q")
PACKAGES = (
    "contact-preflight", "pandas", "pandera", "pyarrow", "numpy", "phonenumbers", "email-validator",
    "duckdb", "frictionless", "csvkit",
)  # fmt: skip
CHECK = "check, concise"
# It takes minutes for the whole file, so it gets a tenth of the rows.
FRICTIONLESS = "frictionless, a tenth of the rows"
SLOW = ("plain pandera script", FRICTIONLESS)


@dataclass
class Bench:
    """The files that are checked, and what was measured.

    Attributes:
        folder: a private one.
        rows: of the file.
        rounds: of each part; what takes long runs in the first half of them.
        times: how often the rows of the file the larger ones have.
        medians: the median of each command, by its name.
    """

    folder: Path
    rows: int
    rounds: int
    times: Sequence[int]
    medians: dict[str, float] = field(default_factory=dict)

    def file(self, kind: str = "national", times: int = 1) -> Path:
        """The file of a kind, written when it is first asked for."""
        return self._written(self.folder / f"{kind}-{times}.csv", self.rows * times, kind)

    def tenth(self) -> Path:
        """A file of the same kind with a tenth of the rows."""
        return self._written(self.folder / "tenth.csv", self.rows // 10, "national")

    def _written(self, path: Path, rows: int, kind: str) -> Path:
        if not path.exists():
            script = str(ROOT / "fixtures" / "generate_large.py")
            subprocess.run([sys.executable, script, str(rows), str(path), f"--{kind}"], check=True)
        return path

    def taking_turns(
        self, title: str, commands: Mapping[str, Callable[[], Run]], slow: Collection[str] = ()
    ) -> None:
        """Runs commands in turn, round by round, and prints a line for each.

        Args:
            title: printed above.
            commands: by their names.
            slow: the names of those that run in the first half of the rounds.
        """
        print(f"\n{title}")
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for at in range(self.rounds):
            for name, command in commands.items():
                if name not in slow or at * 2 < self.rounds:
                    runs[name].append(command())
        for name, some in runs.items():
            self.medians[name] = seconds = statistics.median(one.seconds for one in some)
            cpu = statistics.median(one.cpu for one in some)
            most = max(one.largest for one in some)
            figures = f"{seconds:8.2f} s {cpu:8.2f} s CPU {most:7.0f} MB"
            print(f"  {name:<36} {figures}, median of {len(some)}", flush=True)

    def ratio(self, words: str, wanted: str, above: str, below: str, factor: float = 1) -> None:
        """Prints how one command compares with another, if both were measured."""
        if above in self.medians and below in self.medians:
            share = self.medians[above] / self.medians[below] * factor
            print(f"  {words:<58} {share:7.2f}   wanted {wanted}")


def preflight(command: str, file: Path, *options: str) -> Callable[[], Run]:
    """A call of preflight."""
    return partial(run, [PREFLIGHT, command, str(file), *OPTIONS, *options])


def concise(file: Path, *options: str) -> Callable[[], Run]:
    """A check whose findings are printed one a line."""
    return preflight("check", file, "--output-format", "concise", *options)


def writing(bench: Bench, command: str, file: Path, *options: str) -> Callable[[], Run]:
    """A call of preflight that writes results, which are removed again."""
    results = bench.folder / "results"

    def call() -> Run:
        measured = run([PREFLIGHT, command, str(file), *options, "-o", str(results)])
        shutil.rmtree(results)
        return measured

    return call


def start(bench: Bench) -> None:
    """Start-up: what a call costs that has next to nothing to do."""
    ten = bench.folder / "ten.csv"
    with bench.file().open(encoding="utf-8") as file:
        ten.write_text("".join(file.readline() for _ in range(11)), encoding="utf-8")
    commands: dict[str, Callable[[], Run]] = {"check of ten rows": concise(ten)}
    for call in (["--help"], ["rules"], ["explain", "EML302"]):
        commands[f"preflight {' '.join(call)}"] = partial(run, [PREFLIGHT, *call])
    commands["python -c 'import pandas'"] = partial(run, [sys.executable, "-c", "import pandas"])
    bench.taking_turns("Start-up", commands)


def check(bench: Bench) -> None:
    """`check` beside others, and on a file in which every row fails."""
    file = bench.file()
    others = competitors.scripts(bench.folder, file)
    if "frictionless" in others:
        others[FRICTIONLESS] = [*others.pop("frictionless")[:-1], str(bench.tenth())]
    commands = {CHECK: concise(file), "check, every row fails": concise(bench.file("all-fail"))}
    commands |= {
        name: partial(run, command, codes=(0, 1) if name == "csvclean" else (0,))
        for name, command in others.items()
    }
    bench.taking_turns(_size(bench, file), commands, SLOW)
    for name in (FRICTIONLESS, "csvclean", "DuckDB"):
        if name not in others:
            what = name.partition(",")[0]
            print(f"  {what} is not installed: pip install 'contact-preflight[bench]'")


def formats(bench: Bench) -> None:
    """`check` in every format."""
    from preflight.config.choices import FORMATS

    file = bench.file()
    commands = {
        f"check, {name}": preflight("check", file, "--output-format", name)
        for name in ("concise", *FORMATS)
    }
    bench.taking_turns("Formats", commands, commands)


def jobs(bench: Bench) -> None:
    """One process and two."""
    file = bench.file()
    commands = {f"check, --jobs {count}": concise(file, "--jobs", str(count)) for count in (1, 2)}
    bench.taking_turns("Processes", commands)


def fix(bench: Bench) -> None:
    """`fix` beside `check`."""
    file = bench.file()
    commands = {CHECK: concise(file), "fix": writing(bench, "fix", file, *OPTIONS)}
    bench.taking_turns("Fixing", commands, commands)


def split(bench: Bench) -> None:
    """`split` beside `cp` of the same file."""
    for times in bench.times:
        file, copy = bench.file(times=times), bench.folder / "copy.csv"
        most = str(max(1_000_000, file.stat().st_size // 10))
        split_into = ("--isolated", "-q", "--max-bytes", most)
        commands: dict[str, Callable[[], Run]] = {
            f"split --max-bytes, × {times}": writing(bench, "split", file, *split_into),
            f"cp, × {times}": partial(run, ["cp", str(file), str(copy)]),
        }
        bench.taking_turns(_size(bench, file), commands, commands)
        copy.unlink()


def memory(bench: Bench) -> None:
    """Time and memory over the size of the file: the largest process, and all together."""
    print("\nMemory over size (once each)")
    for times in bench.times:
        file = bench.file(times=times)
        print(f"  {_size(bench, file)}")
        results = bench.folder / "results"
        most = str(max(1_000_000, file.stat().st_size // 10))
        commands = {
            f"check, {name}": ["check", str(file), *OPTIONS, "--output-format", name]
            for name in ("concise", "json", "grouped")
        }
        commands["fix"] = ["fix", str(file), *OPTIONS, "-o", str(results)]
        commands["split"] = [
            "split", str(file), "--isolated", "-q", "--max-bytes", most, "-o", str(results)
        ]  # fmt: skip
        for name, command in commands.items():
            one = run([PREFLIGHT, *command], memory=True)
            shutil.rmtree(results, ignore_errors=True)
            bench.medians[f"{name} × {times}"] = one.seconds
            print(
                f"    {name:<20} {one.seconds:8.1f} s {one.largest:7.0f} MB the largest process "
                f"{one.together:7.0f} MB all together",
                flush=True,
            )


def engines(bench: Bench) -> None:
    """The engine of a cluster beside that of this machine."""
    for times in bench.times:
        cluster_engine.main(bench.file(times=times), OPTIONS)


PARTS = {
    part.__name__: part for part in (start, check, formats, jobs, engines, fix, split, memory)
}  # fmt: skip


def _size(bench: Bench, file: Path) -> str:
    size = file.stat().st_size
    times = int(file.stem.rpartition("-")[2])
    return f"{bench.rows * times:,} rows, {size / 1e6:.1f} MB"


def _compare(bench: Bench) -> None:
    """The ratios that are wanted, as far as both sides were measured."""
    print("\nRatios")
    show = bench.ratio
    show("plain pandera script / check", "≥ 10", "plain pandera script", CHECK)
    show("frictionless, ten times a tenth / check", "> 1", FRICTIONLESS, CHECK, 10)
    show("csvclean / check", "> 1", "csvclean", CHECK)
    show("check / DuckDB", "≤ 3", CHECK, "DuckDB")
    show("every row fails / check", "≤ 1.5", "check, every row fails", CHECK)
    for name in list(bench.medians):
        if name.startswith("check, ") and "," not in name[7:] and name not in (CHECK,):
            kind = name.removeprefix("check, ")
            if not kind.startswith(("every", "--")) and "×" not in kind:
                show(f"{kind} / concise", "≤ 1.25", name, CHECK)
    show("one process / two", "> 1.6", "check, --jobs 1", "check, --jobs 2")
    show("fix / check", "≤ 1.6", "fix", CHECK)
    for times in bench.times:
        names = (f"cp, × {times}", f"split --max-bytes, × {times}")
        show(f"cp / split --max-bytes, × {times}", "≥ 0.5", *names)
    for times in bench.times[1:]:
        for name in ("check, concise", "check, json", "fix", "split"):
            once, more = f"{name} × {bench.times[0]}", f"{name} × {times}"
            factor = bench.times[0] / times
            show(f"{name}: time × {times} / time, a row", "≤ 1.1", more, once, factor)


def _machine() -> None:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in _lines(Path("/proc/cpuinfo"))
            if line.startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    print(f"{platform.platform()}, {model}, {os.cpu_count()} cores, Python", end=" ")
    print(f"{platform.python_version()}; load {', '.join(f'{one:.1f}' for one in os.getloadavg())}")
    print(", ".join(f"{name} {_version(name)}" for name in PACKAGES))


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _compile() -> None:
    """Compiles the package, as pip does when it installs one, so that no call has to.

    A checkout has what earlier calls left, which may be nothing, or older than the code.
    """
    for folder in (ROOT / "preflight", ROOT / "rules"):
        compileall.compile_dir(folder, quiet=1)


def main() -> None:
    """Measures the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help=f"parts of it: {', '.join(PARTS)}")
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--times", default="1,10", help="sizes of `split` and `memory`; 45 is about 2 GB"
    )
    parser.add_argument("--folder", type=Path, help="where the files are written [a temporary one]")
    given = parser.parse_args()
    wanted = [name for name in given.only.split(",") if name] or list(PARTS)
    for name in wanted:
        if name not in PARTS:
            parser.error(f"no part is called {name}; there are {', '.join(PARTS)}")
    _machine()
    _compile()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        times = [int(one) for one in given.times.split(",")]
        bench = Bench(Path(folder), given.rows, given.rounds, times)
        for name in wanted:
            PARTS[name](bench)
        _compare(bench)


if __name__ == "__main__":
    main()
