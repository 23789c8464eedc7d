"""A list on disk gives back what was put into it."""

from __future__ import annotations

import gc
import pickletools
import resource
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.core.errors import WriteError
from preflight.core.spool import Spool, packed


@given(st.lists(st.binary(max_size=40)), st.sampled_from([1, 50, 1 << 20]))
def test_what_is_added_comes_back_in_order_and_as_often_as_asked(
    values: list[bytes], in_memory: int
) -> None:
    spool = Spool[bytes](in_memory=in_memory)
    for value in values:
        spool.add(value)
    assert list(zip(spool, spool, strict=True)) == [(value, value) for value in values]
    assert len(spool) == len(values)


@given(st.lists(st.none() | st.text() | st.integers() | st.binary() | st.floats(allow_nan=False)))
@example(["a", None, "é\0"])
@example(["\ud800"])
@example([b"a", "a"])
def test_an_array_of_objects_comes_back_as_it_was(values: list[object]) -> None:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    spool = Spool[np.ndarray]()
    spool.add(array)
    (back,) = spool
    assert back.dtype == object
    assert [(type(value), value) for value in back] == [(type(value), value) for value in values]
    back[:] = None  # it can be written to


def test_texts_are_not_packed_one_by_one() -> None:
    texts = np.array([str(number) for number in range(10_000)], dtype=object)
    assert len(list(pickletools.genops(packed(texts)))) < 1_000


def test_values_may_be_added_while_others_are_read() -> None:
    spool = Spool[int](in_memory=1)
    spool.add(1)
    reading = iter(spool)
    spool.add(2)
    assert next(reading) == 1
    spool.add(3)
    assert list(reading) == [2, 3]


def test_what_does_not_fit_into_memory_is_in_no_file_that_another_can_open(tmp_path: Path) -> None:
    spool = Spool[np.ndarray](tmp_path, in_memory=1)
    spool.add(np.arange(10_000))
    assert list(tmp_path.iterdir()) == []
    assert (next(iter(spool)) == np.arange(10_000)).all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del spool
        gc.collect()


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file can grow beyond this size, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    spool = Spool[bytes](tmp_path, in_memory=1)
    with files_up_to(1000), pytest.raises(WriteError, match="temporary files"):
        spool.add(b"x" * 5000)
