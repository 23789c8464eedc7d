"""Changes the code in one small place at a time, and looks whether the tests of that code notice.

`python -m tests.mutate` takes the modules that decide about sending, splitting, merging and undoing
(`TARGETS`), each with the tests that are about it. `--sample N --seed S` takes N of the changes.
A change that no test notices is a survivor. Each one that is known has a reason in
`mutate_survivors.toml`, and the two have to agree: a survivor without a reason fails, and so does
a reason for a change that is noticed, or that is no longer there.

A change is made in memory, in a forked child that has imported the libraries before. Nothing is
written into the repository. A test that calls a process of its own does not see it.
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
import time
import tomllib
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).parents[1]
SURVIVORS = Path(__file__).with_name("mutate_survivors.toml")
LEAST = 0.92
"""The share of the changes that has to be noticed, of those without a reason."""

LONGEST = 600.0
"""Seconds after which a child counts as one that noticed, and is named: it may hang."""

LOOP = 60
"""Seconds of computing after which it does, too; the tests take less than half of them."""

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
        "writing/undo": "writing/test_undo.py cli/test_undo.py",
        "pipeline/beginning": "pipeline/test_delivery.py cli/test_submit.py cli/test_resubmit.py",
        "pipeline/merge_run": "pipeline/test_merge_run.py cli/test_merge.py",
    }.items()
}
"""The modules that are changed, each with the tests that are about it, the nearest first."""

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_COSTS = {"compresslevel", "in_memory", "_BLOCK", "_TO_CONDENSE"}
"""Arguments and constants with which a result is the same, and costs more or less."""

_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
_BELOW = (
    "pandas", "pyarrow.compute", "pyarrow.csv", "pandera.pandas", "httpx", "httpcore", "uvicorn",
    "starlette.testclient", "hypothesis.stateful", "pytest", "xlsxwriter", "jsonschema",
    "preflight.linting.analysis", "preflight.linting.apply_fixes", "preflight.linting.checked",
    "preflight.providers.sandbox.app",
)  # fmt: skip
"""What a child finds imported: libraries, and modules on layers below all that is changed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a module.

    Attributes:
        module: its path in the repository.
        at: which of the changes of the module, from 0.
        line: its number in the file.
        text: that line, without its margin.
        what: is changed into what; the second of equal changes of equal lines ends in ` (2)`.
    """

    module: str
    at: int
    line: int
    text: str
    what: str

    @property
    def name(self) -> tuple[str, str, str]:
        """What it is known by while lines move."""
        return self.module, self.text, self.what


def _sites(tree: ast.AST) -> Iterator[tuple[ast.AST, str, Callable[[], None]]]:
    """Every change of a tree: where it is, what it is, and what makes it."""
    left_out = set(_without_effect(tree))
    for node in ast.walk(tree):
        if node in left_out:
            continue
        if isinstance(node, ast.Compare):
            for at, operator in enumerate(node.ops):
                other = _COMPARISONS[type(operator)]
                yield node, _what(operator, other()), partial(node.ops.__setitem__, at, other())
        elif isinstance(node, ast.BoolOp):
            word = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield node, _what(node.op, word), partial(setattr, node, "op", word)
        elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            swapped = _OPERATORS[type(node.op)]()
            yield node, _what(node.op, swapped), partial(setattr, node, "op", swapped)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            twice = ast.UnaryOp(ast.Not(), node.operand)
            yield node, "Not → nothing", partial(setattr, node, "operand", twice)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
            yield node, "Invert → nothing", partial(setattr, node, "op", ast.UAdd())
        elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            is_bool = isinstance(node.value, bool)
            new = not node.value if is_bool else node.value + 1
            yield node, f"{node.value} → {new}", partial(setattr, node, "value", new)
        elif isinstance(node, ast.Name) and node.id in _NAMES:
            name = _NAMES[node.id]
            yield node, f"{node.id} → {name}", partial(setattr, node, "id", name)
        elif isinstance(node, (ast.Break, ast.Continue)):
            yield node, f"{type(node).__name__} → nothing", partial(_emptied, tree, node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            nothing = ast.Constant(None)
            yield node, "call → nothing", partial(setattr, node, "value", nothing)


def _what(old: ast.AST, new: ast.AST) -> str:
    return f"{type(old).__name__} → {type(new).__name__}"


def _without_effect(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node whose change is not seen in any result, whatever the tests are.

    Annotations are not evaluated. A dataclass is frozen, and `zip` strict, for checkers and people.
    What is in `_COSTS` says how much memory, disk or time something takes, and to make a file
    `durable` that need not be takes time.
    """
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if (types := getattr(node, name, None)) is not None:
                yield from ast.walk(types)
        if isinstance(node, ast.ClassDef):
            for decorator in node.decorator_list:
                yield from ast.walk(decorator)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "zip":
            yield from (part for keyword in node.keywords for part in ast.walk(keyword))
        elif (
            (isinstance(node, ast.keyword) and node.arg in _COSTS)
            or (isinstance(node, ast.keyword) and ast.unparse(node) == "durable=False")
            or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in _COSTS)
        ):
            yield from ast.walk(node.value)


def _emptied(tree: ast.AST, statement: ast.AST) -> None:
    """Puts `pass` in place of a statement."""
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list) and statement in block:
                block[block.index(statement)] = ast.Pass()


def changes_of(module: str) -> list[Change]:
    """All changes of a module."""
    text = _text(module)
    lines = text.splitlines()
    found, alike = [], Counter[tuple[str, str]]()
    for at, (node, what, _) in enumerate(_sites(ast.parse(text))):
        number = node.lineno  # type: ignore[attr-defined]
        line = lines[number - 1].strip()
        alike[line, what] += 1
        which = f" ({alike[line, what]})" if alike[line, what] > 1 else ""
        found.append(Change(module, at, number, line, what + which))
    return found


def changed(change: Change) -> CodeType:
    """The code of a module with a change."""
    tree = ast.parse(_text(change.module))
    for at, (_, _, make) in enumerate(_sites(tree)):
        if at == change.at:
            make()
            break
    return compile(ast.fix_missing_locations(tree), str(ROOT / change.module), "exec")


@cache
def _text(module: str) -> str:
    """Of a module, as it was when it was first asked for: a person may be at work on it."""
    return (ROOT / module).read_text()


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


def _tested(*arguments: str) -> int:
    """The exit code of pytest."""
    import pytest

    return pytest.main(
        ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=line", "--timeout=100",
         "-W", "ignore::pytest.PytestAssertRewriteWarning", "-m", "not long and not browser",
         *arguments]
    )  # fmt: skip


def _child(change: Change | None, place: str, tests: Sequence[str]) -> None:
    """Runs the tests; it does not return."""
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
        code = _tested(f"--basetemp={place}/nearest", tests[0])
        if not code and tests[1:]:
            code = _tested(f"--basetemp={place}/others", f"--ignore={tests[0]}", *tests[1:])
    except BaseException:  # noqa: BLE001 - a child tells everything, and never returns
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(int(code))


def noticed(change: Change | None, tests: Sequence[str]) -> bool:
    """Whether the tests go red with a change; None for the code as it is."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    place = tempfile.mkdtemp(prefix="preflight-mutate-", dir=memory)
    pid = os.fork()
    if not pid:
        _child(change, place, tests)
    watched = os.pidfd_open(pid)
    over, _, _ = select.select([watched], [], [], LONGEST)
    os.close(watched)
    if not over:
        print(f"{change} took longer than {LONGEST:g} s", file=sys.stderr)
        os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if change is None and code:
        print(Path(place, "said").read_text(errors="replace")[-2000:])
    shutil.rmtree(place, ignore_errors=True)
    if code not in (0, 1, 2, -signal.SIGKILL):
        print(f"{change}: the tests ended with {code}", file=sys.stderr)
    return code != 0


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
    with ThreadPoolExecutor(asked.workers) as workers:
        seen = list(workers.map(lambda change: _try(change, asked.results), tried))
    alive = [change for change, red in zip(tried, seen, strict=True) if not red]
    for module in {change.module for change in tried} - {change.module for change in alive}:
        if noticed(None, TARGETS[module]):
            print(f"the tests of {module} fail without a change")
            return 2
    return _tell(every, tried, alive, time.monotonic() - began)


def _try(change: Change, results: Path | None) -> bool:
    """Whether a change is noticed.

    A result is kept for one state of the module, and that a change survived also for one of the
    tests. So after a new test the survivors are tried again.
    """
    code, tests = _digests(change.module)
    if results is not None and results.exists():
        for line in reversed(results.read_text().splitlines()):
            known = json.loads(line)
            if (*known["name"], known["code"]) == (*change.name, code) and (
                known["noticed"] or known["tests"] == tests
            ):
                return bool(known["noticed"])
    red = noticed(change, TARGETS[change.module])
    if results is not None:
        kept = {"name": change.name, "line": change.line, "code": code, "tests": tests}
        with results.open("a") as file:
            file.write(json.dumps({**kept, "noticed": red}) + "\n")
    return red


@cache
def _digests(module: str) -> tuple[str, str]:
    """Of the code of a module, without its comments, and of the tests that are about it."""
    code = hashlib.sha256(ast.unparse(ast.parse(_text(module))).encode())
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
    # A change that no test can notice says nothing of the tests.
    explained = sum(change.name in known for change in alive)
    share = (len(tried) - len(alive)) / (len(tried) - explained)
    print(
        f"{len(tried) - len(alive)} of {len(tried)} changes were noticed, {explained} have a "
        f"reason; {share:.1%} without these; there are {len(every)}; {seconds:.0f} s"
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
    return int(bool(wrong) or share < LEAST)


if __name__ == "__main__":
    sys.exit(main())
