"""The stand-in for Landbase: what its command line tool would reach.

Routes, for faults: `upload`, `start`, `status`. A call that is cut is a NETWORK_ERROR of the tool,
a 429 is RATE_LIMITED, a 5xx is API_ERROR.

Documented, and so here: datasets by upload, whose name is taken once (CONFLICT); `start` with
`datasetId`, `tagName` of 1 to 100 characters and perhaps `importId`, answered by `importId` and
`runRef`; CONFLICT on an import that is under way; `status` with its five keys and the phases;
`unmapped` columns once it is over; the error codes.
Sources: the provider's page "contacts-import" and its "Error codes"; its agent skills, as mirrored.

Invented
--------
- The calls behind the tool: nobody documents them. What they answer is what the tool prints.
- `counts` has the keys imported, merged, skipped and invalid. A row is invalid when its address is
  none, or when it has another length than the header; one whose address came before in the same
  dataset is skipped; the others are imported, or merged into the contact that is there.
- The columns that are known; tag `Ends partial` stops after half of the rows, tag `Fails` before
  the first. A draft is an import that was never started; there is one, with the id 900007.
- A session that has run out: the setting `landbase_session` of 0.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from functools import wraps
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from preflight.providers.sandbox.judge import (
    Judge,
    Magic,
    NotCsvError,
    is_address,
    magic_of,
    records,
)
from preflight.providers.sandbox.stand import (
    Answer,
    Desk,
    Endpoint,
    RefusalError,
    Setting,
    StandIn,
    Tool,
)
from preflight.providers.sandbox.store import Intake, RefusedRow, StoredUpload

KNOWN = frozenset(
    {"email", "first_name", "last_name", "name", "company", "job_title", "phone", "country"}
)
"""The columns that it can match."""

DRAFT = 900_007
SESSION = Setting("landbase_session", 1, range(2))
COUNTS = ("imported", "merged", "skipped", "invalid")

MAGIC = (
    Magic("local part", "failure", "invalid"),
    Magic("domain", "blocked.example", "invalid"),
    Magic("tagName", "Ends partial", "partial"),
    Magic("tagName", "Fails", "failed"),
)
"""Its magic values; all of them invented."""

_NAME = "landbase"
_JUDGE = Judge(MAGIC)
_TAGS = magic_of(MAGIC, "tagName")
_STATUSES = {404: "NOT_FOUND", 429: "RATE_LIMITED", 500: "API_ERROR", 503: "API_ERROR"}


def _no(status: int, code: str, message: str, **meta: Any) -> Response:
    error: dict[str, Any] = {"code": code, "message": message}
    if meta:
        error["meta"] = meta
    return JSONResponse({"error": error}, status)


def _refusal(status: int) -> Response:
    return _no(status, _STATUSES[status], "The call could not be carried out.")


def _guarded(answer: Answer) -> Answer:
    """Asks for a session, and turns a `RefusalError` into its answer."""

    @wraps(answer)
    async def guarded(desk: Desk, request: Request) -> Response:
        if not await run_in_threadpool(desk.setting, SESSION):
            return _no(401, "AUTH_FAILED", "The session has expired.")
        try:
            return await answer(desk, request)
        except RefusalError as refusal:
            return refusal.response

    return guarded


@_guarded
async def _upload(desk: Desk, request: Request) -> Response:
    name, body = request.query_params.get("name", ""), await request.body()
    return await run_in_threadpool(_keep, desk, name, body)


def _keep(desk: Desk, name: str, body: bytes) -> Response:
    if desk.store.document(_NAME, f"name:{name}") is not None:
        raise RefusalError(_no(409, "CONFLICT", "A dataset of that name exists."))
    dataset = f"ds-{secrets.token_hex(6)}"
    desk.store.keep(_NAME, StoredUpload(dataset, name, body), desk.clock())
    desk.store.write(_NAME, f"name:{name}", {"dataset": dataset})
    return JSONResponse({"id": dataset, "name": name})


@_guarded
async def _start(desk: Desk, request: Request) -> Response:
    try:
        asked = json.loads(await request.body())
    except ValueError:
        asked = None
    match asked:
        case {"datasetId": str(dataset), "tagName": str(tag)} if 1 <= len(tag) <= 100:
            draft = asked.get("importId")
        case _:
            raise RefusalError(_no(400, "INVALID_INPUT", "datasetId and tagName are required."))
    if draft is not None and (not isinstance(draft, int) or isinstance(draft, bool) or draft < 1):
        raise RefusalError(_no(400, "INVALID_INPUT", "importId is a whole number."))
    return await run_in_threadpool(_take, desk, dataset, tag, draft)


def _take(desk: Desk, dataset: str, tag: str, draft: int | None) -> Response:
    now = desk.clock()
    upload = desk.store.fetch(_NAME, dataset, now, float("inf"))
    if upload is None:
        raise RefusalError(_no(422, "VALIDATION_ERROR", "The dataset is unknown."))
    if draft is not None:
        if desk.store.job(_NAME, str(draft)) is not None:
            words = f"Import {draft} is under way already."
            raise RefusalError(_no(409, "CONFLICT", words, importId=draft))
        if draft != DRAFT:
            raise RefusalError(_no(404, "NOT_FOUND", "The import is unknown."))
    effect = _TAGS.get(tag)
    job = None if draft is None else str(draft)
    with desk.store.intake(_NAME, job, now, now + desk.job_seconds) as intake:
        counts = Counter(dict.fromkeys(COUNTS, 0))
        header: list[str] = []
        if effect != "failed":
            header = _import(intake, upload.body, counts, half=effect == "partial")
        unmapped = [name for name in header if name.strip().casefold() not in KNOWN]
        intake.status = effect or "completed"
        intake.details = {"counts": dict(counts), "header": header, "unmapped": unmapped}
        number = int(job or intake.number)
    return JSONResponse({"importId": number, "runRef": f"run_{secrets.token_hex(4)}"})


def _import(intake: Intake, body: bytes, counts: Counter[str], *, half: bool) -> list[str]:
    """Takes the rows and counts them; returns the header."""
    try:
        rows = list(records(body))
    except NotCsvError:
        return []
    header = rows[0]
    names = [name.strip().casefold() for name in header]
    at = names.index("email") if "email" in names else None
    seen: set[str] = set()
    taken = rows[1 : 1 + len(rows) // 2] if half else rows[1:]
    for number, cells in enumerate(taken, 1):
        address = cells[at] if at is not None and len(cells) == len(header) else ""
        if not is_address(address) or _JUDGE.effect(address) is not None:
            counts["invalid"] += 1
            intake.fail(RefusedRow(number, "invalid", "", address, tuple(cells)))
            continue
        key = address.lower()
        if key in seen:
            counts["skipped"] += 1
            continue
        seen.add(key)
        old = intake.contact(key)
        new = {name: cell for name, cell in zip(names, cells, strict=True) if cell.strip()}
        intake.accept(number, cells, key, {**(old or {}), **new})
        counts["imported" if old is None else "merged"] += 1
    return header


@_guarded
async def _status(desk: Desk, request: Request) -> Response:
    return await run_in_threadpool(_answer_status, desk, request.path_params["id"])


def _answer_status(desk: Desk, name: str) -> Response:
    job = desk.store.job(_NAME, name)
    if job is None:
        raise RefusalError(_no(404, "NOT_FOUND", "The import is unknown."))
    number = int(job.id)
    left = job.ends - desk.clock()
    if left > 0:
        done = 1 - left / (job.ends - job.created)
        phase = "preparing" if done < 0.25 else "in_progress"
        percent = None if phase == "preparing" else int(100 * done)
        waiting = {"phase": phase, "percent": percent, "counts": None, "error": None}
        return JSONResponse({"importId": number, **waiting})
    status: dict[str, Any] = {
        "importId": number,
        "phase": job.status,
        "percent": 100 if job.status == "completed" else None,
        "counts": job.details["counts"],
        "error": None,
        "unmapped": {
            "total": len(job.details["unmapped"]),
            "headers": job.details["unmapped"][:50],
        },
        "mappingErrors": None,
        "fileHeaders": job.details["header"][:50],
        "totalFileHeaders": len(job.details["header"]),
    }
    if job.status != "completed":
        status["error"] = {"code": "IMPORT_STOPPED", "message": "The import stopped early."}
    if job.status == "failed":
        status["mappingErrors"] = [{"kind": "unknown_field"}]
    return JSONResponse(status)


STAND_IN = StandIn(
    name=_NAME,
    address_variable="",
    credentials={},
    endpoints=(
        Endpoint("upload", "POST", "/upload", _upload),
        Endpoint("start", "POST", "/start", _start),
        Endpoint("status", "GET", "/status/{id}", _status),
    ),
    refusal=_refusal,
    magic=MAGIC,
    settings=(SESSION,),
    tool=Tool("landbase-cli", "LANDBASE_CLI", f"{__package__}.stand_in_tool"),
)
