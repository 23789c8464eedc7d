"""Starting, stopping and starting again."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from preflight.core.errors import MissingExtra, UsageError
from preflight.providers.sandbox.server import Sandbox
from preflight.runs.ledger.ledger import Ledger


def _client(environment: dict[str, str]) -> httpx.Client:
    auth = (environment["DOTDIGITAL_API_USER"], environment["DOTDIGITAL_API_PASSWORD"])
    return httpx.Client(base_url=environment["DOTDIGITAL_BASE_URL"], auth=auth, trust_env=False)


def _send(client: httpx.Client, *addresses: str) -> httpx.Response:
    body = "\n".join(["Email", *addresses, ""]).encode()
    return client.post("/v2/contacts/import", files={"file": ("a.csv", body, "text/csv")})


def test_it_serves_while_its_context_is_open(state: Path) -> None:
    """On a free port of its own, and no longer."""
    before = set(threading.enumerate())
    with Sandbox(state) as sandbox:
        assert httpx.get(f"{sandbox.url}/_sandbox/health").status_code == 200
        assert sandbox.url.startswith("http://127.0.0.1:")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{sandbox.url}/_sandbox/health")
    with pytest.raises(RuntimeError, match="not open"):
        _ = sandbox.store
    assert set(threading.enumerate()) <= before


def test_the_environment_points_at_it(state: Path) -> None:
    """Addresses below its URL, and credentials that it takes."""
    with Sandbox(state) as sandbox, _client(sandbox.environment) as client:
        assert sandbox.environment["TALKVALUE_API_URL"] == f"{sandbox.url}/talkvalue"
        assert sandbox.environment["TALKVALUE_TOKEN"]
        assert client.get("/v2/account-info").status_code == 200


def test_what_was_accepted_outlives_a_restart(state: Path) -> None:
    """A job can be asked for, and a contact is known, in a sandbox that was started anew."""
    with Sandbox(state) as sandbox, _client(sandbox.environment) as client:
        job = _send(client, "ann@some-company.com").json()["id"]
        port = int(sandbox.url.rpartition(":")[2])
    with Sandbox(state, port=port) as again, _client(again.environment) as client:
        assert again.environment == sandbox.environment
        assert client.get(f"/v2/contacts/import/{job}").json()["status"] == "Finished"
        second = _send(client, "ann@some-company.com").json()["id"]
        report = client.get(f"/v2/contacts/import/{second}/report").json()
        assert (report["newContacts"], report["updatedContacts"]) == (0, 1)
        assert [row.job for row in again.store.accepted("dotdigital")] == [job, second]


def test_two_clients_at_a_time_lose_nothing(state: Path) -> None:
    """Every row of every job stands in the ledger once."""
    with Sandbox(state) as sandbox:

        def work(name: str) -> None:
            with _client(sandbox.environment) as client:
                for number in range(15):
                    sent = _send(client, *(f"{name}{number}.{i}@x.io" for i in range(20)))
                    assert sent.status_code == 202

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, ("a", "b")))
        rows = sandbox.store.accepted("dotdigital")
    assert len({row.key for row in rows}) == len(rows) == 600
    assert len({row.job for row in rows}) == 30


def test_a_client_that_hangs_up_while_sending_does_no_harm(
    state: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing is taken, nothing is logged, and the next request is answered."""
    with Sandbox(state) as sandbox, _client(sandbox.environment) as client:
        request = client.build_request("GET", "/v2/account-info")
        assert client.auth is not None
        token = next(client.auth.auth_flow(request)).headers["Authorization"]
        host, port = sandbox.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as raw:
            raw.sendall(
                f"POST /dotdigital/v2/contacts/import HTTP/1.1\r\nHost: {host}\r\n"
                f"Authorization: {token}\r\nContent-Type: application/json\r\n"
                "Content-Length: 1000\r\n\r\n{".encode()
            )
        assert _send(client, "ann@some-company.com").status_code == 202
        assert len(sandbox.store.accepted("dotdigital")) == 1
    assert capfd.readouterr() == ("", "")


def test_faults_can_be_given_from_the_start(state: Path) -> None:
    """As the command line gives them."""
    with (
        Sandbox(state, faults=["dotdigital:account-info:429:1:3"]) as sandbox,
        _client(sandbox.environment) as client,
    ):
        assert client.get("/v2/account-info").headers["retry-after"] == "3"
        assert client.get("/v2/account-info").status_code == 200


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"host": "0.0.0.0"}, "127.0.0.1 or localhost only"),
        ({"faults": ["dotdigital:nothing:429"]}, "no route 'nothing'"),
    ],
)
def test_what_it_cannot_do_is_refused_at_once(
    state: Path, settings: dict[str, Any], message: str
) -> None:
    """Before anything is opened."""
    with pytest.raises(ValueError, match=message):
        Sandbox(state, **settings)
    assert not state.exists()


def test_a_port_that_is_taken_is_a_usage_error(state: Path) -> None:
    """It names the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(UsageError, match=f"cannot listen on http://127.0.0.1:{port}"),
            Sandbox(state, port=port),
        ):
            pass


@pytest.mark.parametrize("kind", ["directory", "text"])
def test_a_state_that_is_no_database_is_a_usage_error(tmp_path: Path, kind: str) -> None:
    """It names the path, and leaves what stands there alone."""
    state = tmp_path
    if kind == "text":
        state = tmp_path / "notes.txt"
        state.write_text("not a database, but long enough to look at\n" * 20)
    with pytest.raises(UsageError, match="cannot keep its state in"), Sandbox(state):
        pass
    assert kind != "text" or state.read_text().startswith("not a database")


def test_the_ledger_of_runs_is_no_state_of_a_sandbox(tmp_path: Path) -> None:
    """Its records of what was sent stay as they are."""
    with Ledger(tmp_path):
        pass
    path = tmp_path / "ledger.sqlite"
    before = path.read_bytes()
    with pytest.raises(UsageError, match="it is not the state of a sandbox"), Sandbox(path):
        pass
    assert path.read_bytes() == before


@pytest.mark.parametrize("module", ["starlette", "uvicorn", "python_multipart"])
def test_a_missing_extra_is_named_with_its_install_line(
    state: Path, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's own way to say that a module is not there."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=r"contact-preflight\[sandbox\]"):
        Sandbox(state)


def test_it_serves_in_the_foreground_until_it_is_stopped(state: Path) -> None:
    """Without a context of its own."""
    sandbox = Sandbox(state)
    waiting = threading.Thread(target=sandbox.serve_forever)
    waiting.start()
    for _ in range(200):
        try:
            assert httpx.get(f"{sandbox.url}/_sandbox/health").status_code == 200
            break
        except httpx.TransportError:
            waiting.join(0.02)
    sandbox.stop()
    waiting.join(5)
    assert not waiting.is_alive()
    assert state.exists()


def test_ctrl_c_ends_it_without_a_word(state: Path) -> None:
    """KeyboardInterrupt reaches the caller, and the state is closed properly."""
    code = (
        "import sys; from pathlib import Path\n"
        "from preflight.providers.sandbox.server import Sandbox\n"
        "with Sandbox(Path(sys.argv[1])) as sandbox:\n"
        "    print(sandbox.url, flush=True)\n"
        "    try: sandbox.serve_forever()\n"
        "    except KeyboardInterrupt: print('bye')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, str(state)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert httpx.get(f"{url}/_sandbox/health").status_code == 200
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (out, err, process.returncode) == ("bye\n", "", 0)
    assert [p.name for p in state.parent.iterdir()] == ["state.db"]
