"""The executable that stands in for `landbase-cli`.

It understands `upload FILE --name=…`, `contacts-import start --json PATH` (`-` is standard input),
`contacts-import status ID`, and `--account=…`.

Sources: Landbase's pages "contacts-import", "Error codes" and "Exit codes".

Invented: the words of errors that only the tool itself finds; a call that was refused for its rate
is not repeated.
"""

from __future__ import annotations

import json
import sys
import urllib.parse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from preflight.providers.sandbox.tools import ToolError, call, run, show

EXITS = {
    "AUTH_FAILED": 3, "AUTH_REQUIRED": 3, "RATE_LIMITED": 2, "TIMEOUT": 4, "NETWORK_ERROR": 4,
    "API_ERROR": 2, "INVALID_INPUT": 1, "VALIDATION_ERROR": 1, "NOT_FOUND": 2, "CONFLICT": 2,
}  # fmt: skip
"""What `landbase-cli` exits with, by the code of its error."""


def main(url: str, arguments: Sequence[str]) -> None:
    """One call of the tool."""
    match [word for word in arguments if not word.startswith("--account=")]:
        case ["upload", path, name] if name.startswith("--name="):
            body = _file(path)
            query = urllib.parse.urlencode({"name": name.removeprefix("--name=")})
            document = _ask("POST", f"{url}/upload?{query}", body)
        case ["contacts-import", "start", "--json", path]:
            body = sys.stdin.buffer.read() if path == "-" else _file(path)
            document = _ask("POST", f"{url}/start", body)
        case ["contacts-import", "status", number] if number.isdigit() and int(number):
            document = _ask("GET", f"{url}/status/{number}", None)
        case _:
            _no("INVALID_INPUT", "The arguments are not understood.")
    show(document)


def _file(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        _no("INVALID_INPUT", "The file cannot be read.")


def _no(code: str, message: str, meta: object = None) -> NoReturn:
    error = {"code": code, "message": message, **({"meta": meta} if meta else {})}
    raise ToolError(EXITS.get(code, 2), error)


def _ask(method: str, url: str, body: bytes | None) -> Any:
    try:
        status, answer, headers = call(method, url, body)
        document = json.loads(answer)
    except (OSError, ValueError):
        _no("NETWORK_ERROR", "The network failed.")
    if status < 400:
        return document
    error = document.get("error", {})
    meta = dict(error.get("meta") or {})
    if after := next((headers[name] for name in headers if name.lower() == "retry-after"), ""):
        meta["retry_after_seconds"] = float(after)
    _no(error.get("code", "API_ERROR"), error.get("message", ""), meta)


if __name__ == "__main__":
    run(main)
