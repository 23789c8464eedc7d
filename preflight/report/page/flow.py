"""The books as a flow: each row goes from the left to exactly one end on the right.

The heights are shares of the rows, so that what comes out is as high as what goes in. An end with
few rows is still as high as a line, to be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from preflight.core.books import Books, RunBooks
from preflight.report.wording import number

_HEIGHT = 180.0
"""Of all rows together, in pixels."""
_LEAST = 3.0
_PITCH = 48.0
"""Room for the two lines that name an end."""
_TOP = 26.0
_NODE = 1.4
_MIDDLE = 50.0


@dataclass(frozen=True)
class End:
    """Where rows ended.

    Attributes:
        name: for people.
        tone: a class of the style sheet.
        rows: how many.
        sent: whether they were sent.
    """

    name: str
    tone: str
    rows: int
    sent: bool = False


@dataclass(frozen=True)
class Box:
    """A node of the flow, or the label of one; in percent of the width and in pixels.

    Attributes:
        x, y, width, height: of the node.
        tone: a class of the style sheet.
        label, below: what is said of it; "" for nothing.
    """

    x: float
    y: float
    width: float
    height: float
    tone: str
    label: str = ""
    below: str = ""

    @property
    def middle(self) -> float:
        """Its middle, from above."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Band:
    """Rows on their way: the path of it, and a class of the style sheet."""

    path: str
    tone: str


@dataclass(frozen=True)
class Flow:
    """A drawing of the books.

    Attributes:
        height: in pixels.
        source: all rows.
        middle: the rows that were sent; None where nothing was.
        ends: where they ended.
        bands: between them.
        all_ends: with those where no row ended, for the equation.
        rows: how many in all.
    """

    height: float
    source: Box
    middle: Box | None
    ends: Sequence[Box]
    bands: Sequence[Band]
    all_ends: Sequence[End]
    rows: int


def ends_of(books: Books | RunBooks, provider: str, *, waits: bool = False) -> list[End]:
    """The ends of some books, those of sent rows first.

    Args:
        books: of a file or a run.
        provider: its name for people.
        waits: whether the provider may still report what became of rows.
    """
    if isinstance(books, Books):
        return [
            End("clean", "good", books.clean),
            End("rejected by preflight", "bad", books.rejected),
            End("dropped", "calm", books.dropped),
        ]
    return [
        End("accepted", "good", books.accepted, sent=True),
        End(
            f"sent, no result {'yet' if waits else 'reported'}", "info", books.submitted, sent=True
        ),
        End(f"rejected by {provider}", "worse", books.rejected_there, sent=True),
        End("unknown", "doubt", books.unknown, sent=True),
        End("rejected by preflight", "bad", books.rejected_here),
        End("dropped", "calm", books.dropped),
    ]


def flow(ends: Sequence[End], rows: int, waiting: int = 0) -> Flow:
    """Draws the books.

    Args:
        ends: of the rows; they sum to `rows`.
        rows: how many in all.
        waiting: how many of those that count as sent wait to be sent.
    """
    drawn = [end for end in ends if end.rows]
    heights = [max(_LEAST, _HEIGHT * end.rows / rows) for end in drawn]
    tops, y = [], _TOP
    for height in heights:
        tops.append(y)
        y += max(height + 12, _PITCH)
    bottom, total = y, sum(heights)
    source_top = _TOP + max(0.0, (bottom - _TOP - total - 12) / 2)
    sent = [at for at, end in enumerate(drawn) if end.sent]
    middle_top = _middle_top(sent, tops, heights)
    bands, boxes = [], []
    at_source, at_middle = source_top, middle_top
    for at, (end, top, height) in enumerate(zip(drawn, tops, heights, strict=True)):
        start, from_y = _NODE, at_source
        if at in sent:
            bands.append(_band(start, from_y, _MIDDLE, at_middle, height, end.tone))
            start, from_y = _MIDDLE + _NODE, at_middle
            at_middle += height
        bands.append(_band(start, from_y, 100 - _NODE, top, height, end.tone))
        at_source += height
        share = f"{end.rows / rows:.1%}" if end.rows < rows else "all"
        boxes.append(
            Box(100 - _NODE, top, _NODE, height, end.tone, f"{number(end.rows)}  {share}", end.name)
        )
    middle = None
    if sent:
        count = sum(drawn[at].rows for at in sent)
        said = f"{number(count - waiting)} sent" + (f", {number(waiting)} wait" if waiting else "")
        middle = Box(_MIDDLE, middle_top, _NODE, at_middle - middle_top, "calm", said)
    said = f"{number(rows)} row{'' if rows == 1 else 's'}"
    source = Box(0, source_top, _NODE, total, "calm", said)
    return Flow(bottom, source, middle, boxes, bands, ends, rows)


def _middle_top(sent: Sequence[int], tops: Sequence[float], heights: Sequence[float]) -> float:
    """The top of the node of sent rows: it is beside the ends of those rows."""
    if not sent:
        return 0.0
    first, last = sent[0], sent[-1]
    room = tops[last] + heights[last] - tops[first]
    return tops[first] + (room - sum(heights[at] for at in sent)) / 2


def _band(x: float, y: float, to_x: float, to_y: float, height: float, tone: str) -> Band:
    """A band of one height that bends from one place to another."""
    half = (x + to_x) / 2
    low, to_low = y + height, to_y + height
    return Band(
        f"M{x:.2f},{y:.1f}C{half:.2f},{y:.1f} {half:.2f},{to_y:.1f} {to_x:.2f},{to_y:.1f}"
        f"V{to_low:.1f}C{half:.2f},{to_low:.1f} {half:.2f},{low:.1f} {x:.2f},{low:.1f}Z",
        tone,
    )
