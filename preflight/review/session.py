"""A review: the rows, what the rules say of them, and every edit, which can be undone.

It knows no web: the page above it sends what a person does, and shows what comes back. A step is
judged, written into the journal, and only then done; a later call takes the same steps again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from preflight.core.exchange import Reason
from preflight.linting.checked import Progress, silent
from preflight.review.journal import Step
from preflight.review.judge import ROW, Fault, Judge, RowVerdict
from preflight.review.long_records import joins
from preflight.review.opening import Opened
from preflight.review.repeats import Repeats, dropping, whole
from preflight.review.rows import Change, Kind, ReviewRow, RowState, Sought

AGAIN = (Reason.RETRY.value, Reason.CONFIG.value)
"""Rows with these classes are sent again as they are."""
_BLOCK = 2_000
PROVIDER = "provider"
"""The code of a fault that the provider reported without one."""


@dataclass
class _Stand:
    """What is known of a row, and what of it is counted in the sums of the review."""

    verdict: RowVerdict = field(default_factory=RowVerdict)
    repeats: tuple[Fault, ...] = ()
    revision: int = 0
    state: RowState | None = None
    edited: bool = False
    errors: Mapping[tuple[str, int], bool] = field(default_factory=dict)


def _nowhere(_step: Step) -> None:
    """Keeps no step."""


@dataclass
class Session:
    """The review of one file.

    Attributes:
        opened: the file.
        steps: what was done in earlier calls; it is done again.
        keep: called with each step before it is done.
        progress: called with the stage, the rows done, and their total.
        revision: grows with each step.
    """

    opened: Opened
    steps: Sequence[Step] = ()
    keep: Callable[[Step], None] = _nowhere
    progress: Progress = silent
    revision: int = 0
    _done: list[tuple[str, tuple[Change, ...]]] = field(default_factory=list)
    _undone: list[tuple[str, tuple[Change, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        plan = self.opened.checked.analysis.plan
        self._judge = Judge(self.opened.checked, self.opened.universe)
        self._dropping = dropping(plan)
        self._repeats = Repeats(plan, self.opened.others)
        self._stands = [_Stand() for _ in self.opened.rows]
        self._states: Counter[RowState] = Counter()
        self._errors: Counter[tuple[str, int]] = Counter()
        self._guessed: Counter[tuple[str, int]] = Counter()
        self._messages: dict[tuple[str, int], str] = {}
        self._edited = 0
        self._replay()
        self._settle(range(len(self.rows)))

    @property
    def rows(self) -> Sequence[ReviewRow]:
        """The rows."""
        return self.opened.rows

    def faults(self, index: int) -> tuple[Fault, ...]:
        """The faults and warnings of a row."""
        stand = self._stands[index]
        return stand.verdict.faults + stand.repeats

    def verdict(self, index: int) -> RowVerdict:
        """What the rules say of a row by itself."""
        return self._stands[index].verdict

    def state(self, index: int) -> RowState:
        """Where a row stands."""
        state = self._stands[index].state
        assert state is not None  # noqa: S101 - every row is settled before anyone asks
        return state

    def changed_since(self, revision: int) -> list[int]:
        """The rows whose cells or verdicts changed after a revision."""
        return [at for at, stand in enumerate(self._stands) if stand.revision > revision]

    def touch(self) -> None:
        """Marks every row as changed: what is said of it may differ."""
        for stand in self._stands:
            stand.revision = self.revision

    def kinds(self) -> list[Kind]:
        """The open faults by rule and column, the most frequent first."""
        listed = [
            Kind(code, column, self._messages[code, column], count, self._guessed[code, column])
            for (code, column), count in self._errors.items()
            if count
        ]
        return sorted(listed, key=lambda kind: (-kind.rows, kind.code, kind.column))

    def counts(self) -> dict[str, int]:
        """How many rows there are, how many stand where, and how many were changed."""
        states = {str(state): self._states[state] for state in RowState}
        return {"rows": len(self.rows), **states, "edited": self._edited}

    @property
    def undoes(self) -> str:
        """What `undo` would undo, in words; "" for nothing."""
        return self._done[-1][0] if self._done else ""

    @property
    def redoes(self) -> str:
        """What `redo` would do again; "" for nothing."""
        return self._undone[-1][0] if self._undone else ""

    def edit(self, cells: Iterable[tuple[int, int, str]], what: str = "edit") -> list[int]:
        """Changes cells.

        Args:
            cells: the index of the row, the position of the column, and the new text of each.
            what: was done, in words.

        Returns:
            The rows that changed, or whose faults did.
        """
        changes = [
            Change(row, column, self.rows[row].cells[column], text)
            for row, column, new in cells
            if self.rows[row].cells[column] != (text := _characters(new))
        ]
        return self._do(what, changes)

    def leave_out(self, rows: Iterable[int], *, out: bool = True) -> list[int]:
        """Leaves rows out of what is saved and sent, or takes them in again."""
        changes = [
            Change(row, ROW, "" if out else "out", "out" if out else "")
            for row in rows
            if self.rows[row].left_out != out
        ]
        return self._do("leave out" if out else "take in again", changes)

    def take(self, row: int, column: int) -> list[int]:
        """Takes the suggestion for a cell, if there is one."""
        guess = self.verdict(row).guesses.get(column)
        return [] if guess is None else self.edit([(row, column, guess)], "take a suggestion")

    def joins(self, row: int) -> list[list[str]]:
        """What a record with too many fields becomes, see `long_records`; nothing once edited."""
        held = self.rows[row]
        return [] if held.edited else joins(held.said.raw, held.cells)

    def join(self, row: int, column: int) -> list[int]:
        """Joins a cell with those behind it, as many as the record has too many."""
        made = self.joins(row)
        if not 0 <= column < len(made):
            return []
        cells = [(row, at, text) for at, text in enumerate(made[column])]
        return self.edit(cells, "join cells")

    def take_all(self, code: str, column: int) -> list[int]:
        """Takes all suggestions for the faults of a rule in a column."""
        taken = [
            (row, column, guess)
            for row in self.with_fault(code, column)
            if (guess := self.verdict(row).guesses.get(column)) is not None
        ]
        return self.edit(taken, f"take {len(taken)} suggestions")

    def with_fault(self, code: str, column: int) -> list[int]:
        """The open rows with a fault of a rule in a column."""
        return [
            row
            for row, stand in enumerate(self._stands)
            if stand.state is RowState.OPEN and (code, column) in stand.errors
        ]

    def found(self, sought: Sought) -> list[tuple[int, int]]:
        """The cells that hold a text, row by row; only of rows that are not left out."""
        pattern = sought.pattern
        if pattern is None:
            return []
        return [
            (at, column)
            for at, row in enumerate(self.rows)
            if not row.left_out
            for column in sorted(sought.columns)
            if pattern.search(row.cells[column])
        ]

    def replace(self, sought: Sought, new: str) -> list[int]:
        """Replaces a text in all cells that hold it."""
        pattern, places = sought.pattern, self.found(sought)
        if pattern is None:
            return []
        cells = [
            (row, column, pattern.sub(lambda _: new, self.rows[row].cells[column]))
            for row, column in places
        ]
        return self.edit(cells, f"replace in {len(cells)} cells")

    def undo(self) -> list[int]:
        """Undoes the last step; returns the rows that changed."""
        if not self._done:
            return []
        self.keep({"do": "undo"})
        return self._settle(self._undo())

    def redo(self) -> list[int]:
        """Does again what was undone last; returns the rows that changed."""
        if not self._undone:
            return []
        self.keep({"do": "redo"})
        return self._settle(self._redo())

    def _do(self, what: str, changes: Sequence[Change]) -> list[int]:
        if not changes:
            return []
        cells = [[each.row, each.column, each.old, each.new] for each in changes]
        self.keep({"do": "change", "what": what, "changes": cells})
        return self._settle(self._change(what, changes))

    def _change(self, what: str, changes: Sequence[Change]) -> list[int]:
        self._done.append((what, tuple(changes)))
        self._undone.clear()
        return self._apply(changes)

    def _undo(self) -> list[int]:
        what, changes = self._done.pop()
        self._undone.append((what, changes))
        back = [Change(each.row, each.column, each.new, each.old) for each in changes]
        return self._apply(reversed(back))

    def _redo(self) -> list[int]:
        what, changes = self._undone.pop()
        self._done.append((what, changes))
        return self._apply(changes)

    def _apply(self, changes: Iterable[Change]) -> list[int]:
        touched = set()
        for change in changes:
            row = self.rows[change.row]
            if change.column == ROW:
                row.left_out = bool(change.new)
            else:
                row.cells[change.column] = change.new
            touched.add(change.row)
        return sorted(touched)

    def _replay(self) -> None:
        """Takes the steps of earlier calls again."""
        steps: dict[str, Callable[[Step], Any]] = {
            "change": lambda step: self._change(
                step["what"], [Change(*each) for each in step["changes"]]
            ),
            "undo": lambda _: self._undo(),
            "redo": lambda _: self._redo(),
        }
        for step in self.steps:
            if step["do"] in steps:
                steps[step["do"]](step)

    def _settle(self, rows: Iterable[int]) -> list[int]:
        """Judges rows again, and those that are or were duplicates of them."""
        self.revision += 1
        asked = list(rows)
        touched: set[str] = set()
        for start in range(0, len(asked), _BLOCK):
            block = asked[start : start + _BLOCK]
            verdicts = self._own(block)
            match_keys = self._repeats.keys_of(
                [
                    (self.rows[at].cells, verdict)
                    for at, verdict in zip(block, verdicts, strict=True)
                ]
            )
            for index, verdict, key in zip(block, verdicts, match_keys, strict=True):
                self._stands[index].verdict = verdict
                self._stands[index].repeats = ()
                compared = not self.rows[index].left_out and not self._as_said(self.rows[index])
                touched |= self._repeats.place(index, key if compared else "")
            self.progress("judging", start + len(block), len(asked))
        changed = set(asked)
        about = {
            index: (
                self.rows[index].identity,
                whole(self.rows[index].cells),
                self._stands[index].verdict.bad,
            )
            for key in touched
            for index in self._repeats.members(key)
        }
        for index, faults in self._repeats.judge(sorted(touched), about).items():
            if self._stands[index].repeats != faults:
                self._stands[index].repeats = faults
                changed.add(index)
        for index in changed:
            self._stands[index].revision = self.revision
            self._count(index)
        return sorted(changed)

    def _count(self, index: int) -> None:
        """Brings the sums up to date with a row."""
        row, stand = self.rows[index], self._stands[index]
        if stand.state is not None:
            self._states[stand.state] -= 1
            self._edited -= stand.edited
            for key, guessed in stand.errors.items():
                self._errors[key] -= 1
                self._guessed[key] -= guessed
        faults = [fault for fault in self.faults(index) if fault.error]
        gone = stand.verdict.dropped or any(f.code in self._dropping for f in stand.repeats)
        stand.state = (
            RowState.OUT if row.left_out
            else RowState.DROPPED if gone
            else RowState.OPEN if faults or self.opened.refused  # the file as a whole is wrong
            else RowState.READY
        )  # fmt: skip
        still = faults if stand.state is RowState.OPEN else ()
        guesses = stand.verdict.guesses
        stand.edited = row.edited
        stand.errors = {(f.code, f.column): f.column in guesses for f in still}
        self._states[stand.state] += 1
        self._edited += stand.edited
        for fault in still:
            self._messages.setdefault((fault.code, fault.column), fault.message)
        for key, guessed in stand.errors.items():
            self._errors[key] += 1
            self._guessed[key] += guessed

    def _own(self, indices: Sequence[int]) -> list[RowVerdict]:
        """The verdicts of rows by themselves."""
        verdicts: dict[int, RowVerdict] = {}
        judged = []
        for index in indices:
            row = self.rows[index]
            if self._as_said(row):
                verdicts[index] = RowVerdict(_said(row))
            else:
                judged.append(index)
        judged.sort(key=lambda index: self.rows[index].identity)
        if judged:
            numbers = np.array([self.rows[index].identity for index in judged], dtype=np.int64)
            cells = [self.rows[index].cells for index in judged]
            verdicts |= dict(zip(judged, self._judge.judge(numbers, cells), strict=True))
        return [verdicts[index] for index in indices]

    def _as_said(self, row: ReviewRow) -> bool:
        """Whether a row is still what it was, so that what was said of it holds.

        The rules know no better why a record is malformed, or why a provider rejected it.
        """
        if row.edited:
            return False
        return bool(row.said.raw) or (row.said.by_provider and row.said.reason not in AGAIN)


def _said(row: ReviewRow) -> tuple[Fault, ...]:
    said = row.said
    code = (said.provider_code if said.by_provider else said.codes.split(" ")[0]) or PROVIDER
    message = said.message or (f"the provider rejected it: {code}" if said.by_provider else code)
    if said.reason == Reason.SUPPRESSED.value:
        message += "; no correction helps: leave the row out, or give another contact"
    return (Fault(code, message),)


def _characters(text: str) -> str:
    """A text without halves of characters, which no file can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
