"""Serves a web application of this machine's own, on a socket, by a thread of this process."""

from __future__ import annotations

import importlib
import socket
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from preflight.core.errors import MissingExtra

if TYPE_CHECKING:
    import uvicorn


def require_extra(what: str, extra: str, modules: Iterable[str]) -> None:
    """Checks that what an application is made with can be imported.

    Args:
        what: needs it, in words.
        extra: that has the modules.
        modules: by their names.

    Raises:
        MissingExtra: one cannot be imported.
    """
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError:
            raise MissingExtra(what, extra) from None


class WebServer:
    """A server that runs until it is stopped; it writes no log.

    Args:
        app: the ASGI application.
        listener: a bound socket.
        name: of the thread.
        options: further ones of `uvicorn.Config`.
    """

    def __init__(self, app: Any, listener: socket.socket, name: str, **options: Any) -> None:
        import uvicorn

        config = uvicorn.Config(
            app,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
            **options,
        )
        self._server: uvicorn.Server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name=name, daemon=True
        )

    def start(self) -> None:
        """Starts to serve, and returns when connections are accepted."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.005)

    def stop(self) -> None:
        """Asks it to end; for another thread than the one that waits for it."""
        self._server.should_exit = True

    def wait(self, seconds: float | None = None) -> bool:
        """Waits until it has ended, or so long; returns whether it has."""
        self._thread.join(seconds)
        return not self._thread.is_alive()
