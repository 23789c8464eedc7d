"""The stand-in for Experiture's import jobs and lists.

Routes, for faults: `init`, `put`, `mapping`, `start`, `get`, `errors`, `error-file`, `lists`,
`members`, `metadata`.

Documented, and so here: the Bearer token; init with `createList`, `targetListId` or
`createAudience`; an upload address of its own that takes a PUT without our token; `sourceFields`
and `fieldMap`; the states; the counters of a job that is over; `hasErrors` and `errorFileUrl`; that
the list is made when the job is completed, that members are added and never removed; envelopes,
codes and the correlation id; `Idempotency-Key` with its 24 hours; 429 with `Retry-After`.
Sources: the provider's pages "Importing Contacts into a List", "Imports", "Conventions", "Error
handling", "Rate limits" and "Lists".

Invented
--------
- The error file: by the setting `error_form` CSV with row numbers (0), CSV without (1), JSON lines
  with row numbers (2) or without (3), or plain lines of words (4); rows count from 1.
- Statuses 200 for every success; 409 for a call that is out of turn, 403 for an upload address that
  has run out or is not signed, 400 for one that is sent a token; 422 for a mapping to a field that
  the object does not have, at once and not row by row.
- The object's fields beside the six of the example; which of them hold a moment.
- `createList` with the name of a list that is there makes another one. A list's page is
  `{"items", "page", "pageSize", "total", "totalPages"}`, of at most 100 entries.
- List name `Cannot be made` makes a job that ends as `failed`, with all counters at 0.
- A blank cell changes nothing. Of equal addresses, in lower case, each is merged in its turn.
"""

from __future__ import annotations

import csv
import io
import json
import math
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from preflight.providers.experiture.stand_in_answers import (
    CREDENTIALS,
    NAME,
    done,
    guarded,
    json_of,
    no,
    once,
    refusal,
)
from preflight.providers.experiture.stand_in_lists import lists, members
from preflight.providers.sandbox.judge import (
    Judge,
    Magic,
    NotCsvError,
    is_address,
    magic_of,
    records,
)
from preflight.providers.sandbox.stand import Desk, Endpoint, RefusalError, Setting, StandIn
from preflight.providers.sandbox.store import Intake, RefusedRow, StoredJob, StoredUpload

ADDRESS_SECONDS = 3600
ERROR_FORM = Setting("error_form", 0, range(5))
FIELDS = {
    "email": "string",
    "first_name": "string",
    "last_name": "string",
    "company_name": "string",
    "job_title": "string",
    "country_code": "string",
    "phone": "string",
    "city": "string",
    "created_at": "datetime",
    "registered_at": "datetime",
}
"""The fields of the object `profiles` and what they hold."""

MAGIC = (
    Magic("local part", "failure", "CDP_ETL.VALIDATION.REQUEST_INVALID"),
    Magic("domain", "blocked.example", "CDP_ETL.VALIDATION.REQUEST_INVALID"),
    Magic("listName", "Cannot be made", "failed"),
)
"""Its magic values; all of them invented."""

_JUDGE = Judge(MAGIC)
_LISTS = magic_of(MAGIC, "listName")
_COUNTERS = (
    "readRows", "validRows", "invalidRows", "mergedInserts", "mergedUpdates", "rowsTotal",
    "rowsImported", "rowsRejected",
)  # fmt: skip


@guarded
@once
async def _init(desk: Desk, request: Request) -> Response:
    asked = await json_of(request)
    match asked:
        case {"objectName": "profiles", "fileName": str(), "fileSize": int()}:
            pass
        case _:
            raise RefusalError(no(400, "objectName, fileName and fileSize are required."))
    targets = [name for name in ("createList", "targetListId", "createAudience") if asked.get(name)]
    if len(targets) > 1:
        raise RefusalError(no(400, "A job has one target.", targets[1]))
    for flag, name in (("createList", "listName"), ("createAudience", "audienceName")):
        if asked.get(flag) and not (isinstance(asked.get(name), str) and asked[name]):
            raise RefusalError(no(400, f"{name} is required.", name))
    job, signature = f"imp_{secrets.token_hex(6)}", secrets.token_hex(16)
    until = desk.clock() + ADDRESS_SECONDS
    pending = {
        "state": "pending",
        "size": asked["fileSize"],
        "list": asked.get("listName") if asked.get("createList") else None,
        "target": asked.get("targetListId"),
        "signature": signature,
        "until": until,
    }
    await run_in_threadpool(desk.store.write, NAME, f"job:{job}", pending)
    return done(
        {
            "jobId": job,
            "uploadUrl": f"{_here(request)}/storage/{job}/file?X-Amz-Signature={signature}",
            "expiresAt": _instant(until),
            "landingPath": f"jobs/{job}/file",
            "method": "PUT",
            "headers": {},
            "requestedBy": "usr_sandbox",
        }
    )


def _here(request: Request) -> str:
    """The stand-in's own address."""
    root = str(request.scope["root_path"])
    return str(request.base_url).rstrip("/").removesuffix(root) + root


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _stored(desk: Desk, name: str) -> dict[str, Any]:
    pending = desk.store.document(NAME, f"job:{name}")
    if pending is None:
        raise RefusalError(no(404, "There is no such import job."))
    return pending


def _signed(desk: Desk, request: Request, signature: str, until: float) -> Response | None:
    """Storage's no to an address that is not signed, has run out, or is sent a token."""
    if "authorization" in request.headers:
        return Response("<Error><Code>InvalidArgument</Code></Error>", 400)
    given = request.query_params.get("X-Amz-Signature", "")
    if not secrets.compare_digest(given.encode(), signature.encode()) or desk.clock() > until:
        return Response("<Error><Code>AccessDenied</Code></Error>", 403)
    return None


async def _put(desk: Desk, request: Request) -> Response:
    try:
        pending = await run_in_threadpool(_stored, desk, request.path_params["id"])
    except RefusalError:
        return Response("<Error><Code>NoSuchKey</Code></Error>", 404)
    body = await request.body()
    turned_away = _signed(desk, request, pending["signature"], pending["until"])
    if turned_away is not None:
        return turned_away
    if request.headers.get("content-length") != str(pending["size"]):
        return Response("<Error><Code>MissingContentLength</Code></Error>", 411)
    name = request.path_params["id"]
    upload = StoredUpload(name, "file", body)
    await run_in_threadpool(desk.store.replace, NAME, upload, desk.clock())
    return Response(status_code=200)


@guarded
@once
async def _mapping(desk: Desk, request: Request) -> Response:
    asked = await json_of(request)
    types, mapped = asked.get("sourceFields"), asked.get("fieldMap")
    if not isinstance(types, dict) or not isinstance(mapped, dict) or not mapped:
        raise RefusalError(no(400, "sourceFields and fieldMap are required."))
    for column, field in mapped.items():
        if column not in types:
            raise RefusalError(no(400, "A mapped column has no type.", f"sourceFields.{column}"))
        if field not in FIELDS:
            raise RefusalError(no(422, "The object has no such field.", f"fieldMap.{column}"))
    return await run_in_threadpool(_map, desk, request.path_params["id"], types, mapped)


def _map(desk: Desk, name: str, types: Mapping[str, str], mapped: Mapping[str, str]) -> Response:
    pending = _stored(desk, name)
    if pending["state"] not in {"pending", "ready"}:
        raise RefusalError(no(409, "The job was started."))
    if desk.store.fetch(NAME, name, desk.clock(), math.inf) is None:
        raise RefusalError(no(409, "The file was not uploaded."))
    if "email" not in mapped.values():
        raise RefusalError(no(422, "The match key is not mapped.", "fieldMap"))
    ready = {**pending, "state": "ready", "types": types, "mapped": mapped}
    desk.store.write(NAME, f"job:{name}", ready)
    return done({"jobId": name, "state": "ready"})


@guarded
@once
async def _start(desk: Desk, request: Request) -> Response:
    await json_of(request)
    return await run_in_threadpool(_take, desk, request.path_params["id"])


def _take(desk: Desk, name: str) -> Response:
    now = desk.clock()
    upload = desk.store.fetch(NAME, name, now, math.inf)
    # A second job of that id cannot be written down, and is not going to be.
    job = None if desk.store.job(NAME, name) else name
    with desk.store.intake(NAME, job, now, now + desk.job_seconds) as intake:
        # Looked at inside the transaction, so that of two starts at once one is out of turn.
        pending = _stored(desk, name)
        if pending["state"] != "ready" or upload is None:
            raise RefusalError(no(409, f"The job is {pending['state']}."))
        counts = dict.fromkeys(_COUNTERS, 0)
        merged: list[str] = []
        failed = pending["list"] in _LISTS
        if not failed:
            merged = _merge(intake, upload.body, pending["mapped"], counts)
        intake.status = "failed" if failed else "completed"
        intake.details = {
            "counts": counts,
            "list": pending["list"],
            "target": pending["target"],
            "members": merged,
            "signature": secrets.token_hex(16),
        }
        intake.write(f"job:{name}", {**pending, "state": "running"})
    return done({"jobId": name, "state": "running"})


def _merge(
    intake: Intake, body: bytes, mapped: Mapping[str, str], counts: dict[str, int]
) -> list[str]:
    """Takes the rows; returns the addresses of those that were merged."""
    try:
        rows = list(records(body))
    except NotCsvError:
        rows = [[]]
    header = rows[0]
    members = []
    for number, cells in enumerate(rows[1:], 1):
        counts["readRows"] += 1
        counts["rowsTotal"] += 1
        named = {mapped[column]: cell for column, cell in zip(header, cells, strict=False)
                 if column in mapped}  # fmt: skip
        why, value = _fault(named, len(cells) == len(header))
        if why is not None:
            counts["invalidRows"] += 1
            counts["rowsRejected"] += 1
            intake.fail(RefusedRow(number, why, named.get("email", ""), value, tuple(cells)))
            continue
        key = named["email"].strip().lower()
        old = intake.contact(key)
        new = {field: cell for field, cell in named.items() if cell.strip() and field != "email"}
        intake.accept(number, cells, key, {**(old or {}), **new})
        members.append(key)
        counts["validRows"] += 1
        counts["rowsImported"] += 1
        counts["mergedInserts" if old is None else "mergedUpdates"] += 1
    return members


def _fault(named: Mapping[str, str], whole: bool) -> tuple[str | None, str]:
    """Why a row fails, and which cell causes it."""
    email = named.get("email", "")
    if not whole:
        return "CDP_ETL.VALIDATION.REQUEST_INVALID", ""
    if not is_address(email.strip()):
        return "invalid email format", email
    for field, cell in named.items():
        if FIELDS[field] == "datetime" and cell.strip() and not _is_moment(cell.strip()):
            return "naive datetime", cell
    return _JUDGE.effect(email), email


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _job(desk: Desk, name: str) -> tuple[dict[str, Any], StoredJob | None]:
    return _stored(desk, name), desk.store.job(NAME, name)


@guarded
async def _get(desk: Desk, request: Request) -> Response:
    pending, job = await run_in_threadpool(_job, desk, request.path_params["id"])
    if job is None:
        return done({"stage": "upload", "state": pending["state"]})
    over = desk.clock() >= job.ends
    counts = job.details["counts"]
    shown: dict[str, Any] = counts if over else dict.fromkeys(_COUNTERS, 0)
    read = shown["readRows"]
    return done(
        {
            "stage": "merge",
            "state": job.status if over else "running",
            **shown,
            "successRate": round(shown["rowsImported"] / read, 4) if read else 0,
        }
    )


@guarded
async def _errors(desk: Desk, request: Request) -> Response:
    name = request.path_params["id"]
    _, job = await run_in_threadpool(_job, desk, name)
    if job is None or desk.clock() < job.ends:
        raise RefusalError(no(409, "The job is not over."))
    if not job.details["counts"]["rowsRejected"]:
        return done({"hasErrors": False, "errorFileUrl": None})
    signed = f"?X-Amz-Signature={job.details['signature']}"
    return done(
        {"hasErrors": True, "errorFileUrl": f"{_here(request)}/storage/{name}/errors{signed}"}
    )


async def _error_file(desk: Desk, request: Request) -> Response:
    job = await run_in_threadpool(desk.store.job, NAME, request.path_params["id"])
    if job is None:
        return Response("<Error><Code>NoSuchKey</Code></Error>", 404)
    turned_away = _signed(desk, request, job.details["signature"], math.inf)
    return turned_away or Response(
        await run_in_threadpool(_written, desk, job), media_type="text/plain"
    )


def _written(desk: Desk, job: StoredJob) -> str:
    form = desk.setting(ERROR_FORM)
    failures = desk.store.failures(job)
    if form in (2, 3):
        return "".join(
            json.dumps(
                {
                    **({"row": failure.row} if form == 2 else {}),
                    "error": {"code": failure.code, "message": f"{failure.code} in the row"},
                    "record": {"email": failure.message, "value": failure.value},
                }
            )
            + "\n"
            for failure in failures
        )
    if form == 4:
        return "".join(f"{failure.code} (record {failure.row})\n" for failure in failures)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    numbers = ["row"] if form == 0 else []
    writer.writerow([*numbers, "email", "error", "value"])
    for failure in failures:
        writer.writerow(
            [*([failure.row] if form == 0 else []), failure.message, failure.code, failure.value]
        )
    return text.getvalue()


@guarded
async def _metadata(_desk: Desk, request: Request) -> Response:
    if request.path_params["name"] != "profiles":
        raise RefusalError(no(404, "There is no such object."))
    fields = [{"name": name, "type": kind} for name, kind in FIELDS.items()]
    return done({"objectName": "profiles", "fields": fields})


STAND_IN = StandIn(
    name=NAME,
    address_variable="EXPERITURE_BASE_URL",
    credentials=CREDENTIALS,
    endpoints=(
        Endpoint("init", "POST", "/import-jobs", _init),
        Endpoint("put", "PUT", "/storage/{id}/file", _put),
        Endpoint("mapping", "POST", "/import-jobs/{id}/mapping", _mapping),
        Endpoint("start", "POST", "/import-jobs/{id}/start", _start),
        Endpoint("get", "GET", "/import-jobs/{id}", _get),
        Endpoint("errors", "GET", "/import-jobs/{id}/errors", _errors),
        Endpoint("error-file", "GET", "/storage/{id}/errors", _error_file),
        Endpoint("lists", "GET", "/lists", lists),
        Endpoint("members", "GET", "/lists/{id}/members", members),
        Endpoint("metadata", "GET", "/metadata/objects/{name}", _metadata),
    ),
    refusal=refusal,
    magic=MAGIC,
    settings=(ERROR_FORM,),
)
