"""How many records that are not blank follow each piece of a file, as far as rules need to know."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def followed(
    pieces: Iterable[T],
    count: Callable[[T], int],
    most: int,
    *,
    recount: Callable[[T], int] | None = None,
) -> Iterator[tuple[T, int]]:
    """Each piece, with the number of records after it in the file that are not blank.

    Counts at most `most` of them, so that no more than these are read ahead.

    Args:
        pieces: of the file, in its order.
        count: the number of records of a piece that are not blank, or how many surely are not.
        most: how many records the rules look at.
        recount: their exact number, for the last pieces of a file, if `count` may say too few.
    """
    held: deque[tuple[T, int]] = deque()
    behind = 0
    for piece in pieces:
        own = count(piece)
        behind += own if held else 0
        held.append((piece, own))
        while held and behind >= most:
            yield held.popleft()[0], most
            behind -= held[0][1] if held else 0
    if recount is not None:
        # Nobody asks what the first one holds.
        held = deque((piece, recount(piece) if at else 0) for at, (piece, _) in enumerate(held))
        behind = sum(own for _, own in held)
    while held:
        yield held.popleft()[0], min(behind, most)
        behind -= held[0][1] if held else 0
