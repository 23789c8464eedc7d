"""The stand-in for Sixth: takes addresses, and refuses those that opted out."""

from __future__ import annotations

import csv
import io
import secrets

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from preflight.providers.sandbox.judge import Judge, Magic, records
from preflight.providers.sandbox.stand import Desk, Endpoint, Setting, StandIn
from preflight.providers.sandbox.store import RefusedRow

MAGIC = (Magic("local part", "optedout", "opted out"),)
PAGE = Setting("sixth_page", 10, range(100))


async def _import(desk: Desk, request: Request) -> Response:
    if request.headers.get("authorization") != "Bearer sandbox-only":
        return JSONResponse({"message": "who are you?"}, 401)
    async with request.form() as form:
        file = form["file"]
        body = await file.read() if isinstance(file, UploadFile) else b""
    header, *rows = records(body)
    at, job, now, judge = header.index("E-Mail"), secrets.token_hex(4), desk.clock(), Judge(MAGIC)
    with desk.store.intake("sixth", job, now, now + desk.job_seconds) as intake:
        refused = 0
        for number, cells in enumerate(rows, 1):
            why = judge.effect(cells[at])
            if why is None:
                intake.accept(number, cells, cells[at].lower(), {})
            else:
                refused += 1
                intake.fail(RefusedRow(number, why, "", cells[at], tuple(cells)))
        intake.status, intake.details = "done", {"refused": refused}
    return JSONResponse({"id": job})


async def _status(desk: Desk, request: Request) -> Response:
    job = desk.store.job("sixth", request.path_params["id"])
    if job is None:
        return _refusal(404)
    return JSONResponse({"state": job.status, **job.details})


async def _refused(desk: Desk, request: Request) -> Response:
    job = desk.store.job("sixth", request.path_params["id"])
    if job is None:
        return _refusal(404)
    text = io.StringIO(newline="")
    rows = [(failure.value, failure.code) for failure in desk.store.failures(job)]
    csv.writer(text).writerows([("who", "why"), *rows])
    return Response(text.getvalue(), media_type="text/csv")


def _refusal(status: int) -> Response:
    return JSONResponse({"message": "no"}, status)


STAND_IN = StandIn(
    name="sixth",
    address_variable="SIXTH_BASE_URL",
    credentials={"SIXTH_TOKEN": "sandbox-only"},
    endpoints=(
        Endpoint("import", "POST", "/imports", _import),
        Endpoint("status", "GET", "/imports/{id}", _status),
        Endpoint("refused", "GET", "/imports/{id}/refused", _refused),
    ),
    refusal=_refusal,
    magic=MAGIC,
    settings=(PAGE,),
)
