"""The person of a random run: what they wrote into files, and what they said to preflight.

A row may be taken once. It may be taken once more where the person said so: by `--resend-unknown`
for a part that was there, or by a new address for a row that was there.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from preflight.core.row_id import ID, row_id
from preflight.runs.ledger.run import AttemptState, PartState
from tests.calls import rows_of
from tests.crash.random_runs.killing import Ended
from tests.crash.random_runs.world import PLAIN, Terms, World

ROWS = ("good", "padded", "bad", "refused", "double")
"""Kinds of rows in an input."""

EDITS = ("good", "refused", "bad", "keep", "leave out", "twice")
"""What a person does with a row of failures.csv."""

DECISIONS = ("look", "wait", "mark", "resend")
"""What a person does with a part that is unknown."""


class Person:
    """Who makes the calls in a world.

    Attributes:
        world: that.
        permitted: match key → how many times more it may be taken.
        again: row ID → the same, for a row that was given another key after it was taken.
        vouched: keys that the person called accepted and that were not.
        keys: row ID → every key that the row was given.
        shared: keys of several rows.
        corrected: the corrected files.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.permitted, self.again = Counter[str](), Counter[str]()
        self.vouched, self.shared = set[str](), set[str]()
        self.keys: dict[str, set[str]] = defaultdict(set)
        self.corrected: list[Path] = []
        self._made = 0
        self._phones = world.scenario.key == "phone_number"
        self.path = world.here / "a.csv"

    # Files.

    def cell(self, kind: str) -> str:
        """A new match key of a kind."""
        self._made += 1
        number = self._made
        if self._phones:
            return str(number) if kind == "bad" else f"+1415555{2600 + number}"
        begins = {"bad": "nobody", "refused": "failure-"}.get(kind, "ann")
        return f"{begins}{number}{'' if kind == 'bad' else '@kestrel-labs.com'}"

    def write(self, kinds: Sequence[str]) -> None:
        """Writes the input."""
        cells = list[str]()
        for kind in kinds:
            if kind == "double" and cells:
                self.shared.add(cells[0].strip())
                cells.append(cells[0])
            else:
                cells.append(f" {self.cell(kind)} " if kind == "padded" else self.cell(kind))
        header = "name,phone_number" if self._phones else "email,first_name"
        # Rows that are alike in all would be dropped, so each has a name of its own.
        lines = [
            f"Ann{at},{cell}" if self._phones else f"{cell},Ann{at}"
            for at, cell in enumerate(cells)
        ]
        self.path.write_text("\n".join([header, *lines]) + "\n")
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        for at, cell in enumerate(cells, 1):
            self.keys[row_id(digest, at)].add(cell.strip())

    def correct(
        self, folder: Path, edits: Sequence[str], added: Sequence[str], turned: bool
    ) -> bool:
        """Makes a corrected file of failures.csv; returns whether there was one."""
        rows = rows_of(folder / "failures.csv")
        if not rows:
            return False
        column, made = self.world.scenario.key, list[dict[str, str]]()
        for at, row in enumerate(rows):
            edit = edits[at % len(edits)]
            if edit in ("good", "refused", "bad"):
                row[column] = self.cell(edit)
                self.keys[row[ID]].add(row[column])
            made += [row] * {"leave out": 0, "twice": 2}.get(edit, 1)
        for kind in added:
            new = dict.fromkeys(rows[0], "")
            new[column] = self.cell(kind)
            new["name" if self._phones else "first_name"] = "New"
            self.keys[f"new:{new[column]}"].add(new[column])
            made.append(new)
        path = self.world.here / f"corrected{len(self.corrected)}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(made[::-1] if turned else made)
        self.corrected.append(path)
        return True

    # Calls.

    def resubmit(self, path: Path, terms: Terms = PLAIN) -> Ended:
        """Sends a corrected file, and knows which rows it changes that were taken."""
        taken = self.world.taken()
        for row in rows_of(path):
            key, name = row[self.world.scenario.key].strip().lower(), row[ID]
            if name and not taken[key] and any(taken[other] for other in self.keys[name]):
                self.again[name] += 1
        return self.world.resubmit(path, terms)

    def decide(self, run: str, said: Sequence[str], terms: Terms = PLAIN) -> Ended:
        """Resumes a run with a decision about each of its parts that is unknown."""
        world, resend, accept = self.world, set[int](), set[int]()
        taken, refused = world.taken(), world.refused()
        there, waived = dict[int, list[str]](), self._waived(run)
        for at, stored in enumerate(world.doubtful(run)):
            number, keys = stored.part.number, world.keys(stored)
            there[number] = [key for key in keys if taken[key] or refused[key]]
            word = said[at % len(said)]
            if word == "look":
                word = "mark" if there[number] else "resend"
            if word == "resend" and stored.state is PartState.UNKNOWN:
                resend.add(number)
            elif word == "mark":
                accept.add(number)
                self.vouched.update(key for key in keys if key not in there[number])
        ended = world.resume(run, terms, resend=frozenset(resend), accept=frozenset(accept))
        for number in resend:
            if self._waived(run)[number] > waived[number]:
                self.permitted.update(key for key in there[number] if taken[key])
        return ended

    def _waived(self, run: str) -> Counter[int]:
        """How many attempts of each part were given up by a person's word."""
        with self.world.ledger() as ledger:
            assert ledger is not None
            return Counter(
                stored.part.number
                for stored in ledger.parts(run)
                for call in ledger.attempts(run, stored.part.number)
                if call.state is AttemptState.WAIVED
            )
