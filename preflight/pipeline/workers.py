"""Processes that work for a call, and end with it.

They are started by a server that has imported what they need (`forkserver`), or as new processes
where the system has no such server. `prepare` starts it ahead of time: on two cores it then imports
while the call itself does.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import TypeVar

from preflight.core.errors import UsageError

_PRELOADED = ["preflight.pipeline.worker_server"]
T = TypeVar("T")


def prepare() -> None:
    """Starts the server that starts workers, if the system has one."""
    if _context().get_start_method() == "forkserver":
        from multiprocessing import forkserver

        forkserver.ensure_running()


@contextmanager
def workers(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with the block, whatever they are doing, and with this process.

    Raises:
        UsageError: one of them was killed.
    """
    before = multiprocessing.active_children()
    pool = ProcessPoolExecutor(
        processes, mp_context=_context(), initializer=_begin, initargs=(dict(os.environ),)
    )
    try:
        yield pool
    except BrokenProcessPool:  # it takes no more work
        raise _killed() from None
    except BaseException:
        for child in multiprocessing.active_children():
            if child not in before:
                child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def outcome(future: Future[T]) -> T:
    """What a worker has answered.

    Raises:
        UsageError: it was killed.
        PreflightError: that it met.
    """
    try:
        return future.result()
    except BrokenProcessPool:
        raise _killed() from None


def _killed() -> UsageError:
    return UsageError(
        "a process that checked files was killed, perhaps for lack of memory; try --jobs 1"
    )


def _context() -> BaseContext:
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(_PRELOADED)  # so that the libraries are imported once
    return context


def _begin(environment: Mapping[str, str]) -> None:
    """Prepares a process: the one that started it alone says when to stop.

    It has the environment of the call, such as the access to a store. The server has the one of
    its own start, which in a notebook may be long ago.
    """
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
