"""The engine of several machines: the ranges of a file are found and analyzed by a Dask cluster.

The same function analyzes the same kind of ranges as on one machine, and the results are folded
here in the order of the file, so what comes out is the same, byte for byte. Where a worker dies,
what it had under way or not handed over is done again by another one; each range is folded once.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preflight.config import catalogue
from preflight.config.settings import Settings
from preflight.core.processes import WORTH
from preflight.linting.checked import RecordStream
from preflight.linting.chunk_result import ChunkResult, Job, Left
from preflight.linting.row_rules import RowRules
from preflight.pipeline import dask_worker
from preflight.pipeline.between_processes import Unpacker
from preflight.pipeline.dask_cluster import Cluster
from preflight.pipeline.finished_ranges import FinishedRanges
from preflight.pipeline.local_engine import (
    LocalEngine,
    Task,
    in_order,
    shared_bytes,
    with_followers,
)
from preflight.reading.ranges import RangeReader, TextRange
from preflight.reading.speculative_cuts import Run, Slab, SlabReader, joined, slabs

_UNDER_WAY = 2  # pieces for each thread, so that none waits for this process


@dataclass(frozen=True)
class DaskEngine:
    """Analyzes a file on a cluster; see `chunk_result.Engine`.

    Attributes:
        read: the records of the file.
        rules: the folders and files of further rules.
        work: a private folder.
        cluster: that does it.
        settings: of the call.
    """

    read: RecordStream
    rules: Sequence[Path]
    work: Path
    cluster: Cluster
    settings: Settings

    def __call__(self, job: Job, left: Left) -> Iterator[ChunkResult]:
        """The results of all chunks."""
        read = dataclasses.replace(self.read, stage="reading again") if job.again else self.read
        if self._pays(job):
            return read.told(self._on_cluster(job, left))
        return LocalEngine(self.read, self.rules, self.work, 1)(job, left)

    def _pays(self, job: Job) -> bool:
        """Whether workers are asked: never for nothing; a cluster of our own for much only."""
        size = shared_bytes(job)
        return size >= WORTH or (self.cluster.is_remote and size > 0)

    def _on_cluster(self, job: Job, left: Left) -> Iterator[ChunkResult]:
        cluster = self.cluster
        under_way = cluster.threads() * _UNDER_WAY
        there = self._found_from_anywhere(job)
        sent = cluster.submit(dask_worker.given, dask_worker.shared(self.rules, there))
        unpacker = Unpacker(catalogue.load(self.rules))
        finished = FinishedRanges(self.settings, job, self.read.chunk_bytes)

        def submit(task: Task) -> tuple[Task, bytes | None, Any]:
            if (known := finished.get(task)) is not None:
                return task, known, None
            return task, None, cluster.submit(dask_worker.analyzed, sent, task)

        def result_of(asked: tuple[Task, bytes | None, Any]) -> ChunkResult:
            task, known, future = asked
            if known is None:
                known = cluster.result(future)
                finished.keep(task, known)
            result: ChunkResult = unpacker.value(known)
            return result

        ranges = self._ranges(job, sent, under_way)
        yield from in_order(ranges, submit, result_of, left, under_way)
        finished.forget()

    def _ranges(self, job: Job, sent: Any, under_way: int) -> Iterator[tuple[TextRange, int]]:
        """Each range, with the number of records after it that are not blank, see `ranges_of`."""
        most = RowRules(job.plan, job.layout).tail
        reader = RangeReader(job.layout)
        guessed = self._guessed(job, sent, under_way)
        return with_followers(joined(guessed, reader, SlabReader(job.layout, most)), reader, most)

    def _guessed(
        self, job: Job, sent: Any, under_way: int
    ) -> Iterator[tuple[Slab, list[list[Run]]]]:
        """The slabs of the text in order, with the records that workers guess in them."""
        waiting: deque[tuple[Slab, Any]] = deque()
        for slab in slabs(job.layout, self.read.chunk_bytes):
            guesses = self.cluster.submit(dask_worker.guesses, sent, slab, urgent=True)
            waiting.append((slab, guesses))
            if len(waiting) > under_way:
                first, future = waiting.popleft()
                yield first, self.cluster.result(future)
        for slab, future in waiting:
            yield slab, self.cluster.result(future)

    def _found_from_anywhere(self, job: Job) -> Job:
        """The job with its text as workers find it: in its store, else by its whole path."""
        layout, text = job.layout, job.layout.text
        if self.cluster.is_remote and text == layout.source.path and layout.source.stored:
            text = layout.source.stored
        elif isinstance(text, Path):
            text = text.absolute()
        return dataclasses.replace(job, layout=dataclasses.replace(layout, text=text))
