"""The first pass of a call that asks only how a file is written: most of its rows are not parsed.

`split` checks the layout and no cell. A record that is plain CSV of the right width, and that no
rule about rows or cells seeks, has no finding; so it is enough to count it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from preflight.core.types import Bools, Ints
from preflight.kinds.sniffing import Sample
from preflight.linting.checked import RecordStream
from preflight.linting.chunk_result import ChunkAnalyzer, ChunkResult, Job, Left
from preflight.linting.folds import Content
from preflight.linting.kept_chunks import with_rows
from preflight.linting.look_ahead import followed
from preflight.linting.row_states import ChunkStates
from preflight.reading.prefetch import ahead
from preflight.reading.written_records import WrittenReader, WrittenRecords
from preflight.rule import Scope

_OF_LAYOUT = {Scope.FILE, Scope.HEADER, Scope.RECORD, Scope.ROW, Scope.CELL, Scope.CRASH}
_WORTH = 0.5
"""Of a range of which this share would be parsed, all is."""


def asks_for_layout(job: Job) -> bool:
    """Whether a job asks only how a file is written, and the records tell that as they stand."""
    plan, layout = job.plan, job.layout
    cells = plan.scoped(Scope.CELL)
    marked = all(rule.marks and not plan.applies(rule.safety) for rule in cells)
    known = marked and {rule.scope for rule in plan.rules.values()} <= _OF_LAYOUT
    others = job.across or job.whole or plan.pictured or len(plan.comparison) > 0
    plain = layout.source.sheet is None and len(layout.header) > 1
    return known and not others and plain and not plan.mail


def layout_pass(read: RecordStream, job: Job, left: Left) -> Iterator[ChunkResult]:
    """The results of all chunks, see `chunk_result.Engine`."""

    def results() -> Iterator[ChunkResult]:
        analyzer, begun = LayoutAnalyzer(job), False

        def records() -> Iterator[WrittenRecords]:
            return ahead(WrittenReader(job.layout).records(read.chunk_bytes))

        tail = analyzer.row_rules.tail
        for written, behind in followed(records(), _filled, tail, again=records):
            result = analyzer.result(written, behind, begun=begun, guesses=left())
            begun = result.begun
            yield result

    return read.told(results())


def _filled(written: WrittenRecords) -> int:
    return written.count - int(written.blank.sum())


class LayoutAnalyzer:
    """Analyzes the ranges of a text for a job that asks only how the file is written.

    Args:
        job: what is asked.

    Attributes:
        row_rules: of the file.
    """

    def __init__(self, job: Job) -> None:
        self._analyzer = ChunkAnalyzer(job)
        self.row_rules = self._analyzer.row_rules
        self._width = len(job.layout.header)
        marks = {mark for rule in job.plan.scoped(Scope.CELL) for mark in rule.marks}
        self._marks = [mark.encode("ascii") for mark in sorted(marks)]
        self._joined = len(job.plan.columns) > self._width

    def result(
        self, written: WrittenRecords, behind: int, *, begun: bool, guesses: int
    ) -> ChunkResult:
        """What is found in a range; arguments as of `ChunkAnalyzer.result`."""
        sample = Sample(self._width)
        parsed = written.good
        if not begun and not self._joined:
            parsed = self.to_parse(written, behind, sample)
        found = self._analyzer.result(written.chunk(parsed), behind, begun=begun, guesses=guesses)
        plain = written.good & ~parsed
        if not plain.any():
            return found
        if found.begun:  # all rows behind the header of another table have a finding
            whole = written.chunk(written.good)
            return self._analyzer.result(whole, behind, begun=begun, guesses=guesses)
        return self._with_plain(written, found, np.flatnonzero(plain), sample)

    def to_parse(self, written: WrittenRecords, behind: int, sample: Sample) -> Bools:
        """The good records that have to be parsed.

        Args:
            written: a range.
            behind: the number of records after it that are not blank.
            sample: is narrowed to the rows of the range.
        """
        records = np.flatnonzero(written.regular)
        unclear = np.zeros(len(records), dtype=bool)

        def column(at: int) -> pa.Array:
            cells, doubled = written.column(records, at, self._width)
            np.logical_or(unclear, doubled, out=unclear)
            return cells

        sought = self.row_rules.seeks(len(records), column)
        parsed = written.good.copy()
        parsed[records] = sought | unclear
        parsed[written.holding(self._marks)] = True
        parsed &= written.good
        # The last records of the file are seen as a whole.
        left = np.cumsum(~written.blank[::-1])[::-1] - 1 + behind
        parsed |= written.good & (left < self.row_rules.tail)
        good = np.flatnonzero(written.good)
        parsed[good[sample.among(written.rows[good])]] = True
        return parsed if parsed.sum() < _WORTH * len(good) else written.good

    def _with_plain(
        self, written: WrittenRecords, found: ChunkResult, plain: Ints, sample: Sample
    ) -> ChunkResult:
        """The result of the other records, with those that are plain."""
        states, content = found.states, found.content
        rows = written.rows[plain]
        none = np.zeros(len(plain), dtype=bool)
        in_table = np.concatenate([states.rows, rows])
        sample.merge(content.sample)
        # Whether a column holds anything is all that rules about the layout ask.
        filled = content.filled.copy()
        for column in np.flatnonzero(filled == 0).tolist():
            filled[column] = written.filled(plain, column, self._width)
        return dataclasses.replace(
            found,
            states=ChunkStates(
                rows=in_table,
                bad_before=np.concatenate([states.bad_before, none]),
                bad_after=np.concatenate([states.bad_after, none]),
                rejected=states.rejected,
                dropped=states.dropped,
            ),
            content=Content(
                sample,
                filled,
                content.newlines,
                content.well_formed + len(plain),
                content.as_wide + len(plain),
            ),
            kept=with_rows(found.kept, np.sort(in_table)),
        )
