"""Reading one chunk while the one before it is worked on."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

T = TypeVar("T")
_END = object()


def ahead(items: Generator[T]) -> Iterator[T]:
    """The items in their order, the next one made by a thread while the caller has the last.

    Most of reading runs outside the interpreter's lock, so two cores are used where there are two.
    At most one item lies ready; an error is raised where its item would have come. When the caller
    stops, the thread ends and the items are closed.
    """
    with closing(items), ThreadPoolExecutor(1, thread_name_prefix="preflight-reading") as thread:
        coming = thread.submit(next, items, _END)
        while (item := coming.result()) is not _END:
            coming = thread.submit(next, items, _END)
            yield item  # type: ignore[misc]
