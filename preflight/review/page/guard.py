"""Who may talk to the page: this machine, this page, and whoever has the one-time token.

A web page elsewhere can make a browser call 127.0.0.1, under a name of its own (DNS rebinding) or
from its own origin. So the name in `Host`, the origin, and where the browser says that a request
comes from are checked of every request, and the review itself is told only to a page that has the
key, which a page gets once, for the token in the printed address. There are no cookies: other ports
of this machine would get them too. There is no websocket.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = "127.0.0.1"
MOST_BYTES = 64 << 20
"""The largest request: a pasted block of cells."""
_NAMES = (HOST, "localhost")
_ENTER = "/api/enter"
_PRIVATE = "/api/"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Keys:
    """The one-time token, and the keys of the pages that had one.

    Args:
        renewed: called with a new token when one was used that was used before: its owner sees it
            in the terminal, and nobody else does.
    """

    def __init__(self, renewed: Callable[[str], None]) -> None:
        self._renewed = renewed
        self._lock = threading.Lock()
        self._keys: set[str] = set()
        self._used: set[str] = set()
        self.token = secrets.token_urlsafe(24)

    def enter(self, token: str) -> str | None:
        """The key of a page, for a token that was not used yet; None for any other."""
        with self._lock:
            if self.token and secrets.compare_digest(token.encode(), self.token.encode()):
                key = secrets.token_urlsafe(32)
                self._keys.add(key)
                self._used.add(self.token)
                self.token = ""
                return key
            again = token in self._used and not self.token
            if again:
                self.token = secrets.token_urlsafe(24)
        if again:
            self._renewed(self.token)
        return None

    def known(self, key: str) -> bool:
        """Whether a page has a key."""
        return any(secrets.compare_digest(key.encode(), known.encode()) for known in self._keys)


class Guard:
    """Lets through what may come through, and adds the headers that bind the page.

    Args:
        app: what is guarded.
        keys: of the pages.
        port: that is listened on.
    """

    def __init__(self, app: ASGIApp, keys: Keys, port: int) -> None:
        self._app, self._keys = app, keys
        self._hosts = {f"{name}:{port}" for name in _NAMES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"no {scope['type']} is served")
        why = self._refusal(scope)
        if why:
            response = JSONResponse({"error": why}, status_code=403)
            await response(scope, receive, _with_headers(send))
            return
        await self._app(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> str:
        """Why a request is refused; "" if it is not."""
        headers, path = Headers(scope=scope), scope["path"]
        if headers.get("host", "").lower() not in self._hosts:
            return "this page is served to this machine alone"
        origin = headers.get("origin")
        foreign = origin is not None and not self._own(origin)
        if foreign or (origin is None and scope["method"] not in ("GET", "HEAD")):
            return "the request comes from another page"
        site = headers.get("sec-fetch-site", "none")
        opens = path == "/" and headers.get("sec-fetch-mode") == "navigate"
        if site not in ("none", "same-origin") and not opens:
            return "the request comes from another page"
        if int(headers.get("content-length", "0") or "0") > MOST_BYTES:
            return "the request is too large"
        if path.startswith(_PRIVATE) and path != _ENTER:
            kind, _, key = headers.get("authorization", "").partition(" ")
            if kind != "Bearer" or not self._keys.known(key):
                return "open the address that preflight printed: this page has no key"
        return ""

    def _own(self, origin: str) -> bool:
        parts = urlsplit(origin)
        return parts.scheme == "http" and parts.netloc.lower() in self._hosts


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(name.encode(), text.encode()) for name, text in HEADERS.items()]
            message = {**message, "headers": [*message.get("headers", ()), *own]}
        await send(message)

    return sent
