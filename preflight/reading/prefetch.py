"""Reads the next chunk while the current one is processed."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

T = TypeVar("T")
_END = object()


def ahead(items: Generator[T]) -> Iterator[T]:
    """The items in order; a thread makes the next one while the caller uses the last.

    Most of reading runs without the interpreter's lock, so two cores are used if there are two. At
    most one item is made ahead; an error is raised in the place of its item. When the caller stops,
    the thread ends and the generator is closed.
    """
    with closing(items), ThreadPoolExecutor(1, thread_name_prefix="preflight-reading") as thread:
        coming = thread.submit(next, items, _END)
        while (item := coming.result()) is not _END:
            coming = thread.submit(next, items, _END)
            yield item  # type: ignore[misc]
