"""What stands there before a trial: an input, or what earlier calls have made of one.

The earlier calls are made once a runner. Each trial gets a copy of what they left, in the same
folder and at the same port, because a run records both.
"""

from __future__ import annotations

import csv
import re
import shlex
import shutil
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from preflight.providers.sandbox.server import Sandbox
from preflight.runs.ledger import places
from preflight.runs.ledger.run import RunState
from tests.calls import bare_environment, contacts
from tests.crash.disk import put
from tests.crash.runner import KILLED, Ended, Point, Runner
from tests.crash.scenario import Scenario, Trial

HERE, THERE, TMP = "here", "there", "tmp"
"""The folders of a trial: of its calls, of the stand-ins, of temporary files."""

_TIMES = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[^\"<]*")


@dataclass(frozen=True)
class Stage:
    """What a trial begins with.

    Attributes:
        argv: the call that is tried.
        known: the runs that have ended already.
        kept: a copy of the folder; None where there is only the input.
    """

    argv: tuple[str, ...]
    known: frozenset[str] = frozenset()
    kept: Path | None = None


def emptied(runner: Runner) -> Path:
    """The folder of a runner's trials, with nothing in it."""
    put({}, runner.place)
    for name in (HERE, TMP):
        (runner.place / name).mkdir()
    return runner.place


def environment(
    runner: Runner, box: Sandbox, *, patience: float = 30.0, warm: bool = True
) -> dict[str, str]:
    """The environment of a trial's calls.

    Args:
        patience: seconds that one call of the provider may take.
        warm: whether the provider's tool is run by the runner's server.
    """
    found = {
        **bare_environment(),
        **box.environment,
        "PREFLIGHT_POLL_SCALE": "0.002",
        "PREFLIGHT_CALL_TIMEOUT": str(patience),
        "TMPDIR": str(runner.place / TMP),
    }
    if warm:
        cold = shlex.join([sys.executable, "-m"])
        for name in ("LANDBASE_CLI", "TALKVALUE_CLI"):
            tool = Path(found[name])
            tool.write_text(tool.read_text().replace(cold, shlex.join(runner.tool)))
    return found


@contextmanager
def set_up(runner: Runner, trial: Trial) -> Iterator[tuple[Stage, Sandbox]]:
    """The stage of a trial, with its stand-ins."""
    stage = _stage(runner, trial.scenario)
    place = emptied(runner)
    if stage.kept is None:
        (place / HERE / "a.csv").write_text(trial.scenario.content)
    else:
        for name in (HERE, THERE):
            shutil.copytree(stage.kept / name, place / name, symlinks=True, dirs_exist_ok=True)
    with Sandbox(place / THERE / "box.sqlite", port=runner.port, faults=trial.faults) as box:
        yield stage, box


def _stage(runner: Runner, scenario: Scenario) -> Stage:
    if scenario.name not in runner.stages:
        before = BEFORE.get(scenario.name)
        runner.stages[scenario.name] = (
            Stage(tuple(scenario.argv()))
            if before is None
            else _Preparation(runner, scenario).stage(before)
        )
    stage = runner.stages[scenario.name]
    assert isinstance(stage, Stage)
    return stage


class _Preparation:
    """Who makes the earlier calls."""

    def __init__(self, runner: Runner, scenario: Scenario) -> None:
        self._runner = runner
        self.scenario = scenario
        self.here = emptied(runner) / HERE

    def stage(self, before: Callable[[_Preparation], Sequence[str]]) -> Stage:
        """Makes them, and keeps what they leave."""
        (self.here / "a.csv").write_text(self.scenario.content)
        place = self._runner.place
        with Sandbox(place / THERE / "box.sqlite", port=self._runner.port) as self.box:
            argv = before(self)
            self._runner.bury()
        kept = self._runner.kept / self.scenario.name
        for name in (HERE, THERE):
            shutil.copytree(place / name, kept / name, symlinks=True)
        ended = {name for name, state in self.runs().items() if state is RunState.FINISHED}
        return Stage(tuple(argv), frozenset(ended), kept)

    def call(self, *argv: str, point: Point | None = None, code: int = 1) -> Ended:
        """A call that ends as it should."""
        environ = environment(self._runner, self.box)
        ended = self._runner.call(argv, cwd=self.here, environ=environ, point=point)
        assert ended.code == code, (argv, ended)
        return ended

    def runs(self) -> dict[str, RunState]:
        """The runs by their IDs."""
        return {run.id: run.state for _, run in places.runs(self.here / ".preflight")}

    def only_run(self) -> str:
        """The ID of the only run."""
        (run,) = self.runs()
        return run


def _resubmit(to: _Preparation) -> Sequence[str]:
    """The rows that were refused come back with other addresses."""
    to.call(*to.scenario.argv())
    with (to.here / "a.preflight" / "failures.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["email"] = row["email"].replace("failure", "fixed").replace("no address", "ann9@x1.com")
    with (to.here / "back.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return ["resubmit", "back.csv"]


def _resume(to: _Preparation) -> Sequence[str]:
    """A run was killed in the middle of what it said to the provider."""
    point = Point("call", {"experiture": 45}.get(to.scenario.provider, 30), "after")
    to.call(*to.scenario.argv(), point=point, code=KILLED)
    return ["resume"]


def _merge(to: _Preparation) -> Sequence[str]:
    """A part is sent, nobody waited, and a person has fetched the report."""
    argv = [word for word in to.scenario.argv() if word not in ("--max-rows", "3")]
    to.call(*argv, "--no-wait")
    (job,) = to.box.store.jobs("talkvalue")
    request = urllib.request.Request(
        f"{to.box.url}/talkvalue/path/import/{job.id}/failed/export",
        headers={"Authorization": f"Bearer {to.box.environment['TALKVALUE_TOKEN']}"},
    )
    with urllib.request.urlopen(request) as answer:
        (to.here / "report.csv").write_bytes(answer.read())
    return [
        *("merge", "--from", "talkvalue", "--run", to.only_run()),
        *("--failures", "report.csv", "--mark-accepted", "1"),
    ]


def _undo(to: _Preparation) -> Sequence[str]:
    to.call("fix", "a.csv", "-o", "out", "--select", "ALL")
    return ["undo", "out", "--row", "2"]


def _undo_all(to: _Preparation) -> Sequence[str]:
    to.call("fix", "a.csv", "-o", "out", "--select", "ALL")
    return ["undo", "out", "-o", "back.csv"]


def _learn(to: _Preparation) -> Sequence[str]:
    """Twenty rows of one domain are refused."""
    bad = "".join(f"ann{n}@blocked-mail.com,Ann\n" for n in range(20))
    (to.here / "a.csv").write_text(contacts(80) + bad)
    argv = [word for word in to.scenario.argv() if word not in ("--max-rows", "3")]
    to.call(*argv)
    return ["learn", to.only_run(), "-o", "proposed"]


BEFORE: Mapping[str, Callable[[_Preparation], Sequence[str]]] = {
    "resubmit": _resubmit,
    "resume-dotdigital": _resume,
    "resume-experiture": _resume,
    "resume-talkvalue": _resume,
    "merge": _merge,
    "undo": _undo,
    "undo-all": _undo_all,
    "learn": _learn,
}
"""What is done before the call that is tried, where that is not the first one."""


def results(here: Path) -> dict[str, bytes]:
    """Every file of a folder but those of the state, hidden ones too, times apart."""
    return {
        str(path.relative_to(here)): _TIMES.sub(b"TIME", path.read_bytes())
        for path in here.rglob("*")
        if path.is_file() and ".preflight" not in path.relative_to(here).parts
    }
