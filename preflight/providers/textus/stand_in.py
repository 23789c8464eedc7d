"""The stand-in for TextUs's upload of contacts.

Routes, for faults: `upload`.

Documented, and so here: the Bearer token; `POST /:account/contacts/upload` with a file of type
`text/csv` and `headers`; 201 with a `contact_import_slug`; the five refusals with status 422, in
their two shapes and words; the four headers of the example; 1,000 requests in five minutes with the
`X-RateLimit-*` headers, and 429 with `Retry-After`.
Sources: the provider's pages "Upload contacts via CSV", "Auth" and "Rate limiting".

Invented
--------
- `headers` is the JSON text of a list, or one form field a name (`headers[]`). The four of the
  example are all there are; `name` and `phone_number` are required, and in any case.
- The file begins with a header row, which has to name the same columns in the same order; a file
  that does not is refused with words of our own.
- What becomes of a row, since the provider tells nobody: a row of another length than the header,
  without a name, or whose phone number is not a `+` with 8 to 15 digits is passed over in silence.
  Of the same number twice the first counts; a number that is there already is overwritten.
- The bodies of 401, 404 and 429. Account `404` does not exist; any other does.
- The limit is counted by the clock's five minutes (setting `calls_per_minute` times five).
"""

from __future__ import annotations

import json
import re
import secrets
from functools import wraps

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from preflight.providers.sandbox.judge import Magic, NotCsvError, magic_of, records
from preflight.providers.sandbox.stand import Answer, Desk, Endpoint, RefusalError, Setting, StandIn

HEADERS = ("name", "phone_number", "business", "tags")
REQUIRED = ("name", "phone_number")
WINDOW_SECONDS = 300
CALLS_PER_MINUTE = Setting("calls_per_minute", 200, range(1_000_000))

MAGIC = (Magic("account", "404", "404 Account not found."),)
"""Its magic values; all of them invented."""

_NAME = "textus"
_CREDENTIALS = {"TEXTUS_API_TOKEN": "sandbox-only"}
_ACCOUNTS = magic_of(MAGIC, "account")
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
_WORDS = {
    401: "Unauthorized.",
    404: "Account not found.",
    429: "Rate limit exceeded.",
    500: "Internal server error.",
    503: "Service unavailable.",
}


def _refusal(status: int) -> Response:
    return JSONResponse({"error": _WORDS[status]}, status)


def _no(*errors: str) -> RefusalError:
    return RefusalError(JSONResponse({"errors": list(errors)}, 422))


def _lacks(words: str) -> RefusalError:
    return RefusalError(JSONResponse({"error": words}, 422))


def _guarded(answer: Answer) -> Answer:
    """Counts the call, asks for the token, and turns a `RefusalError` into its answer."""

    @wraps(answer)
    async def guarded(desk: Desk, request: Request) -> Response:
        now = desk.clock()
        window = int(now // WINDOW_SECONDS)
        limit = 5 * desk.setting(CALLS_PER_MINUTE)
        desk.calls[_NAME, window] += 1
        left = limit - desk.calls[_NAME, window]
        reset = (window + 1) * WINDOW_SECONDS
        response = await _judged(answer, desk, request) if left >= 0 else _refusal(429)
        if left < 0:
            response.headers["Retry-After"] = str(max(1, round(reset - now)))
        response.headers["X-RateLimit-Limit"] = str(limit)
        response.headers["X-RateLimit-Remaining"] = str(max(0, left))
        response.headers["X-RateLimit-Reset"] = str(reset)
        return response

    return guarded


async def _judged(answer: Answer, desk: Desk, request: Request) -> Response:
    expected = f"Bearer {_CREDENTIALS['TEXTUS_API_TOKEN']}".encode()
    given = request.headers.get("authorization", "").encode("latin-1")
    if not secrets.compare_digest(given, expected):
        return _refusal(401)
    if request.path_params["account"] in _ACCOUNTS:
        return _refusal(404)
    try:
        return await answer(desk, request)
    except RefusalError as refusal:
        return refusal.response


@_guarded
async def _upload(desk: Desk, request: Request) -> Response:
    try:
        async with request.form() as form:
            names = _names(form)
            part = form.get("file")
            if not isinstance(part, UploadFile):
                raise _lacks("File is required.")
            if names is None:
                raise _lacks("Headers are a required field.")
            kind = (part.content_type or "").partition(";")[0].strip().lower()
            body = await part.read()
    except HTTPException:
        raise _lacks("File is required.") from None
    folded = [name.strip().lower() for name in names]
    if strange := [name for name, known in zip(names, folded, strict=True) if known not in HEADERS]:
        raise _no(f"Invalid headers provided: {', '.join(strange)}.")
    if missing := [name for name in REQUIRED if name not in folded]:
        raise _no(f"Missing required headers: {', '.join(missing)}.")
    if kind != "text/csv":
        raise _no("File must be a CSV (text/csv).")
    return await run_in_threadpool(_take, desk, folded, body)


def _names(form: FormData) -> list[str] | None:
    """What `headers` says; None where it says nothing."""
    listed = [value for value in form.getlist("headers[]") if isinstance(value, str)]
    if listed:
        return listed
    text = form.get("headers")
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        return None
    return value or None


def _take(desk: Desk, names: list[str], body: bytes) -> Response:
    try:
        rows = list(records(body))
    except NotCsvError:
        raise _no("File must be a CSV (text/csv).") from None
    if [name.strip().lower() for name in rows[0]] != names:
        raise _no("The columns of the file are not the headers provided.")
    slug = f"import-{secrets.token_hex(6)}"
    now = desk.clock()
    name_at, phone_at = names.index("name"), names.index("phone_number")
    with desk.store.intake(_NAME, slug, now, now + desk.job_seconds) as intake:
        seen: set[str] = set()
        for number, cells in enumerate(rows[1:], 1):
            if len(cells) != len(names) or not cells[name_at].strip():
                continue
            phone = cells[phone_at]
            if not _PHONE.fullmatch(phone) or phone in seen:
                continue
            seen.add(phone)
            intake.accept(number, cells, phone, dict(zip(names, cells, strict=True)))
        intake.status = "done"
    return JSONResponse({"contact_import_slug": slug}, 201)


STAND_IN = StandIn(
    name=_NAME,
    address_variable="TEXTUS_BASE_URL",
    credentials=_CREDENTIALS,
    endpoints=(Endpoint("upload", "POST", "/{account}/contacts/upload", _upload),),
    refusal=_refusal,
    magic=MAGIC,
    settings=(CALLS_PER_MINUTE,),
)
