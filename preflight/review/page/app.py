"""The page as an application: its files, and what they call."""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from preflight.core.errors import PreflightError
from preflight.review.page import views
from preflight.review.page.guard import Guard, Keys
from preflight.review.review import Given, Review
from preflight.review.rows import Sought

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FILES = ("index.html", "page.css", "icon.svg", "main.js", "grid.js", "panel.js", "dialogs.js",
          "calls.js")  # fmt: skip
_SHOWS = ("open", "all", "edited", "out")
Args = dict[str, Any]


class _Desk:
    """What the page may call; one call at a time."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.lock = threading.Lock()
        self.calls: dict[str, Callable[[Args], Any]] = {
            name.removeprefix("do_"): getattr(self, name)
            for name in dir(self)
            if name.startswith("do_")
        }

    def do_file(self, _: Args) -> Any:
        return {**views.file(self.review), "delivery": views.delivery(self.review.delivery)}

    def do_state(self, args: Args) -> Any:
        session = self.review.session
        rows = session.changed_since(int(args["since"])) if args["page"] == self.review.page else []
        return {
            **views.changed(self.review, rows),
            "delivery": views.delivery(self.review.delivery),
        }

    def do_order(self, args: Args) -> Any:
        session, show = self.review.session, args.get("show", "open")
        if show not in _SHOWS:
            raise ValueError(show)
        if args.get("code"):
            return {"rows": session.with_fault(args["code"], int(args["column"]))}
        rows = range(len(session.rows))
        if show == "edited":
            return {"rows": [at for at in rows if session.rows[at].edited]}
        return {"rows": [at for at in rows if show == "all" or session.state(at) == show]}

    def do_rows(self, args: Args) -> Any:
        return {"rows": [views.row(self.review.session, int(at)) for at in args["rows"]]}

    def do_cell(self, args: Args) -> Any:
        return {"text": self.review.session.rows[int(args["row"])].cells[int(args["column"])]}

    def do_edit(self, args: Args) -> Any:
        session = self.review.session
        width = len(self.review.opened.names)
        cells = [
            (int(row), int(column), str(text))
            for row, column, text in args["cells"]
            if 0 <= int(row) < len(session.rows) and 0 <= int(column) < width
        ]
        return self._changed(session.edit(cells, str(args.get("what", "edit"))[:60]))

    def do_take(self, args: Args) -> Any:
        return self._changed(self.review.session.take(int(args["row"]), int(args["column"])))

    def do_join(self, args: Args) -> Any:
        return self._changed(self.review.session.join(int(args["row"]), int(args["column"])))

    def do_take_all(self, args: Args) -> Any:
        return self._changed(self.review.session.take_all(args["code"], int(args["column"])))

    def do_leave_out(self, args: Args) -> Any:
        rows = [int(row) for row in args["rows"]]
        return self._changed(self.review.session.leave_out(rows, out=bool(args["out"])))

    def do_find(self, args: Args) -> Any:
        places = self.review.session.found(self._sought(args))
        return {"count": len(places), "first": places[:1], "places": places[:1000]}

    def do_replace(self, args: Args) -> Any:
        return self._changed(self.review.session.replace(self._sought(args), str(args["new"])))

    def do_undo(self, _: Args) -> Any:
        return self._changed(self.review.session.undo())

    def do_redo(self, _: Args) -> Any:
        return self._changed(self.review.session.redo())

    def do_columns(self, _: Args) -> Any:
        return views.columns(self.review)

    def do_preview(self, args: Args) -> Any:
        return views.preview(self.review.preview(_given(args)))

    def do_apply(self, args: Args) -> Any:
        self.review.apply(_given(args))
        return self.do_file({})

    def do_save(self, _: Args) -> Any:
        saved = self.review.save()
        return {
            "path": str(saved.path),
            "rows": saved.rows,
            "command": self.review.next_command,
        }

    def do_send(self, args: Args) -> Any:
        return {"delivery": views.delivery(self.review.send(dry_run=bool(args["dry_run"])))}

    def do_failures(self, _: Args) -> Any:
        self.review.open_failures()
        return self.do_file({})

    def _sought(self, args: Args) -> Sought:
        width = len(self.review.opened.names)
        column = args.get("column")
        columns = set(range(width)) if column is None else {int(column)} & set(range(width))
        whole, case = bool(args.get("whole_cell")), bool(args.get("case"))
        return Sought(str(args["text"]), frozenset(columns), whole, case)

    def _changed(self, rows: list[int]) -> Any:
        return views.changed(self.review, rows)


def _given(args: Args) -> Given:
    columns = {str(name): str(field) for name, field in args.get("columns", {}).items()}
    return Given(
        str(args.get("region", "")).strip(), str(args.get("timezone", "")).strip(), columns
    )


def build(review: Review, keys: Keys, port: int, bug: Callable[[Exception], str]) -> Guard:
    """The guarded page of a review.

    Args:
        review: that it shows.
        keys: of the pages.
        port: that it will be served at.
        bug: called with what nobody expected; returns what to say of it.
    """
    desk = _Desk(review)

    async def shown(request: Request) -> Response:
        name = request.path_params.get("name", "index.html")
        if name not in _FILES:
            return Response("not found", status_code=404)
        content = resources.files("preflight.review.page").joinpath("assets", name).read_bytes()
        return Response(content, media_type=_TYPES["." + name.rsplit(".", 1)[1]])

    async def enter(request: Request) -> Response:
        key = keys.enter(str((await _args(request)).get("token", "")))
        if key is None:
            why = "this address was used already; preflight printed a new one in the terminal"
            return JSONResponse({"error": why}, status_code=403)
        return JSONResponse({"key": key})

    async def call(request: Request) -> Response:
        function = desk.calls.get(request.path_params["call"])
        if function is None:
            return JSONResponse({"error": "there is no such call"}, status_code=404)
        args = await _args(request)

        def locked() -> Any:
            with desk.lock:
                return function(args)

        try:
            return JSONResponse(await run_in_threadpool(locked))
        except PreflightError as error:
            return JSONResponse({"error": str(error)}, status_code=422)
        except Exception as error:  # noqa: BLE001 - the page says so, and the log says where
            return JSONResponse({"error": bug(error)}, status_code=500)

    routes = [
        Route("/", shown),
        Route("/assets/{name}", shown),
        Route("/api/enter", enter, methods=["POST"]),
        Route("/api/{call}", call, methods=["POST"]),
    ]
    return Guard(Starlette(routes=routes), keys, port)


async def _args(request: Request) -> Args:
    """The arguments of a call; a body that is no table of JSON counts as none."""
    try:
        args = await request.json()
    except ValueError:
        return {}
    return args if isinstance(args, dict) else {}
