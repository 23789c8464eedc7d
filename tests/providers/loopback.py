"""A real HTTP server on the loopback interface that does what a test tells it to."""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_KEPT = 1_000_000


@dataclass
class Asked:
    """One request as it arrived; of a long body only the first million bytes are kept.

    `port` is the client's: each connection has another.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    size: int
    sha256: str
    port: int

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, tuple[str, str, bytes]]:
        """The parts of a multipart body: name → (file name, content type, content)."""
        boundary = b"--" + self.headers["content-type"].partition("boundary=")[2].encode()
        parts = {}
        for raw in self.body.split(boundary)[1:-1]:
            head, _, content = raw.strip(b"\r\n").partition(b"\r\n\r\n")
            words = head.decode().replace("\r\n", "; ")
            pick = {k.strip(): v for k, _, v in (w.partition("=") for w in words.split(";"))}
            kind = words.partition("Content-Type: ")[2]
            file_name = pick.get("filename", "").strip('"')
            parts[pick["name"].strip('"')] = (file_name, kind, content)
        return parts


@dataclass
class Reply:
    """What to answer.

    Attributes:
        body: bytes, or a value to send as JSON.
        promise: what Content-Length says if not the body's length; None for the truth.
        cut: end the connection with a reset and without a byte.
    """

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    promise: int | None = None
    cut: bool = False


CUT = Reply(cut=True)


class Loopback:
    """The server; `answer` says what to do, `asked` what it has seen."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                left = int(self.headers.get("Content-Length", 0))
                kept, digest, size = bytearray(), hashlib.sha256(), 0
                while left > 0:
                    block = self.rfile.read(min(left, 65536))
                    if not block:
                        break
                    digest.update(block)
                    size += len(block)
                    left -= len(block)
                    kept += block[: max(0, _KEPT - len(kept))]
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(
                    method=self.command,
                    path=self.path,
                    headers=headers,
                    body=bytes(kept),
                    size=size,
                    sha256=digest.hexdigest(),
                    port=self.client_address[1],
                )
                outer.asked.append(asked)
                reply = outer.answer(asked)
                if reply.cut:
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.close_connection = True
                    return
                body = (
                    reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
                )
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                length = len(body) if reply.promise is None else reply.promise
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = reply.promise is not None

            do_GET = do_POST = do_PUT = _serve  # noqa: N815

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def always(reply: Reply) -> Callable[[Asked], Reply]:
    """Gives that answer, whatever is asked."""
    return lambda _asked: reply


@contextlib.contextmanager
def loopback(answer: Callable[[Asked], Reply]) -> Iterator[Loopback]:
    """A running server, stopped at the end."""
    server = Loopback(answer)
    try:
        yield server
    finally:
        server.close()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
