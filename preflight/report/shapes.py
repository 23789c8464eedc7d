"""Shapes of values, which reports show where they hide the values."""

from __future__ import annotations

import functools
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.arrow import mask

_RUNS = re.compile(r"([a-z]+)|([A-Z]+)|([0-9]+)|( +)|([^\x00-\x7f]+)|([\x00-\x1f\x7f]+)")
_LONGEST = 200
_MARKS = ("a", "A", "d", "s", "u", "c")
_SAME = re.compile(rb"a+|A+|d+|s+|c+")
_MARKED = bytes(
    ord(_MARKS[(run.lastindex or 1) - 1]) if (run := _RUNS.match(chr(code))) else code
    for code in range(256)
)
"""The mark of each character of ASCII that has one."""


def shape(value: str) -> str:
    """The shape of a value, which hides the value: "Ann 42" → "A(1)a(2)s(1)d(2)".

    `a` lower-case and `A` upper-case ASCII letters, `d` digits, `s` blanks, `c` control characters,
    `u` anything beyond ASCII; punctuation stands for itself. A long shape is cut off with "…".
    """
    if value.isascii() and len(value) <= _LONGEST:
        return _of_marked(value.encode().translate(_MARKED))
    return _shape(value)


def shapes(values: np.ndarray) -> tuple[list[int], list[str | None]]:
    """The shapes of many values, most of which have one in common with others.

    Args:
        values: strings, and None for none.

    Returns:
        For each value the number of its shape, and the shapes; that of None is None.
    """
    texts = pa.array(values, pa.large_string())
    plain = pc.and_(pc.string_is_ascii(texts), pc.less_equal(pc.binary_length(texts), _LONGEST))
    is_plain = mask(pc.fill_null(plain, False))
    some = texts.filter(pa.array(is_plain))
    _, offsets, data = some.buffers()
    marked = pa.py_buffer(data.to_pybytes().translate(_MARKED)) if data is not None else None
    marks = pa.Array.from_buffers(pa.large_binary(), len(some), [None, offsets, marked])
    encoded = marks.dictionary_encode()
    found: list[str | None] = [_of_marked(each) for each in encoded.dictionary.to_pylist()]
    which = np.empty(len(values), dtype=np.int64)
    which[is_plain] = encoded.indices.to_numpy()
    others = values[~is_plain].tolist()
    numbers = {value: len(found) + at for at, value in enumerate(dict.fromkeys(others))}
    which[~is_plain] = [numbers[value] for value in others]
    found += [None if value is None else shape(value) for value in numbers]
    return which.tolist(), found


@functools.lru_cache(maxsize=1 << 14)
def _of_marked(marked: bytes) -> str:
    """The shape of a value that is of marks already: "Aaasdd" for "Ann 42"."""
    runs = _SAME.sub(lambda run: b"%c(%d)" % (run[0][0], len(run[0])), marked).decode()
    return runs if len(runs) <= _LONGEST else runs[:_LONGEST] + "…"


@functools.lru_cache(maxsize=1 << 10)
def _shape(value: str) -> str:
    runs = _RUNS.sub(lambda run: f"{_MARKS[(run.lastindex or 1) - 1]}({len(run[0])})", value)
    return runs if len(runs) <= _LONGEST else runs[:_LONGEST] + "…"
