"""Starts and stops the sandbox: one process, one real socket on the loopback interface."""

from __future__ import annotations

import socket
import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from preflight.core import web_server
from preflight.core.errors import UsageError, WriteError
from preflight.core.web_server import WebServer
from preflight.providers.sandbox.faults import Faults, parse
from preflight.providers.sandbox.store import Store
from preflight.providers.sandbox.tools import install

if TYPE_CHECKING:
    from preflight.providers.sandbox.judge import Magic

_NEEDED = ("starlette", "uvicorn", "h11", "python_multipart")


def require_extra() -> None:
    """Checks that what the stand-ins are made with can be imported.

    Raises:
        MissingExtra: the extra `sandbox` is not installed.
    """
    web_server.require_extra("the sandbox", "sandbox", _NEEDED)


def magic_values() -> tuple[tuple[str, Magic], ...]:
    """Every value that a stand-in reacts to, with its provider's name before it.

    Raises:
        MissingExtra: the extra `sandbox` is not installed.
    """
    require_extra()
    from preflight.providers.sandbox.app import MAGIC

    return MAGIC


class Sandbox:
    """The stand-ins for the providers, served while the context is open.

    Args:
        state: the SQLite file that they remember in; made when it is missing. It holds contacts.
        host: "127.0.0.1" or "localhost".
        port: 0 picks a free one.
        clock: tells the time, in seconds since the epoch.
        job_seconds: how long an import job takes.
        faults: faults to be met, each as `preflight.providers.sandbox.faults.parse` reads it.

    Raises:
        MissingExtra: the extra `sandbox` is not installed.
        ValueError: the host is no loopback name, or a fault names what there is not.
        UsageError: on entering: the port cannot be had, or the state is no SQLite file.
    """

    def __init__(
        self,
        state: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
        job_seconds: float = 0.0,
        faults: Iterable[str] = (),
    ) -> None:
        require_extra()
        from preflight.providers.sandbox.app import LOOPBACK, ROUTES

        if host not in LOOPBACK:
            raise ValueError(f"the sandbox listens on {' or '.join(LOOPBACK)} only")
        self._state = state
        self._host = host
        self._port = port
        self._clock = clock
        self._job_seconds = job_seconds
        self._store: Store | None = None
        self._server: WebServer | None = None
        self.faults = Faults(ROUTES)
        for text in faults:
            self.faults.add(parse(text))

    @property
    def url(self) -> str:
        """Where it listens, as "http://127.0.0.1:PORT"; the port is known while it is open."""
        return f"http://{self._host}:{self._port}"

    @property
    def store(self) -> Store:
        """What the stand-ins remember; there while the sandbox is open."""
        if self._store is None:
            raise RuntimeError("the sandbox is not open")
        return self._store

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point preflight at this sandbox.

        The executables that some of them name are written beside the state file.
        """
        from preflight.providers.sandbox.app import STAND_INS

        tools = self._state.absolute().with_name(f"{self._state.stem}-tools")
        variables: dict[str, str] = {}
        for stand in STAND_INS:
            variables |= stand.credentials
            address = f"{self.url}/{stand.name}"
            if stand.address_variable:
                variables[stand.address_variable] = address
            if stand.tool is not None:
                made = install(tools, stand.tool, address, stand.credentials)
                variables[stand.tool.variable] = str(made)
        return variables

    def __enter__(self) -> Self:
        """Starts to serve, and returns when connections are accepted."""
        from preflight.providers.sandbox.app import build
        from preflight.providers.sandbox.stand import Desk
        from preflight.providers.sandbox.wire import CuttableProtocol

        # asyncio turns Nagle's delay, 40 ms a request, off only where it sees the protocol
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._host, self._port))
        except OSError as error:
            listener.close()
            raise UsageError(f"the sandbox cannot listen on {self.url}: {error.strerror}") from None
        self._port = listener.getsockname()[1]
        try:
            self._store = Store(self._state)
        except (WriteError, sqlite3.Error) as error:
            listener.close()
            why = f": {error.reason}" if isinstance(error, WriteError) else ": it is not a database"
            raise UsageError(f"the sandbox cannot keep its state in {self._state}{why}") from None
        app = build(Desk(self._store, self._clock, self._job_seconds), self.faults)
        self._server = WebServer(
            app, listener, "preflight-sandbox", log_level="error", http=CuttableProtocol
        )
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops to serve; what was accepted stays in the state file."""
        self.stop()
        if self._server is not None:
            self._server.wait()
        self.store.close()
        self._store = None

    def stop(self) -> None:
        """Asks the server to end; for another thread than the one that waits for it."""
        if self._server is not None:
            self._server.stop()

    def serve_forever(self) -> None:
        """Serves in the foreground until `stop` is called or Ctrl-C raises KeyboardInterrupt.

        Within the context it only waits, so that the caller can say where the sandbox listens.
        """
        if self._store is None:
            with self:
                self.serve_forever()
        elif self._server is not None:
            self._server.wait()
