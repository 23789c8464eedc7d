"""The stand-in for TalkValue's Path import, as its command line drives it.

Routes, for faults: `analyze`, `create`, `list`, `get`, `failed-export`.

Documented, and so here: the Bearer token; the five calls with their paths, bodies and statuses; the
shapes of `AnalyzeRes` and of a job; the eleven target fields; `UPDATE` and `SKIP`; the states; that
the counters add up to `totalRows`; `failedRows` as a small sample; the columns of the export;
`INVALID_EMAIL` and its words; problem details, with an `errorCode` of 1100 and up for credentials;
that the same `fileKey` can make a second job.
Sources: the provider's recipe "Run the full CSV bulk-import workflow"; its command line's source,
https://github.com/talkvalue/cli; https://docs.trytalkvalue.com/cli/commands/path/import.

Invented
--------
- `rowNum` counts from 1 over the data rows; the setting `row_base` makes it 0 for the first data
  row, or 2, as if the header were row 1. (The provider does not say.)
- Every `errorCode` but `INVALID_EMAIL`, and its words; `ROW_MALFORMED` for a row of another length
  than the header, with an empty `rawValue`. All other cells are taken as they are.
- The first of several equal addresses, by lower case, is the one that counts; the others are
  `duplicatedCount`. A blank cell does not clear a stored field.
- A file key lives for 24 hours after its last use.
- Status 400 for an export while the job runs; 404 for source id 404; source id 9001 makes a job
  that ends as `FAILED` with all counters at 0. Any other id is a channel.
- A part that is not `text/csv` is refused. The words of every error but
  `error.import_file_invalid_format`, and its `errorCode` of -1 on all of them.
- A job is `PENDING` for a quarter of its time, and its counters stay 0 until it is over.
- A preview of 5 rows, a sample of 5 failures,
  pages of at most 100, and LF in the export, without a byte order mark.
"""

from __future__ import annotations

import csv
import io
import json
import math
import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus
from pathlib import PurePath
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
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
from preflight.providers.sandbox.store import Intake, RefusedRow, StoredJob, StoredUpload
from preflight.providers.talkvalue.stand_in_columns import columns_of, suggest

KEY_SECONDS = 24 * 3600
PREVIEW_ROWS = 5
SAMPLE_ROWS = 5
MAX_PAGE = 100
ROW_BASE = Setting("row_base", 1, range(3))

MAGIC = (
    Magic("local part", "suppressed", "CONTACT_SUPPRESSED"),
    Magic("local part", "globally-suppressed", "CONTACT_SUPPRESSED"),
    Magic("local part", "unsubscribed", "CONTACT_UNSUBSCRIBED"),
    Magic("local part", "hardbounced", "CONTACT_BOUNCED"),
    Magic("local part", "softbounced", "CONTACT_BOUNCED"),
    Magic("local part", "failure", "UNKNOWN_ERROR"),
    Magic("domain", "blocked-", "DOMAIN_BLOCKED"),
    Magic("domain", "blocked.example", "DOMAIN_BLOCKED"),
    Magic("sourceId", "404", "404 error.channel_not_found"),
    Magic("sourceId", "9001", "FAILED"),
)
"""Its magic values; all of them invented."""

_NAME = "talkvalue"
_CREDENTIALS = {"TALKVALUE_TOKEN": "sandbox-only"}
_JUDGE = Judge(MAGIC)
_SOURCES = magic_of(MAGIC, "sourceId")
_MESSAGES = {
    "INVALID_EMAIL": "Email could not be parsed",
    "ROW_MALFORMED": "Row does not have as many cells as the header",
    "CONTACT_SUPPRESSED": "Contact is suppressed",
    "CONTACT_UNSUBSCRIBED": "Contact has unsubscribed",
    "CONTACT_BOUNCED": "Contact has bounced",
    "DOMAIN_BLOCKED": "Domain is blocked",
    "UNKNOWN_ERROR": "Row could not be imported",
}
_COUNTERS = ("newCount", "updatedCount", "duplicatedCount", "skipCount", "failedCount")


def _no(status: int, detail: str, code: int = -1) -> Response:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errorCode": code,
    }
    return JSONResponse(body, status, media_type="application/problem+json")


def _refusal(status: int) -> Response:
    return _no(status, "error." + HTTPStatus(status).name.lower())


def _guarded(answer: Answer) -> Answer:
    """Asks for the token, and turns a `RefusalError` into its answer."""

    @wraps(answer)
    async def guarded(desk: Desk, request: Request) -> Response:
        expected = f"Bearer {_CREDENTIALS['TALKVALUE_TOKEN']}".encode()
        given = request.headers.get("authorization", "").encode("latin-1")
        if not secrets.compare_digest(given, expected):
            return _no(401, "error.unauthorized", 1100)
        try:
            return await answer(desk, request)
        except RefusalError as refusal:
            return refusal.response

    return guarded


def _invalid_file() -> RefusalError:
    body = {
        "detail": "error.import_file_invalid_format",
        "instance": "/path/import/analyze",
        "status": 400,
        "title": "Bad Request",
        "errorCode": -1,
    }
    return RefusalError(JSONResponse(body, 400, media_type="application/problem+json"))


@_guarded
async def _analyze(desk: Desk, request: Request) -> Response:
    try:
        async with request.form() as form:
            part = form.get("file")
            if not isinstance(part, UploadFile) or not part.filename:
                raise _invalid_file()
            kind = (part.content_type or "").partition(";")[0].strip().lower()
            if kind != "text/csv":
                raise _invalid_file()
            name, body = PurePath(part.filename).name, await part.read()
    except HTTPException:
        raise _invalid_file() from None
    return await run_in_threadpool(_look, desk, name, body)


def _look(desk: Desk, name: str, body: bytes) -> Response:
    try:
        rows = records(body)
        header = next(rows)
        preview: list[list[str]] = []
        total = 0
        for cells in rows:
            total += 1
            if total <= PREVIEW_ROWS:
                preview.append(cells)
    except NotCsvError:
        raise _invalid_file() from None
    now = desk.clock()
    month = datetime.fromtimestamp(now, UTC).strftime("%Y/%m")
    key = f"u/{month}/{secrets.token_hex(6)}-{name}"
    desk.store.keep(_NAME, StoredUpload(key, name, body), now)
    columns = suggest(header)
    suggested = {column.get("suggestedField") for column in columns}
    return JSONResponse(
        {
            "fileKey": key,
            "totalRows": total,
            "headers": header,
            "preview": preview,
            "columnMappings": columns,
            "missingRequired": [] if "EMAIL" in suggested else ["EMAIL"],
        }
    )


@_guarded
async def _create(desk: Desk, request: Request) -> Response:
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    match body:
        case {
            "fileKey": str(key),
            "sourceId": int(source),
            "columnMappings": [_, *_] as mappings,
            "mode": "UPDATE" | "SKIP" as mode,
        } if not isinstance(source, bool):
            columns = columns_of(mappings)
        case _:
            raise RefusalError(_no(400, "error.bad_request"))
    if columns is None:
        raise RefusalError(_no(400, "error.import_mapping_invalid"))
    effect = _SOURCES.get(str(source))
    if effect is not None and effect != "FAILED":
        raise RefusalError(_no(404, effect.partition(" ")[2]))
    return await run_in_threadpool(_take, desk, key, columns, mode, effect)


def _take(desk: Desk, key: str, columns: dict[str, int], mode: str, status: str | None) -> Response:
    now = desk.clock()
    upload = desk.store.fetch(_NAME, key, now, KEY_SECONDS)
    if upload is None:
        raise RefusalError(_no(404, "error.import_file_not_found"))
    rows = records(upload.body)
    width = len(next(rows))
    if max(columns.values()) >= width:
        raise RefusalError(_no(400, "error.import_mapping_invalid"))
    with desk.store.intake(_NAME, None, now, now + desk.job_seconds) as intake:
        counts: Counter[str] = Counter()
        total = 0
        seen: set[str] = set()
        for number, cells in enumerate(rows, 1):
            total = number
            if status is None:
                counts[_settle(intake, number, cells, width, columns, mode, seen)] += 1
        ended = "PARTIAL_SUCCESS" if counts["failedCount"] else "COMPLETED"
        intake.status = status or ended
        intake.details = {
            "mode": mode,
            "fileName": upload.name,
            "totalRows": total,
            **{name: counts[name] for name in _COUNTERS},
        }
        job = intake.number
    return JSONResponse({"importJobId": job, "status": "PENDING"})


def _settle(
    intake: Intake,
    number: int,
    cells: Sequence[str],
    width: int,
    columns: dict[str, int],
    mode: str,
    seen: set[str],
) -> str:
    """Judges one row, writes what became of it, and tells which counter it belongs to."""
    raw = ""
    code: str | None = "ROW_MALFORMED"
    if len(cells) == width:
        raw = cells[columns["EMAIL"]]
        code = _JUDGE.effect(raw) if is_address(raw) else "INVALID_EMAIL"
    if code is not None:
        intake.fail(RefusedRow(number, code, _MESSAGES[code], raw, tuple(cells)))
        return "failedCount"
    key = raw.lower()
    if key in seen:
        return "duplicatedCount"
    seen.add(key)
    old = intake.contact(key)
    if old is not None and mode == "SKIP":
        return "skipCount"
    new = {field: cells[index] for field, index in columns.items() if cells[index].strip()}
    del new["EMAIL"]
    intake.accept(number, cells, key, {**(old or {}), **new})
    return "newCount" if old is None else "updatedCount"


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _state(desk: Desk, job: StoredJob) -> tuple[str, float]:
    """A job's state now, and how much of it is done, from 0 to 1."""
    now = desk.clock()
    if now >= job.ends:
        return job.status, 1.0
    done = (now - job.created) / (job.ends - job.created)
    return ("PENDING", 0.0) if done < 0.25 else ("RUNNING", done)


def _show(desk: Desk, job: StoredJob) -> dict[str, Any]:
    state, done = _state(desk, job)
    over = done >= 1
    landed = over and state != "FAILED"
    base = desk.setting(ROW_BASE)
    sample = desk.store.failures(job, SAMPLE_ROWS) if over else []
    total = job.details["totalRows"]
    return {
        "id": int(job.id),
        "status": state,
        "mode": job.details["mode"],
        "fileName": job.details["fileName"],
        "totalRows": total,
        "processedRows": total if landed else 0 if over else math.floor(total * done),
        **{name: job.details[name] if over else 0 for name in _COUNTERS},
        "failedRows": [
            {
                "rowNum": failure.row - 1 + base,
                "errorCode": failure.code,
                "errorMessage": failure.message,
                "rawValue": failure.value,
            }
            for failure in sample
        ],
        "processStartedAt": None if state == "PENDING" else _instant(job.created),
        "completedAt": _instant(job.ends) if over else None,
    }


@_guarded
async def _list(desk: Desk, request: Request) -> Response:
    try:
        page = int(request.query_params.get("pageNumber", "1"))
        size = int(request.query_params.get("pageSize", "20"))
    except ValueError:
        page = size = 0
    if page < 1 or not 1 <= size <= MAX_PAGE:
        raise RefusalError(_no(400, "error.bad_request"))
    return await run_in_threadpool(_page, desk, page, size)


def _page(desk: Desk, page: int, size: int) -> Response:
    jobs = desk.store.jobs(_NAME)
    return JSONResponse(
        {
            "content": [_show(desk, job) for job in jobs[(page - 1) * size : page * size]],
            "totalElements": len(jobs),
            "totalPages": math.ceil(len(jobs) / size),
            "pageNumber": page,
            "pageSize": size,
        }
    )


async def _find(desk: Desk, request: Request) -> StoredJob:
    job = await run_in_threadpool(desk.store.job, _NAME, request.path_params["id"])
    if job is None:
        raise RefusalError(_no(404, "error.import_job_not_found"))
    return job


@_guarded
async def _get(desk: Desk, request: Request) -> Response:
    job = await _find(desk, request)
    return JSONResponse(await run_in_threadpool(_show, desk, job))


@_guarded
async def _failed_export(desk: Desk, request: Request) -> Response:
    job = await _find(desk, request)
    if desk.clock() < job.ends:
        raise RefusalError(_no(400, "error.import_job_not_finished"))
    return Response(await run_in_threadpool(_export, desk, job), media_type="text/csv")


def _export(desk: Desk, job: StoredJob) -> str:
    base = desk.setting(ROW_BASE)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["rowNum", "errorCode", "errorMessage", "rawValue"])
    writer.writerows(
        (failure.row - 1 + base, failure.code, failure.message, failure.value)
        for failure in desk.store.failures(job)
    )
    return text.getvalue()


STAND_IN = StandIn(
    name=_NAME,
    address_variable="TALKVALUE_API_URL",
    credentials=_CREDENTIALS,
    endpoints=(
        Endpoint("analyze", "POST", "/path/import/analyze", _analyze),
        Endpoint("create", "POST", "/path/import", _create),
        Endpoint("list", "GET", "/path/import", _list),
        Endpoint("get", "GET", "/path/import/{id}", _get),
        Endpoint("failed-export", "GET", "/path/import/{id}/failed/export", _failed_export),
    ),
    refusal=_refusal,
    magic=MAGIC,
    settings=(ROW_BASE,),
    tool=Tool("talkvalue", "TALKVALUE_CLI", f"{__package__}.stand_in_tool"),
)
