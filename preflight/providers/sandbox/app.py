"""The web application of the sandbox: every stand-in under its own prefix, and the control calls.

| control call                  | does                                                            |
|-------------------------------|-----------------------------------------------------------------|
| `GET /_sandbox/health`        | `{"status": "ok", "providers": {name: [route…]}}`               |
| `GET /_sandbox/magic`         | the magic values                                                |
| `GET /_sandbox/accepted`      | every accepted row of each provider; `?provider=` for one       |
| `GET /_sandbox/faults`        | the faults still to be met                                      |
| `POST /_sandbox/faults`       | puts one in line: `{"provider", "route", "fault", "times"…}`    |
| `DELETE /_sandbox/faults`     | forgets them                                                    |
| `GET /_sandbox/settings`      | the settings that the stand-ins declare                         |
| `POST /_sandbox/settings`     | sets some: `{"name": number}`                                   |

They ask for no credentials: the sandbox listens on the loopback interface alone, and answers only
requests that name it by a loopback name, so that no web page can reach it by another.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import asdict

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from preflight.providers import registry
from preflight.providers.sandbox.faults import Fault, Faults, from_json
from preflight.providers.sandbox.judge import Magic
from preflight.providers.sandbox.stand import Desk, Endpoint, Setting, StandIn
from preflight.providers.sandbox.store import Store

STAND_INS: tuple[StandIn, ...] = registry.stand_ins()
"""The stand-ins of all providers that have one."""

MAGIC: tuple[tuple[str, Magic], ...] = tuple(
    (stand.name, magic) for stand in STAND_INS for magic in stand.magic
)
"""Every magic value, with the provider whose stand-in reacts to it."""

ROUTES = {
    stand.name: tuple(dict.fromkeys(endpoint.route for endpoint in stand.endpoints))
    for stand in STAND_INS
}
"""What a fault can name: the routes of each provider."""

LOOPBACK = ("127.0.0.1", "localhost")

_SETTINGS: dict[str, Setting] = {}
for _stand in STAND_INS:
    for _setting in _stand.settings:
        # Of a setting that several share, the default of the first is shown.
        _SETTINGS.setdefault(_setting.name, _setting)


class Gate:
    """One endpoint, behind the faults that were asked for: an ASGI application."""

    def __init__(self, stand: StandIn, endpoint: Endpoint, desk: Desk, faults: Faults) -> None:
        self._stand = stand
        self._endpoint = endpoint
        self._desk = desk
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive, send)
        fault = self._faults.take(self._stand.name, self._endpoint.route)
        try:
            response = await self._answer(request, fault)
        except ClientDisconnect:
            return
        if response is None:
            await _cut(request)
        else:
            await response(scope, receive, send)

    async def _answer(self, request: Request, fault: Fault | None) -> Response | None:
        kind = fault.fault if fault else ""
        if kind in ("404", "429", "500", "503", "cut-before"):
            async for _ in request.stream():
                pass
            response = None if kind == "cut-before" else self._stand.refusal(int(kind))
        else:
            response = await self._endpoint.answer(self._desk, request)
        if fault is None:
            return response
        if kind == "cut-after":
            return None
        if kind == "500-after":
            response = self._stand.refusal(500)
        if kind == "slow":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_left(request), fault.seconds)
        if response is not None and kind == "truncate":
            body = bytes(response.body)[: len(response.body) // 2]
            response = Response(body, response.status_code, media_type=response.media_type)
        if response is not None and fault.retry_after is not None:
            response.headers["Retry-After"] = f"{fault.retry_after:g}"
        return response


async def _left(request: Request) -> None:
    """Waits until the client goes away, and raises `ClientDisconnect` then."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    raise ClientDisconnect


async def _cut(request: Request) -> None:
    """Ends the connection at once, whatever the client still expects of it."""
    request.state.transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass


def build(desk: Desk, faults: Faults) -> Starlette:
    """The application.

    Args:
        desk: what the endpoints work with.
        faults: the faults that calls meet.
    """
    routes: list[BaseRoute] = [
        Mount(
            f"/{stand.name}",
            routes=[
                Route(e.path, Gate(stand, e, desk, faults), methods=[e.method])
                for e in stand.endpoints
            ],
        )
        for stand in STAND_INS
    ]
    routes.append(Mount("/_sandbox", routes=_control(desk.store, faults)))
    trusted = Middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK, www_redirect=False)
    return Starlette(routes=routes, middleware=[trusted])


def _control(store: Store, faults: Faults) -> list[BaseRoute]:
    def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok", "providers": ROUTES})

    def magic(_request: Request) -> Response:
        return JSONResponse([{"provider": name, **asdict(magic)} for name, magic in MAGIC])

    def accepted(request: Request) -> Response:
        names = request.query_params.getlist("provider") or list(ROUTES)
        return JSONResponse({n: [asdict(row) for row in store.accepted(n)] for n in names})

    async def change_faults(request: Request) -> Response:
        if request.method == "POST":
            try:
                faults.add(from_json(json.loads(await request.body())))
            except ValueError as error:
                return JSONResponse({"error": str(error)}, 400)
        if request.method == "DELETE":
            faults.clear()
        return JSONResponse(faults.pending())

    async def change_settings(request: Request) -> Response:
        if request.method == "POST":
            try:
                await run_in_threadpool(_set, store, json.loads(await request.body()))
            except ValueError as error:
                return JSONResponse({"error": str(error)}, 400)
        now = {name: store.setting(name, known.default) for name, known in _SETTINGS.items()}
        return JSONResponse(now)

    return [
        Route("/health", health),
        Route("/magic", magic),
        Route("/accepted", accepted),
        Route("/faults", change_faults, methods=["GET", "POST", "DELETE"]),
        Route("/settings", change_settings, methods=["GET", "POST"]),
    ]


def _set(store: Store, values: object) -> None:
    if not isinstance(values, dict):
        raise ValueError("settings are a JSON object")  # noqa: TRY004 - any bad value is a 400
    for name, value in values.items():
        if name not in _SETTINGS:
            raise ValueError(f"no setting {name!r}: it is one of {', '.join(_SETTINGS)}")
        if type(value) is not int or value not in _SETTINGS[name].values:
            raise ValueError(f"{name!r} is out of its range")
    for name, value in values.items():
        store.set(name, value)
