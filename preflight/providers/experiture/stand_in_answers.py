"""How Experiture's stand-in answers: envelopes, codes, the token and the idempotency key."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping
from functools import wraps
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from preflight.providers.sandbox.stand import Answer, Desk, RefusalError

NAME = "experiture"
CREDENTIALS = {"EXPERITURE_API_KEY": "sandbox-only"}
KEY_SECONDS = 24 * 3600

_CODES = {
    400: "CDP_ETL.VALIDATION.REQUEST_INVALID",
    401: "CDP_ETL.AUTH.UNAUTHORIZED",
    403: "CDP_ETL.AUTH.FORBIDDEN",
    404: "CDP_ETL.NOT_FOUND",
    409: "CDP_ETL.IMPORT.CONFLICT",
    422: "CDP_ETL.VALIDATION.REQUEST_SCHEMA",
    429: "CDP_ETL.RATE.LIMITED",
    500: "CDP_ETL.INTERNAL.UNHANDLED_EXCEPTION",
    503: "CDP_ETL.INTERNAL.UNAVAILABLE",
}


def _enveloped(body: Mapping[str, Any], status: int) -> JSONResponse:
    number = str(uuid.uuid4())
    return JSONResponse(
        {**body, "correlationId": number}, status, headers={"x-correlation-id": number}
    )


def done(data: Any) -> Response:
    """A success, in its envelope."""
    return _enveloped({"success": True, "data": data}, 200)


def no(status: int, message: str, path: str | None = None) -> Response:
    """A refusal, in its envelope; `path` names the part of the request at fault."""
    error: dict[str, Any] = {"code": _CODES[status], "message": message}
    if path is not None:
        error["details"] = {"path": path}
    return _enveloped({"success": False, "error": error}, status)


def refusal(status: int) -> Response:
    """A status that has no cause in the request."""
    words = "Rate limit exceeded." if status == 429 else "The call could not be carried out."
    return no(status, words)


def guarded(answer: Answer) -> Answer:
    """Asks for the token, and turns a `RefusalError` into its answer."""

    @wraps(answer)
    async def guarded(desk: Desk, request: Request) -> Response:
        expected = f"Bearer {CREDENTIALS['EXPERITURE_API_KEY']}".encode()
        given = request.headers.get("authorization", "").encode("latin-1")
        if not secrets.compare_digest(given, expected):
            return no(401, "The token is not valid.")
        try:
            return await answer(desk, request)
        except RefusalError as refusal:
            return refusal.response

    return guarded


def once(answer: Answer) -> Answer:
    """Answers a call under a key as it was answered before, for 24 hours."""

    @wraps(answer)
    async def once(desk: Desk, request: Request) -> Response:
        key = request.headers.get("idempotency-key")
        if key is None:
            return await answer(desk, request)
        asked = hashlib.sha256(request.url.path.encode() + await request.body()).hexdigest()
        known = await run_in_threadpool(desk.store.document, NAME, f"key:{key}")
        if known and known["until"] > desk.clock():
            if known["asked"] != asked:
                return no(409, "The key was used for another call.")
            return JSONResponse(known["answer"], known["status"])
        response = await answer(desk, request)
        if response.status_code < 400:
            kept = {
                "asked": asked,
                "until": desk.clock() + KEY_SECONDS,
                "status": response.status_code,
                "answer": json.loads(bytes(response.body)),
            }
            await run_in_threadpool(desk.store.write, NAME, f"key:{key}", kept)
        return response

    return once


async def json_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request's body.

    Raises:
        RefusalError: it has none.
    """
    try:
        value = json.loads(await request.body())
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise RefusalError(no(400, "The body is no JSON object."))
    return value
