"""Serves the page on the loopback interface, until it is stopped."""

from __future__ import annotations

import socket
from collections.abc import Callable
from types import TracebackType
from typing import Self

from preflight.core import web_server
from preflight.core.errors import UsageError
from preflight.core.web_server import WebServer
from preflight.review.review import Review

_NEEDED = ("starlette", "uvicorn", "h11")
_HOST = "127.0.0.1"


def require_extra() -> None:
    """Checks that what the page is made with can be imported.

    Raises:
        MissingExtra: the extra `review` is not installed.
    """
    web_server.require_extra("preflight review", "review", _NEEDED)


class Server:
    """Serves the page of a review while the context is open.

    Args:
        review: that it shows.
        port: to listen on; where it is taken, or 0, a free one is.
        renewed: called with a new address, for somebody who used the first one twice.
        bug: called with an error that nobody expected; returns what to say of it.
    """

    def __init__(
        self,
        review: Review,
        *,
        port: int,
        renewed: Callable[[str], None],
        bug: Callable[[Exception], str],
    ) -> None:
        self._review, self._wanted, self._renewed, self._bug = review, port, renewed, bug
        self._server: WebServer | None = None
        self.port = 0
        self.token = ""

    @property
    def moved(self) -> bool:
        """Whether another port than the wanted one is listened on."""
        return self._wanted not in (0, self.port)

    @property
    def address(self) -> str:
        """Where to open the page; the token stands behind `#`, so no request or log has it."""
        return self._address(self.token)

    def _address(self, token: str) -> str:
        return f"http://{_HOST}:{self.port}/#{token}"

    def __enter__(self) -> Self:
        """Starts to serve, and returns when connections are accepted."""
        from preflight.review.page.app import build
        from preflight.review.page.guard import Keys

        listener = _listener(self._wanted)
        self.port = listener.getsockname()[1]
        keys = Keys(lambda token: self._renewed(self._address(token)))
        self.token = keys.token
        app = build(self._review, keys, self.port, self._bug)
        self._server = WebServer(
            app, listener, "preflight-review", log_level="critical", server_header=False
        )
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops to serve; every edit is in the journal."""
        if self._server is not None:
            self._server.stop()
            self._server.wait()

    def wait(self) -> None:
        """Waits until Ctrl-C raises KeyboardInterrupt."""
        while self._server is not None and not self._server.wait(0.2):
            pass


def _listener(port: int) -> socket.socket:
    """A socket that listens on a port, or on a free one where that is taken.

    Raises:
        UsageError: no port can be had.
    """
    for wanted in (port, 0):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.bind((_HOST, wanted))
            listener.listen(16)
        except OSError as error:
            listener.close()
            if not wanted:
                raise UsageError(f"cannot listen on {_HOST}: {error.strerror}") from None
        else:
            return listener
    raise UsageError(f"cannot listen on {_HOST}")
