"""A file after linting: what is known of it, its books, and its records to be read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from preflight.core.books import Books
from preflight.core.types import Bools, Chunk, Layout, Source
from preflight.linting.analysis import Analysis
from preflight.linting.row_states import CLEAN, DROPPED, REJECTED, RowStates
from preflight.reading.chunks import is_read, read_chunks, read_some
from preflight.reading.prefetch import ahead

if TYPE_CHECKING:
    from preflight.config.settings import Settings
    from preflight.core.verdicts import RowVerdicts
    from preflight.kinds.email_dns import MailHosts

Progress = Callable[[str, int, int | None], None]
CHUNK_BYTES = 8 << 20
"""How much text is worked on at a time; no result depends on it."""


def silent(stage: str, done: int, total: int | None) -> None:
    """The progress of a caller that wants none."""


class _Counted(Protocol):
    """A piece of the records of a file, or what was found in it."""

    @property
    def count(self) -> int:
        """How many records it is of."""
        ...


Piece = TypeVar("Piece", bound=_Counted)


class Check(Protocol):
    """Lints a file: `pipeline.check`, with its private folder and its progress.

    What stands below the pipeline and needs a kept file linted again is handed this.
    """

    def __call__(
        self,
        path: Path,
        settings: Settings,
        *,
        mail: MailHosts | None = None,
        comparison: RowVerdicts = ...,
    ) -> Checked:
        """What is known of the file; see `pipeline.check`."""
        ...


@dataclass(frozen=True)
class Checked:
    """What is known of a file after linting.

    Attributes:
        source: the file.
        analysis: layout, plan, findings, problems, and where each row would end.
        chunk_bytes: how much text was worked on at a time.
        merged: whether corrected rows were merged with those of the file that they are from.
    """

    source: Source
    analysis: Analysis
    chunk_bytes: int = CHUNK_BYTES
    merged: bool = False

    def records(self, stage: str, progress: Progress = silent) -> RecordStream:
        """The records of the file, to be gone over again.

        Args:
            stage: what they are read for, which `progress` is told.
            progress: told the stage, rows done, and None for their total.
        """
        return RecordStream(self.layout, stage, progress, self.chunk_bytes)

    @property
    def layout(self) -> Layout:
        """How the file is written."""
        return self.analysis.layout

    @property
    def books(self) -> Books:
        """Where the rows stand as the file is."""
        return _books(self.analysis.before)

    @property
    def after(self) -> Books:
        """Where they would end if the file were fixed."""
        return _books(self.analysis.after)


def _books(states: RowStates) -> Books:
    return Books(
        rows=len(states),
        clean=int((states == CLEAN).sum()),
        rejected=int((states == REJECTED).sum()),
        dropped=int((states == DROPPED).sum()),
    ).balanced()


@dataclass(frozen=True)
class RecordStream:
    """All records of a file, as often as they are gone over; none where it is no table.

    Attributes:
        layout: of the file.
        stage: what `progress` is told.
        progress: told the stage, rows done, and None for their total.
        chunk_bytes: how much text is worked on at a time.
    """

    layout: Layout
    stage: str = "reading"
    progress: Progress = silent
    chunk_bytes: int = CHUNK_BYTES

    def __iter__(self) -> Iterator[Chunk]:
        if is_read(self.layout):
            yield from self.told(ahead(read_chunks(self.layout, chunk_bytes=self.chunk_bytes)))

    def only(self, wanted: Bools) -> Iterator[Chunk]:
        """The records again, where only some rows are wanted, see `read_some`."""
        if is_read(self.layout):
            some = read_some(self.layout, wanted, chunk_bytes=self.chunk_bytes)
            yield from self.told(ahead(some))

    def told(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Pieces of the records, or what was found in them, while `progress` is told of them."""
        done = 0
        self.progress(self.stage, done, None)
        for piece in pieces:
            yield piece
            done += piece.count
            self.progress(self.stage, done, None)
