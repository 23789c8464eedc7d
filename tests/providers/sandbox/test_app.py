"""The control calls of the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from preflight.providers.sandbox.app import MAGIC, ROUTES, STAND_INS
from preflight.providers.sandbox.server import Sandbox
from preflight.providers.sandbox.store import row_digest


@pytest.fixture
def control(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A client without credentials."""
    with httpx.Client(base_url=f"{sandbox.url}/_sandbox", trust_env=False) as client:
        yield client


def test_health_names_the_providers_and_their_routes(control: httpx.Client) -> None:
    """Those that a fault can name."""
    health = control.get("/health").json()
    assert health["status"] == "ok"
    assert health["providers"] == {name: list(routes) for name, routes in ROUTES.items()}
    assert ROUTES["dotdigital"][:4] == ("import", "status", "report", "report-faults")
    assert ROUTES["talkvalue"] == ("analyze", "create", "list", "get", "failed-export")


def test_the_magic_values_can_be_asked_for(control: httpx.Client) -> None:
    """All of them, with their effects."""
    assert len(control.get("/magic").json()) == len(MAGIC)
    assert control.get("/magic").json()[0]["effect"] == MAGIC[0][1].effect


def test_faults_are_put_in_line_listed_and_forgotten(
    control: httpx.Client, dotdigital: httpx.Client
) -> None:
    """Over HTTP as from Python."""
    fault = {"provider": "dotdigital", "route": "account-info", "fault": "503", "retry_after": 2.5}
    listed = control.post("/faults", json={**fault, "times": 2}).json()
    assert listed == [{**fault, "times": 2, "seconds": 1.0}]
    assert dotdigital.get("/v2/account-info").headers["retry-after"] == "2.5"
    assert control.get("/faults").json() == [{**fault, "times": 1, "seconds": 1.0}]
    assert control.delete("/faults").json() == []
    assert dotdigital.get("/v2/account-info").status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b'{"provider": "x", "route": "y", "fault": "429"}'])
def test_a_fault_that_cannot_be_met_is_a_400(control: httpx.Client, body: bytes) -> None:
    """With a reason, and nothing put in line."""
    response = control.post("/faults", content=body)
    assert response.status_code == 400
    assert response.json()["error"]
    assert control.get("/faults").json() == []


def test_settings_are_told_and_set(control: httpx.Client) -> None:
    """Only those that there are, within their range."""
    assert control.get("/settings").json() == {
        "row_base": 1,
        "calls_per_minute": 10_000,
        "error_form": 0,
        "landbase_session": 1,
    }
    assert control.post("/settings", json={"row_base": 2}).json()["row_base"] == 2
    for bad in (b"x", b"[]", b'{"row_base": 3}', b'{"row_base": true}', b'{"base": 1}'):
        assert control.post("/settings", content=bad).status_code == 400
    assert control.post("/settings", json={"row_base": 0, "base": 1}).status_code == 400
    assert control.get("/settings").json()["row_base"] == 2


def test_accepted_rows_are_told_by_provider(
    control: httpx.Client, dotdigital: httpx.Client, fresh: Callable[[], str]
) -> None:
    """With job, row, key and the digest of the cells as they were sent."""
    address = fresh()
    files = {"file": ("a.csv", f"Email,NAME\n{address.title()},Ann\n".encode(), "text/csv")}
    job = dotdigital.post("/v2/contacts/import", files=files).json()["id"]
    told = control.get("/accepted").json()
    assert set(told) == set(ROUTES)
    digest = row_digest([address.title(), "Ann"])
    assert told["dotdigital"][-1] == {"job": job, "row": 1, "key": address, "sha256": digest}
    assert control.get("/accepted", params={"provider": "talkvalue"}).json() == {"talkvalue": []}


def test_a_request_by_another_name_is_refused(control: httpx.Client) -> None:
    """A web page that points its own name at the loopback address learns nothing."""
    assert control.get("/accepted", headers={"Host": "evil.test"}).status_code == 400


def test_every_stand_in_has_its_own_names() -> None:
    """No two rows of the table share a prefix or an environment variable."""
    names = [stand.name for stand in STAND_INS]
    variables = [v for s in STAND_INS for v in (s.address_variable, *s.credentials)]
    assert len(names) == len(set(names))
    assert len(variables) == len(set(variables))
