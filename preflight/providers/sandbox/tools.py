"""Executables that stand in for two providers' own command line tools.

Each is a small script that calls this module; what it has to say it gets from the sandbox's server,
so that the faults that were asked for meet it too. They take the documented arguments and no
others, print the documented JSON and exit with the documented codes.

| tool           | understands                                                                   |
|----------------|-------------------------------------------------------------------------------|
| `landbase-cli` | `upload FILE --name=…` · `contacts-import start --json PATH` (`-`: stdin)      |
|                | · `contacts-import status ID` · `--account=…`                                  |
| `talkvalue`    | `path import analyze --file F` · `create --file-key … --source-id … --mode …`  |
|                | `--mapping I:FIELD…` · `get ID` · `list` · `failed-export ID` · `--json`       |

Sources: Landbase's page "contacts-import", "Error codes" and "Exit codes"; the source of
TalkValue's command line, github.com/talkvalue/cli, and its page "exit-codes".

Invented: the words of errors that only the tool itself finds; `landbase-cli` does not repeat a call
that was refused for its rate.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shlex
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from preflight.core import files

LANDBASE_EXITS = {
    "AUTH_FAILED": 3, "AUTH_REQUIRED": 3, "RATE_LIMITED": 2, "TIMEOUT": 4, "NETWORK_ERROR": 4,
    "API_ERROR": 2, "INVALID_INPUT": 1, "VALIDATION_ERROR": 1, "NOT_FOUND": 2, "CONFLICT": 2,
}  # fmt: skip
"""What `landbase-cli` exits with, by the code of its error."""

TALKVALUE_EXITS = {401: 3, 403: 5, 404: 4}
"""What `talkvalue` exits with, by the status of the API; 1 for any other failure."""

TARGETS = (
    "EMAIL", "FIRST_NAME", "LAST_NAME", "NAME", "PHONE", "JOB_TITLE", "COMPANY_NAME", "ADDRESS",
    "LINKEDIN_URL", "X_URL", "JOINED_AT",
)  # fmt: skip


class _ToolError(Exception):
    """What ends a call: its exit code, and what stands on standard error."""

    def __init__(self, code: int, error: Mapping[str, Any]) -> None:
        super().__init__()
        self.code = code
        self.error = error


def install(folder: Path, url: str, tokens: Mapping[str, str]) -> dict[str, str]:
    """Writes the executables for a sandbox.

    Args:
        folder: where to; made, for its owner alone.
        url: of the sandbox.
        tokens: what the tools are logged in with, by the name of the environment variable.

    Returns:
        The environment variables that name them.
    """
    files.folder(folder)
    made = {}
    for variable, name in (("LANDBASE_CLI", "landbase-cli"), ("TALKVALUE_CLI", "talkvalue")):
        path = folder / name
        token = shlex.quote(tokens.get("TALKVALUE_TOKEN", ""))
        script = (
            f"#!/bin/sh\nTALKVALUE_TOKEN=${{TALKVALUE_TOKEN:-{token}}}\nexport TALKVALUE_TOKEN\n"
            f"exec {shlex.quote(sys.executable)} -m preflight.providers.sandbox.tools "
            f'{name} {shlex.quote(url)} "$@"\n'
        )
        temporary = path.with_name(f".{name}.{secrets.token_hex(6)}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700), "w") as f:
            f.write(script)
        temporary.replace(path)
        made[variable] = str(path)
    return made


def main(arguments: Sequence[str]) -> int:
    """One call of a tool; `arguments` are the tool, the sandbox's address and its own arguments."""
    tool, url, *rest = arguments
    try:
        if tool == "landbase-cli":
            return _landbase(f"{url}/landbase", rest)
        return _talkvalue(os.environ.get("TALKVALUE_API_URL") or f"{url}/talkvalue", rest)
    except _ToolError as error:
        sys.stderr.write(json.dumps({"error": dict(error.error)}) + "\n")
        return error.code


def _call(
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


def _print(document: object) -> None:
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def _landbase(url: str, given: Sequence[str]) -> int:
    rest = [one for one in given if not one.startswith("--account=")]
    match rest:
        case ["upload", path, name] if name.startswith("--name="):
            body = _file(path)
            query = urllib.parse.urlencode({"name": name.removeprefix("--name=")})
            document = _landbase_call("POST", f"{url}/upload?{query}", body)
        case ["contacts-import", "start", "--json", path]:
            body = sys.stdin.buffer.read() if path == "-" else _file(path)
            document = _landbase_call("POST", f"{url}/start", body)
        case ["contacts-import", "status", number] if number.isdigit() and int(number):
            document = _landbase_call("GET", f"{url}/status/{number}", None)
        case _:
            _landbase_no("INVALID_INPUT", "The arguments are not understood.")
    _print(document)
    return 0


def _file(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        _landbase_no("INVALID_INPUT", "The file cannot be read.")


def _landbase_no(code: str, message: str, meta: object = None) -> NoReturn:
    error = {"code": code, "message": message, **({"meta": meta} if meta else {})}
    raise _ToolError(LANDBASE_EXITS.get(code, 2), error)


def _landbase_call(method: str, url: str, body: bytes | None) -> Any:
    try:
        status, answer, headers = _call(method, url, body)
        document = json.loads(answer)
    except (OSError, ValueError):
        _landbase_no("NETWORK_ERROR", "The network failed.")
    if status < 400:
        return document
    error = document.get("error", {})
    meta = dict(error.get("meta") or {})
    if after := next((headers[name] for name in headers if name.lower() == "retry-after"), ""):
        meta["retry_after_seconds"] = float(after)
    _landbase_no(error.get("code", "API_ERROR"), error.get("message", ""), meta)


def _talkvalue(url: str, given: Sequence[str]) -> int:
    rest = [one for one in given if one not in ("--json", "--format=json")]
    if rest[:2] != ["path", "import"] or len(rest) < 3:
        _usage("The command is not known.")
    command, options = rest[2], rest[3:]
    if command == "analyze":
        path = Path(_options(options, "--file")["--file"][0])
        return _analyze(url, path)
    if command == "create":
        return _create(url, _options(options, "--file-key", "--source-id", "--mode", "--mapping"))
    if command == "get" and len(options) == 1:
        return _show(_api("GET", f"{url}/path/import/{options[0]}", None))
    if command == "list":
        return _list(url, _options(options, "--page", "--page-size", needed=False))
    if command != "failed-export" or len(options) != 1:
        _usage("The command is not known.")
    if "--json" in given:
        sys.stderr.write("Warning: export commands always output CSV regardless of --format\n")
    sys.stdout.buffer.write(_answer("GET", f"{url}/path/import/{options[0]}/failed/export", None))
    return 0


def _usage(message: str) -> NoReturn:
    raise _ToolError(2, {"message": message})


def _options(given: Sequence[str], *names: str, needed: bool = True) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    words = iter(given)
    for word in words:
        value = next(words, None)
        if word not in names or value is None:
            _usage("An option is not known, or has no value.")
        found.setdefault(word, []).append(value)
    if needed and (missing := [name for name in names if name not in found]):
        _usage(f"Creating an import requires {missing[0]}")
    return found


def _analyze(url: str, path: Path) -> int:
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        _usage(f"File not found: {path}")
    except OSError:
        _usage(f"Permission denied: {path}")
    boundary = secrets.token_hex(16)
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    form = head.encode() + body + f"\r\n--{boundary}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return _show(_api("POST", f"{url}/path/import/analyze", form, kind))


def _create(url: str, given: Mapping[str, Sequence[str]]) -> int:
    if given["--mode"][0] not in ("UPDATE", "SKIP"):
        _usage("--mode must be one of: UPDATE, SKIP")
    mappings = []
    for text in given["--mapping"]:
        index, _, field = text.partition(":")
        if not index.isdigit() or not field:
            _usage(f'Invalid mapping format "{text}". Expected csvIndex:targetField')
        if field.upper() not in TARGETS:
            _usage(f'Invalid target field "{field}". Valid: {", ".join(TARGETS)}')
        mappings.append({"csvIndex": int(index), "targetField": field.upper()})
    body = {
        "fileKey": given["--file-key"][0],
        "sourceId": int(given["--source-id"][0]),
        "columnMappings": mappings,
        "mode": given["--mode"][0],
    }
    kind = {"Content-Type": "application/json"}
    return _show(_api("POST", f"{url}/path/import", json.dumps(body).encode(), kind))


def _list(url: str, given: Mapping[str, Sequence[str]]) -> int:
    page, size = given.get("--page", ["1"])[0], given.get("--page-size", ["20"])[0]
    found = _api("GET", f"{url}/path/import?pageNumber={page}&pageSize={size}", None)
    pagination = {"page": found["pageNumber"]} | {
        name: found[name] for name in ("pageSize", "totalElements", "totalPages")
    }
    _print({"data": found["content"], "pagination": pagination})
    return 0


def _show(data: object) -> int:
    _print({"data": data})
    return 0


def _api(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str] | None = None
) -> Any:
    try:
        return json.loads(_answer(method, url, body, headers))
    except ValueError:
        raise _ToolError(1, {"message": "The answer is no JSON."}) from None


def _answer(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str] | None = None
) -> bytes:
    token = {"Authorization": f"Bearer {os.environ.get('TALKVALUE_TOKEN', '')}"}
    try:
        status, answer, _ = _call(method, url, body, {**(headers or {}), **token})
        problem = json.loads(answer) if status >= 400 else {}
    except (OSError, ValueError):
        raise _ToolError(1, {"message": "The request failed."}) from None
    if status < 400:
        return answer
    message = problem.get("detail") or problem.get("title") or "The request failed."
    raise _ToolError(TALKVALUE_EXITS.get(status, 1), {"message": message})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
