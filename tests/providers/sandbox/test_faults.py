"""Faults: how they are asked for, and what a client sees of each on a real connection."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

import httpx
import pytest

from preflight.providers.sandbox.faults import KINDS, Fault, Faults, from_json, parse
from preflight.providers.sandbox.server import Sandbox

ROUTES = {"dotdigital": ("import", "status"), "talkvalue": ("get",)}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("dotdigital:import:429", Fault("dotdigital", "import", "429")),
        ("dotdigital:import:429:2", Fault("dotdigital", "import", "429", 2)),
        ("dotdigital:import:503:2:30", Fault("dotdigital", "import", "503", 2, 30.0)),
        ("talkvalue:get:slow:1:0.5", Fault("talkvalue", "get", "slow", 1, None, 0.5)),
    ],
)
def test_a_fault_is_read_from_text(text: str, fault: Fault) -> None:
    """As it stands on the command line."""
    assert parse(text) == fault


@pytest.mark.parametrize(
    "text", ["", "dotdigital:import", "a:b:c:1:2:3", "a:b:429:x", "a:b:429:1:x"]
)
def test_a_text_of_another_form_is_no_fault(text: str) -> None:
    """The message repeats it."""
    with pytest.raises(ValueError, match="fault"):
        parse(text)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "JSON object"),
        ({"provider": "a", "route": "b", "fault": "429", "time": 1}, "unknown key 'time'"),
        ({"provider": "a", "route": "b"}, "needs 'fault'"),
        ({"provider": "a", "route": "b", "fault": 429}, "'fault' is of another type"),
        ({"provider": "a", "route": "b", "fault": "429", "times": True}, "'times'"),
        ({"provider": "a", "route": "b", "fault": "429", "seconds": None}, "'seconds'"),
    ],
)
def test_json_of_another_form_is_no_fault(value: object, message: str) -> None:
    """Keys and types are looked at before anything is done."""
    with pytest.raises(ValueError, match=message):
        from_json(value)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault("mailchimp", "import", "429"), "no provider 'mailchimp': it is one of dotdigital"),
        (Fault("dotdigital", "analyze", "429"), "no route 'analyze': it is one of import, status"),
        (Fault("dotdigital", "import", "418"), "no fault '418': it is one of 404"),
        (Fault("dotdigital", "import", "429", 0), "at least once"),
        (Fault("dotdigital", "import", "slow", 1, None, -1), "not negative"),
        (Fault("dotdigital", "import", "429", 1, -1), "not negative"),
    ],
)
def test_a_fault_that_cannot_be_met_is_refused(fault: Fault, message: str) -> None:
    """Unknown names are told together with the known ones."""
    with pytest.raises(ValueError, match=message):
        Faults(ROUTES).add(fault)


def test_faults_are_met_in_turn_by_their_own_route() -> None:
    """Oldest first, each as often as it was asked for."""
    faults = Faults(ROUTES)
    faults.add(Fault("dotdigital", "status", "500"))
    faults.add(Fault("dotdigital", "import", "429", 2))
    faults.add(Fault("dotdigital", "import", "503"))
    met = [faults.take("dotdigital", "import") for _ in range(4)]
    assert [fault and fault.fault for fault in met] == ["429", "429", "503", None]
    assert [fault["fault"] for fault in faults.pending()] == ["500"]
    assert faults.take("talkvalue", "get") is None


def test_a_fault_is_met_once_however_many_threads_ask() -> None:
    """Two clients at a time do not meet more than there is."""
    faults = Faults(ROUTES)
    faults.add(Fault("dotdigital", "import", "429", 500))
    met: list[Fault | None] = []

    def ask() -> None:
        met.extend(faults.take("dotdigital", "import") for _ in range(200))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert sum(fault is not None for fault in met) == 500


Send = Callable[[], httpx.Response]


@pytest.fixture
def send(dotdigital: httpx.Client, fresh: Callable[[], str]) -> Send:
    """Imports one new contact."""
    body = f"Email\n{fresh()}\n".encode()
    return lambda: dotdigital.post(
        "/v2/contacts/import", files={"file": ("a.csv", body, "text/csv")}
    )


def _taken(sandbox: Sandbox) -> int:
    return len(sandbox.store.accepted("dotdigital"))


@pytest.mark.parametrize("kind", ["429", "500", "503"])
def test_a_status_before_the_work_takes_nothing(sandbox: Sandbox, send: Send, kind: str) -> None:
    """And the call after it goes well."""
    before = _taken(sandbox)
    sandbox.faults.add(Fault("dotdigital", "import", kind))
    response = send()
    assert response.status_code == int(kind)
    assert "ERROR_" in response.json()["message"]
    assert "retry-after" not in response.headers
    assert _taken(sandbox) == before
    assert send().status_code == 202
    assert _taken(sandbox) == before + 1


@pytest.mark.parametrize("kind", ["429", "503"])
def test_retry_after_is_sent_when_it_was_asked_for(sandbox: Sandbox, send: Send, kind: str) -> None:
    """In seconds."""
    sandbox.faults.add(Fault("dotdigital", "import", kind, retry_after=7))
    assert send().headers["retry-after"] == "7"


def test_a_500_after_the_work_takes_the_rows(sandbox: Sandbox, send: Send) -> None:
    """The trap for a client that repeats what failed."""
    before = _taken(sandbox)
    sandbox.faults.add(Fault("dotdigital", "import", "500-after"))
    assert send().status_code == 500
    assert _taken(sandbox) == before + 1


@pytest.mark.parametrize(("kind", "rows"), [("cut-before", 0), ("cut-after", 1)])
def test_a_cut_connection_gives_no_answer(
    sandbox: Sandbox, send: Send, kind: str, rows: int
) -> None:
    """From outside the two look the same; the ledger tells them apart."""
    before = _taken(sandbox)
    sandbox.faults.add(Fault("dotdigital", "import", kind))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        send()
    assert _taken(sandbox) == before + rows
    assert send().status_code == 202


@pytest.mark.parametrize("kind", ["cut-before", "cut-after", "503"])
def test_a_large_upload_is_read_to_its_end(
    sandbox: Sandbox, dotdigital: httpx.Client, kind: str
) -> None:
    """A client has sent all of it before it learns of the fault."""
    body = b"Email,NOTE\n" + b"none," + b"x" * 5_000_000 + b"\n"
    sandbox.faults.add(Fault("dotdigital", "import", kind))
    files = {"file": ("a.csv", body, "text/csv")}
    if kind == "503":
        assert dotdigital.post("/v2/contacts/import", files=files).status_code == 503
    else:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            dotdigital.post("/v2/contacts/import", files=files)


def test_a_slow_answer_comes_late_and_the_work_is_done(sandbox: Sandbox, send: Send) -> None:
    """A client whose patience ends before cannot know that."""
    before = _taken(sandbox)
    sandbox.faults.add(Fault("dotdigital", "import", "slow", seconds=0.2))
    started = time.monotonic()
    assert send().status_code == 202
    assert time.monotonic() - started >= 0.2
    assert _taken(sandbox) == before + 1


def test_a_client_that_loses_patience_leaves_the_work_done(
    sandbox: Sandbox, dotdigital: httpx.Client, fresh: Callable[[], str]
) -> None:
    """The read times out; the rows are there all the same."""
    before = _taken(sandbox)
    sandbox.faults.add(Fault("dotdigital", "import", "slow", seconds=0.6))
    files = {"file": ("a.csv", f"Email\n{fresh()}\n".encode(), "text/csv")}
    with pytest.raises(httpx.ReadTimeout):
        dotdigital.post("/v2/contacts/import", files=files, timeout=0.3)
    assert _taken(sandbox) == before + 1


def test_a_truncated_report_is_half_of_it(
    sandbox: Sandbox, dotdigital: httpx.Client, finish: Callable[[], None]
) -> None:
    """Without a sign of it in the headers."""
    files = {"file": ("a.csv", b"Email\nnone\nneither\n", "text/csv")}
    job = dotdigital.post("/v2/contacts/import", files=files).json()["id"]
    finish()
    address = f"/v2/contacts/import/{job}/report-faults"
    sandbox.faults.add(Fault("dotdigital", "report-faults", "truncate"))
    short, whole = dotdigital.get(address), dotdigital.get(address)
    assert short.status_code == whole.status_code == 200
    assert short.content == whole.content[: len(whole.content) // 2]
    assert short.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_can_be_met_by_a_call_of_talkvalue(
    sandbox: Sandbox, talkvalue: httpx.Client, kind: str
) -> None:
    """No fault breaks the server: the next call is answered."""
    sandbox.faults.add(Fault("talkvalue", "list", kind, seconds=0))
    if kind.startswith("cut"):
        with pytest.raises(httpx.TransportError):
            talkvalue.get("/path/import")
    elif kind[0].isdigit():
        refused = talkvalue.get("/path/import")
        assert refused.status_code == int(kind[:3])
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["status"] == int(kind[:3])
    else:
        assert talkvalue.get("/path/import").status_code == 200
    assert talkvalue.get("/path/import").json()["totalElements"] == 0


def test_a_slow_answer_is_given_up_when_its_client_leaves(sandbox: Sandbox) -> None:
    """The server does not wait for what nobody is there to hear."""
    sandbox.faults.add(Fault("dotdigital", "status", "slow", seconds=60))
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{sandbox.url}/dotdigital/v2/contacts/import/x", timeout=0.1)
    assert sandbox._server is not None
    server = sandbox._server._server
    end = time.monotonic() + 10
    while server.server_state.tasks and time.monotonic() < end:
        time.sleep(0.01)
    assert not server.server_state.tasks


@pytest.mark.parametrize(("provider", "route", "call"), [
    ("dotdigital", "account-info", "/v2/account-info"),
    ("experiture", "get", "/import-jobs/imp_1"),
    ("landbase", "status", "/status/1"),
    ("talkvalue", "list", "/path/import"),
])  # fmt: skip
def test_what_is_not_there_is_told_as_each_provider_would(
    sandbox: Sandbox, provider: str, route: str, call: str
) -> None:
    sandbox.faults.add(Fault(provider, route, "404"))
    told = httpx.get(f"{sandbox.url}/{provider}{call}")
    assert (told.status_code, type(told.json())) == (404, dict)
