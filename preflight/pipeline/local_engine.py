"""The engine of one machine: chunks are analyzed in this process, or in several at the same time.

This process cuts the text into ranges of whole records. A worker reads a range and analyzes it;
what it finds is data, and is folded here in the order of the file. So nothing that comes out
depends on the number of processes.

Two things are known only once the chunks before are analyzed. How many guesses are left is a matter
of time alone: the fold takes no more than it should. That another table begins is seen too late for
the ranges that are under way: they are analyzed again.
"""

from __future__ import annotations

import dataclasses
import functools
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from preflight.config import catalogue
from preflight.core import files
from preflight.core.processes import WORTH, WORTH_OF_LAYOUT, cores
from preflight.linting.checked import RecordStream, silent
from preflight.linting.chunk_result import ChunkAnalyzer, ChunkResult, Job, Left, in_this_process
from preflight.linting.layout_pass import LayoutAnalyzer, asks_for_layout, layout_pass
from preflight.linting.look_ahead import followed
from preflight.linting.row_rules import RowRules, filled
from preflight.pipeline.between_processes import Unpacker, packed
from preflight.pipeline.workers import outcome, workers
from preflight.reading.chunks import is_read
from preflight.reading.ranges import RangeReader, TextRange
from preflight.reading.written_records import WrittenReader

_UNDER_WAY = 2  # ranges for each process, so that none waits for this one
F = TypeVar("F")


class Task(NamedTuple):
    """A range to be analyzed.

    Attributes:
        range: the range.
        behind: the number of records after it that are not blank, as far as rules need to know.
        begun: whether another table has begun before it.
        guesses: how many guesses are worth a look.
    """

    range: TextRange
    behind: int
    begun: bool
    guesses: int


@dataclasses.dataclass(frozen=True)
class LocalEngine:
    """Analyzes a file on this machine; see `chunk_result.Engine`.

    Attributes:
        read: the records of the file.
        rules: the folders and files of further rules.
        work: a private folder.
        jobs: how many processes; None for as many as there are cores, if that pays.
    """

    read: RecordStream
    rules: Sequence[Path]
    work: Path
    jobs: int | None = None

    def __call__(self, job: Job, left: Left) -> Iterator[ChunkResult]:
        """The results of all chunks."""
        read = dataclasses.replace(self.read, stage="reading again") if job.again else self.read
        processes = self._processes(job)
        if processes > 1:
            return read.told(self._in_workers(job, left, read.chunk_bytes, processes))
        if asks_for_layout(job):
            return layout_pass(read, job, left)
        return in_this_process(read, dataclasses.replace(read, progress=silent))(job, left)

    def _processes(self, job: Job) -> int:
        size = shared_bytes(job)
        if self.jobs is not None:
            return min(self.jobs, -(-size // self.read.chunk_bytes))
        return cores() if size >= (WORTH_OF_LAYOUT if asks_for_layout(job) else WORTH) else 1

    def _in_workers(
        self, job: Job, left: Left, range_bytes: int, processes: int
    ) -> Iterator[ChunkResult]:
        place = self.work / ("again.job" if job.again else "first.job")
        sources = tuple(self.rules)
        files.write(place, pickle.dumps((sources, packed(job))), durable=False)
        unpacker = Unpacker(catalogue.load(sources))
        with workers(processes) as pool:
            yield from in_order(
                ranges_of(job, range_bytes),
                lambda task: pool.submit(analyzed, place, task),
                lambda future: unpacker.value(outcome(future)),
                left,
                processes * _UNDER_WAY,
            )


def shared_bytes(job: Job) -> int:
    """How many bytes of records other processes can analyze; 0 if this one has to."""
    if not is_read(job.layout) or job.plan.mail is not None:
        return 0  # what the DNS has answered is remembered by this process
    return job.layout.text.stat().st_size - job.layout.data_offset


def in_order(
    ranges: Iterator[tuple[TextRange, int]],
    submit: Callable[[Task], F],
    result_of: Callable[[F], ChunkResult],
    left: Left,
    under_way: int,
) -> Iterator[ChunkResult]:
    """The results of all ranges in the order of the file, wherever each is analyzed.

    Args:
        ranges: each with the number of records after it that are not blank.
        submit: has a range analyzed; gives what stands for its result.
        result_of: waits for it.
        left: see `chunk_result.Left`.
        under_way: how many ranges are given at the same time.
    """
    begun = False
    waiting: deque[tuple[Task, F]] = deque()
    while True:
        while len(waiting) < under_way and (following := next(ranges, None)):
            task = Task(*following, begun=begun, guesses=left())
            waiting.append((task, submit(task)))
        if not waiting:
            break
        result = result_of(waiting.popleft()[1])
        if result.begun and not begun:  # those under way were given before another table has begun
            begun = True
            tasks = [task._replace(begun=True) for task, _ in waiting]
            waiting = deque((task, submit(task)) for task in tasks)
        yield result


def ranges_of(job: Job, range_bytes: int) -> Iterator[tuple[TextRange, int]]:
    """Each range of a file, with the number of records after it that are not blank.

    Most ranges show so many records that are surely not blank; the last ones of a file are read to
    know.
    """
    most = RowRules(job.plan, job.layout).tail
    reader = RangeReader(job.layout)
    cuts = ((cut.range, reader.surely_filled(cut, most)) for cut in reader.cuts(range_bytes))
    return with_followers(cuts, reader, most)


def with_followers(
    ranges: Iterable[tuple[TextRange, int]], reader: RangeReader, most: int
) -> Iterator[tuple[TextRange, int]]:
    """Ranges in order, each with the number of records after it, see `ranges_of`.

    Args:
        ranges: each with how many of its records are surely not blank.
        reader: of the file.
        most: how many records the rules look at.
    """
    counted = followed(
        ranges, lambda cut: cut[1], most, recount=lambda cut: filled(reader.read(cut[0]))
    )
    return ((here, behind) for (here, _), behind in counted)


def analyzed(place: Path, task: Task) -> bytes:
    """What is found in a range, packed: the work of a worker.

    Args:
        place: of the file that holds the job.
        task: the range.

    Raises:
        SourceError: somebody changed the file.
    """
    return packed(_opened(place)(task))


@functools.lru_cache(maxsize=1)
def _opened(place: Path) -> Callable[[Task], ChunkResult]:
    """What is done for each range of a job, made once a process."""
    sources, data = pickle.loads(place.read_bytes())  # noqa: S301 - only this call can write there
    return analyzer_of(Unpacker(catalogue.load(sources)).value(data))


def analyzer_of(job: Job) -> Callable[[Task], ChunkResult]:
    """What is done for each range of a job; it has the readers and the rules."""
    if asks_for_layout(job):
        written, of_layout = WrittenReader(job.layout), LayoutAnalyzer(job)
        return lambda task: of_layout.result(
            written.written(written.cut(task.range)),
            task.behind,
            begun=task.begun,
            guesses=task.guesses,
        )
    reader, analyzer = RangeReader(job.layout), ChunkAnalyzer(job)
    return lambda task: analyzer.result(
        reader.read(task.range), task.behind, begun=task.begun, guesses=task.guesses
    )
