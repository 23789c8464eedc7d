"""A Dask cluster that works for a call: one at an address, or one of its own on this machine.

This is the only importer of Dask. What a cluster runs are the functions of `dask_worker`, so its
workers need this distribution, in the same version and with the same libraries. A cluster of a call
talks over TLS with keys that only the call has, because whoever reaches a scheduler may run code.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from preflight.core.errors import MissingExtra, PreflightError, UsageError
from preflight.core.processes import cores
from preflight.pipeline import dask_worker

PATIENCE = 10.0
"""Seconds in which a scheduler has to answer, and to have a worker."""

_NEEDED = ("distributed", "cryptography")  # the latter for the keys of a cluster of its own
_QUIET = ("distributed", "tornado", "asyncio")


class Cluster:
    """A cluster, connected when it is first used, until `close`.

    Args:
        address: of its scheduler; None for one that is started here.
        jobs: how many workers are started here; None for as many as there are cores.
        work: a private folder for what they spill.

    Raises:
        MissingExtra: Dask is not installed, which is said of a small file, too.
    """

    def __init__(self, address: str | None, jobs: int | None, work: Path) -> None:
        if not all(map(importlib.util.find_spec, _NEEDED)):
            raise MissingExtra("--engine dask", "dask")
        self._address, self._jobs, self._work = address, jobs, work
        self._stack = contextlib.ExitStack()

    @property
    def is_remote(self) -> bool:
        """Whether the user named its scheduler."""
        return self._address is not None

    @functools.cached_property
    def _client(self) -> Any:
        """The connection.

        Raises:
            UsageError: the scheduler does not answer, has no worker, or has other versions.
        """
        distributed = _imported()
        with self._failing("does not answer; check its address and that it runs"):
            if self._address is None:
                cluster = distributed.LocalCluster(
                    n_workers=self._jobs or cores(),
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",
                    security=distributed.Security.temporary(),
                    local_directory=str(self._work),
                    silence_logs=logging.CRITICAL,
                )
                self._stack.callback(cluster.close)
                # What workers send would pass through the scheduler otherwise.
                client = distributed.Client(cluster, set_as_default=False, direct_to_workers=True)
            else:
                client = distributed.Client(self._address, timeout=PATIENCE, set_as_default=False)
            self._stack.callback(client.close)
            try:
                client.wait_for_workers(1, timeout=PATIENCE)
            except TimeoutError:
                raise UsageError(f"{self} has no worker; start one with `dask worker`") from None
            self._refuse_others(client.run(dask_worker.versions))
        return client

    def _refuse_others(self, found: dict[str, dict[str, str]]) -> None:
        """Refuses workers whose versions are not those of this process.

        Raises:
            UsageError: there are such.
        """
        ours = dask_worker.versions()
        for theirs in found.values():
            for name, version in ours.items():
                if theirs.get(name) != version:
                    raise UsageError(
                        f"a worker of {self} has {name} {theirs.get(name)}, not {version} as here; "
                        "install the same versions there"
                    )

    def threads(self) -> int:
        """How many threads its workers have, all together: so many ranges at the same time.

        Raises: as `submit`.
        """
        with self._failing("was lost"):
            return max(1, sum(map(int, self._client.nthreads().values())))

    def submit(self, function: Callable[..., Any], *arguments: Any, urgent: bool = False) -> Any:
        """Has a worker call a function; gives what `result` takes.

        Args:
            function: of `dask_worker`, without an effect: where a worker dies, another calls it.
            arguments: data, and futures of this cluster.
            urgent: whether it goes before what was submitted before.

        Raises:
            MissingExtra, UsageError: see `_client`.
        """
        client = self._client
        with self._failing("was lost"):
            return client.submit(function, *arguments, pure=False, priority=int(urgent))

    def result(self, future: Any) -> Any:
        """What a worker has answered.

        Raises:
            UsageError: the workers that tried it died, or the cluster is gone.
            PreflightError: that a worker met.
        """
        with self._failing("was lost"):
            return future.result()

    def close(self) -> None:
        """Ends the connection, and the cluster that was started here."""
        with contextlib.suppress(Exception):  # it may be gone already
            self._stack.close()

    @contextlib.contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        """Turns what Dask raises into an error for the user."""
        try:
            yield
        except PreflightError:
            raise
        except Exception as error:
            name = type(error).__name__
            if name == "KilledWorker":
                raise UsageError(
                    f"several workers of {self} died at the same range, perhaps for lack of "
                    "memory; give each more"
                ) from None
            if isinstance(error, ModuleNotFoundError):
                raise UsageError(
                    f"the workers of {self} lack contact-preflight; install it there"
                ) from None
            if not _is_of_dask(error):
                raise
            if isinstance(error, ValueError):
                what = "has no address that Dask knows; give one like tcp://host:8786"
            raise UsageError(f"{self} {what} ({name})") from None

    def __str__(self) -> str:
        return f"the Dask scheduler at {self._address}" if self._address else "the Dask cluster"


def _is_of_dask(error: Exception) -> bool:
    """Whether an error is one of the cluster, and not of our own code."""
    packages = ("distributed", "tornado", "asyncio", "concurrent", "ssl", "socket")
    of_network = isinstance(error, (OSError, TimeoutError, ValueError))
    return of_network or type(error).__module__.partition(".")[0] in packages


def _imported() -> Any:
    """The library, whose logs stay out of the terminal, also those of processes that it starts."""
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")
    os.environ.setdefault("DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED", "False")  # of every 10 ms
    import distributed  # here: it takes a second, and small files need no cluster

    for name in (*_QUIET, *logging.root.manager.loggerDict):
        if name.partition(".")[0] in _QUIET:  # some have a level of their own
            logging.getLogger(name).setLevel(logging.CRITICAL)
    return distributed
