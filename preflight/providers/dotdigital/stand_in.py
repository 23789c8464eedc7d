"""The stand-in for Dotdigital's v2 bulk import of contacts.

Routes, for faults: `import`, `status`, `report`, `report-faults`, `account-info`.

Documented, and so here: HTTP Basic; CSV as one multipart file with a file name, or base64 in JSON;
202 with an id; at most 25 active imports; 50 MB a file; the merge options by name and by number;
the statuses; the fifteen counters; the faults as a CSV of `Reason` and the file's own columns,
without row numbers, kept for about a week; the reasons; the `X-RateLimit-*` headers and 429.
Sources: the provider's page "Bulk creates, or bulk updates, contacts in an address book with merge
option"; its API reference and error registry; "Suppressed by you" from its Magento extension.

Invented
--------
- Status 400 for too many active imports, a missing `Email` column (told at submit), a book that is
  not writable and a merge option that is not available; 409 for a book in use; 404 for a report
  that is not there, be it because the import is not finished, did not end as `Finished`, or is over
  a week old; 413 and its words for a file over the limit.
- 50 MB is 50,000,000 bytes of the file itself, also where it came as base64.
- Without a merge option in the URL an import overwrites.
- Any numeric address book exists, save the magic ones; Excel files end as `InvalidFileFormat`.
- In the fault report: the byte order mark always, CRLF, the shuffled order, and that a row of
  another length than the header is fitted to it.
- A row that is shorter or longer than the header, or holds over 1,000 characters in a cell, is one
  of the `Failures`. The first of several equal addresses, by lower case, is the one that counts.
- 10,000 calls a minute (setting `calls_per_minute`) instead of an account's own limit.
- What is in `account-info` besides its form.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import secrets
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import wraps
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from preflight.providers.dotdigital.stand_in_merges import MERGES, Merge
from preflight.providers.sandbox.judge import (
    Judge,
    Magic,
    NotCsvError,
    is_address,
    magic_of,
    records,
)
from preflight.providers.sandbox.stand import Answer, Desk, Endpoint, RefusalError, Setting, StandIn
from preflight.providers.sandbox.store import Intake, RefusedRow, StoredJob

MAX_BYTES = 50_000_000
MAX_ACTIVE = 25
MAX_TEXT = 1_000
CALLS_PER_MINUTE = Setting("calls_per_minute", 10_000, range(1_000_000))
REPORT_SECONDS = 7 * 24 * 3600

COUNTERS = {
    "Globally Suppressed": "globallySuppressed",
    "Invalid Email": "invalidEntries",
    "Duplicate": "duplicateEmails",
    "Blocker": "blocked",
    "Unsubscribed": "unsubscribed",
    "Hard bounced": "hardBounced",
    "Soft bounced": "softBounced",
    "Complained to ISP": "ispComplaints",
    "Mail blocked": "mailBlocked",
    "Suppressed by Domain": "domainSuppressed",
    "Pending optin": "pendingDoubleOptin",
    "Failures": "failures",
    "Suppressed by you": "suppressedContacts",
}
"""The report's counter for each reason of the fault report."""

_CREDENTIALS = {
    "DOTDIGITAL_API_USER": "apiuser-sandbox@apiconnector.com",
    "DOTDIGITAL_API_PASSWORD": "sandbox-only",
}
MAGIC = (
    Magic("local part", "suppressed", "Suppressed by you"),
    Magic("local part", "globally-suppressed", "Globally Suppressed"),
    Magic("local part", "unsubscribed", "Unsubscribed"),
    Magic("local part", "hardbounced", "Hard bounced"),
    Magic("local part", "softbounced", "Soft bounced"),
    Magic("local part", "isp-complaint", "Complained to ISP"),
    Magic("local part", "mailblocked", "Mail blocked"),
    Magic("local part", "optin-pending", "Pending optin"),
    Magic("local part", "blocker", "Blocker"),
    Magic("local part", "failure", "Failures"),
    Magic("domain", "blocked-", "Suppressed by Domain"),
    Magic("domain", "blocked.example", "Suppressed by Domain"),
    Magic("address book", "403", "ERROR_ADDRESSBOOK_NOTWRITABLE"),
    Magic("address book", "404", "ERROR_ADDRESSBOOK_NOT_FOUND"),
    Magic("address book", "409", "ERROR_ADDRESSBOOK_IN_USE"),
    Magic("address book", "9001", "RejectedByWatchdog"),
    Magic("address book", "9002", "InvalidFileFormat"),
    Magic("address book", "9003", "Unknown"),
    Magic("address book", "9004", "Failed"),
    Magic("address book", "9005", "ExceedsAllowedContactLimit"),
    Magic("address book", "9006", "NotAvailableInThisVersion"),
)
"""Its magic values; all of them invented."""

_NAME = "dotdigital"
_JUDGE = Judge(MAGIC)
_BOOKS = magic_of(MAGIC, "address book")
_BOOK_ERRORS = {
    "ERROR_ADDRESSBOOK_NOT_FOUND": (404, "Error: ERROR_ADDRESSBOOK_NOT_FOUND"),
    "ERROR_ADDRESSBOOK_NOTWRITABLE": (
        400,
        "Address book cannot be written to via the API. ERROR_ADDRESSBOOK_NOTWRITABLE",
    ),
    "ERROR_ADDRESSBOOK_IN_USE": (409, "Error: ERROR_ADDRESSBOOK_IN_USE"),
}


def _no(status: int, message: str) -> JSONResponse:
    return JSONResponse({"message": message}, status)


def _refusal(status: int) -> Response:
    token = {
        429: "ERROR_APIUSAGE_EXCEEDED",
        503: "ERROR_SYSTEM_SERVICETEMPORARILYUNAVAILABLE",
    }.get(status, "ERROR_UNKNOWN")
    return _no(status, f"Error: {token}")


def _is_known(request: Request) -> bool:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True)
    except ValueError:
        return False
    expected = ":".join(_CREDENTIALS.values()).encode()
    return scheme.lower() == "basic" and secrets.compare_digest(given, expected)


def _guarded(answer: Answer) -> Answer:
    """Asks for credentials, counts the call, and turns a `RefusalError` into its answer."""

    @wraps(answer)
    async def guarded(desk: Desk, request: Request) -> Response:
        minute = int(desk.clock() // 60)
        desk.calls[_NAME, minute] += 1
        limit = await run_in_threadpool(desk.setting, CALLS_PER_MINUTE)
        left = limit - desk.calls[_NAME, minute]
        if not _is_known(request):
            response: Response = _no(401, "The login is not valid. ERROR_INVALID_LOGIN")
        elif left < 0:
            response = _refusal(429)
        else:
            try:
                response = await answer(desk, request)
            except RefusalError as refusal:
                response = refusal.response
        response.headers["X-RateLimit-Limit"] = str(limit)
        response.headers["X-RateLimit-Remaining"] = str(max(left, 0))
        response.headers["X-RateLimit-Reset"] = str((minute + 1) * 60)
        response.headers["X-RateLimit-Scope"] = "lowCallRate"
        return response

    return guarded


async def _upload(request: Request) -> bytes:
    """The one file of a request, in either of its two forms."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        body = await _multipart(request)
    elif kind == "application/json":
        body = await _json(request)
    else:
        raise RefusalError(_no(400, "Error: ERROR_CONTENT_TYPE_IS_NOT_SUPPORTED"))
    if len(body) > MAX_BYTES:
        raise RefusalError(_no(413, "the file is over the 50MB file upload limit"))
    return body


async def _multipart(request: Request) -> bytes:
    try:
        async with request.form(max_part_size=MAX_BYTES + 1) as form:
            parts = [value for _, value in form.multi_items()]
            files = [part for part in parts if isinstance(part, UploadFile) and part.filename]
            if len(files) > 1:
                raise RefusalError(_no(400, "Error: ERROR_MULTI_FILE_UPLOAD_NOT_ALLOWED"))
            if not files:
                raise RefusalError(_no(400, "file must be valid"))
            return await files[0].read()
    except HTTPException:
        raise RefusalError(_no(400, "Error: ERROR_BODY_DOES_NOT_MATCH_CONTENT_TYPE")) from None


async def _json(request: Request) -> bytes:
    try:
        value = json.loads(await request.body())
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise RefusalError(_no(400, "Error: ERROR_BODY_DOES_NOT_MATCH_CONTENT_TYPE"))
    keys = {name.lower(): value[name] for name in value}
    name, data = keys.get("filename"), keys.get("data")
    if not isinstance(name, str) or not name or not isinstance(data, str):
        raise RefusalError(_no(400, "file must be valid"))
    try:
        return base64.b64decode(data, validate=True)
    except ValueError:
        raise RefusalError(_no(400, "Error: ERROR_PARAMETER_INVALID")) from None


@_guarded
async def _import(desk: Desk, request: Request) -> Response:
    option = request.path_params.get("option", "Overwrite")
    merge = MERGES.get(option.lower())
    if merge is None:
        raise RefusalError(_no(400, "Error: ERROR_PARAMETER_INVALID"))
    book = request.path_params.get("book", "")
    effect = _BOOKS.get(book)
    if book and not book.isdecimal():
        effect = "ERROR_ADDRESSBOOK_NOT_FOUND"
    if effect in _BOOK_ERRORS:
        raise RefusalError(_no(*_BOOK_ERRORS[effect]))
    body = await _upload(request)
    return await run_in_threadpool(_take, desk, body, merge, effect)


def _take(
    desk: Desk,
    body: bytes,
    merge: Merge,
    status: str | None,
) -> Response:
    now = desk.clock()
    job = str(uuid.uuid4())
    ends = now + desk.job_seconds
    try:
        with desk.store.intake(_NAME, job, now, ends) as intake:
            if intake.others_active(now) >= MAX_ACTIVE:
                raise RefusalError(_no(400, "Error: ERROR_IMPORT_TOOMANYACTIVEIMPORTS"))
            _settle(intake, records(body), merge, status)
    except NotCsvError:
        with desk.store.intake(_NAME, job, now, ends) as intake:
            intake.status = "InvalidFileFormat"
    return JSONResponse({"id": job, "status": "NotFinished"}, 202)


def _settle(
    intake: Intake,
    rows: Iterator[list[str]],
    merge: Merge,
    status: str | None,
) -> None:
    """Judges every row and writes what became of it."""
    header = next(rows)
    names = [name.strip().upper() for name in header]
    if "EMAIL" not in names:
        raise RefusalError(_no(400, "Error: ERROR_NO_EMAIL_COLUMN"))
    intake.status = status or "Finished"
    counts = Counter(dict.fromkeys(("newContacts", "updatedContacts", *COUNTERS.values()), 0))
    intake.details = {"header": header, "counts": counts}
    if status is not None:
        return
    email = names.index("EMAIL")
    seen: set[str] = set()
    for number, cells in enumerate(rows, 1):
        key = cells[email].lower() if email < len(cells) else ""
        reason = _reason(cells, key, len(header), seen)
        if reason is not None:
            counts[COUNTERS[reason]] += 1
            intake.fail(RefusedRow(number, reason, "", key, tuple(cells)))
            continue
        seen.add(key)
        old = intake.contact(key)
        counts["newContacts" if old is None else "updatedContacts"] += 1
        fields = dict(zip(names, cells, strict=True))
        del fields["EMAIL"]
        intake.accept(number, cells, key, merge(old or {}, fields))


def _reason(cells: Sequence[str], key: str, width: int, seen: set[str]) -> str | None:
    if len(cells) != width or max(map(len, cells)) > MAX_TEXT:
        return "Failures"
    if not is_address(key):
        return "Invalid Email"
    if key in seen:
        return "Duplicate"
    return _JUDGE.effect(key)


async def _find(desk: Desk, request: Request) -> StoredJob:
    job = await run_in_threadpool(desk.store.job, _NAME, request.path_params["id"].lower())
    if job is None:
        raise RefusalError(_no(404, "Error: ERROR_IMPORT_NOT_FOUND"))
    return job


async def _finished(desk: Desk, request: Request) -> StoredJob:
    job = await _find(desk, request)
    age = desk.clock() - job.ends
    if job.status != "Finished" or not 0 <= age <= REPORT_SECONDS:
        raise RefusalError(_no(404, "Error: ERROR_IMPORT_REPORT_NOT_FOUND"))
    return job


@_guarded
async def _status(desk: Desk, request: Request) -> Response:
    job = await _find(desk, request)
    status = job.status if desk.clock() >= job.ends else "NotFinished"
    return JSONResponse({"id": job.id, "status": status})


@_guarded
async def _report(desk: Desk, request: Request) -> Response:
    return JSONResponse((await _finished(desk, request)).details["counts"])


@_guarded
async def _report_faults(desk: Desk, request: Request) -> Response:
    job = await _finished(desk, request)
    body = await run_in_threadpool(_fault_file, desk, job)
    return Response(body, media_type="application/octet-stream")


def _fault_file(desk: Desk, job: StoredJob) -> bytes:
    header = job.details["header"]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["Reason", *header])
    for failure in shuffled(desk.store.failures(job)):
        cells = [*failure.cells, *[""] * len(header)][: len(header)]
        writer.writerow([failure.code, *cells])
    return text.getvalue().encode("utf-8-sig")


def shuffled(failures: Sequence[RefusedRow]) -> list[RefusedRow]:
    """The same rows in another order than they were sent in; the same order at every call."""
    ordered = sorted(failures, key=lambda f: hashlib.sha256(str(f.row).encode()).digest())
    return ordered[::-1] if ordered == list(failures) else ordered


@_guarded
async def _account_info(_desk: Desk, request: Request) -> Response:
    address = str(request.base_url).rstrip("/") + request.scope["root_path"]
    properties: list[dict[str, Any]] = [
        {"name": "Name", "type": "String", "value": "Sandbox"},
        {"name": "ApiEndpoint", "type": "String", "value": address},
    ]
    return JSONResponse({"id": 1, "properties": properties})


_TARGETS = ("/v2/contacts/import", "/v2/address-books/{book}/contacts/import")

STAND_IN = StandIn(
    name=_NAME,
    address_variable="DOTDIGITAL_BASE_URL",
    credentials=_CREDENTIALS,
    endpoints=(
        *(
            Endpoint("import", "POST", target + option, _import)
            for target in _TARGETS
            for option in ("", "/with-merge-option/{option}")
        ),
        Endpoint("status", "GET", "/v2/contacts/import/{id}", _status),
        Endpoint("report", "GET", "/v2/contacts/import/{id}/report", _report),
        Endpoint("report-faults", "GET", "/v2/contacts/import/{id}/report-faults", _report_faults),
        Endpoint("account-info", "GET", "/v2/account-info", _account_info),
    ),
    refusal=_refusal,
    magic=MAGIC,
    settings=(CALLS_PER_MINUTE,),
)
