"""The executable that stands in for `talkvalue`.

It understands, under `path import`: `analyze --file F`,
`create --file-key … --source-id … --mode … --mapping I:FIELD…`, `get ID`, `list`,
`failed-export ID`, and `--json`.

Sources: the source of TalkValue's command line, github.com/talkvalue/cli, and its page
"exit-codes".

Invented: the words of errors that only the tool itself finds.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from preflight.providers.sandbox.tools import ToolError, call, run, show

EXITS = {401: 3, 403: 5, 404: 4}
"""What `talkvalue` exits with, by the status of the API; 1 for any other failure."""

TARGETS = (
    "EMAIL", "FIRST_NAME", "LAST_NAME", "NAME", "PHONE", "JOB_TITLE", "COMPANY_NAME", "ADDRESS",
    "LINKEDIN_URL", "X_URL", "JOINED_AT",
)  # fmt: skip


def main(url: str, arguments: Sequence[str]) -> None:
    """One call of the tool; `TALKVALUE_API_URL` wins over the address."""
    api = f"{os.environ.get('TALKVALUE_API_URL') or url}/path/import"
    words = [word for word in arguments if word not in ("--json", "--format=json")]
    match words:
        case ["path", "import", "analyze", *options]:
            _analyze(api, Path(_options(options, "--file")["--file"][0]))
        case ["path", "import", "create", *options]:
            _create(api, _options(options, "--file-key", "--source-id", "--mode", "--mapping"))
        case ["path", "import", "get", job]:
            _show(_api("GET", f"{api}/{job}", None))
        case ["path", "import", "list", *options]:
            _list(api, _options(options, "--page", "--page-size", needed=False))
        case ["path", "import", "failed-export", job]:
            if "--json" in arguments:
                sys.stderr.write(
                    "Warning: export commands always output CSV regardless of --format\n"
                )
            sys.stdout.buffer.write(_answer("GET", f"{api}/{job}/failed/export", None))
        case _:
            _usage("The command is not known.")


def _usage(message: str) -> NoReturn:
    raise ToolError(2, {"message": message})


def _options(given: Sequence[str], *names: str, needed: bool = True) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    words = iter(given)
    for word in words:
        value = next(words, None)
        if word not in names or value is None:
            _usage("An option is not known, or has no value.")
        values.setdefault(word, []).append(value)
    if needed and (missing := [name for name in names if name not in values]):
        _usage(f"Creating an import requires {missing[0]}")
    return values


def _analyze(api: str, path: Path) -> None:
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
    _show(_api("POST", f"{api}/analyze", form, kind))


def _create(api: str, options: Mapping[str, Sequence[str]]) -> None:
    if options["--mode"][0] not in ("UPDATE", "SKIP"):
        _usage("--mode must be one of: UPDATE, SKIP")
    mappings = []
    for text in options["--mapping"]:
        index, _, field = text.partition(":")
        if not index.isdigit() or not field:
            _usage(f'Invalid mapping format "{text}". Expected csvIndex:targetField')
        if field.upper() not in TARGETS:
            _usage(f'Invalid target field "{field}". Valid: {", ".join(TARGETS)}')
        mappings.append({"csvIndex": int(index), "targetField": field.upper()})
    body = {
        "fileKey": options["--file-key"][0],
        "sourceId": int(options["--source-id"][0]),
        "columnMappings": mappings,
        "mode": options["--mode"][0],
    }
    kind = {"Content-Type": "application/json"}
    _show(_api("POST", api, json.dumps(body).encode(), kind))


def _list(api: str, options: Mapping[str, Sequence[str]]) -> None:
    page, size = options.get("--page", ["1"])[0], options.get("--page-size", ["20"])[0]
    page_of_jobs = _api("GET", f"{api}?pageNumber={page}&pageSize={size}", None)
    pagination = {"page": page_of_jobs["pageNumber"]} | {
        name: page_of_jobs[name] for name in ("pageSize", "totalElements", "totalPages")
    }
    show({"data": page_of_jobs["content"], "pagination": pagination})


def _show(data: object) -> None:
    show({"data": data})


def _api(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str] | None = None
) -> Any:
    try:
        return json.loads(_answer(method, url, body, headers))
    except ValueError:
        raise ToolError(1, {"message": "The answer is no JSON."}) from None


def _answer(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str] | None = None
) -> bytes:
    token = {"Authorization": f"Bearer {os.environ.get('TALKVALUE_TOKEN', '')}"}
    try:
        status, answer, _ = call(method, url, body, {**(headers or {}), **token})
        problem = json.loads(answer) if status >= 400 else {}
    except (OSError, ValueError):
        raise ToolError(1, {"message": "The request failed."}) from None
    if status < 400:
        return answer
    message = problem.get("detail") or problem.get("title") or "The request failed."
    raise ToolError(EXITS.get(status, 1), {"message": message})


if __name__ == "__main__":
    run(main)
