"""What changed in a source since its snapshot was taken: what the rules of drift see.

A rate has moved if it differs by more than a limit, and by more than chance explains in files of
this size: a change of four standard errors comes by chance once in 16,000 comparisons. So two
files of one source do not differ because they are small.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from preflight.core.names import fold
from preflight.core.suggest import nearest
from preflight.core.types import Problem
from preflight.snapshots.picture import FILLED, VALID, Picture
from preflight.snapshots.snapshot import ColumnSnapshot, Mix, Share, Snapshot

_CERTAIN = 4.0
"""Standard errors."""
_SHOWN = 3
# How sure it is that two columns with different names are one, by what they have in common.
_SAME_FIELD, _SAME_NAME, _LIKE_NAME, _SAME_PLACE = 4, 3, 2, 1
_LIKE, _DIFFERENT = 75.0, 0.3
_TELLING = {"email", "phone", "timestamp"}
"""Kinds of cells that other columns seldom have."""


def moved(before: Share, now: Share, limit: float) -> bool:
    """Whether a rate differs by more than a limit, and by more than chance explains."""
    if not before.of or not now.of:
        return False
    if (before.at_most and now.rate <= before.rate) or (now.at_most and before.rate <= now.rate):
        return False
    change = abs(now.rate - before.rate)
    pooled = (before.count + now.count) / (before.of + now.of)
    noise = math.sqrt(pooled * (1 - pooled) * (1 / before.of + 1 / now.of))
    return change > limit and change >= _CERTAIN * noise


def moves(before: Mix, now: Mix, limit: float) -> list[tuple[str, Share, Share]]:
    """The values whose share has moved, the largest change first."""
    changed = [
        (name, before.share(name), now.share(name))
        for name in {**before.named, **now.named}
        if moved(before.share(name), now.share(name), limit)
    ]
    return sorted(
        changed, key=lambda entry: (-round(abs(entry[2].rate - entry[1].rate), 9), entry[0])
    )


def shown(changes: Sequence[tuple[str, Share, Share]]) -> str:
    """The largest changes: "gmail.com 42% → 12%"."""
    words = [f"{name} {before} → {now}" for name, before, now in changes[:_SHOWN]]
    more = len(changes) - len(words)
    return ", ".join(words) + (f", and {more} more" if more else "")


@dataclass(frozen=True)
class ColumnPair:
    """A column of the snapshot and of the file."""

    before: ColumnSnapshot
    now: ColumnSnapshot

    @property
    def renamed(self) -> bool:
        """Whether its name has changed."""
        return self.before.name != self.now.name


@dataclass(frozen=True)
class Turn:
    """Where a column turns from one form to another.

    Attributes:
        row, line: of the first cell in the new form; None if all of the column is.
        since: the first row after the last cell in the old form. The new form begins there or
            later, not after `row`.
        clean: whether no cell in the old form comes after one in the new form.
    """

    row: int | None
    line: int | None
    since: int
    clean: bool

    @property
    def words(self) -> str:
        """Where the new form begins: "from row 4,012 on"."""
        if self.row is None:
            return ""
        if not self.clean:
            return f", first in row {self.row:,}"
        if self.since < self.row:
            return f", from row {self.row:,} on or from one of the {self.row - self.since:,} before"
        return f", from row {self.row:,} on"


@dataclass(frozen=True)
class Drift:
    """A file beside the snapshot of its source.

    Attributes:
        before: the snapshot.
        picture: of the file.
        limit: the change that the rule accepts, a rate from 0 to 1 unless the rule says otherwise.
    """

    before: Snapshot
    picture: Picture
    limit: float = 0.0

    @property
    def now(self) -> Snapshot:
        """The snapshot of the file."""
        return self.picture.snapshot

    @functools.cached_property
    def columns(self) -> tuple[ColumnPair, ...]:
        """The columns that are in both, in the order of the file."""
        pairs = _named_alike(self.before.columns, self.now.columns)
        paired = {(pair.before.position, pair.now.position) for pair in pairs}
        pairs += _renamed(
            [one for one in self.before.columns if one.position not in {at for at, _ in paired}],
            [one for one in self.now.columns if one.position not in {at for _, at in paired}],
        )
        return tuple(sorted(pairs, key=lambda pair: pair.now.position))

    @property
    def gone(self) -> list[ColumnSnapshot]:
        """The columns of the snapshot that the file lacks."""
        kept = {pair.before.position for pair in self.columns}
        return [column for column in self.before.columns if column.position not in kept]

    @property
    def new(self) -> list[ColumnSnapshot]:
        """The columns of the file that the snapshot lacks."""
        kept = {pair.now.position for pair in self.columns}
        return [column for column in self.now.columns if column.position not in kept]

    def filled(self, pair: ColumnPair) -> tuple[Share, Share]:
        """How much of a column is filled, before and now."""
        return (
            Share(pair.before.filled, self.before.table),
            Share(pair.now.filled, self.now.table),
        )

    def valid(self, pair: ColumnPair) -> tuple[Share, Share] | None:
        """How many of the filled cells are valid, before and now; None if that is not known."""
        before, now = pair.before, pair.now
        if before.valid is None or now.valid is None or before.kind != now.kind:
            return None
        return Share(before.valid, before.filled), Share(now.valid, now.filled)

    def since_filled(self, pair: ColumnPair) -> str:
        """Where the rate of filled cells changes: ", from about row 4,001 on"; "" if nowhere."""
        return self._since(pair, FILLED, self.filled(pair)[0])

    def since_valid(self, pair: ColumnPair) -> str:
        """Where the rate of valid cells changes; "" if nowhere."""
        shares = self.valid(pair)
        return "" if shares is None else self._since(pair, VALID, shares[0])

    def _since(self, pair: ColumnPair, what: str, before: Share) -> str:
        parts = self.picture.blocks[pair.now.position, what].parts()
        if parts is None or not moved(parts.first, parts.second, self.limit):
            return ""
        if moved(before, parts.first, self.limit) or not moved(before, parts.second, self.limit):
            return ""
        return f", from about row {parts.row:,} on"

    def moved(self, before: Share, now: Share) -> bool:
        """Whether a rate has moved by more than the rule accepts."""
        return moved(before, now, self.limit)

    def moves(self, before: Mix | None, now: Mix | None) -> list[tuple[str, Share, Share]]:
        """The values whose share has moved by more than the rule accepts."""
        return [] if before is None or now is None else moves(before, now, self.limit)

    def formats(self, pair: ColumnPair) -> tuple[Mix, Mix]:
        """How the cells of a column are written, or what they look like, before and now.

        Both are empty if the column was read as something else then.
        """
        before, now = pair.before, pair.now
        if before.kind != now.kind:
            return Mix(), Mix()
        if before.formats and now.formats:
            return Mix(named=before.formats), Mix(named=now.formats)
        return Mix(named=before.looks), Mix(named=now.looks)

    def turn(self, pair: ColumnPair, old: Sequence[str], new: str) -> Turn:
        """Where a column turns from some forms to another that occurs in it.

        Args:
            pair: the column.
            old: formats, or orders of day and month.
            new: another one.
        """
        at = pair.now.position
        found = self.picture.traces.get((at, new))
        last = max((self._last(at, form) for form in old), default=0)
        if found is None or not last:
            return Turn(None, None, 1, clean=True)
        clean = last < found.row
        return Turn(found.row, found.line, last + 1 if clean else found.row, clean=clean)

    def _last(self, at: int, form: str) -> int:
        trace = self.picture.traces.get((at, form))
        return 0 if trace is None else trace.last

    def at(self, column: ColumnSnapshot, message: str, turn: Turn | None = None) -> Problem:
        """A problem of a column of the file, at the row where it begins."""
        if turn is not None and turn.row is not None:
            return Problem(message, line=turn.line, column=column.position, row=turn.row)
        return Problem(message, line=self.now.file.header_line, column=column.position)


def _named_alike(
    before: Sequence[ColumnSnapshot], now: Sequence[ColumnSnapshot]
) -> list[ColumnPair]:
    """The columns with the same name; those with the same name twice by their order.

    Where the names of a header may be values, columns are the same by their position.
    """
    left: dict[object, list[ColumnSnapshot]] = {}
    for column in before:
        left.setdefault(_key(column), []).append(column)
    return [
        ColumnPair(left[_key(column)].pop(0), column) for column in now if left.get(_key(column))
    ]


def _key(column: ColumnSnapshot) -> object:
    return column.position if column.name is None else column.name


def _renamed(before: Sequence[ColumnSnapshot], now: Sequence[ColumnSnapshot]) -> list[ColumnPair]:
    """The columns that have another name now, by what they have in common; the surest first."""
    scored = [(-_in_common(old, new), old.position, new.position) for old in before for new in now]
    olds = {column.position: column for column in before}
    news = {column.position: column for column in now}
    pairs = []
    for score, old, new in sorted(scored):
        if score and old in olds and new in news:
            pairs.append(ColumnPair(olds.pop(old), news.pop(new)))
    return pairs


def _in_common(before: ColumnSnapshot, now: ColumnSnapshot) -> int:
    """How sure it is that two columns with different names are one; 0 if nothing says so."""
    if before.name is None or now.name is None:
        return 0
    if before.field is not None and before.field == now.field:
        return _SAME_FIELD
    if fold(before.name) and fold(before.name) == fold(now.name):
        return _SAME_NAME
    if None not in (before.field, now.field) and not before.kind == now.kind in _TELLING:
        return 0
    if not _look_alike(before, now):
        return 0
    if nearest(before.name, [now.name], like=_LIKE) is not None:
        return _LIKE_NAME
    telling = before.kind in _TELLING or now.kind in _TELLING
    return _SAME_PLACE if telling or before.position == now.position else 0


def _look_alike(before: ColumnSnapshot, now: ColumnSnapshot) -> bool:
    """Whether the cells of two columns look alike."""
    old, new = (Mix(named=column.looks) for column in (before, now))
    if not old.total or not new.total:
        return old.total == new.total
    names = {**old.named, **new.named}
    difference = sum(abs(_rate(old, name) - _rate(new, name)) for name in names) / 2
    if difference > _DIFFERENT:
        return False
    if before.lengths is None or now.lengths is None or before.kind in _TELLING:
        return True
    return (
        before.lengths.p25 <= now.lengths.median <= before.lengths.p75
        or now.lengths.p25 <= before.lengths.median <= now.lengths.p75
    )


def _rate(mix: Mix, name: str) -> float:
    return mix.named.get(name, 0) / mix.total
