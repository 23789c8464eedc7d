"""Where rows ended: each input row in exactly one place."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Self

from preflight.core.errors import BooksError


@dataclass(frozen=True, slots=True)
class _Rows:
    """How many rows there are, and in a subclass where they ended: its other fields sum to them."""

    rows: int

    def balanced(self, note: str = "") -> Self:
        """These books, once they are seen to balance.

        Args:
            note: what the message adds where they do not.

        Raises:
            BooksError: a row ended nowhere, or in two places: a bug of preflight.
        """
        counts = dataclasses.asdict(self)
        if counts.pop("rows") != sum(counts.values()):
            raise BooksError(f"the books do not balance: {self}{note}")
        return self


@dataclass(frozen=True, slots=True)
class Books(_Rows):
    """Where the rows of one file ended; `rows` is the sum of the others."""

    clean: int
    rejected: int
    dropped: int


@dataclass(frozen=True, slots=True)
class RunBooks(_Rows):
    """Where the rows of one run ended; `rows` is the sum of the other six.

    `submitted` are rows that the provider accepted without reporting an outcome; `unknown` are rows
    that may or may not have arrived.
    """

    rejected_here: int = 0
    accepted: int = 0
    rejected_there: int = 0
    submitted: int = 0
    unknown: int = 0
    dropped: int = 0
