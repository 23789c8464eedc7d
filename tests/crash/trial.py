"""One trial: a run is killed or let down, resumed as a person would, and then audited.

The person does what the README says: after a kill `preflight resume`, or the same `preflight
submit` where there is no run yet; of a part that is *unknown* the provider is asked whether its
rows are there, and the answer is `--mark-accepted` or `--resend-unknown`.
"""

from __future__ import annotations

import shlex
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from preflight.providers.sandbox.server import Sandbox
from preflight.providers.sandbox.store import Store
from preflight.runs.ledger import places
from preflight.runs.ledger.database import FILE
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import AttemptState, PartState, Run, RunState, StoredPart
from tests.calls import bare_environment
from tests.crash.audit import audit, keys_of
from tests.crash.runner import KILLED, STUCK, Ended, Runner, workplace
from tests.crash.scenario import Complaint, Trial

MOST_CALLS = 20
"""A run that has not ended after so many calls is stuck."""

_BUSY = "another process works on"
_FULL = ("disk is full", "the disk full?", "No space left", "No usable temporary directory")


@dataclass
class Found:
    """What a trial showed.

    Attributes:
        trial: which.
        killed: how many of its calls were killed.
        full: how many of them said that the disk is full.
        calls: how many it took.
        counts: how many system calls of each class the first call made; none if it was killed.
        doubled: rows that the provider took twice, or was sent twice.
        lost: rows that ended nowhere, or elsewhere than the books say.
        stuck: why the run did not end; "" if it did.
        wrong: what else is not as it should be.
        way: what ended it: "submit" again, "ledger" (nothing was in doubt), "lookup", "key",
            "person".
        said: what the last call wrote to standard error.
    """

    trial: Trial
    killed: int = 0
    full: int = 0
    calls: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    stuck: str = ""
    wrong: list[str] = field(default_factory=list)
    way: str = "none"
    said: str = ""

    @property
    def problems(self) -> list[str]:
        """Everything that speaks against it."""
        return [
            *(f"doubled: {one}" for one in self.doubled),
            *(f"lost: {one}" for one in self.lost),
            *([f"stuck: {self.stuck}"] if self.stuck else []),
            *self.wrong,
        ]


def run(runner: Runner, trial: Trial) -> Found:
    """Carries out a trial in a folder of its own, against stand-ins of its own."""
    with (
        workplace() as place,
        Sandbox(place / "there" / "box.sqlite", faults=trial.faults) as box,
    ):
        return _Person(runner, trial, place, box).go()


class _Person:
    """Who makes the calls of a trial."""

    def __init__(self, runner: Runner, trial: Trial, place: Path, box: Sandbox) -> None:
        self._runner = runner
        self._trial = trial
        self._here = place / "here"
        self._box = box
        self._found = Found(trial)
        self._here.mkdir()
        (place / "tmp").mkdir()
        (self._here / "a.csv").write_text(trial.scenario.content)
        self._environ = {
            **bare_environment(),
            **box.environment,
            "PREFLIGHT_POLL_SCALE": "0.002",
            "PREFLIGHT_CALL_TIMEOUT": str(trial.patience),
            "TMPDIR": str(place / "tmp"),
        }
        if trial.complaint is not None:
            self._environ |= _complaining(trial.complaint, place, self._environ)

    def go(self) -> Found:
        """Until the run has ended, or does not end."""
        found = self._found
        argv: Sequence[str] | None = self._trial.scenario.argv()
        while argv is not None:
            if found.calls >= MOST_CALLS:
                found.stuck = f"not ended after {MOST_CALLS} calls: {found.said[-500:]}"
                break
            ended = self._call(argv)
            argv = self._next(ended)
        self._runner.bury()
        if not found.stuck:
            audit(found, self._here, self._box.store)
        return found

    def _call(self, argv: Sequence[str]) -> Ended:
        found = self._found
        points = self._trial.points
        point = points[found.calls] if found.calls < len(points) else None
        ended = self._runner.call(argv, cwd=self._here, environ=self._environ, point=point)
        found.calls += 1
        found.killed += ended.code == KILLED
        found.full += _is_full(ended)
        found.said = ended.err
        if found.calls == 1 and ended.counts is not None:
            found.counts = dict(ended.counts)
        return ended

    def _next(self, ended: Ended) -> Sequence[str] | None:
        """The next call; None where there is none to be made."""
        found, seen = self._found, _look(self._here)
        if ended.code == STUCK:
            found.stuck = "a call did not come to its end"
            return None
        if ended.code == 2 and _BUSY in ended.err:
            # As long as a tool that outlived its preflight is at work.
            self._runner.bury()
            return ["resume"]
        if ended.code not in (0, 1, 3, KILLED) and not _is_full(ended):
            found.stuck = f"exit code {ended.code}: {ended.err[-500:]}"
            return None
        if seen is None:
            if ended.code == KILLED or _is_full(ended):
                found.way = "submit"
                return self._trial.scenario.argv()
            found.stuck = f"no run after exit code {ended.code}"
            return None
        run, parts, doubt = seen
        if run.state is RunState.FINISHED:
            return None
        if ended.code in (0, 1):
            found.stuck = f"exit code {ended.code} of a run that is {run.state}"
            return None
        if found.way == "none":
            found.way = "ledger"
        if doubt:
            found.way = self._trial.scenario.way
        return ["resume", *(self._decisions(parts) if ended.code == 3 else ())]

    def _decisions(self, parts: Sequence[StoredPart]) -> list[str]:
        """What a person says who has looked at the provider, when all is quiet there."""
        self._runner.bury()
        said = []
        for stored in parts:
            number = str(stored.part.number)
            # A job that cannot be followed is asked for once more before it is given up.
            gone = stored.state is PartState.SENT and self._found.calls > 2
            if stored.state is PartState.UNKNOWN or gone:
                self._found.way = "person"
                there = _is_there(stored, self._box.store, self._trial)
                said += ["--mark-accepted" if there else "--resend-unknown", number]
        return said


_COMPLAINING = """#!/bin/sh
case " $* " in
*" {command} "*)
    if mkdir {mark} 2>/dev/null; then
        {work}
        echo '{{"error": {error}}}' >&2
        exit {code}
    fi
esac
exec {tool} "$@"
"""


def _complaining(said: Complaint, place: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment that names tools which complain once."""
    made = {}
    for variable in ("LANDBASE_CLI", "TALKVALUE_CLI"):
        tool = environ[variable]
        path = place / variable.lower()
        path.write_text(
            _COMPLAINING.format(
                command=said.command,
                mark=shlex.quote(f"{path}.done"),
                work=f'{shlex.quote(tool)} "$@" >/dev/null 2>&1' if said.after else ":",
                error=said.error.strip(),
                code=said.code,
                tool=shlex.quote(tool),
            )
        )
        path.chmod(0o700)
        made[variable] = str(path)
    return made


def _is_full(ended: Ended) -> bool:
    """Whether a call ended because the disk is full, and said so in its last line."""
    last = ended.err.splitlines()[-1:]
    return ended.code == 2 and any(words in line for line in last for words in _FULL)


def _look(here: Path) -> tuple[Run, list[StoredPart], bool] | None:
    """The latest run, its parts, and whether a call of it is in doubt; None without a run.

    A copy is opened, because opening a ledger after a crash repairs it; the next call must do that.
    """
    known = places.folders(here / ".preflight")
    if not known:
        return None
    with tempfile.TemporaryDirectory(dir=here.parent) as copy:
        for path in known[0].glob(f"{FILE}*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, copy)
        with Ledger(Path(copy)) as ledger:
            runs = ledger.runs()
            if not runs:
                return None
            parts = ledger.parts(runs[0].id)
            doubt = any(
                call.commits and call.state in (AttemptState.INTENT, AttemptState.AMBIGUOUS)
                for stored in parts
                for call in ledger.attempts(runs[0].id, stored.part.number)
            )
            return runs[0], parts, doubt


def _is_there(stored: StoredPart, store: Store, trial: Trial) -> bool:
    keys = set(keys_of(stored.part, trial.scenario.key))
    return any(row.key in keys for row in store.accepted(trial.scenario.provider))
