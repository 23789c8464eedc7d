"""The ranges of a text, found in all parts of it at the same time.

`RangeReader.cuts` reads a text slab by slab, and what is whole in a slab, with the rest of the one
before, is a range. Whether a slab begins inside quotes is known only once everything before it was
read. So both are tried: for either case the last record that begins before the slab is guessed, and
the records are found from there on. The fold goes over the slabs in order. A guess that begins
where the records before it have ended is no guess any more: from a record's start on, the records
of a text depend on nothing before it. Where none does (quotes that open nothing, escapes, a record
over several slabs) the slab is read again from the place that is known. So the ranges are those of
`RangeReader.cuts`, whatever was guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from preflight.core.types import Layout
from preflight.reading.block_scanner import Block, Stretch
from preflight.reading.ranges import Cut, RangeReader, TextRange

_BEFORE = 64 << 10


class Slab(NamedTuple):
    """A part of a text, from `start` to before `stop`."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Run:
    """Records of a text that follow each other.

    Attributes:
        offset: of the first.
        size: how many bytes were looked at.
        end: the offset behind the last one.
        count: how many there are; none if a record is larger.
        lines: how many physical lines they take.
        marks: how many undecodable bytes they have.
        filled: how many of the first ones are surely not blank, see `RangeReader.surely_filled`.
    """

    offset: int
    size: int
    end: int
    count: int
    lines: int
    marks: int
    filled: int


def slabs(layout: Layout, slab_bytes: int) -> Iterator[Slab]:
    """The slabs of the data records of a text, in order."""
    size = layout.text.stat().st_size
    for start in range(layout.data_offset, size, slab_bytes):
        yield Slab(start, min(start + slab_bytes, size))


class SlabReader:
    """Finds the records of slabs.

    Args:
        layout: of the file, which has a header.
        most: up to how many records that are not blank are counted in each run.
        before: how many bytes before a slab are read with it, for its first record.

    Attributes:
        end: of the text.
    """

    def __init__(self, layout: Layout, most: int, *, before: int = _BEFORE) -> None:
        self._layout = layout
        self._most = most
        self._before = before
        self._reader = RangeReader(layout)
        self.end = layout.text.stat().st_size

    def guesses(self, slab: Slab) -> list[list[Run]]:
        """The records that are whole in a slab, if it begins outside quotes, and if inside.

        A case that plain arrays do not settle is left out, if the other is more plausible.
        """
        beginning = max(slab.start - self._before, self._layout.data_offset)
        text = self._text(beginning, slab.stop)
        before = Block(text[: slab.start - beginning], self._layout.syntax, final=False)
        starts = {before.last_end(0), before.last_end(1)}
        if beginning == self._layout.data_offset and before.last_end(0) is None:
            starts.add(0)
        found = sorted(start for start in starts if start is not None)
        irregular = [self._irregular(text[start:]) for start in found] if found[1:] else [0]
        return [
            self._runs(text[start:], beginning + start, slab.start, final=False)
            for start, number in zip(found, irregular, strict=False)
            if number in (0, min(irregular))
        ]

    def runs(self, offset: int, read: int, stop: int, *, final: bool) -> list[Run]:
        """The records from a record's start on.

        Args:
            offset: of the record.
            read: up to where the text was read before.
            stop: up to where it is read.
            final: whether the text ends there, so that the last record is whole.
        """
        return self._runs(self._text(offset, stop), offset, read, final=final)

    def _irregular(self, text: bytes) -> int:
        return Block(text, self._layout.syntax, final=False).irregular()

    def _text(self, start: int, stop: int) -> bytes:
        with self._layout.text.open("rb") as file:
            file.seek(start)
            return file.read(stop - start)

    def _runs(self, text: bytes, offset: int, read: int, *, final: bool) -> list[Run]:
        rest, coming = text[: read - offset], text[read - offset :]
        runs = []
        for block, stretch in self._reader.blocks(rest, coming, offset, final=final):
            runs.append(self._run(block, stretch, offset, final=final))
            offset += stretch.consumed
        return runs

    def _run(self, block: Block, stretch: Stretch, offset: int, *, final: bool) -> Run:
        size, count = len(block.text), len(stretch.starts)
        cut = Cut(TextRange(offset, size, final, 1, 1, 0, count), block, stretch)
        return Run(
            offset=offset,
            size=size,
            end=offset + stretch.consumed,
            count=count,
            lines=int(stretch.line[-1] + stretch.span[-1]) if count else 0,
            marks=len(block.marks(stretch.consumed)) if len(self._layout.bad_offsets) else 0,
            filled=self._reader.surely_filled(cut, self._most),
        )


def joined(
    found: Iterable[tuple[Slab, Sequence[Sequence[Run]]]], reader: RangeReader, again: SlabReader
) -> Iterator[tuple[TextRange, int]]:
    """The ranges of a text in order, each with how many of its records are surely not blank.

    Args:
        found: the slabs in order, with what `SlabReader.guesses` gave.
        reader: of the file.
        again: reads what was not guessed.
    """
    offset, row, line, undecodable = reader.beginning()
    read = offset  # up to here

    def placed(runs: Iterable[Run], *, final: bool) -> Iterator[tuple[TextRange, int]]:
        nonlocal offset, row, line, undecodable
        for run in runs:
            here = TextRange(run.offset, run.size, final, row, line, undecodable, run.count)
            offset, row, line = run.end, row + run.count, line + run.lines
            undecodable += run.marks
            if run.count:
                yield here, run.filled

    for slab, guesses in found:
        if slab.stop - read < read - offset and slab.stop < again.end:
            continue  # a huge record is not scanned again and again, as `RangeReader.cuts` has it
        known = guesses if read == slab.start else ()
        runs = next((runs for runs in known if runs[0].offset == offset), None)
        runs = runs or again.runs(offset, read, slab.stop, final=False)
        read = slab.stop
        yield from placed(runs, final=False)
    yield from placed(again.runs(offset, read, again.end, final=True), final=True)
