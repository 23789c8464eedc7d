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
from tests.crash.audit import audit, keys_of
from tests.crash.runner import KILLED, STUCK, Around, Ended, Runner
from tests.crash.scenario import Complaint, Trial
from tests.crash.stage import HERE, Stage, environment, results, set_up

MOST_CALLS = 20
"""A run that has not ended after so many calls is stuck."""

LOCK = ".preflight-lock"
_BUSY = "another process works on"
_TRACE = "bug of preflight"
_WENT_ON = (3,)
_FULL = (
    "disk is full",
    "the disk full?",
    "No space left",
    "No usable temporary directory",
    "Read-only file system",
    "readonly database",
    "unable to open database file",
)


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
        paused: how many calls were paused while another one was made.
        cut: whether it goes on after a power cut.
        said: what the last call wrote to standard error.
    """

    trial: Trial
    killed: int = 0
    full: int = 0
    paused: int = 0
    cut: bool = False
    calls: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    stuck: str = ""
    wrong: list[str] = field(default_factory=list)
    way: str = "none"
    said: str = ""

    @property
    def is_hit(self) -> bool:
        """Whether the first point was reached, as far as that can be seen."""
        first = self.trial.points[0] if self.trial.points else None
        unseen = first is not None and first.manner in ("interrupted", "jumped")
        return unseen or bool(self.killed or self.full or self.paused)

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
    """Carries out a trial, against stand-ins of its own."""
    with set_up(runner, trial) as (stage, box):
        person = Person(runner, trial, stage, box)
        return person.go() if trial.scenario.sends else person.repeat()


class Person:
    """Who makes the calls of a trial.

    Attributes:
        found: what they showed.
    """

    def __init__(self, runner: Runner, trial: Trial, stage: Stage, box: Sandbox) -> None:
        self._runner = runner
        self._trial = trial
        self._stage = stage
        self._here = runner.place / HERE
        self._box = box
        self.found = Found(trial)
        # A tool that is broken off, or replaced by one that complains, has to be a process itself.
        warm = not trial.faults and trial.complaint is None
        self._environ = environment(runner, box, patience=trial.patience, warm=warm)
        if trial.complaint is not None:
            self._environ |= _complaining(trial.complaint, runner.place, self._environ)

    def go(self, argv: Sequence[str] | None = None) -> Found:
        """Until the run has ended, or does not end.

        Args:
            argv: the first call; that of the scenario by default.
        """
        found = self.found
        argv = argv or self._stage.argv
        while argv is not None:
            if found.calls >= MOST_CALLS:
                found.stuck = f"not ended after {MOST_CALLS} calls: {found.said[-500:]}"
                break
            argv = self._next(self.call(argv))
        self._runner.bury()
        if not found.stuck:
            audit(found, self._here, self._box.store, self._stage.known)
        return found

    def go_on(self) -> Found:
        """From where a power cut has left it, until the run has ended."""
        self.found.cut = True
        seen = _look(self._here, self._stage.known)
        if seen is None:
            return self.go()
        if seen[0].state is not RunState.FINISHED:
            return self.go(["resume"])
        audit(self.found, self._here, self._box.store, self._stage.known)
        return self.found

    def _is_excused(self, name: str, data: bytes) -> bool:
        """Whether a file may be left: an empty lock; on a read-only disk what goes last."""
        path = Path(name)
        if self._trial.reads_only and any(part.startswith(".preflight-") for part in path.parts):
            return True
        return path.name == LOCK and not data

    def repeat(self) -> Found:
        """The same call again until it ends by itself, with the results of an untouched one."""
        found = self.found
        ended = self.call(self._stage.argv)
        while ended.code == KILLED or is_full(ended) or ended.code in _WENT_ON:
            if found.calls >= MOST_CALLS:
                break
            ended = self.call(self._stage.argv)
        # Where the call had done it all, there may be nothing left for another one.
        left = results(self._here)
        if found.killed or self._trial.reads_only:
            # The next call there removes what a call could not.
            left = {name: data for name, data in left.items() if not self._is_excused(name, data)}
        if ended.code not in (0, 1, 2) or _TRACE in ended.err:
            found.stuck = f"exit code {ended.code}: {ended.err[-500:]}"
        expected = self._runner.expected.setdefault(self._trial.scenario.name, left)
        differ = sorted(
            name for name in left.keys() | expected.keys() if left.get(name) != expected.get(name)
        )
        if differ:
            found.wrong.append(f"other results than untouched: {differ}: {ended.err[-300:]}")
        return found

    def call(self, argv: Sequence[str]) -> Ended:
        """One call, with what happens to it."""
        found, trial = self.found, self._trial
        point = trial.points[found.calls] if found.calls < len(trial.points) else None
        around = trial.around if not found.calls else Around(locks=trial.around.locks)
        ended = self._runner.call(
            argv, cwd=self._here, environ=self._environ, point=point, around=around
        )
        found.calls += 1
        found.killed += ended.code == KILLED
        found.full += is_full(ended)
        found.paused += ended.other is not None
        found.said = ended.err
        if _TRACE in ended.err + ended.other_err:
            found.wrong.append(f"a bug of ours: {(ended.err + ended.other_err)[-500:]}")
        if ended.other not in (None, 0, 1, 2, 3):
            found.wrong.append(f"the other call ended with {ended.other}: {ended.other_err[-300:]}")
        if found.calls == 1 and ended.counts is not None:
            found.counts = dict(ended.counts)
        return ended

    def _next(self, ended: Ended) -> Sequence[str] | None:
        """The next call; None where there is none to be made."""
        found, seen = self.found, _look(self._here, self._stage.known)
        if ended.code == STUCK:
            found.stuck = "a call did not come to its end"
            return None
        if ended.code == 2 and _BUSY in ended.err:
            # As long as a tool that outlived its preflight is at work.
            self._runner.bury()
            return ["resume"]
        let_down = ended.code == KILLED or is_full(ended)
        refused = ended.code == 2 and bool(self._trial.around.meanwhile)
        if ended.code not in (0, 1, 3, KILLED) and not is_full(ended) and not refused:
            found.stuck = f"exit code {ended.code}: {ended.err[-500:]}"
            return None
        if seen is None:
            if let_down:
                found.way = "submit"
                return self._stage.argv
            found.stuck = f"no run after exit code {ended.code}: {ended.err[-300:]}"
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
            gone = stored.state is PartState.SENT and self.found.calls > 2
            if stored.state is PartState.UNKNOWN or gone:
                self.found.way = "person"
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


def is_full(ended: Ended) -> bool:
    """Whether a call ended because the disk is full, and said so in its last line."""
    last = ended.err.splitlines()[-1:]
    return ended.code == 2 and any(words in line for line in last for words in _FULL)


def _look(here: Path, known: frozenset[str]) -> tuple[Run, list[StoredPart], bool] | None:
    """The latest run, its parts, and whether a call of it is in doubt; None without a new run.

    A copy is opened, because opening a ledger after a crash repairs it; the next call must do that.
    """
    ledgers = places.folders(here / ".preflight")
    if not ledgers:
        return None
    with tempfile.TemporaryDirectory(dir=here.parent) as copy:
        for path in ledgers[0].glob(f"{FILE}*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, copy)
        with Ledger(Path(copy)) as ledger:
            runs = [run for run in ledger.runs() if run.id not in known]
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
