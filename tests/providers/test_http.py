from __future__ import annotations

import logging
import socket
import threading
import traceback
import tracemalloc
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.core.errors import (
    Ambiguous,
    Busy,
    Denied,
    ProviderError,
    Refused,
    SourceError,
    Unreachable,
)
from preflight.providers import http as http_module
from preflight.providers.access import basic, bearer
from preflight.providers.exchange import Complaint, Response, Upload
from preflight.providers.http import Http, never_sent
from tests.examples import examples
from tests.providers.loopback import CUT, Loopback, Reply, always, free_port, loopback

NOW = 1_800_000_000.0

MAYBE_SENT: set[type[Exception]] = {
    httpx.CloseError,
    httpx.CookieConflict,
    httpx.DecodingError,
    httpx.HTTPError,
    httpx.HTTPStatusError,
    httpx.LocalProtocolError,
    httpx.NetworkError,
    httpx.ProtocolError,
    httpx.ReadError,
    httpx.ReadTimeout,
    httpx.RemoteProtocolError,
    httpx.RequestError,
    httpx.RequestNotRead,
    httpx.ResponseNotRead,
    httpx.StreamClosed,
    httpx.StreamConsumed,
    httpx.StreamError,
    httpx.TimeoutException,
    httpx.TooManyRedirects,
    httpx.TransportError,
    httpx.WriteError,
    httpx.WriteTimeout,
}


def read(response: Response) -> Complaint:
    """A provider that says what it has to say in `said`."""
    said = response.document().get("said")
    return Complaint(said if isinstance(said, str) else "")


def http_to(url: str, *, timeout: float = 5.0) -> Http:
    """A client for the address."""
    return Http(
        "acme",
        url,
        headers={"Authorization": bearer("tok-123")},
        secrets=("tok-123",),
        read=read,
        timeout=timeout,
        clock=lambda: NOW,
    )


OFFLINE = http_to("http://127.0.0.1:1")


@pytest.fixture
def server() -> Iterator[Loopback]:
    """A server that answers 200 with an empty object until told otherwise."""
    with loopback(lambda _asked: Reply(200, {})) as running:
        yield running


@pytest.fixture
def http(server: Loopback) -> Iterator[Http]:
    """A client for it."""
    client = http_to(server.url)
    yield client
    client.close()


def error_of(http: Http, *, commits: bool) -> ProviderError:
    """What a call ends with."""
    with pytest.raises(ProviderError) as caught:
        http.send("POST", "/x", json={}, commits=commits)
    return caught.value


def test_every_exception_of_httpx_is_judged() -> None:
    """A new one cannot slip through: this fails until somebody decides where it belongs."""
    all_of_them = {
        value
        for value in vars(httpx).values()
        if isinstance(value, type) and issubclass(value, Exception)
    }

    assert all_of_them == never_sent() | MAYBE_SENT
    assert not never_sent() & MAYBE_SENT


@pytest.mark.parametrize("kind", sorted(never_sent() | MAYBE_SENT, key=str))
@pytest.mark.parametrize("commits", [True, False])
def test_an_exception_becomes_an_error_by_whether_the_request_was_sent(
    http: Http, kind: type[Exception], commits: bool
) -> None:
    """Never sent: unreachable. Perhaps sent: ambiguous if it commits. No text of it is shown."""
    exc = kind.__new__(kind)
    exc.args = ("Illegal header value b'Bearer tok-123' for ann@example.org",)

    error = http.failure(exc, commits=commits)

    if kind in never_sent():
        assert type(error) is Unreachable
    else:
        assert type(error) is (Ambiguous if commits else Busy)
    assert kind.__name__ in str(error)
    assert "tok-123" not in str(error)
    assert "ann@" not in str(error)


@pytest.mark.parametrize("commits", [True, False])
def test_a_port_where_nobody_listens_is_unreachable(commits: bool) -> None:
    """The call was not made, whatever it would have done."""
    http = http_to(f"http://127.0.0.1:{free_port()}")

    error = error_of(http, commits=commits)
    http.close()

    assert type(error) is Unreachable
    assert "cannot be reached at 127.0.0.1: Connection refused" in str(error)


def test_a_host_that_does_not_answer_is_unreachable_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting is given up long before a call is: a person waits for it."""
    monkeypatch.setattr(http_module, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        queue = [socket.socket() for _ in range(4)]
        for waiting in queue:  # nobody accepts them, so a further one is not answered
            waiting.setblocking(False)
            waiting.connect_ex(address)
        http = http_to(f"http://127.0.0.1:{address[1]}")
        error = error_of(http, commits=True)
        http.close()
        for waiting in queue:
            waiting.close()

    assert type(error) is Unreachable
    assert "cannot be reached at 127.0.0.1: no connection in 0.2 s" in str(error)


def test_a_failed_tls_handshake_is_unreachable(server: Loopback) -> None:
    """The server speaks no TLS, so not a byte of the request went out."""
    http = http_to(server.url.replace("http://", "https://"))

    error = error_of(http, commits=True)
    http.close()

    assert type(error) is Unreachable
    assert server.asked == []


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes a connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(("commits", "kind"), [(True, Ambiguous), (False, Busy)])
def test_an_answer_that_does_not_come_is_told_apart(silent: str, commits: bool, kind: type) -> None:
    """The request is out; only a call that commits makes that a question."""
    http = http_to(silent, timeout=0.1)

    assert type(error_of(http, commits=commits)) is kind
    http.close()


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(CUT, id="reset"),
        pytest.param(Reply(200, b'{"id": 1', promise=99), id="body cut"),
        pytest.param(Reply(200, b"no gzip", {"Content-Encoding": "gzip"}), id="body garbled"),
        pytest.param(Reply(500), id="500"),
        pytest.param(Reply(502, b"<html>"), id="502"),
        pytest.param(Reply(503), id="503"),
        pytest.param(Reply(504), id="504"),
        pytest.param(Reply(408), id="408"),
        pytest.param(Reply(301, headers={"Location": "/y"}), id="301"),
        pytest.param(Reply(302, headers={"Location": "/y"}), id="302"),
        pytest.param(Reply(303, headers={"Location": "/y"}), id="303"),
    ],
)
@pytest.mark.parametrize(("commits", "kind"), [(True, Ambiguous), (False, Busy)])
def test_what_broke_on_the_way_is_ambiguous_only_if_it_commits(
    server: Loopback, http: Http, reply: Reply, commits: bool, kind: type
) -> None:
    """Each of these can come from a server that has done the work."""
    server.answer = lambda _asked: reply

    error = error_of(http, commits=commits)

    assert type(error) is kind
    assert ("not known whether" in str(error)) is commits
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (404, Refused),
        (409, Refused),
        (413, Refused),
        (422, Refused),
        (307, Refused),
        (308, Refused),
        (401, Denied),
        (403, Denied),
        (425, Busy),
        (429, Busy),
    ],
)
@pytest.mark.parametrize("commits", [True, False])
def test_a_status_that_took_nothing_is_the_same_for_every_call(
    server: Loopback, http: Http, status: int, kind: type, commits: bool
) -> None:
    """A refusal is a refusal."""
    server.answer = lambda _asked: Reply(status, {"said": "no"})

    error = error_of(http, commits=commits)

    assert type(error) is kind
    assert str(error).startswith(f"acme answered {status}: no")


def test_an_answer_before_the_end_of_the_upload_is_read(tmp_path: Path) -> None:
    """A server may refuse a large file at its head and hang up: that is a refusal."""
    path = tmp_path / "big.csv"
    path.write_bytes(b"x" * 5_000_000)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(1_000_000):
                    pass

        thread = threading.Thread(target=refuse)
        thread.start()
        http = http_to(f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(Refused):
            http.send("POST", "/x", files={"file": Upload(path, "a.csv")}, commits=True)
        http.close()
        thread.join()


@pytest.mark.parametrize(
    ("headers", "status", "seconds"),
    [
        pytest.param({"Retry-After": "7"}, 429, 7.0, id="seconds"),
        pytest.param({"retry-after": " 2.5 "}, 429, 2.5, id="half seconds"),
        pytest.param({"Retry-After": "0"}, 429, 0.0, id="at once"),
        pytest.param({"Retry-After": formatdate(NOW + 90, usegmt=True)}, 503, 90.0, id="a date"),
        pytest.param({"Retry-After": formatdate(NOW - 90)}, 429, 0.0, id="a date that is over"),
        pytest.param({"Retry-After": "Sun, 06 Nov 1994 08:49:37 -0000"}, 429, 0.0, id="no zone"),
        pytest.param({"Retry-After": "soon"}, 429, None, id="no time"),
        pytest.param({"Retry-After": "-5"}, 429, None, id="negative"),
        pytest.param({"Retry-After": "nan"}, 429, None, id="no number"),
        pytest.param({"X-RateLimit-Reset": str(int(NOW) + 30)}, 429, 30.0, id="reset"),
        pytest.param({"X-RateLimit-Reset": "30"}, 429, None, id="reset that is no epoch"),
        pytest.param({"X-RateLimit-Reset": "later"}, 429, None, id="reset that is no number"),
        pytest.param({"X-RateLimit-Reset": str(int(NOW) + 30)}, 503, None, id="reset, but down"),
        pytest.param(
            {"Retry-After": "4", "X-RateLimit-Reset": str(int(NOW) + 30)}, 429, 4.0, id="both"
        ),
        pytest.param({}, 429, None, id="neither"),
    ],
)
def test_the_time_to_wait_is_read(
    server: Loopback, http: Http, headers: dict[str, str], status: int, seconds: float | None
) -> None:
    """Seconds or a date, else the reset of the rate limit; what makes no sense is not there."""
    server.answer = lambda _asked: Reply(status, {}, headers)

    assert error_of(http, commits=False).retry_after == seconds


TIMES = st.one_of(
    st.text(alphabet=st.characters(max_codepoint=255, exclude_categories=["Cc"])),
    st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,9} [A-Z][a-z]{2} [0-9]{1,9} [0-9:]{1,8}( [+-][0-9]+)?"),
    st.from_regex(r"[0-9]+\.?[0-9]*"),
)


@given(TIMES)
@settings(max_examples=examples(8))
def test_no_header_can_break_the_reading_of_the_time(value: str) -> None:
    """Whatever stands there, an error comes out, and its time is none or not negative."""
    for name in ("retry-after", "x-ratelimit-reset"):
        error = OFFLINE.complaint(Response(429, {name: value}, b""), commits=True)
        assert error.retry_after is None or error.retry_after >= 0


def test_redirects_are_not_followed_and_the_other_host_sees_nothing(
    server: Loopback, http: Http
) -> None:
    """The credentials go to the configured host alone."""
    with loopback(lambda _asked: Reply(200, {})) as other:
        for status in (301, 302, 303, 307, 308):
            server.answer = always(Reply(status, headers={"Location": f"{other.url}/x"}))
            assert "redirects are not followed" in str(error_of(http, commits=True))
        assert other.asked == []


def test_proxies_of_the_environment_do_not_see_calls_to_this_machine(
    server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An http call through a proxy would show it the credentials."""
    with loopback(lambda _asked: Reply(200, {"said": "proxy"})) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        http = http_to(server.url)
        http.send("GET", "/x", commits=False)
        http.close()

        assert (len(server.asked), proxy.asked) == (1, [])


def test_a_proxy_that_opens_no_tunnel_makes_the_provider_unreachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The credentials stay here, for the tunnel comes first."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            connection, _ = listener.accept()
            with connection:
                seen.append(connection.recv(10_000))
                connection.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=refuse)
        thread.start()
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{listener.getsockname()[1]}")
        http = http_to("https://acme.test")
        error = error_of(http, commits=True)
        http.close()
        thread.join()

    assert type(error) is Unreachable
    assert seen[0].startswith(b"CONNECT acme.test:443")
    assert b"tok-123" not in seen[0]


def test_each_call_has_a_connection_of_its_own(server: Loopback, http: Http) -> None:
    """A kept connection can die between two calls, and a committing call with it."""
    for _ in range(3):
        http.send("GET", "/x", commits=False)

    assert len({asked.port for asked in server.asked}) == 3


def test_a_file_is_sent_from_disk_in_blocks(server: Loopback, http: Http, tmp_path: Path) -> None:
    """A part of 30 MB arrives whole and is never held in memory."""
    path = tmp_path / "part.csv"
    size = 30_000_000
    with path.open("wb") as out:
        out.write(b"Email\n")
        out.truncate(size)

    tracemalloc.start()
    try:
        http.send("POST", "/x", files={"file": Upload(path, "0001.csv")}, commits=True)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    (asked,) = server.asked
    assert asked.size > size
    assert int(asked.headers["content-length"]) == asked.size
    assert peak < 8_000_000


def test_a_file_that_is_not_there_is_no_call(server: Loopback, http: Http, tmp_path: Path) -> None:
    """Nothing was sent, so nothing is ambiguous."""
    upload = Upload(tmp_path / "gone.csv", "gone.csv")

    with pytest.raises(SourceError, match=r"gone\.csv cannot be read"):
        http.send("POST", "/x", files={"file": upload}, commits=True)
    assert server.asked == []


def test_a_file_that_shrinks_while_it_is_sent_is_ambiguous(
    server: Loopback, tmp_path: Path
) -> None:
    """The server saw the beginning, and nobody knows what it makes of that."""
    path = tmp_path / "part.csv"
    path.write_bytes(b"x" * 20_000_000)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def shrink() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                with path.open("rb+") as file:
                    file.truncate(100)
                while connection.recv(1_000_000):
                    pass

        thread = threading.Thread(target=shrink)
        thread.start()
        http = http_to(f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(Ambiguous):
            http.send("POST", "/x", files={"file": Upload(path, "a.csv")}, commits=True)
        http.close()
        thread.join()


def test_nothing_of_a_call_is_logged(
    server: Loopback, http: Http, caplog: pytest.LogCaptureFixture
) -> None:
    """httpx logs the address with its query, httpcore what came back: not of our calls."""
    caplog.set_level(logging.DEBUG)

    http.send("GET", "/x", params={"email": "ann@example.org"}, commits=False)
    with pytest.raises(Unreachable):
        http_to(f"http://127.0.0.1:{free_port()}").send("GET", "/x", commits=False)

    assert server.asked[0].path == "/x?email=ann%40example.org"
    assert caplog.records == []


def test_other_users_of_httpx_keep_their_log(
    server: Loopback, http: Http, caplog: pytest.LogCaptureFixture
) -> None:
    """The log is silent while a call of ours is under way, and only there."""
    caplog.set_level(logging.INFO)
    http.send("GET", "/ours", commits=False)
    with httpx.Client() as client:
        client.get(f"{server.url}/theirs")

    assert ["/theirs" in record.getMessage() for record in caplog.records] == [True]


def test_no_loggers_of_httpx_are_forgotten() -> None:
    """Whatever logger the two packages made has the filter."""
    made = [
        logger
        for name, logger in logging.root.manager.loggerDict.items()
        if name.partition(".")[0] in {"httpx", "httpcore"} and isinstance(logger, logging.Logger)
    ]

    assert len(made) >= 3
    assert all(logger.filters for logger in made)


def test_an_error_holds_nothing_of_the_request(server: Loopback, http: Http) -> None:
    """Neither the message nor the traceback has the body, the query or the token."""
    values = [chr(value) * 9 for value in b"qwz"]
    said = f"bad \x1b[31mBearer tok-123\n for ann@example.org, {'long ' * 100}"
    server.answer = lambda _asked: Reply(400, {"said": said})

    with pytest.raises(Refused) as caught:
        http.send("POST", f"/{values[0]}", json=values[1], params={"q": values[2]}, commits=True)

    message = str(caught.value)
    shown = "".join(traceback.format_exception(caught.value))
    assert message.startswith("acme answered 400: bad [31mBearer [secret] for [email], long")
    assert len(message) < 400
    assert message.isprintable()
    assert not [value for value in (*values, "ann@example") if value in shown]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"null", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_reads_as_an_empty_one(body: bytes) -> None:
    """Whoever promised more is asked for it by the caller."""
    assert Response(200, {}, body).document() == {}


def test_a_success_without_what_was_promised_is_told_apart(http: Http) -> None:
    """Ambiguous where rows may have been taken; the provider's words are shown."""
    response = Response(200, {}, b'{"said": "hm"}')

    commits = http.unexpected(response, "an id", commits=True)
    reads = http.unexpected(response, "an id", commits=False)

    assert type(commits) is Ambiguous
    assert type(reads) is Busy
    assert str(commits).startswith("acme answered 200 without an id: hm; it is not known")


@pytest.mark.parametrize(
    ("commits", "verdict", "kind"),
    [(True, Ambiguous, Ambiguous), (False, Ambiguous, Busy), (True, Busy, Busy)],
)
def test_a_documented_code_overrules_the_status(
    commits: bool, verdict: type[ProviderError], kind: type
) -> None:
    """Even that of a success; ambiguity is for committing calls alone."""
    http = Http(
        "acme",
        "http://127.0.0.1:1",
        headers={},
        secrets=(),
        read=lambda _response: Complaint("later", "E1", verdict, "wait"),
    )
    for status in (200, 400, 500):
        error = http.unexpected(Response(status, {}, b""), "an id", commits=commits)
        assert type(error) is kind
        assert error.code == "E1"
        assert str(error).startswith(f"acme answered {status}: later [E1]")
        assert str(error).endswith("; wait")
    http.close()


def test_credentials_of_any_script_can_be_sent(server: Loopback) -> None:
    """They go out as UTF-8."""
    for value in (basic("anna", "lösen"), bearer("tök")):
        http = Http("acme", server.url, headers={"Authorization": value}, secrets=(), read=read)
        http.send("GET", "/x", commits=False)
        http.close()
    assert [asked.headers["authorization"].encode("latin-1") for asked in server.asked] == [
        b"Basic YW5uYTpsw7ZzZW4=",
        "Bearer tök".encode(),
    ]


def test_only_this_module_imports_httpx() -> None:
    """The rest of the package knows the five errors, not the library."""
    package = Path(__file__).parents[2] / "preflight"

    importers = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "import httpx" in path.read_text("utf-8") or "from httpx" in path.read_text("utf-8")
    ]

    assert importers == ["providers/http.py"]
