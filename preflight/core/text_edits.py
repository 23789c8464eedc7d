"""A text with some places of it replaced: what stands between them is copied as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.types import Ints

_TYPE = pa.large_binary()


@dataclass(frozen=True)
class Edits:
    """Places of a text to replace; none overlaps with another one.

    Attributes:
        starts, stops: offsets of each place; equal where something is put in.
        texts: `large_binary`, what stands there instead.
    """

    starts: Ints
    stops: Ints
    texts: pa.Array

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def growth(self) -> Ints:
        """By how many bytes each makes the text longer."""
        return lengths(self.texts) - (self.stops - self.starts)


def lengths(texts: pa.Array) -> Ints:
    """The length of each text in bytes."""
    return np.asarray(pc.binary_length(texts).to_numpy(zero_copy_only=False), dtype=np.int64)


def same(starts: Ints, stops: Ints, text: bytes) -> Edits:
    """Edits that put the same text into each place."""
    return Edits(starts, stops, pa.repeat(pa.scalar(text, _TYPE), len(starts)))


def together(edits: Iterable[Edits]) -> Edits:
    """All edits of some, in the order of the text."""
    some = [each for each in edits if len(each)]
    if not some:
        nothing = np.empty(0, dtype=np.int64)
        return Edits(nothing, nothing, pa.array([], _TYPE))
    if len(some) == 1:
        return some[0]
    starts = np.concatenate([each.starts for each in some])
    stops = np.concatenate([each.stops for each in some])
    texts = pa.concat_arrays([each.texts for each in some])
    order = np.argsort(starts, kind="stable")
    return Edits(starts[order], stops[order], texts.take(pa.array(order)))


def edited(text: bytes, stop: int, edits: Edits) -> memoryview:
    """The text up to `stop` with its edits, which are in order; not copied if there are none."""
    if not len(edits):
        return memoryview(text)[:stop]
    # what is kept and what is replaced, in turns, over the text itself
    edges = np.empty(2 * len(edits) + 3, dtype=np.int64)
    edges[0], edges[-2:] = 0, stop
    edges[1:-2:2], edges[2:-1:2] = edits.starts, edits.stops
    buffers = [None, pa.py_buffer(edges), pa.py_buffer(text)]
    turns = pa.Array.from_buffers(_TYPE, len(edges) - 1, buffers)
    kept = turns.take(pa.array(np.arange(0, len(edges) - 1, 2)))
    texts = pa.concat_arrays([edits.texts, pa.array([b""], _TYPE)])
    joined = pc.binary_join_element_wise(kept, texts, pa.scalar(b"", _TYPE))
    whole = joined.buffers()[2]
    return memoryview(b"" if whole is None else whole)[: int(lengths(joined).sum())]
