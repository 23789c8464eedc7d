"""How many records that are not blank follow each piece of a file, as far as rules need to know."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

HELD = 3
"""How many pieces are held, where the same ones can be had anew."""


def followed(
    pieces: Iterable[T],
    count: Callable[[T], int],
    most: int,
    *,
    recount: Callable[[T], int] | None = None,
    again: Callable[[], Iterable[T]] | None = None,
) -> Iterator[tuple[T, int]]:
    """Each piece, with the number of records after it in the file that are not blank.

    Counts at most `most` of them, so that no more than these are read ahead.

    Args:
        pieces: of the file, in its order.
        count: the number of records of a piece that are not blank, or how many surely are not.
        most: how many records the rules look at.
        recount: their exact number, for the last pieces of a file, if `count` may say too few.
        again: gives the same pieces anew. With it at most `HELD` are held: where more of them are
            blank, those after them are counted by going over the file once more. Not to be given
            together with `recount`.
    """
    coming, counting = iter(pieces), None
    held, counts = deque[T](), deque[int]()  # of what was counted, the first ones are held
    given = behind = 0
    ended = False
    while True:
        while not ended and (not counts or behind < most):
            if counting is None and again is not None and len(held) >= HELD:
                counting = islice(again(), given + len(held), None)
            piece = next(coming if counting is None else counting, None)
            if piece is not None:
                own = count(piece)
                behind += own if counts else 0
                counts.append(own)
                if counting is None:
                    held.append(piece)
                continue
            ended = True
            if recount is not None:
                # Nobody asks what the first one holds.
                counts = deque(recount(piece) if at else 0 for at, piece in enumerate(held))
                behind = sum(counts)
        piece = held.popleft() if held else next(coming, None)
        if piece is None:
            return
        yield piece, min(behind, most)
        given += 1
        if counts:  # else the file grew while it was read
            counts.popleft()
            behind -= counts[0] if counts else 0
