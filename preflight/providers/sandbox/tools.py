"""Executables that stand in for providers' own command line tools.

Each is a small script that runs `stand_in_tool.py` of the provider's folder; what it has to say it
gets from the sandbox's server, so that the faults that were asked for meet it too. They take the
documented arguments and no others, print the documented JSON and exit with the documented codes.
"""

from __future__ import annotations

import http.client
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from preflight.core import files, processes

if TYPE_CHECKING:  # it brings Starlette, and a tool starts at every call
    from preflight.providers.sandbox.stand import Tool


class ToolError(Exception):
    """What ends a call of a tool.

    Args:
        code: the exit code.
        error: what stands under `error` on standard error.
    """

    def __init__(self, code: int, error: Mapping[str, Any]) -> None:
        super().__init__()
        self.code = code
        self.error = error


def install(folder: Path, tool: Tool, url: str, credentials: Mapping[str, str]) -> Path:
    """Writes the executable for a tool.

    Args:
        folder: where to; made, for its owner alone.
        tool: which.
        url: of the stand-in.
        credentials: what the tool is logged in with, unless its environment says otherwise.
    """
    from preflight.core.locks import locked  # here: a tool that is called installs nothing

    launcher = processes.launcher([sys.executable, "-m", tool.module, url], credentials)
    path = folder / f"{tool.executable}{launcher.suffix}"
    with locked(folder / ".lock", str(folder), wait=True):
        files.write(path, launcher.text, mode=files.PROGRAM, durable=False)
    return path


def run(main: Callable[[str, Sequence[str]], None]) -> NoReturn:
    """Runs one call of a tool, and ends the process.

    Args:
        main: does the work, of the stand-in's address and the tool's own arguments; raises
            `ToolError`.
    """
    url, *arguments = sys.argv[1:]
    try:
        main(url, arguments)
    except ToolError as error:
        sys.stderr.write(json.dumps({"error": dict(error.error)}) + "\n")
        sys.exit(error.code)
    sys.exit(0)


def call(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes, Mapping[str, str]]:
    """Status, body and headers of an answer.

    Raises:
        OSError: there is none, or it lost its end.
    """
    request = urllib.request.Request(url, body, dict(headers or {}), method=method)  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers)
    except http.client.HTTPException as error:
        raise OSError from error


def show(document: object) -> None:
    """Prints a document as JSON."""
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
