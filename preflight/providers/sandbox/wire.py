"""The HTTP protocol of the sandbox's server: uvicorn's, with connections that can be cut."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol


class CuttableProtocol(H11Protocol):
    """Lets a request find its own connection, as `request.state.transport`, and abort it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Notes the connection for the requests that will come over it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}
