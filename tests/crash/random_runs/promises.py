"""What holds after every step of a random run: the two promises, and what `trace` tells."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from preflight.config.settings import Settings
from preflight.core.books import RunBooks
from preflight.linting.checked import Check, Checked
from preflight.pipeline import check_fix_split
from preflight.runs import lineage
from preflight.runs.history.facts import Story
from preflight.runs.history.trace import trace
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.row_outcomes import RowOutcome
from tests.crash.random_runs.person import Person

_NOT_TAKEN = (RowOutcome.REJECTED_HERE, RowOutcome.REJECTED_THERE, RowOutcome.DROPPED)


class Promises:
    """Checks a world against what a person wrote and said.

    Args:
        person: that.

    Attributes:
        checked: how many checks were made.
    """

    def __init__(self, person: Person) -> None:
        self.checked = 0
        self._person = person
        self._world = person.world
        self._linted: dict[str, Checked] = {}
        self._work = person.world.here.parent / "linted"
        self._work.mkdir()

    def hold(self, *, step: int) -> None:
        """After a step: of the rows one is traced, the next one each time."""
        self._once()
        with self._world.ledger() as ledger:
            if ledger is None:
                return
            runs = ledger.runs()
            self._books(runs)
            for root in [run for run in runs if run.parent is None]:
                self._family(ledger, root)
            first = self._first(runs)
            if first is not None:
                self._traced(ledger, first, 1 + step % first.source_rows, ended=False)

    def hold_at_the_end(self) -> None:
        """When every run has ended: every row is traced."""
        self._once()
        with self._world.ledger() as ledger:
            assert ledger is not None
            runs = ledger.runs()
            self._books(runs)
            for run in runs:
                assert run.state in (RunState.FINISHED, RunState.REPLACED), run.state
            first = self._first(runs)
            assert first is not None
            self._family(ledger, first)
            for row in range(1, first.source_rows + 1):
                self._traced(ledger, first, row, ended=True)

    @staticmethod
    def _first(runs: Sequence[Run]) -> Run | None:
        """The run of the input. Of several the latest: nothing of an earlier one was taken."""
        roots = (run for run in runs if run.parent is None)
        return next((run for run in roots if run.state is not RunState.REPLACED), None)

    def _once(self) -> None:
        """No row was taken twice, unless the person said so; and none that nobody wrote."""
        person, taken = self._person, self._world.taken()
        known = {key.lower() for keys in person.keys.values() for key in keys}
        for key, times in taken.items():
            assert key in known, f"{key} was taken, and nobody wrote it"
            most = 1 + person.permitted[key]
            assert times <= most, f"{key} was taken {times} times, and may be {most} times"
            self.checked += 1
        for name, keys in person.keys.items():
            own = keys - person.shared
            times = sum(taken[key] for key in own)
            most = 1 + person.again[name] + sum(person.permitted[key] for key in own)
            assert times <= most, f"row {name} was taken {times} times, and may be {most} times"
            self.checked += 1

    def _books(self, runs: Sequence[Run]) -> None:
        """Those in the ledger and those in report.json sum up, and agree where a run has ended.

        Args:
            runs: all of them, the newest first: its results are those in its folder.
        """
        folders = set()
        for run in runs:
            if run.ended is not None:
                run.ended.balanced()
                self.checked += 1
            if run.state is not RunState.FINISHED or run.folder in folders:
                folders.add(run.folder)
                continue
            folders.add(run.folder)
            # Without a run they are those of a later call that found nothing to send.
            if told := json.loads((run.folder / "report.json").read_text()).get("run"):
                assert RunBooks(**told["books"]).balanced() == run.ended, (told, run.ended)
                assert (told["id"], told["state"]) == (run.id, "finished")
                self.checked += 1

    def _family(self, ledger: Ledger, root: Run) -> None:
        """The rows of all rounds stand somewhere, each in one place."""
        settled = lineage.settled_rounds(ledger, root)
        if not settled:
            return
        stand = lineage.standings(settled)
        books = lineage.books(root, stand)
        assert sum(books.places.values()) == books.rows + books.added, asdict(books)
        assert stand.index.is_unique
        first = settled[0][1]
        assert set(first["origin"]) <= set(stand.index)
        self.checked += 1

    def _traced(self, ledger: Ledger, root: Run, row: int, *, ended: bool) -> None:
        """What trace tells of a row agrees with what the stand-in knows of it."""
        settings = Settings(state_dir=ledger.folder)
        trail = trace(ledger, root.id, str(row), settings, check=self._check)
        assert not ended or not trail.notes, trail.notes
        (story,) = trail.stories
        taken, refused = self._world.taken(), self._world.refused()
        self._agrees(story, taken, refused, ended=ended)
        self.checked += 1

    def _agrees(
        self, story: Story, taken: Counter[str], refused: Counter[str], *, ended: bool
    ) -> None:
        person, place = self._person, story.standing.place
        keys = person.keys[story.origin]
        own = keys - person.shared
        told = f"row {story.origin} is {place}, and there"
        arrived = sum(taken[key] + refused[key] for key in keys)
        said = bool(keys & person.vouched)
        if place is RowOutcome.ACCEPTED:
            assert said or any(taken[key] for key in keys), f"{told} it was not taken"
        elif place in (RowOutcome.SUBMITTED, RowOutcome.UNATTRIBUTED):
            assert said or arrived or not ended, f"{told} it never arrived"
        elif place in _NOT_TAKEN:
            said |= person.again[story.origin] > 0 or any(person.permitted[key] for key in keys)
            assert said or not any(taken[key] for key in own), f"{told} it was taken"
        else:
            assert not ended, f"{told} every job has ended"

    @property
    def _check(self) -> Check:
        """Lints a kept source once: it is the same each time."""
        lint = check_fix_split.checker(self._work)

        def check(*given: object, **more: object) -> Checked:
            name = repr((given, more))
            if name not in self._linted:
                self._linted[name] = lint(*given, **more)  # type: ignore[arg-type]
            return self._linted[name]

        return check
