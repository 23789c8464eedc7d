"""Changes the code in one small place at a time, and looks whether the tests of that code notice.

`python -m tests.mutate` takes the modules that decide about sending, splitting, merging and undoing
(`TARGETS`), each with the tests that are about it. `--sample N --seed S` takes N of the changes.
A change that no test notices is a survivor. Each one that is known has a reason in
`mutate_survivors.toml`, and the two have to agree: a survivor without a reason fails, and so does
a reason for a change that is noticed, or that is no longer there.

A change is made in memory, in a forked child that has imported the libraries before. Nothing is
written into the repository. A test that calls a process of its own does not see it. The tests that
call the changed function come first; what they do not notice, all tests of the module get to see.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import importlib.machinery
import importlib.util
import json
import os
import random
import resource
import select
import shutil
import signal
import sys
import tempfile
import threading
import time
import tomllib
import traceback
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, FrameType, ModuleType

import pytest

from tests.small_changes import ROOT, Change, changed, changes_of, text_of

SURVIVORS = Path(__file__).with_name("mutate_survivors.toml")
LEAST = 0.92
"""The share of all changes that has to be noticed, whatever reasons the others have."""

LONGEST = 600.0
"""Seconds after which a child counts as one that noticed, and is named: it may hang."""

LOOP = 60
"""Seconds of computing after which it does, too; the tests take less than half of them."""

MANY = 10
"""From how many changes of a module on it is worth knowing which tests call which function."""

TARGETS: dict[str, tuple[str, ...]] = {
    f"preflight/{module}.py": tuple(f"tests/{test}" for test in tests.split())
    for module, tests in {
        "runs/ledger/ledger": "runs/ledger runs/delivery/test_loop.py",
        "runs/delivery/loop": "runs/delivery/test_loop.py runs/delivery/test_one_by_one.py",
        "runs/delivery/poller": "runs/delivery/test_poller.py runs/delivery/test_loop.py",
        "runs/delivery/recovery": "runs/delivery/test_recovery.py runs/delivery/test_loop.py",
        "runs/guards": "runs/test_guards.py pipeline/test_delivery.py cli/test_sent_again.py "
        "cli/test_submit.py",
        "runs/lineage": "runs/test_lineage.py runs/history cli/test_resubmit.py",
        "runs/settlement": "runs/test_settlement.py pipeline/test_delivery.py cli/test_submit.py",
        "runs/corrections/compare": "runs/corrections cli/test_resubmit.py",
        "runs/matching/join": "runs/matching/test_join.py runs/matching",
        "runs/matching/match_lines": "runs/matching/test_join.py runs/matching",
        "runs/matching/match_keys": "runs/matching/test_by_any.py runs/matching",
        "runs/matching/pages": "runs/matching/test_pages.py",
        "runs/matching/origin": "runs/matching/test_origin.py runs/matching",
        "runs/matching/keys": "runs/matching/test_keys.py runs/matching",
        "runs/matching/counters": "runs/matching/test_counters.py",
        "runs/matching/membership": "runs/matching/test_membership.py",
        "writing/parts": "writing/test_parts.py writing/test_partition.py "
        "runs/matching/test_join.py",
        "writing/clean_rows": "writing/test_parts.py pipeline/test_passes.py",
        "writing/original": "writing/test_original.py writing/test_undo.py",
        "writing/undo": "writing/test_undo.py cli/test_undo.py",
        "pipeline/beginning": "pipeline/test_delivery.py cli/test_submit.py cli/test_resubmit.py "
        "cli/test_sent_again.py",
        "pipeline/merge_run": "pipeline/test_merge_run.py cli/test_merge.py",
    }.items()
}
"""The modules that are changed, each with the tests that are about it, the nearest first."""

_BELOW = (
    "pandas", "pyarrow.compute", "pyarrow.csv", "pandera.pandas", "httpx", "httpcore", "uvicorn",
    "starlette.testclient", "hypothesis.stateful", "pytest", "xlsxwriter", "jsonschema",
    "preflight.linting.analysis", "preflight.linting.apply_fixes", "preflight.linting.checked",
    "preflight.providers.sandbox.app",
)  # fmt: skip
"""What a child finds imported: libraries, and modules on layers below all that is changed."""


class _Calls:
    """A plugin of pytest that keeps which tests call which functions of a module.

    A fixture that several tests share counts for the first of them alone.
    """

    def __init__(self, module: str) -> None:
        self._path = str(ROOT / module)
        self.tests: dict[str, dict[str, None]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Looks at the calls of a test and of its fixtures."""

        def look(frame: FrameType, _event: str, _what: object) -> None:
            code = frame.f_code
            if code.co_filename == self._path:
                function = code.co_qualname.partition(".<locals>")[0]
                self.tests.setdefault(function, {})[item.nodeid.partition("[")[0]] = None

        threading.settrace(look)
        sys.settrace(look)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module with a change."""

    code: CodeType

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the name is Python's
        return self.code


class _Finder:
    """Finds the module that is changed, before anybody else does."""

    def __init__(self, change: Change) -> None:
        self._name = change.module.removesuffix(".py").replace("/", ".")
        self._path = str(ROOT / change.module)
        self._code = changed(change)

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's, if it is asked for."""
        if name != self._name:
            return None
        loader = _Loader(name, self._path)
        loader.code = self._code
        return importlib.util.spec_from_file_location(name, self._path, loader=loader)


def _child(change: Change | None, place: str, runs: Sequence[Sequence[str]], *more: object) -> None:
    """Runs some tests, and others if they are green; it does not return."""
    code = 70
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (LOOP, LOOP))
        nothing = os.open(f"{place}/said", os.O_RDWR | os.O_CREAT)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        os.environ |= {"TMPDIR": place, "HYPOTHESIS_PROFILE": "fast"}
        tempfile.tempdir = None
        if change is not None:
            sys.meta_path.insert(0, _Finder(change))
        for at, tests in enumerate(runs):
            code = pytest.main(
                ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=line",
                 "--timeout=100", "-W", "ignore::pytest.PytestAssertRewriteWarning",
                 "-m", "not long and not browser", f"--basetemp={place}/{at}", *tests],
                more,
            )  # fmt: skip
            if code:
                break
        for plugin in more:
            if isinstance(plugin, _Calls):
                Path(place, "calls").write_text(json.dumps(plugin.tests))
    except BaseException:  # noqa: BLE001 - a child tells everything, and never returns
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(int(code))


@contextmanager
def _tested(
    change: Change | None, runs: Sequence[Sequence[str]], *plugins: object
) -> Iterator[tuple[int, Path]]:
    """The exit code of the tests, and the folder in which a child wrote what it has to say."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    place = tempfile.mkdtemp(prefix="preflight-mutate-", dir=memory)
    pid = os.fork()
    if not pid:
        _child(change, place, runs, *plugins)
    watched = os.pidfd_open(pid)
    over, _, _ = select.select([watched], [], [], LONGEST)
    os.close(watched)
    if not over:
        print(f"{change} took longer than {LONGEST:g} s", file=sys.stderr)
        os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    yield os.waitstatus_to_exitcode(status), Path(place)
    shutil.rmtree(place, ignore_errors=True)


def noticed(change: Change, tests: Sequence[str], callers: Sequence[str] = ()) -> bool:
    """Whether the tests go red with a change; first come those that call the changed function."""
    near = [test for test in callers if test.partition("::")[0].startswith(tests[0])]
    far = [test for test in callers if test not in near]
    runs = [near, far, tests] if callers else [tests[:1], tests]
    with _tested(change, [run for run in runs if run]) as (code, _):
        if code not in (0, 1, 2, -signal.SIGKILL):
            print(f"{change}: the tests ended with {code}", file=sys.stderr)
        return code != 0


def calls_of(module: str) -> dict[str, list[str]] | None:
    """For each function of a module the tests that call it; None where the tests are red."""
    with _tested(None, [TARGETS[module]], _Calls(module)) as (code, place):
        if code:
            print(f"the tests of {module} fail without a change", file=sys.stderr)
            print((place / "said").read_text(errors="replace")[-2000:], file=sys.stderr)
            return None
        found: dict[str, list[str]] = json.loads((place / "calls").read_text())
        return {function: list(tests) for function, tests in found.items()}


def main() -> int:
    """Makes the changes, and prints who survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutate", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="PART", help="of the path of a module")
    parser.add_argument("--sample", type=int, help="how many changes are tried; all without it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--results", type=Path, help="a line for each; a second call goes on")
    asked = parser.parse_args()
    chosen = [
        module for module in TARGETS
        if not asked.modules or any(part in module for part in asked.modules)
    ]  # fmt: skip
    every = [change for module in chosen for change in changes_of(module)]
    tried = every
    if asked.sample is not None:
        tried = random.Random(asked.seed).sample(every, min(asked.sample, len(every)))
    for name in _BELOW:
        importlib.import_module(name)
    began = time.monotonic()
    known = _Results(asked.results)
    left = Counter(change.module for change in tried if known.of(change) is None)
    many = [module for module, count in left.items() if count >= MANY]
    with ThreadPoolExecutor(asked.workers) as workers:
        calls = dict(zip(many, workers.map(calls_of, many), strict=True))
        if None in calls.values():
            return 2

        def look(change: Change) -> bool:
            red = known.of(change)
            if red is None:
                callers = (calls.get(change.module) or {}).get(change.function, ())
                red = noticed(change, TARGETS[change.module], callers)
                known.add(change, red)
            return red

        seen = list(workers.map(look, tried))
    alive = [change for change, red in zip(tried, seen, strict=True) if not red]
    return _tell(every, tried, alive, time.monotonic() - began)


class _Results:
    """What is known of changes, in a file with a line for each.

    A result is kept for one state of the module, and that a change survived also for one of the
    tests. So after a new test the survivors are tried again.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[tuple[str, ...], bool] = {}
        if path is not None and path.exists():
            for line in map(json.loads, path.read_text().splitlines()):
                states = [line["code"]] if line["noticed"] else [line["code"], line["tests"]]
                self._known[(*line["name"], *states)] = line["noticed"]

    def of(self, change: Change) -> bool | None:
        """Whether a change was noticed; None if that is not known."""
        code, tests = _digests(change.module)
        noticed = self._known.get((*change.name, code))
        return self._known.get((*change.name, code, tests)) if noticed is None else noticed

    def add(self, change: Change, noticed: bool) -> None:
        """Keeps a result."""
        if self._path is not None:
            code, tests = _digests(change.module)
            kept = {"name": change.name, "line": change.line, "code": code, "tests": tests}
            with self._path.open("a") as file:
                file.write(json.dumps({**kept, "noticed": noticed}) + "\n")


@cache
def _digests(module: str) -> tuple[str, str]:
    """Of the code of a module, without its comments, and of the tests that are about it."""
    code = hashlib.sha256(ast.unparse(ast.parse(text_of(module))).encode())
    tests = hashlib.sha256(repr(TARGETS[module]).encode())
    for name in TARGETS[module]:
        for path in sorted((ROOT / name).rglob("*.py")) or [ROOT / name]:
            tests.update(path.read_bytes())
    return code.hexdigest()[:16], tests.hexdigest()[:16]


def _tell(
    every: Sequence[Change], tried: Sequence[Change], alive: Sequence[Change], seconds: float
) -> int:
    by_module = Counter(change.module for change in tried)
    left = Counter(change.module for change in alive)
    for module, count in by_module.items():
        print(f"{count - left[module]:>5} of {count:<5}{module}")
    known = {
        (entry["module"], entry["text"], entry["change"]): entry["reason"]
        for entry in tomllib.loads(SURVIVORS.read_text()).get("survivor", [])
    }
    red, explained = len(tried) - len(alive), sum(change.name in known for change in alive)
    print(
        f"{red} of {len(tried)} changes were noticed, {red / len(tried):.1%}; {explained} of the "
        f"others have a reason, {red / (len(tried) - explained):.1%} without these; there are "
        f"{len(every)}; {seconds:.0f} s"
    )
    there = {change.name for change in every}
    dead = {change.name for change in tried} - {change.name for change in alive}
    wrong = [
        *(f"survived without a reason: {c.module}:{c.line}: {c.what}: {c.text}"
          for c in alive if c.name not in known),
        *(f"has a reason, and is noticed: {name}" for name in known if name in dead),
        *(f"has a reason, and is not there: {name}" for name in known
          if name not in there and any(c.module == name[0] for c in every)),
    ]  # fmt: skip
    print("\n".join(wrong))
    return int(bool(wrong) or red / len(tried) < LEAST)


if __name__ == "__main__":
    sys.exit(main())
