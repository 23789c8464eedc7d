"""The lists of Experiture's stand-in: made by jobs that are completed, shown page by page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from preflight.providers.experiture.stand_in_answers import NAME, done, guarded, no
from preflight.providers.sandbox.stand import Desk, RefusalError

MAX_PAGE = 100


def _all_lists(desk: Desk) -> dict[str, tuple[str, list[str]]]:
    """Every list by its id: its name and its members in the order of their coming."""
    all_lists: dict[str, tuple[str, list[str]]] = {}
    for job in reversed(desk.store.jobs(NAME)):
        name, target = job.details["list"], job.details["target"]
        if desk.clock() < job.ends or job.status != "completed" or not (name or target):
            continue
        key = target or f"lst_{job.number}"
        entry = all_lists.setdefault(key, (name or target, []))
        entry[1].extend(member for member in job.details["members"] if member not in entry[1])
    return all_lists


def _page(request: Request, entries: Sequence[Mapping[str, Any]]) -> Response:
    try:
        page = int(request.query_params.get("page", "1"))
        size = min(MAX_PAGE, int(request.query_params.get("pageSize", "50")))
    except ValueError:
        page = size = 0
    if page < 1 or size < 1:
        raise RefusalError(no(400, "page and pageSize are numbers from 1 up."))
    return done(
        {
            "items": list(entries[(page - 1) * size : page * size]),
            "page": page,
            "pageSize": size,
            "total": len(entries),
            "totalPages": math.ceil(len(entries) / size),
        }
    )


@guarded
async def lists(desk: Desk, request: Request) -> Response:
    """`GET /lists`."""
    all_lists = await run_in_threadpool(_all_lists, desk)
    return _page(
        request,
        [
            {"id": key, "name": name, "type": "static", "status": "active"}
            for key, (name, _) in all_lists.items()
        ],
    )


@guarded
async def members(desk: Desk, request: Request) -> Response:
    """`GET /lists/{id}/members`."""
    all_lists = await run_in_threadpool(_all_lists, desk)
    held = all_lists.get(request.path_params["id"])
    if held is None:
        raise RefusalError(no(404, "There is no such list."))
    return _page(request, [{"profileId": f"prf_{email}", "email": email} for email in held[1]])
