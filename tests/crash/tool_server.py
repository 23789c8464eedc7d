"""Runs the stand-ins' tools in forked children, so that a start of one costs next to nothing.

    python -m tests.crash.tool_server SOCKET

`ask_tool.c` is the executable. A tool that is broken off has to be a process of its own, see
`preflight.providers.sandbox.tools`.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys
from typing import NoReturn

from preflight.providers.sandbox import tools

TOOLS = tuple(f"preflight.providers.{name}.stand_in_tool" for name in ("landbase", "talkvalue"))


def main() -> None:
    """Serves until it is killed."""
    for name in TOOLS:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen(64)
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        if not os.fork():
            _serve(connection)
        connection.close()


def _serve(connection: socket.socket) -> NoReturn:
    first, streams, _, _ = socket.recv_fds(connection, 1, 3)
    text = first
    while block := connection.recv(1 << 16):
        text += block
    folder, count, *words = text.decode(errors="surrogateescape").split("\0")[:-1]
    module, *arguments = words[: int(count)]
    for stream, target in zip(streams, range(3), strict=True):
        os.dup2(stream, target)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    for word in words[int(count) :]:
        name, _, value = word.partition("=")
        os.environ[name] = value
    sys.argv = [module, *arguments]
    code = 1
    try:
        tools.run(importlib.import_module(module).main)
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(bytes([code]))
        os._exit(0)


if __name__ == "__main__":
    main()
