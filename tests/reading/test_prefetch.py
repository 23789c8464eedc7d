"""Reading ahead changes when things are made, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.reading.prefetch import ahead


@given(st.lists(st.integers(), max_size=20))
def test_the_items_come_in_their_order(items: list[int]) -> None:
    """All of them, once."""
    assert list(ahead(one for one in items)) == items


def test_the_next_item_is_made_while_the_last_one_is_used() -> None:
    """By another thread, and never more than one of them."""
    made: list[int] = []
    ready = threading.Event()

    def items() -> Generator[int]:
        for number in range(4):
            made.append(number)
            if number == 1:
                ready.set()
            yield number

    coming = ahead(items())
    assert next(coming) == 0
    assert ready.wait(10)
    assert made == [0, 1]
    assert list(coming) == [1, 2, 3]


def test_an_error_comes_in_the_place_of_its_item() -> None:
    """What was made before it is not lost."""

    def items() -> Generator[int]:
        yield 1
        raise ValueError("broken")

    coming = ahead(items())
    assert next(coming) == 1
    with pytest.raises(ValueError, match="broken"):
        next(coming)


def test_a_caller_that_stops_ends_the_thread_and_closes_the_items() -> None:
    """Whatever they had open is let go."""
    closed = threading.Event()

    def items() -> Generator[int]:
        try:
            yield from range(100)
        finally:
            closed.set()

    coming = ahead(items())
    assert next(coming) == 0
    coming.close()  # type: ignore[attr-defined]
    assert closed.wait(10)
    assert not [one for one in threading.enumerate() if one.name.startswith("preflight-reading")]
