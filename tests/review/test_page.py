"""Who may talk to the page, and what its calls answer: over a real socket."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from preflight.core.workspace import workspace
from preflight.pipeline.call import Call
from preflight.pipeline.connection import Connection
from preflight.review.page.server import Server
from preflight.review.placing import place
from preflight.review.review import Review
from tests.review.reviews import TALKVALUE, leads

pytestmark = pytest.mark.slow


class Page:
    """A page of a review, as seen by whoever can reach its port."""

    def __init__(self, server: Server, review: Review) -> None:
        self.server, self.review = server, review
        self.renewed: list[str] = []
        self.bugs: list[str] = []
        self.key = ""

    def ask(
        self, path: str, body: Any = None, method: str = "POST", **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        """One request; the headers are put over those that the page itself would send."""
        own = f"127.0.0.1:{self.server.port}"
        sent = {"host": own, "origin": f"http://{own}", "authorization": f"Bearer {self.key}"}
        sent |= {name.replace("_", "-"): text for name, text in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        data = b"" if body is None else json.dumps(body).encode()
        for name, text in {"content-length": str(len(data)), **sent}.items():
            if text:
                connection.putheader(name, text)
        connection.endheaders(data)
        answer = connection.getresponse()
        raw, told = answer.read(), {name.lower(): text for name, text in answer.getheaders()}
        connection.close()
        value = json.loads(raw) if "json" in told.get("content-type", "") else raw.decode()
        return answer.status, value, told

    def call(self, name: str, **args: Any) -> Any:
        """A call of the page; it is answered."""
        status, value, _ = self.ask(f"/api/{name}", args)
        assert status == 200, value
        return value


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page that has its key."""
    folder = tmp_path_factory.mktemp("page")
    with workspace() as work:
        settings = TALKVALUE.__class__(
            profile="talkvalue", region="US", select=TALKVALUE.select, state_dir=folder / "state"
        )
        call = Call(work=work)
        found = place(str(leads(folder)), settings, call)
        link = Connection(options={}, environ={})
        with Review(found.path, found.settings, call, link) as review:
            bugs: list[str] = []
            renewed: list[str] = []

            def bug(error: Exception) -> str:
                bugs.append(type(error).__name__)
                return "a bug"

            with Server(review, port=0, renewed=renewed.append, bug=bug) as server:
                opened = Page(server, review)
                opened.bugs, opened.renewed = bugs, renewed
                opened.key = opened.ask("/api/enter", {"token": server.token})[1]["key"]
                yield opened


def test_only_this_page_on_this_machine_is_answered(page: Page) -> None:
    """No other name (DNS rebinding), origin (CSRF), or key; and no upgrade to a websocket."""
    port = page.server.port
    refused = [
        {"host": f"evil.example:{port}"},
        {"host": "127.0.0.1"},
        {"host": f"127.0.0.1:{port + 1}"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"http://127.0.0.1:{port + 1}"},
        {"origin": f"https://127.0.0.1:{port}"},
        {"origin": ""},
        {"authorization": ""},
        {"authorization": "Bearer "},
        {"authorization": "Bearer nonsense"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"content_length": str(1 << 40)},
    ]
    for headers in refused:
        status, value, _ = page.ask("/api/file", None, **headers)
        assert (status, list(value)) == (403, ["error"]), headers
    for path in ("/", "/assets/main.js"):
        assert page.ask(path, method="GET", host=f"rebound.example:{port}")[0] == 403
        assert page.ask(path, method="GET", sec_fetch_site="cross-site")[0] == 403
    assert (
        page.ask("/", method="GET", sec_fetch_site="cross-site", sec_fetch_mode="navigate")[0]
        == 200
    )
    status, _, _ = page.ask(
        "/api/file", method="GET", upgrade="websocket", connection="Upgrade",
        sec_websocket_key="dGhlIHNhbXBsZSBub25jZQ==", sec_websocket_version="13",
    )  # fmt: skip
    assert status == 405
    assert (
        page.ask("/api/file", {}, origin=f"http://localhost:{port}", host=f"localhost:{port}")[0]
        == 200
    )


def test_the_token_works_once_and_then_only_the_terminal_has_a_new_one(page: Page) -> None:
    assert page.ask("/api/enter", {"token": "guessed"})[0] == 403
    assert page.renewed == []
    for _ in range(2):
        status, value, _ = page.ask("/api/enter", {"token": page.server.token})
        assert (status, "key" in value) == (403, False)
    assert len(page.renewed) == 1
    token = page.renewed[0].split("#")[1]
    assert page.ask("/api/enter", {"token": token})[0] == 200


def test_the_page_is_bound_by_its_headers_and_loads_only_its_own_files(page: Page) -> None:
    status, text, told = page.ask("/", method="GET")
    assert status == 200
    policy = told["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert told["cache-control"] == "no-store"
    assert "server" not in told
    assert "://" not in text.replace("http-equiv", "")
    for name in (
        "main.js",
        "grid.js",
        "panel.js",
        "dialogs.js",
        "calls.js",
        "page.css",
        "icon.svg",
    ):
        assert page.ask(f"/assets/{name}", method="GET")[0] == 200
    for path in ("/assets/app.py", "/assets/..%2fapp.py", "/assets/%2e%2e/app.py", "/else"):
        assert page.ask(path, method="GET")[0] == 404


def test_what_the_calls_answer(page: Page) -> None:
    """An edit answers with its row and the sums; another page hears of it; nonsense is refused."""
    file = page.call("file")
    assert (file["name"], file["counts"]["open"], file["provider"]) == (
        "rejects.csv",
        8,
        "talkvalue",
    )
    (index,) = [row["i"] for row in page.call("rows", rows=range_of(page))["rows"] if row["n"] == 3]
    long = "x" * 1_000_000
    answer = page.call("edit", cells=[[index, 5, long], [index, 0, "cy@kestrel-labs.com"]])
    (row,) = answer["rows"]
    assert (row["state"], row["edited"], row["long"]) == ("ready", [0, 5], {"5": 1_000_000})
    assert len(json.dumps(answer)) < 20_000
    assert page.call("cell", row=index, column=5)["text"] == long
    heard = page.call("state", since=file["revision"], page=file["page"])
    assert [each["i"] for each in heard["rows"]] == [index]
    assert page.call("order", show="edited")["rows"] == [index]
    assert page.call("undo")["counts"]["edited"] == 0
    assert page.call("edit", cells=[[999, 0, "x"], [0, 99, "x"], [-1, 0, "x"]])["changed"] == 0
    assert page.ask("/api/nothing", {})[0] == 404
    assert page.ask("/api/preview", {"region": "Mars"})[0] == 422
    status, value, _ = page.ask("/api/rows", {"rows": ["x"]})
    assert (status, value, page.bugs) == (500, {"error": "a bug"}, ["ValueError"])
    assert page.ask("/api/send", {"dry_run": True})[0] == 200
    made = page.review.delivery
    assert made is not None
    assert made.thread is not None
    made.thread.join()
    told = page.call("state", since=0, page=0)["delivery"]
    assert (told["state"], told["message"]) == ("failed", told["message"])


def range_of(page: Page) -> list[int]:
    """The indices of all rows."""
    return list(range(len(page.review.session.rows)))


def test_a_port_that_is_taken_is_not_insisted_on(page: Page) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with Server(page.review, port=taken, renewed=print, bug=repr) as server:
            assert server.moved
            assert server.port != taken
